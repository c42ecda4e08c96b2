/** Arbitraries that say themselves what is smaller than a value, and values that print as code. */

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

/** Values that are drawn by one function and made smaller by another: the first smaller one that still fails is taken. */
export const shrinking = <A>(
  draw: (random: fc.Random) => A,
  smaller: (value: A) => readonly A[],
): fc.Arbitrary<A> => new Shrinking(draw, smaller);

/** The value, which fast-check prints as this code; otherwise nothing about it changes. */
export const printedAs = <A extends object>(value: A, code: () => string): A =>
  Object.defineProperty(value, fc.toStringMethod, { value: code, enumerable: false });
