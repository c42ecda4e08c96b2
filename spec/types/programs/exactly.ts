/** Whether two types are the same, not merely assignable. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** `exactly<Expected>(value)(true)` compiles only where the value's type is exactly what is expected. */
export const exactly =
  <Expected>() =>
  <A>(_value: A, _same: Same<A, Expected>): void => undefined;
