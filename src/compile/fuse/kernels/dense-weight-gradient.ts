/**
 * Gradients of dense layers for their weights: blocks of features are transposed, so that the gradients
 * become products.
 */

import {
  block,
  constant,
  four,
  load,
  pick,
  repeat,
  type Statement,
  set,
  step,
  store,
} from '../../../engine/wasm/simd/code.js';
import type { Source } from '../../../engine/wasm/simd/module.js';
import { locals, range } from './product.js';

/** What `transposeBlocks` is called with, in order. */
export const transposeParameters = [
  'from',
  'fromRow',
  'fromStrip',
  'fromBlock',
  'to',
  'toBlock',
  'strips',
  'blocks', // of `rows` features
] as const;

/**
 * Transposes blocks of features from strips [strip, feature, 8 pixels] to [strip, 8 pixels, `wide` features].
 * The first `rows` features are copied; the others are zero. Then a gradient is a product: c[i, j] += sum
 * over pixels of x[pixel, i] y[pixel, j].
 */
export const transposeBlocks = (rows: number, wide: number): Source => ({
  parameters: transposeParameters.length,
  body: ([from, fromRow, fromStrip, fromBlock, to, toBlock, strips, blocks], fresh): Statement => {
    const [count, blockCount, address, start, put] = locals(fresh, 5);
    const quarters = Math.ceil(wide / 4);
    const values = range(4 * quarters).map(() => fresh.v128());
    const [a, b, c, d] = range(4).map(() => fresh.v128());
    const quarter = (half: number, feature: number): Statement => {
      const [p, q, r, s] = values.slice(feature, feature + 4);
      const save = (pixel: number, value: ReturnType<typeof pick>): Statement =>
        store(put, 4 * wide * (4 * half + pixel) + 4 * feature, value, Math.min(4, wide - feature));
      return block(
        set(a, pick(p, q, [0, 4, 1, 5])),
        set(b, pick(r, s, [0, 4, 1, 5])),
        set(c, pick(p, q, [2, 6, 3, 7])),
        set(d, pick(r, s, [2, 6, 3, 7])),
        save(0, pick(a, b, [0, 1, 4, 5])),
        save(1, pick(a, b, [2, 3, 6, 7])),
        save(2, pick(c, d, [0, 1, 4, 5])),
        save(3, pick(c, d, [2, 3, 6, 7])),
      );
    };
    return repeat(
      blockCount,
      blocks,
      set(start, from),
      set(put, to),
      repeat(
        count,
        strips,
        ...range(2).map((half) =>
          block(
            set(address, start),
            ...values.map((value, i) =>
              i < rows
                ? block(set(value, load(address, 16 * half)), step(address, fromRow))
                : set(value, four(0)),
            ),
            ...range(quarters).map((part) => quarter(half, 4 * part)),
          ),
        ),
        step(start, fromStrip),
        step(put, constant(32 * wide)),
      ),
      step(from, fromBlock),
      step(to, toBlock),
    );
  },
});
