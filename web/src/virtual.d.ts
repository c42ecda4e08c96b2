/** Modules that the build generates. */
declare module 'virtual:types' {
  const text: string;
  export default text;
}
declare module 'virtual:library' {
  const text: string;
  export default text;
}
