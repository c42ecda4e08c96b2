/** Kernels that look like a Laplacian but do not sum to zero. */

import type { NdArray } from '../../compile/reference/array.js';
import { volume } from '../../dsl/shape.js';
import { kernelsOf } from '../reading/kernels.js';
import { structureOf } from '../reading/structure.js';
import { isGiven } from '../requirements/intended.js';
import type { System } from '../system/system.js';
import { digits } from '../trial/findings.js';

/** The entries from one channel to another, if the neighbours have one sign and the centre the other. */
const laplacianLike = ({ shape, data }: NdArray, rank: number): readonly (readonly number[])[] => {
  const space = shape.slice(0, rank);
  const pairs = volume(shape.slice(rank));
  if (space.some((n) => n % 2 === 0)) return [];
  return Array.from({ length: pairs }, (_, pair) => [...data].filter((_v, i) => i % pairs === pair)).filter(
    (taps) => {
      const centre = (taps.length - 1) / 2;
      const around = taps.filter((_, i) => i !== centre);
      return taps[centre] < 0 && around.every((v) => v >= 0) && around.some((v) => v > 0);
    },
  );
};

export const kernelHints = (system: System): readonly string[] => {
  const structure = structureOf(system);
  const rank = system.grid.length;
  if (rank === 0 || system.kind === 'map') return [];
  const kernels = kernelsOf(system, structure);
  const given = structure.convolutions.filter(({ ofState }) => ofState);
  const sums = kernels
    .filter((_, i) => isGiven(system, given[i]))
    .flatMap((kernel) => laplacianLike(kernel, rank))
    .flatMap((taps) => {
      const sum = taps.reduce((total, v) => total + v, 0);
      const size = taps.reduce((total, v) => total + Math.abs(v), 0);
      return Math.abs(sum) > 1e-6 * size ? [{ sum, centre: taps[(taps.length - 1) / 2] }] : [];
    });
  const [first] = sums;
  if (first === undefined) return [];
  const { sum, centre } = first;
  const does =
    sum < 0
      ? 'holds what is uniform back, as a restoring force does'
      : 'pushes what is uniform away from rest';
  return [
    `a kernel looks like a Laplacian but sums to ${digits(sum)}, not to 0, so it ${does}: ` +
      `with these neighbours a Laplacian has the centre ${digits(centre - sum)}, here it is ${digits(centre)}`,
  ];
};
