/** A Fourier transform as steps that every engine has, written once for all of them. */

import type { OpOf } from '../../dsl/op.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { type FourierPlan, fourierPlan } from './plan.js';
import {
  chirpFactors,
  type Ends,
  type Factors,
  kernelFactors,
  matrixTable,
  plainTable,
  productTables,
  splitFactors,
  type Table,
} from './tables.js';

/** The steps, on tensors whose first axis holds rows, as many as there are. */
export interface Steps<T> {
  /** Other sizes after the rows; how many rows there are follows. */
  readonly reshape: (x: T, sizes: Shape) => T;
  /** [rows, a, b, c] to [rows, b, a, c]. */
  readonly exchange: (x: T) => T;
  /** [rows, m] times [m, n]. */
  readonly product: (x: T, by: Table) => T;
  /** Each row times the table, axes of size 1 repeated. */
  readonly times: (x: T, by: Table) => T;
  readonly sum: (x: T, y: T) => T;
  /** The last axis in reverse. */
  readonly swapped: (x: T) => T;
  /** [rows, n, c] filled up with zeros to [rows, m, c]. */
  readonly filledUp: (x: T, m: number) => T;
  /** The first entries of [rows, m, c]: [rows, n, d]. */
  readonly first: (x: T, n: number, d: number) => T;
  /** Runs a function and frees its intermediate tensors. */
  readonly within: (f: () => T) => T;
}

const complex: Ends = { conjugate: false, from: 'complex', to: 'complex' };
const parts = (end: 'real' | 'complex'): Shape => (end === 'complex' ? [2] : []);

/** [rows, n, 2], each number times its factor. */
const turned = <T>(steps: Steps<T>, x: T, factors: Factors): T => {
  const [straight, crossed] = productTables(factors);
  return steps.sum(steps.times(x, straight), steps.times(steps.swapped(x), crossed));
};

/** [rows, n] or [rows, n, 2] to its modes, [rows, n] or [rows, n, 2]. */
const transformed = <T>(steps: Steps<T>, plan: FourierPlan, ends: Ends, x: T): T => {
  const { conjugate, from, to } = ends;
  const { n } = plan;
  switch (plan.kind) {
    case 'matrix': {
      const flat = steps.reshape(x, [n * volume(parts(from))]);
      return steps.reshape(steps.product(flat, matrixTable(n, ends)), [n, ...parts(to)]);
    }
    case 'split': {
      // Number i b + j contributes to mode l a + k: first a transform over i to k, then over j to l.
      const [a, b] = [plan.first.n, plan.second.n];
      const columns = steps.exchange(steps.reshape(x, [a, b, volume(parts(from))]));
      const first = transformed(
        steps,
        plan.first,
        { conjugate, from, to: 'complex' },
        steps.reshape(columns, [a, ...parts(from)]),
      );
      const between = turned(steps, steps.reshape(first, [n, 2]), splitFactors(a, b, conjugate));
      const rows = steps.exchange(steps.reshape(between, [b, a, 2]));
      const second = transformed(
        steps,
        plan.second,
        { conjugate, from: 'complex', to },
        steps.reshape(rows, [b, 2]),
      );
      const modes = steps.exchange(steps.reshape(second, [a, b, volume(parts(to))]));
      return steps.reshape(modes, [n, ...parts(to)]);
    }
    case 'chirp': {
      const chirp = chirpFactors(n, conjugate);
      const wave =
        from === 'complex'
          ? turned(steps, x, chirp)
          : steps.times(steps.reshape(x, [n, 1]), plainTable(chirp));
      const modes = transformed(steps, plan.inner, complex, steps.filledUp(wave, plan.inner.n));
      const answer = turned(steps, modes, kernelFactors(n, plan.inner.n, conjugate));
      const back = transformed(steps, plan.inner, { ...complex, conjugate: true }, answer);
      const whole = turned(steps, steps.first(back, n, 2), chirp);
      return to === 'complex' ? whole : steps.reshape(steps.first(whole, n, 1), [n]);
    }
  }
};

/**
 * The transform along all axes of an operation, one after the other: only the first reads what is real, only the last drops
 * imaginary parts.
 *
 * @param body the sizes of the sample, without the axis of a complex value
 * @param x [rows, ...body] or [rows, ...body, 2]
 */
export const alongAxes = <T>(
  steps: Steps<T>,
  { axes, conjugate, from, to }: OpOf<'fourier'>,
  body: Shape,
  x: T,
): T =>
  axes.reduce((value, axis, i) => {
    const ends: Ends = {
      conjugate,
      from: i === 0 ? from : 'complex',
      to: i === axes.length - 1 ? to : 'complex',
    };
    const [n, after] = [body[axis], volume(body.slice(axis + 1))];
    const [inside, outside] = [volume(parts(ends.from)), volume(parts(ends.to))];
    return steps.within(() => {
      const front = steps.reshape(value, [n, after, inside]);
      const last = after === 1 ? front : steps.exchange(front);
      const modes = transformed(steps, fourierPlan(n), ends, steps.reshape(last, [n, ...parts(ends.from)]));
      const back = after === 1 ? modes : steps.exchange(steps.reshape(modes, [after, n, outside]));
      return steps.reshape(back, [...body, ...parts(ends.to)]);
    });
  }, x);
