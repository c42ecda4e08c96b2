/**
 * The constants by which `kSpaceWave` rotates modes, for another grid. They follow from the speed, the time h and the
 * sizes of the grid. Speed and h are computed from two constants that belong together, and then checked: they must
 * reproduce every number.
 */

import { straightOmega, type Turning, turning, turnings, waveVectors } from '../dynamics/turning.js';
import type { OpOf } from '../op.js';
import { type Shape, sameShape } from '../shape.js';

type Constant = OpOf<'constant'>;

/** A wave in k-space, from which all its constants follow. */
interface Turned {
  readonly speed: number;
  readonly h: number;
}

/** The grid of a constant that may rotate the modes of a field with channels and complex parts. */
const gridOf = ({ shape }: Constant): Shape | undefined =>
  shape.length > 2 && shape.slice(-2).every((n) => n === 1) ? shape.slice(0, -2) : undefined;

/** Whether a constant may belong to a wave in k-space. */
export const mayTurn = (constant: Constant): boolean =>
  typeof constant.value !== 'number' && gridOf(constant) !== undefined;

/** One number for each mode of a grid, as a function of its wave vector. */
const numbersOf = (
  of: Turning,
  { speed, h }: Turned,
  vectors: readonly (readonly number[])[],
): readonly number[] => turnings(of, vectors.map(straightOmega(speed)), h);

/** Whether these are the same numbers. */
const same = (a: readonly number[], b: readonly number[]): boolean => a.every((x, i) => x === b[i]);

/** Whether numbers equal those that were computed, up to this share of the largest. */
const agree = (found: readonly number[], written: readonly number[], slack: number): boolean => {
  const most = slack * Math.max(...written.map(Math.abs));
  return found.every((x, i) => Math.abs(x - written[i]) <= most);
};

/** Candidates for a number that is known up to rounding: first short decimals, as a person would write it. */
const writtenAs = (x: number): readonly number[] => {
  const short = Array.from({ length: 16 }, (_, i) => Number(x.toPrecision(i + 1)));
  return [...short.filter((s) => Math.abs(s - x) <= 1e-6 * Math.abs(x)), x];
};

/** The non-negative angles with this cosine, within some turns, each once. */
const angles = (cosine: number): readonly number[] => {
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  const turns = Array.from({ length: 64 }, (_, i) => 2 * Math.PI * i);
  return [...new Set(turns.flatMap((turn) => [turn + angle, turn + (2 * Math.PI - angle)]))];
};

/**
 * The wave in which each field acts on itself by `itself` and the velocity on the displacement by `moved`; undefined if
 * there is none. The first entry of `moved` is that of wave vector 0 and gives h; the angle of one other mode gives the
 * speed.
 */
const waveOf = (itself: readonly number[], moved: readonly number[], grid: Shape): Turned | undefined => {
  const vectors = waveVectors(grid);
  const lengths = vectors.map((k) => Math.hypot(...k));
  const first = lengths.findIndex((length) => length > 0);
  const time = moved[0] * lengths.length;
  if (first < 0 || time === 0 || itself[0] * lengths.length !== 1) return undefined;
  const span = (mode: number): number => Math.abs(time) * lengths[mode];
  const isOf = (wave: Turned, slack: number): boolean =>
    agree(numbersOf('itself', wave, vectors), itself, slack) &&
    agree(numbersOf('moved', wave, vectors), moved, slack);
  const speeds = angles(itself[first] * lengths.length).flatMap((angle) => {
    const rough = angle / span(first);
    const moves = turning.moved(rough * lengths[first], time) / lengths.length;
    if (!(rough > 0 && Math.abs(moves - moved[first]) <= 1e-6 * Math.abs(moved[0]))) return [];
    // Sine and cosine of the mode that determines the angle best; the sine needs the frequency only roughly.
    const slope = (mode: number): number => Math.abs(Math.sin(rough * span(mode)));
    const steep = lengths.reduce((best, _, mode) => (slope(mode) > slope(best) ? mode : best), first);
    const sine = Math.sign(time) * moved[steep] * rough * lengths[steep];
    const part = Math.atan2(sine, itself[steep]);
    const turns = Math.round((rough * span(steep) - part) / (2 * Math.PI));
    return [(part + 2 * Math.PI * turns) / span(steep)];
  });
  const [speed, ...others] = speeds.filter((one) => isOf({ speed: one, h: time }, 1e-13));
  // If every mode has made full turns after h, several speeds give the same constants.
  if (speed === undefined || others.length > 0) return undefined;
  for (const written of writtenAs(speed))
    for (const h of writtenAs(time)) if (isOf({ speed: written, h }, 0)) return { speed: written, h };
  return { speed, h: time };
};

/** The values of a constant on another grid, if it rotates the modes of a wave; `all` are the candidates. */
export const turnedAgain = (
  constant: Constant,
  all: readonly Constant[],
  after: Shape,
): readonly number[] | undefined => {
  const grid = gridOf(constant);
  const { value } = constant;
  if (grid === undefined || typeof value === 'number') return undefined;
  const family = all.flatMap((other) =>
    typeof other.value !== 'number' && sameShape(other.shape, constant.shape) ? [other.value] : [],
  );
  const vectors = waveVectors(grid);
  for (const itself of family)
    for (const moved of family) {
      const wave = itself === moved ? undefined : waveOf(itself, moved, grid);
      if (wave === undefined) continue;
      // A slow wave has cosines near 1, which determine its speed to fewer digits.
      const pulled = agree(numbersOf('pulled', wave, vectors), value, 1e-6) ? 'pulled' : undefined;
      const kind = same(value, itself) ? 'itself' : same(value, moved) ? 'moved' : pulled;
      if (kind !== undefined) return numbersOf(kind, wave, waveVectors(after.slice(0, -2)));
    }
  return undefined;
};
