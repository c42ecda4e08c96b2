/** Layers and reductions over lists of numbers, in double precision; each kernel is made for one size. */

import {
  addDouble,
  block,
  constant,
  four,
  type Local,
  load,
  loadSplat,
  loadTwo,
  max,
  mulDouble,
  pick,
  repeat,
  type Statement,
  set,
  step,
  store,
  toDouble,
  toFloat,
  type Value,
} from '../../../engine/wasm/simd/code.js';
import type { Source } from '../../../engine/wasm/simd/module.js';
import type { Along } from '../ir/field.js';
import { locals, range } from './product.js';

const upper = (x: Local<'v128'>): Value<'v128'> => pick(x, x, [2, 3, 2, 3]);

/** Numbers at a stride of `apart` bytes, up to four; lanes past the last may hold anything. */
const apartFrom = (address: Local<'i32'>, apart: number, lanes: number): Value<'v128'> => {
  if (apart === 4) return load(address);
  const [a, b, c, d] = range(4).map((lane) => loadSplat(address, Math.min(lane, lanes - 1) * apart));
  return pick(pick(a, b, [0, 4, 0, 4]), pick(c, d, [0, 4, 0, 4]), [0, 1, 4, 5]);
};

/** Stores up to four lanes, `apart` bytes from each other. */
const storeApart = (address: Local<'i32'>, apart: number, value: Local<'v128'>, lanes: number): Statement =>
  apart === 4
    ? store(address, 0, value, lanes)
    : block(
        ...range(lanes).map((lane) =>
          store(address, lane * apart, pick(value, value, [lane, lane, lane, lane]), 1),
        ),
      );

/** Blocks of four lanes, and one of the rest: how many there are of each, and the lanes of one. */
const foursOf = (count: number): readonly { readonly times: number; readonly lanes: number }[] =>
  [
    { times: Math.floor(count / 4), lanes: 4 },
    { times: 1, lanes: count % 4 },
  ].filter(({ times, lanes }) => times * lanes > 0);

/** A dense layer along the middle axis of a list, four results at once. Called with (x, weights, to). */
export const listDense = ({
  outer,
  count,
  inner,
  to,
  transposed,
}: Along & { readonly to: number; readonly transposed: boolean }): Source => ({
  parameters: 3,
  body: ([x, weights, result], fresh): Statement => {
    const [o, i, j, k, first, from, row, weight, put, target] = locals(fresh, 10);
    const [value, four4, low, high] = range(4).map(() => fresh.v128());
    // strides from one result to the next, and from one depth to the next
    const [across, down] = transposed ? [4 * count, 4] : [4, 4 * to];
    const results = (lanes: number): Statement =>
      block(
        set(low, four(0)),
        set(high, four(0)),
        set(from, first),
        set(weight, row),
        repeat(
          k,
          constant(count),
          set(value, loadSplat(from)),
          set(value, toDouble(value)),
          set(four4, apartFrom(weight, across, lanes)),
          set(low, addDouble(low, mulDouble(value, toDouble(four4)))),
          set(high, addDouble(high, mulDouble(value, toDouble(upper(four4))))),
          step(from, constant(4 * inner)),
          step(weight, constant(down)),
        ),
        set(value, pick(toFloat(low), toFloat(high), [0, 1, 4, 5])),
        storeApart(put, 4 * inner, value, lanes),
        step(put, constant(16 * inner)),
        step(row, constant(4 * across)),
      );
    return repeat(
      o,
      constant(outer),
      set(first, x),
      set(target, result),
      repeat(
        i,
        constant(inner),
        set(put, target),
        set(row, weights),
        ...foursOf(to).map(({ times, lanes }) => repeat(j, constant(times), results(lanes))),
        step(first, constant(4)),
        step(target, constant(4)),
      ),
      step(x, constant(4 * count * inner)),
      step(result, constant(4 * to * inner)),
    );
  },
});

/** The VJP of such a layer for its weights, added to doubles, two at once. Called with (x, cotangent, to). */
export const listDenseWeight = ({ outer, count, inner, to }: Along & { readonly to: number }): Source => ({
  parameters: 3,
  body: ([x, cotangent, sums], fresh): Statement => {
    const [o, i, k, j, at, first, from, put] = locals(fresh, 8);
    const [value, pair] = [fresh.v128(), fresh.v128()];
    const apart = 4 * inner;
    const products = (lanes: 1 | 2): Statement =>
      block(
        set(pair, apart === 4 && lanes === 2 ? loadTwo(from) : apartFrom(from, lanes === 1 ? 0 : apart, 2)),
        set(pair, mulDouble(value, toDouble(pair))),
        lanes === 2
          ? store(put, 0, addDouble(load(put), pair))
          : store(put, 0, addDouble(loadTwo(put), pair), 2),
        step(from, constant(2 * apart)),
        step(put, constant(8 * lanes)),
      );
    return repeat(
      o,
      constant(outer),
      repeat(
        i,
        constant(inner),
        set(put, sums),
        set(at, x),
        set(first, cotangent),
        repeat(
          k,
          constant(count),
          set(value, loadSplat(at)),
          set(value, toDouble(value)),
          set(from, first),
          repeat(j, constant(Math.floor(to / 2)), products(2)),
          to % 2 === 1 ? products(1) : [],
          step(at, constant(4 * inner)),
        ),
        step(x, constant(4)),
        step(cotangent, constant(4)),
      ),
      step(x, constant(4 * (count - 1) * inner)),
      step(cotangent, constant(4 * (to - 1) * inner)),
    );
  },
});

/** Reduces along the middle axis of a list, four results at once. Called with (x, to). */
export const listReduce = ({ outer, count, inner, fn }: Along & { readonly fn: 'sum' | 'max' }): Source => ({
  parameters: 2,
  body: ([x, result], fresh): Statement => {
    const [o, i, k, first, at, put] = locals(fresh, 6);
    const [value, low, high] = range(3).map(() => fresh.v128());
    // four neighbours, or four groups if the inner axis has one entry
    const isInner = inner > 1;
    const [groups, lanes4, apart] = isInner ? [outer, inner, 4] : [1, outer, 4 * count];
    const results = (lanes: number): Statement =>
      block(
        set(at, first),
        set(value, apartFrom(at, apart, lanes)),
        ...(fn === 'sum'
          ? [set(low, toDouble(value)), set(high, toDouble(upper(value)))]
          : [set(low, value)]),
        repeat(
          k,
          constant(count - 1),
          step(at, constant(4 * inner)),
          set(value, apartFrom(at, apart, lanes)),
          ...(fn === 'sum'
            ? [set(low, addDouble(low, toDouble(value))), set(high, addDouble(high, toDouble(upper(value))))]
            : [set(low, max(low, value))]),
        ),
        fn === 'sum' ? set(low, pick(toFloat(low), toFloat(high), [0, 1, 4, 5])) : [],
        store(put, 0, low, lanes),
        step(first, constant(4 * apart)),
        step(put, constant(4 * lanes)),
      );
    return block(
      set(put, result),
      repeat(
        o,
        constant(groups),
        set(first, x),
        ...foursOf(lanes4).map(({ times, lanes }) => repeat(i, constant(times), results(lanes))),
        step(x, constant(4 * count * inner)),
      ),
    );
  },
});
