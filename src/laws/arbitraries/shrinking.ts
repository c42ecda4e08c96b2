/** Arbitraries with their own shrinking, and values that print as code. */

import fc from 'fast-check';

class Shrinking<A> extends fc.Arbitrary<A> {
  private readonly draw: (random: fc.Random) => A;
  private readonly smaller: (value: A) => readonly A[];

  constructor(draw: (random: fc.Random) => A, smaller: (value: A) => readonly A[]) {
    super();
    this.draw = draw;
    this.smaller = smaller;
  }

  override generate(random: fc.Random): fc.Value<A> {
    return new fc.Value(this.draw(random), undefined);
  }

  override canShrinkWithoutContext(_value: unknown): _value is A {
    return false;
  }

  override shrink(value: A): fc.Stream<fc.Value<A>> {
    return fc.Stream.of(...this.smaller(value)).map((smaller) => new fc.Value(smaller, undefined));
  }
}

/** Values that one function draws and another makes smaller; the first smaller value that still fails is used. */
export const shrinking = <A>(
  draw: (random: fc.Random) => A,
  smaller: (value: A) => readonly A[],
): fc.Arbitrary<A> => new Shrinking(draw, smaller);

/** The value, which fast-check then prints as this code; otherwise it is unchanged. */
export const printedAs = <A extends object>(value: A, code: () => string): A =>
  Object.defineProperty(value, fc.toStringMethod, { value: code, enumerable: false });
