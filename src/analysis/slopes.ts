/** How an oscillation changes from site to site: phase along the direction of travel, amplitude, and wave number. */

import type { Complex } from './transform.js';
import type { Waves } from './waves.js';

/** The angle from a to b. */
const turn = ({ re, im }: Complex, a: number, b: number): number =>
  Math.atan2(re[a] * im[b] - im[a] * re[b], re[a] * re[b] + im[a] * im[b]);

type Pair = readonly [before: number, after: number];

/** Neighbours along an axis of `n` sites: across the boundary on a torus, else at an edge the site itself. */
const pairOf = (at: number, n: number, torus: boolean, number: (place: number) => number): Pair =>
  torus
    ? [number((at + n - 1) % n), number((at + 1) % n)]
    : [number(Math.max(0, at - 1)), number(Math.min(n - 1, at + 1))];

interface Around {
  readonly across: Pair;
  readonly down: Pair;
  /** Distance between the two neighbours: 1 at an edge, else 2; 0 where there is no neighbour. */
  readonly far: readonly [across: number, down: number];
}

const aroundOf = ({ height, width, torus = true }: Waves, site: number): Around => {
  const [row, column] = [Math.floor(site / width), site % width];
  const across = pairOf(column, width, torus, (place) => row * width + place);
  const down = pairOf(row, height, torus, (place) => place * width + column);
  const steps = (at: number, n: number): number => (n < 2 ? 0 : torus || (at > 0 && at < n - 1) ? 2 : 1);
  return { across, down, far: [steps(column, width), steps(row, height)] };
};

interface Vector {
  readonly x: number;
  readonly y: number;
}

/** How the complex amplitude a changes at a site. */
export interface Slopes {
  /** Im conj(a) grad a / |a|: the change of phase. */
  readonly runs: Vector;
  /** Re conj(a) grad a / |a|: the change of amplitude. */
  readonly stands: Vector;
  /** The mean phase difference to both neighbours, radians per cell. */
  readonly turns: Vector;
  /** The largest difference to a neighbour. */
  readonly rough: number;
}

/** Slopes from both neighbours along each axis, across the boundary on a torus. */
export const slopesAt = (waves: Waves, a: Complex, site: number): Slopes => {
  const { re, im } = a;
  const size = Math.hypot(re[site], im[site]);
  const { across, down, far } = aroundOf(waves, site);
  const along = ([from, to]: Pair, steps: number) => {
    if (steps === 0 || size === 0) return { runs: 0, stands: 0, turns: 0, rough: 0 };
    const [x, y] = [(re[to] - re[from]) / steps, (im[to] - im[from]) / steps];
    const [u, v] = [re[site] / size, im[site] / size];
    return {
      runs: u * y - v * x,
      stands: u * x + v * y,
      turns: (turn(a, from, site) + turn(a, site, to)) / steps,
      rough: Math.max(
        Math.hypot(re[to] - re[site], im[to] - im[site]),
        Math.hypot(re[site] - re[from], im[site] - im[from]),
      ),
    };
  };
  const [x, y] = [along(across, far[0]), along(down, far[1])];
  return {
    runs: { x: x.runs, y: y.runs },
    stands: { x: x.stands, y: y.stands },
    turns: { x: x.turns, y: y.turns },
    rough: Math.hypot(x.rough, y.rough),
  };
};

/**
 * For a wave of two cells, slopes over two cells vanish and noise would be divided by noise. So this share of the
 * change from cell to cell counts as standing. It matters only for waves shorter than about 2.1 cells.
 */
const unseen = 0.03;

/** The direction is known if this share of all slopes travels: partly from the first, fully from the second. */
const wayKnown = [0.1, 0.2] as const;

/**
 * The travelling share at each site, of the slope along the local direction of travel. The amplitude of a beam changes
 * across its direction, which does not make a standing wave. Where hardly anything travels there is no direction, and
 * every change counts.
 */
export const sharesThatRun = (slopes: readonly Slopes[], amplitude: Float64Array): Float64Array => {
  let [running, all] = [0, 0];
  for (const { runs, stands } of slopes) {
    running += runs.x ** 2 + runs.y ** 2;
    all += runs.x ** 2 + runs.y ** 2 + stands.x ** 2 + stands.y ** 2;
  }
  const known = all === 0 ? 0 : (running / all - wayKnown[0]) / (wayKnown[1] - wayKnown[0]);
  const beside = 1 - Math.min(1, Math.max(0, known));
  return Float64Array.from(slopes, ({ runs, stands, rough }, site) => {
    const run = Math.hypot(runs.x, runs.y);
    if (amplitude[site] < 1e-300 || run === 0) return 0;
    const along = (stands.x * runs.x + stands.y * runs.y) / run;
    const across = (stands.x * runs.y - stands.y * runs.x) / run;
    const short = Math.sqrt(Math.max(0, rough ** 2 - run ** 2 - stands.x ** 2 - stands.y ** 2));
    return run / Math.hypot(run, along, Math.sqrt(beside) * across, unseen * short);
  });
};

/** The site at an offset across and down; null beyond an edge. */
const further = (
  { height, width, torus = true }: Waves,
  site: number,
  x: number,
  y: number,
): number | null => {
  const [row, column] = [Math.floor(site / width) + y, (site % width) + x];
  if (!torus && (row < 0 || row >= height || column < 0 || column >= width)) return null;
  return ((row + height) % height) * width + ((column + width) % width);
};

/** 2 sin(k / 2) for the mean phase difference k between sites at this offset, root mean square over all pairs. */
const meanChange = (waves: Waves, a: Complex, x: number, y: number): number => {
  let [swing, change] = [0, 0];
  for (let site = 0; site < waves.height * waves.width; site++) {
    const next = further(waves, site, x, y);
    if (next === null) continue;
    swing += (a.re[site] ** 2 + a.im[site] ** 2 + a.re[next] ** 2 + a.im[next] ** 2) / 2;
    change += (a.re[next] - a.re[site]) ** 2 + (a.im[next] - a.im[site]) ** 2;
  }
  return swing === 0 ? 0 : Math.min(2, Math.sqrt(change / swing));
};

/** Wave numbers up to this are measured between sites two apart, which halves the effect of noise. */
const longWave = 1;

/**
 * The phase difference between sites at this offset, root mean square over all; the same for travelling and standing
 * waves.
 */
export const waveNumberAlong = (waves: Waves, a: Complex, x: number, y: number): number => {
  const n = Math.min(x === 0 ? waves.height : waves.width, y === 0 ? waves.width : waves.height);
  if (n < 2) return 0;
  const near = 2 * Math.asin(meanChange(waves, a, x, y) / 2);
  return n < 5 || near > longWave ? near : Math.asin(meanChange(waves, a, 2 * x, 2 * y) / 2);
};

/** Whether the travelling part has mostly one direction. */
export const runsOneWay = (heading: Vector | null): heading is Vector =>
  heading !== null && Math.hypot(heading.x, heading.y) >= 0.5;

/** The wave number along the direction of travel; changes across it do not count. */
export const waveNumberTowards = (waves: Waves, a: Complex, heading: Vector): number => {
  const size = Math.hypot(heading.x, heading.y);
  const [u, v] = [heading.x / size, heading.y / size];
  const [x, y] = [waveNumberAlong(waves, a, 1, 0), waveNumberAlong(waves, a, 0, 1)];
  // (x + y)^2 - (x - y)^2 is 4 x y, as long as no phase goes beyond half a turn.
  const both =
    x + y < Math.PI && x > 0 && y > 0
      ? (waveNumberAlong(waves, a, 1, 1) ** 2 - waveNumberAlong(waves, a, 1, -1) ** 2) / 4
      : Math.sign(u * v) * x * y;
  const along = (u * x) ** 2 + 2 * u * v * both + (v * y) ** 2;
  return along > 0 ? Math.sqrt(along) : Math.hypot(x, y);
};
