/** Small drums of any shape, for properties. */

import fc from 'fast-check';
import { isRight } from 'fp-ts/lib/Either.js';
import { type Lattice, latticeOfMask } from '../../src/drums/lattice.js';

/** A mask of up to 6 x 6 that is one piece, as its lattice. */
export const anyLattice: fc.Arbitrary<Lattice> = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
  .chain(([rows, columns]) =>
    fc
      .array(fc.constantFrom(1, 1, 1, 0), { minLength: rows * columns, maxLength: rows * columns })
      .map((mask) => latticeOfMask(rows, columns, mask)),
  )
  .filter(isRight)
  .map(({ right }) => right);

/** One of the moving points of a lattice, as an index into its box. */
export const anySite = ({ inside }: Lattice): fc.Arbitrary<number> =>
  fc.constantFrom(...Array.from(inside.keys()).filter((i) => inside[i] === 1));
