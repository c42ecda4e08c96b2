/**
 * The sinusoid that explains most of many records at once, besides an offset and a linear trend of each. All four terms
 * are fitted together (weighted least squares, the weights a Hann window), so that neither a large offset nor a record
 * of few cycles biases the result.
 */

import { maxAbs } from '../base/max-abs.js';
import { type Complex, complex, dft, hann, powerOfTwo } from './transform.js';

/** Records of equal length, concatenated. */
export interface Records {
  readonly count: number;
  readonly steps: number;
  /** [count, steps] */
  readonly values: Float64Array;
}

/** Fewer steps do not determine an offset, a trend and a sinusoid. */
export const fewestSteps = 6;

const dot = (weights: Float64Array, a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let t = 0; t < a.length; t++) sum += weights[t] * a[t] * b[t];
  return sum;
};

/** The part of a vector that is orthogonal to some orthonormal vectors. */
const without = (
  weights: Float64Array,
  vector: Float64Array,
  others: readonly Float64Array[],
): Float64Array => {
  const out = vector.slice();
  // Twice, since one pass leaves rounding errors.
  for (let pass = 0; pass < 2; pass++)
    for (const other of others) {
      const share = dot(weights, out, other);
      for (let t = 0; t < out.length; t++) out[t] -= share * other[t];
    }
  return out;
};

/** A vector whose orthogonal part is below this share of its length counts as in the span of the others. */
const degenerate = 1e-9;

interface Basis {
  readonly weights: Float64Array;
  /** Offset and trend. */
  readonly slow: readonly Float64Array[];
  /** Cosine and sine, orthonormal and orthogonal to the slow ones; fewer if they are in the span of those. */
  readonly fast: readonly Float64Array[];
  /** The cosine and the sine in this basis: cosine = c fast0, sine = s0 fast0 + s1 fast1. */
  readonly parts: readonly [cosine: number, sine0: number, sine1: number];
}

const hannWeights = (steps: number): Float64Array =>
  Float64Array.from({ length: steps }, (_, t) => hann(t, steps));

/** These vectors made orthonormal and orthogonal to others; fewer if they are in the span of those. */
export const besides = (
  weights: Float64Array,
  vectors: readonly Float64Array[],
  others: readonly Float64Array[] = [],
): readonly Float64Array[] => {
  const own: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = without(weights, vector, [...others, ...own]);
    const size = Math.sqrt(dot(weights, rest, rest));
    if (size > degenerate * Math.sqrt(dot(weights, vector, vector)))
      own.push(rest.map((value) => value / size));
  }
  return own;
};

/** Offset and trend. */
export const slowOf = (weights: Float64Array): readonly Float64Array[] => {
  const steps = weights.length;
  return besides(weights, [
    new Float64Array(steps).fill(1),
    Float64Array.from({ length: steps }, (_, t) => t - (steps - 1) / 2),
  ]);
};

/** @param cycles over the whole record */
const basisAt = (weights: Float64Array, slow: readonly Float64Array[], cycles: number): Basis => {
  const steps = weights.length;
  const turn = (2 * Math.PI * cycles) / steps;
  const cosine = Float64Array.from({ length: steps }, (_, t) => Math.cos(turn * t));
  const sine = Float64Array.from({ length: steps }, (_, t) => Math.sin(turn * t));
  const fast: Float64Array[] = [];
  const added = (vector: Float64Array): number => {
    const rest = without(weights, vector, [...slow, ...fast]);
    const size = Math.sqrt(dot(weights, rest, rest));
    if (size <= degenerate * Math.sqrt(dot(weights, vector, vector))) return 0;
    fast.push(rest.map((value) => value / size));
    return size;
  };
  const c = added(cosine);
  const first = fast[0];
  const s0 = first === undefined ? 0 : dot(weights, sine, first);
  const s1 = added(sine);
  return { weights, slow, fast, parts: [c, s0, s1] };
};

export const projections = (
  { count, steps, values }: Records,
  weights: Float64Array,
  vectors: readonly Float64Array[],
): readonly Float64Array[] =>
  vectors.map((vector) => {
    const weighed = vector.map((value, t) => value * weights[t]);
    const out = new Float64Array(count);
    for (let record = 0; record < count; record++) {
      let sum = 0;
      for (let t = 0, at = record * steps; t < steps; t++, at++) sum += weighed[t] * values[at];
      out[record] = sum;
    }
    return out;
  });

export const squares = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value * value, 0);

/** The sinusoid that explains most. */
export interface Peak {
  /** Over the whole record. */
  readonly cycles: number;
  /** Share that it explains of the records without offsets and trends, 0 .. 1. */
  readonly share: number;
}

const padding = 16;

/** Cycles of the greatest peak of the windowed spectrum above `above` cycles, all records together. */
const spectralPeak = (detrended: Records, above: number): number | null => {
  const { count, steps, values } = detrended;
  const length = powerOfTwo(padding * steps);
  const power = new Float64Array(length / 2 + 1);
  for (let record = 0; record < count; record++) {
    const line = complex(length);
    for (let t = 0; t < steps; t++) line.re[t] = values[record * steps + t] * hann(t, steps);
    const { re, im } = dft(line);
    for (let k = 0; k < power.length; k++) power[k] += re[k] ** 2 + im[k] ** 2;
  }
  const first = Math.ceil((above * length) / steps);
  if (first >= power.length) return null;
  let best = first;
  for (let k = first; k < power.length; k++) if (power[k] > power[best]) best = k;
  return (best * steps) / length;
};

const golden = (Math.sqrt(5) - 1) / 2;

const maximumOf = (f: (x: number) => number, low: number, high: number): number => {
  let [a, b] = [low, high];
  let [x, y] = [b - golden * (b - a), a + golden * (b - a)];
  let [fx, fy] = [f(x), f(y)];
  for (let i = 0; i < 28; i++) {
    if (fx > fy) {
      [b, y, fy] = [y, x, fx];
      x = b - golden * (b - a);
      fx = f(x);
    } else {
      [a, x, fx] = [x, y, fy];
      y = a + golden * (b - a);
      fy = f(y);
    }
  }
  return (a + b) / 2;
};

/** Below this many cycles every eighth of a cycle is tried, since a spectrum does not resolve so few cycles. */
const few = 3;
const fewestCycles = 0.25;

/** Records minus their lines, fitted by least squares with the window's weights. */
export const detrend = (records: Records, weights: Float64Array, slow: readonly Float64Array[]): Records => {
  const found = projections(records, weights, slow);
  const { steps } = records;
  return {
    ...records,
    values: records.values.map((value, i) => {
      const record = Math.floor(i / steps);
      return slow.reduce((rest, vector, k) => rest - found[k][record] * vector[i % steps], value);
    }),
  };
};

/** The peak of all records together; null if only offsets, trends and rounding are left. */
export const peakOf = (records: Records): Peak | null => {
  const { steps, values } = records;
  const weights = hannWeights(steps);
  const slow = slowOf(weights);
  const rest = detrend(records, weights, slow);
  const all = Math.sqrt(rest.values.reduce((sum, value, i) => sum + weights[i % steps] * value * value, 0));
  const largest = maxAbs(values);
  // Single precision has seven digits.
  const rounding = 3e-7 * largest * Math.sqrt(records.count * weights.reduce((a, b) => a + b, 0));
  if (all === 0 || all <= rounding) return null;
  const explained = (cycles: number): number =>
    projections(rest, weights, basisAt(weights, slow, cycles).fast).reduce(
      (sum, part) => sum + squares(part),
      0,
    );
  const highest = steps / 2;
  const high = spectralPeak(rest, Math.min(few, highest));
  const tried = [
    ...Array.from({ length: Math.round((few - fewestCycles) * 8) + 1 }, (_, i) => fewestCycles + i / 8),
    ...(high === null ? [] : [high]),
  ].filter((cycles) => cycles <= highest);
  const powers = tried.map(explained);
  const best = tried[powers.indexOf(powers.reduce((a, b) => Math.max(a, b), 0))];
  const cycles = maximumOf(
    explained,
    Math.max(fewestCycles / 2, best - 0.25),
    Math.min(highest, best + 0.25),
  );
  return { cycles, share: Math.min(1, explained(cycles) / all ** 2) };
};

/** Records without offset, trend and the sinusoid at `cycles`. */
export const withoutSwing = (records: Records, cycles: number): Records => {
  const weights = hannWeights(records.steps);
  const slow = slowOf(weights);
  return detrend(records, weights, [...slow, ...basisAt(weights, slow, cycles).fast]);
};

/** The complex amplitude at `cycles`: each record is about offset + trend + Re a e^{-2 pi i cycles t / steps}. */
export const swingAt = (records: Records, cycles: number): Complex => {
  const weights = hannWeights(records.steps);
  const slow = slowOf(weights);
  const { fast, parts } = basisAt(weights, slow, cycles);
  const [c, s0, s1] = parts;
  const found = projections(detrend(records, weights, slow), weights, fast);
  const out = complex(records.count);
  for (let i = 0; i < records.count; i++) {
    const sine = s1 > 0 && c > 0 ? found[1][i] / s1 : 0;
    out.im[i] = sine;
    out.re[i] = c > 0 ? (found[0][i] - s0 * sine) / c : 0;
  }
  return out;
};
