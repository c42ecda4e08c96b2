/** Whether two types are the same, not merely assignable. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

declare global {
  /** What is done with each value that is compared: a spec holds its shape against what the type says. */
  var compare: ((value: unknown) => void) | undefined;
}

/** `exactly<Expected>()(value, true)` compiles only where the value's type is exactly what is expected. */
export const exactly =
  <Expected>() =>
  <A>(value: A, _same: Same<A, Expected>): void =>
    globalThis.compare?.(value);
