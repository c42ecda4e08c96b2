/** Fields of unit vectors: the elements of each vector, and states on the sphere. */

import { remembered } from '../../base/remembered.js';
import type { NdArray } from '../../compile/reference/array.js';
import type { NdArrays } from '../../compile/reference/run.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { structureOf } from '../reading/structure.js';
import { exact, unit64 } from '../rounding/bounded.js';
import type { System } from '../system/system.js';
import { boundedStep } from '../trial/interpreter.js';
import type { Trial } from '../trial/law.js';
import { atRest, probe, withFreeFields } from './at-rest.js';

/** How a field splits into vectors. */
export interface Vectors {
  /** The axis along which the elements of a vector lie. */
  readonly axis: number;
  /** The number of elements of a vector: consecutive channels, or all along another axis. */
  readonly size: number;
  /** The largest deviation of their length from 1 after a step. */
  readonly off: number;
}

/** The indices of every vector. */
export const vectorsIn = (
  shape: Shape,
  { axis, size }: Pick<Vectors, 'axis' | 'size'>,
): readonly (readonly number[])[] => {
  const stride = volume(shape.slice(axis + 1));
  const whole = shape[axis] * stride;
  const found: number[][] = [];
  for (let first = 0; first < volume(shape); first += whole)
    for (let part = 0; part < shape[axis]; part += size)
      for (let inner = 0; inner < stride; inner++)
        found.push(Array.from({ length: size }, (_, i) => first + (part + i) * stride + inner));
  return found;
};

const candidates = (shape: Shape): readonly Pick<Vectors, 'axis' | 'size'>[] => {
  const last = shape.length - 1;
  const channels = shape[last] ?? 1;
  const groups = Array.from({ length: channels }, (_, i) => i + 1).filter(
    (n) => n >= 2 && channels % n === 0,
  );
  return [
    ...groups.map((size) => ({ axis: last, size })),
    ...shape.slice(0, -1).flatMap((n, axis) => (n >= 2 ? [{ axis, size: n }] : [])),
  ];
};

const lengths = (data: Float64Array, vectors: readonly (readonly number[])[]): readonly number[] =>
  vectors.map((indices) => Math.hypot(...indices.map((i) => data[i])));

/**
 * How the field named by `structure.unit` splits into unit vectors: the split whose lengths after a step are closest to
 * 1; null if no field is normalised, or it has no two elements to make a vector of.
 */
export const vectorsOf = remembered((system: System): Vectors | null => {
  const name = structureOf(system).unit;
  return name === null ? null : closest(system, name);
});

const closest = (system: System, name: string): Vectors | null => {
  const { around } = withFreeFields({ system, around: atRest(system) });
  const start = Object.fromEntries(
    Object.entries(system.fields).map(([field, shape], i) => [field, exact(probe(volume(shape), i + 1))]),
  );
  const { value } = boundedStep(system, start, around, unit64)[name];
  const shape = system.fields[name];
  const found = candidates(shape).map((each): Vectors => {
    const off = lengths(value, vectorsIn(shape, each)).map((length) => Math.abs(length - 1));
    return { ...each, off: Math.max(...off) };
  });
  return found.reduce<Vectors | null>(
    (best, each) => (best === null || each.off < best.off ? each : best),
    null,
  );
};

/** A field with each vector scaled to length 1; a zero vector becomes [1, 0, 0, ...]. */
const onSphere = ({ shape, data }: NdArray, vectors: Vectors): NdArray => {
  const out = Float64Array.from(data);
  for (const indices of vectorsIn(shape, vectors)) {
    const length = Math.hypot(...indices.map((i) => data[i]));
    for (const [number, i] of indices.entries())
      out[i] = Math.fround(length === 0 ? Number(number === 0) : data[i] / length);
  }
  return { shape, data: out };
};

/** The start of a trial with its unit vectors scaled to length 1, as a step leaves them. */
export const startOnSphere = ({ system, structure, start }: Trial): NdArrays => {
  const vectors = vectorsOf(system);
  return structure.unit === null || vectors === null
    ? start
    : { ...start, [structure.unit]: onSphere(start[structure.unit], vectors) };
};
