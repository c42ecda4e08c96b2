/** Texts that the build makes. */
declare module 'virtual:types' {
  const text: string;
  export default text;
}
declare module 'virtual:library' {
  const text: string;
  export default text;
}
