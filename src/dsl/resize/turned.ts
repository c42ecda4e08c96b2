/**
 * The numbers by which `kSpaceWave` turns modes, on another grid.
 *
 * They follow from the speed, the time h and the sizes of the grid. Speed and h are found from two constants that belong
 * together and then tried: every number must come out again.
 */

import { straightOmega, type Turning, turning, turnings, waveVectors } from '../dynamics/turning.js';
import type { OpOf } from '../op.js';
import { type Shape, sameShape } from '../shape.js';

type Constant = OpOf<'constant'>;

/** A wave in k-space: what all its numbers follow from. */
interface Turned {
  readonly speed: number;
  readonly h: number;
}

/** The grid of numbers that may turn the modes of a field of channels and complex parts. */
const gridOf = ({ shape }: Constant): Shape | undefined =>
  shape.length > 2 && shape.slice(-2).every((n) => n === 1) ? shape.slice(0, -2) : undefined;

/** Whether these may be numbers of a wave in k-space. */
export const mayTurn = (constant: Constant): boolean =>
  typeof constant.value !== 'number' && gridOf(constant) !== undefined;

/** The numbers of the modes of a grid, by their wave vectors. */
const numbersOf = (
  of: Turning,
  { speed, h }: Turned,
  vectors: readonly (readonly number[])[],
): readonly number[] => turnings(of, vectors.map(straightOmega(speed)), h);

/** Whether these are the same numbers. */
const same = (a: readonly number[], b: readonly number[]): boolean => a.every((x, i) => x === b[i]);

/** Whether numbers are those that were found, to so much of the largest. */
const agree = (found: readonly number[], written: readonly number[], slack: number): boolean => {
  const most = slack * Math.max(...written.map(Math.abs));
  return found.every((x, i) => Math.abs(x - written[i]) <= most);
};

/** A number that was found to some rounding: first as a person would write it. */
const writtenAs = (x: number): readonly number[] => {
  const short = Array.from({ length: 16 }, (_, i) => Number(x.toPrecision(i + 1)));
  return [...short.filter((s) => Math.abs(s - x) <= 1e-6 * Math.abs(x)), x];
};

/** The angles of a cosine that are not negative, in some turns, each once. */
const angles = (cosine: number): readonly number[] => {
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  const turns = Array.from({ length: 64 }, (_, i) => 2 * Math.PI * i);
  return [...new Set(turns.flatMap((turn) => [turn + angle, turn + (2 * Math.PI - angle)]))];
};

/**
 * The wave by which both fields turn so and a velocity moves the displacement so; undefined where there is none. At rest it
 * moves it by h, so the angle of one mode gives the speed.
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
    // Sine and cosine of the mode that says most of the angle; the sine needs the frequency only roughly.
    const slope = (mode: number): number => Math.abs(Math.sin(rough * span(mode)));
    const steep = lengths.reduce((best, _, mode) => (slope(mode) > slope(best) ? mode : best), first);
    const sine = Math.sign(time) * moved[steep] * rough * lengths[steep];
    const part = Math.atan2(sine, itself[steep]);
    const turns = Math.round((rough * span(steep) - part) / (2 * Math.PI));
    return [(part + 2 * Math.PI * turns) / span(steep)];
  });
  const [speed, ...others] = speeds.filter((one) => isOf({ speed: one, h: time }, 1e-13));
  // Where every mode is back after h, several speeds do the same.
  if (speed === undefined || others.length > 0) return undefined;
  for (const written of writtenAs(speed))
    for (const h of writtenAs(time)) if (isOf({ speed: written, h }, 0)) return { speed: written, h };
  return { speed, h: time };
};

/** The numbers of a constant on another grid, where they turn the modes of a wave; `all` are those that may. */
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
      // A slow wave has a cosine of nearly 1, from which its speed is known to fewer digits.
      const pulled = agree(numbersOf('pulled', wave, vectors), value, 1e-6) ? 'pulled' : undefined;
      const kind = same(value, itself) ? 'itself' : same(value, moved) ? 'moved' : pulled;
      if (kind !== undefined) return numbersOf(kind, wave, waveVectors(after.slice(0, -2)));
    }
  return undefined;
};
