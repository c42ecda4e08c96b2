/** A small copy of a system with all externals at rest, for checking requirements. */

import type { NdArrays } from '../../compile/reference/run.js';
import { extentsOf, sidesOf } from '../../dsl/kernel.js';
import { volume } from '../../dsl/shape.js';
import { structureOf } from '../reading/structure.js';
import { type System, sequenceName, weightsOf } from '../system/system.js';
import { sizesOf, systemAt } from '../trial/grids.js';
import type { Trial } from '../trial/law.js';

/** The system on its smallest grid without a ring of two sites, with all externals at rest. */
export const smallAtRest = (system: System): Pick<Trial, 'system' | 'around'> => {
  const sizes = [...sizesOf(system).values()].sort((a, b) => volume(a.grid) - volume(b.grid));
  const small = sizes.find(({ grid }) => grid.every((n) => n >= 3)) ?? sizes[0] ?? system;
  return { system: small, around: atRest(small) };
};

/** The same on the smallest grid on which no kernel meets itself around a ring. */
export const wideAtRest = (system: System): Pick<Trial, 'system' | 'around'> => {
  const sides = structureOf(system).convolutions.flatMap(({ op, weight }) =>
    extentsOf(op, sidesOf(system.nodes[weight].shape)),
  );
  const least = Math.max(3, ...sides);
  const wide = systemAt(
    system,
    system.grid.map(() => least),
  );
  return least === 3 || wide === null ? smallAtRest(system) : { system: wide, around: atRest(wide) };
};

/** Unrelated numbers between -1 and 1. */
export const probe = (size: number, seed: number): Float64Array =>
  Float64Array.from({ length: size }, (_, i) => Math.sin(seed + 2.3 * i + 0.7 * seed * ((i * i) % 11)));

/** The same system with external fields between 0.2 and 0.8 and drives, all different. */
export const withFreeFields = ({
  system,
  around,
}: Pick<Trial, 'system' | 'around'>): Pick<Trial, 'system' | 'around'> => ({
  system,
  around: {
    ...around,
    ...Object.fromEntries(
      system.externals.flatMap(({ name, shape, kind }, i) =>
        kind === 'field'
          ? [[name, { shape, data: probe(volume(shape), i + 2).map((v) => 0.5 + 0.3 * v) }]]
          : [],
      ),
    ),
    ...Object.fromEntries(
      system.sequences.map((shape, i) => [
        sequenceName(i),
        { shape: [1, ...shape], data: probe(volume(shape), i + 7) },
      ]),
    ),
  },
});

/** Initial weights, and all other externals and drives zero. */
export const atRest = (system: System, steps = 1): NdArrays => ({
  ...Object.fromEntries(
    system.externals.map(({ name, shape }) => [name, { shape, data: new Float64Array(volume(shape)) }]),
  ),
  ...Object.fromEntries(
    system.sequences.map((shape, i) => [
      sequenceName(i),
      { shape: [steps, ...shape], data: new Float64Array(steps * volume(shape)) },
    ]),
  ),
  ...weightsOf(system, 0),
});
