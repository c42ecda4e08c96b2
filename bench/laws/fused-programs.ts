/** Properties of random programs of every operation, on every path that computes them. */

import type fc from 'fast-check';
import { agrees, type Tally } from '../../spec/compile/fuse/paths.js';
import type { Engine } from '../../src/engine/index.js';
import { programArbitrary } from '../../src/laws/arbitraries/program.js';

/** A property of random values, under a name. */
export interface Tried {
  readonly name: string;
  /** Draws a program and tries it; returns a counterexample. */
  readonly property: (fcheck: typeof fc) => fc.IProperty<unknown> | fc.IAsyncProperty<unknown>;
}

/**
 * Fused kernels against op by op, the float64 reference and themselves; for smooth programs also against
 * central differences. `tell` is called with the parts of each program that were tried.
 */
export const onFused = (engine: Engine, tell: (tally: Tally) => void = () => {}): readonly Tried[] =>
  [false, true].map((smooth) => ({
    name: smooth
      ? 'fused kernels: gradients of smooth programs as central differences in float64'
      : 'fused kernels: values as float64, gradients as op by op, bits in any batch and lane',
    property: (f) =>
      f.asyncProperty(
        programArbitrary({ smoothOnly: smooth }),
        f.noBias(f.nat(2 ** 24)),
        async (made, draw) => tell(await agrees(engine)(made, draw, smooth)),
      ),
  }));
