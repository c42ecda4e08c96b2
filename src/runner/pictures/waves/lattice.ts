/**
 * The lattice that a run learned, linearised, and the lines of its dispersion relation beside the
 * Laplacian's.
 */

import {
  branchesAt,
  type Direction,
  type LinearLattice,
  laplacianFrequency,
  path,
} from '../../../analysis/index.js';
import type { BranchLine } from '../../../report/analysis/index.js';
import type { OpenRun } from '../../results/open-run.js';
import type { Observed } from './observe.js';

const couplingName = 'coupling/weight';

/** The median; of an even count, the upper of the two in the middle: one that occurs. */
const upperMedian = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const everyNth = (values: Float32Array, channels: number, channel: number): readonly number[] =>
  Array.from({ length: values.length / channels }, (_, site) => values[site * channels + channel]);

/**
 * The learned lattice, linearised about rest, with the median of its fields at every site. Null for models
 * other than the Neural Wave Machine, since only its equation is known.
 */
export const latticeOf = (
  { parameters, run }: OpenRun,
  observed: readonly Observed[],
): LinearLattice | null => {
  const coupling = parameters[couplingName];
  const [first] = observed;
  if (run.experiment.model.name !== 'nwm') return null;
  if (coupling === undefined || first.omega === null || first.alpha === null) return null;
  const { channels, dt } = first.waves;
  const middle = (of: (one: Observed) => Float32Array | null): readonly number[] =>
    Array.from({ length: channels }, (_, channel) =>
      upperMedian(observed.flatMap((one) => everyNth(of(one) ?? new Float32Array(), channels, channel))),
    );
  return {
    dt,
    channels,
    coupling,
    kernel: Math.round(Math.sqrt(coupling.length / channels ** 2)),
    omega: middle(({ omega }) => omega),
    alpha: middle(({ alpha }) => alpha),
  };
};

const directions: readonly Direction[] = ['axis', 'diagonal'];
const pointsAlong = 49;

/** The dispersion relation of the five-point Laplacian. */
export const laplacianLines = (dt: number): readonly BranchLine[] =>
  directions.map((direction) => ({
    of: 'laplacian',
    direction,
    points: path(direction, pointsAlong).flatMap((k) => {
      const frequency = laplacianFrequency(k, dt);
      return frequency === null ? [] : [{ k: Math.hypot(k.x, k.y), frequency }];
    }),
  }));

/** With more channels there are so many branches that only those along the axes are drawn. */
const fewChannels = 4;

/** The dispersion relation of a learned lattice, one line per branch. */
export const learnedLines = (lattice: LinearLattice): readonly BranchLine[] =>
  (lattice.channels > fewChannels ? directions.slice(0, 1) : directions).flatMap((direction) => {
    const vectors = path(direction, lattice.channels > fewChannels ? 25 : pointsAlong);
    const branches = vectors.map((k) => branchesAt(lattice, k));
    const lines = Array.from(
      { length: 2 * lattice.channels },
      (_, rank): BranchLine => ({
        of: 'learned',
        direction,
        points: vectors.map((k, i) => ({ k: Math.hypot(k.x, k.y), frequency: branches[i][rank].frequency })),
      }),
    );
    // A wave and its opposite mostly have the same frequency, so one line is drawn.
    return lines.filter(
      ({ points }, rank) =>
        rank === 0 ||
        points.some(({ frequency }, i) => Math.abs(frequency - lines[rank - 1].points[i].frequency) > 1e-4),
    );
  });
