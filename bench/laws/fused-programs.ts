/** The properties of random programs that are fused as a whole. */

import type fc from 'fast-check';
import { fusableArbitrary } from '../../spec/compile/fuse/fusable/program.js';
import { isFusedRight, permutedArbitrary } from '../../spec/compile/fuse/permuted.js';
import {
  computesValues,
  givesLoss,
  givesSlopes,
  givesTapeGradients,
} from '../../spec/compile/fuse/properties.js';
import { type Engine, opByOp } from '../../src/engine/index.js';

/** A property of random values, under a name. */
export interface Tried {
  readonly name: string;
  /** Draws a program and tries it; returns a counterexample. */
  readonly property: (fcheck: typeof fc) => fc.IProperty<unknown> | fc.IAsyncProperty<unknown>;
}

/** Forward, loss and gradients of fused kernels against the float64 reference and this engine's tape. */
export const onFused = (engine: Engine): readonly Tried[] => [
  {
    name: 'fused kernels: values as float64, loss as of their own logits, gradients as the tape',
    property: (f) =>
      f.property(fusableArbitrary(), f.nat(), (made, seed) => {
        // the loss first, in a memory where nothing was laid out before
        givesLoss(made, seed);
        computesValues(made);
        givesTapeGradients(opByOp(engine))(made);
      }),
  },
  {
    name: 'fused kernels: gradients of smooth programs as central differences in float64',
    property: (f) => f.property(fusableArbitrary(true), f.nat(), givesSlopes),
  },
  {
    name: 'fused parts of programs whose axes change places: values as float64, gradients as the tape',
    property: (f) => f.asyncProperty(permutedArbitrary, isFusedRight(engine)),
  },
];
