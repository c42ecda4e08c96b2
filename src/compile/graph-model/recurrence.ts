/** The associative scan for linear recurrences in the graph: log2(T) sweeps over the whole sequence. */

import type { OpOf } from '../../dsl/op.js';
import { volume } from '../../dsl/shape.js';
import { type Ref, type Site, under } from './draft.js';
import * as tf from './ops.js';
import { batched, overBatch, tensorShape, type Value } from './value.js';

/** The affine map h → A h + b of each time: a [B, T, maps], b [B, T, values]. */
interface Maps {
  readonly a: Ref;
  readonly b: Ref;
}

/** Products that the kind of recurrence is made of. */
interface Algebra {
  /** A A'. */
  readonly compose: (a: Ref, earlier: Ref) => Ref;
  /** A b. */
  readonly act: (a: Ref, b: Ref) => Ref;
}

const algebra = (site: Site, kind: OpOf<'recurrence'>['kind'], n: number): Algebra => {
  const mul = (a: Ref, b: Ref): Ref => tf.binary(under(site, 'product'), 'Mul', a, b);
  if (kind === 'diagonal') return { compose: mul, act: mul };
  const summed = (x: Ref, axis: number): Ref => tf.reduced(under(site, 'sum'), 'Sum', x, [axis]);
  // Matrices are 2 x 2 or so: pointwise products summed over the inner axis, not a matrix product a site.
  return {
    compose: (a, earlier) =>
      tf.reshape(
        site,
        summed(mul(tf.reshape(site, a, [-1, n, n, 1]), tf.reshape(site, earlier, [-1, 1, n, n])), 2),
        a.shape,
      ),
    act: (a, b) =>
      tf.reshape(
        site,
        summed(mul(tf.reshape(site, a, [-1, n, n]), tf.reshape(site, b, [-1, 1, n])), 2),
        b.shape,
      ),
  };
};

const times = (site: Site, x: Ref, begin: number, size: number): Ref =>
  tf.slice(under(site, 'times'), x, [0, begin, 0], [x.shape[0], size, x.shape[2]]);

/** Hillis & Steele's inclusive scan: after sweep d each time holds the composition of the last 2^d maps. */
export const recurrence = (
  site: Site,
  op: OpOf<'recurrence'>,
  [factors, inputs, initial]: readonly Value[],
): Ref => {
  const [steps, ...rest] = inputs.facts.shape;
  const n = op.kind === 'matrix' ? rest[rest.length - 1] : 1;
  const perSample = [factors, inputs, initial].find((value) => value?.facts.perSample);
  const flat = (value: Value, ...shape: number[]): Ref => {
    const ref = perSample === undefined ? batched(site, value) : overBatch(site, value);
    return tf.reshape(site, ref, [ref.shape[0], ...shape]);
  };
  const { compose, act } = algebra(site, op.kind, n);
  const values = volume(rest);
  const a = flat(factors, steps, values * n);
  const alone = flat(inputs, steps, values);
  const started = initial === undefined ? alone : withInitial(flat(initial, 1, values));
  let maps: Maps = { a, b: started };
  for (let reach = 1; reach < steps; reach *= 2) maps = sweep(maps, reach);
  return tf.reshape(
    site,
    maps.b,
    perSample === undefined ? [steps, ...rest] : tensorShape(perSample, [steps, ...rest]),
  );

  function withInitial(start: Ref): Ref {
    const first = tf.binary(
      under(site, 'start'),
      'AddV2',
      times(site, alone, 0, 1),
      act(times(site, a, 0, 1), start),
    );
    return steps === 1
      ? first
      : tf.concat(under(site, 'start'), [first, times(site, alone, 1, steps - 1)], 1);
  }

  /** Each time's map after the one `reach` earlier; the first `reach` are complete already. */
  function sweep({ a: now, b }: Maps, reach: number): Maps {
    const later = times(site, now, reach, steps - reach);
    const moved = tf.binary(
      under(site, 'moved'),
      'AddV2',
      act(later, times(site, b, 0, steps - reach)),
      times(site, b, reach, steps - reach),
    );
    const composed = compose(later, times(site, now, 0, steps - reach));
    return {
      a: tf.concat(under(site, 'maps'), [times(site, now, 0, reach), composed], 1),
      b: tf.concat(site, [times(site, b, 0, reach), moved], 1),
    };
  }
};
