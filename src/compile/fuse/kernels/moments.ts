/**
 * Sums and sums of squares in double precision. The square of a float is exact there, so a variance takes one
 * pass: with a mean of 1e4 standard deviations its relative error is about 1e-8, where differences of floats
 * have 1e-3.
 */

import {
  addDouble,
  and,
  block,
  constant,
  four,
  load,
  loadSplat,
  mulDouble,
  pick,
  repeat,
  type Statement,
  set,
  step,
  store,
  toDouble,
} from '../../../engine/wasm/simd/code.js';
import type { Source } from '../../../engine/wasm/simd/module.js';
import { locals } from './product.js';
import { addAt } from './sums.js';

/** Adds the moments of each plane, of whole vectors and one masked vector: (from, plane, to, squares, planes, vectors, mask). */
export const sumMoments = (): Source => ({
  parameters: 7,
  body: ([from, plane, to, squares, planes, vectors, mask], fresh): Statement => {
    const [planeCount, vectorCount, address] = locals(fresh, 3);
    const [sum, more, value, half, edge] = Array.from({ length: 5 }, () => fresh.v128());
    const taken = block(
      ...[value, pick(value, value, [2, 3, 2, 3])].map((pair) =>
        block(
          set(half, toDouble(pair)),
          set(sum, addDouble(sum, half)),
          set(more, addDouble(more, mulDouble(half, half))),
        ),
      ),
    );
    return block(
      set(edge, load(mask)),
      repeat(
        planeCount,
        planes,
        set(sum, four(0)),
        set(more, four(0)),
        set(address, from),
        repeat(vectorCount, vectors, set(value, load(address)), taken, step(address, constant(16))),
        set(value, and(load(address), edge)),
        taken,
        addAt(to, sum),
        addAt(squares, more),
        step(to, constant(8)),
        step(squares, constant(8)),
        step(from, plane),
      ),
    );
  },
});

/** Adds the numbers of a list and their squares: (from, to, squares, count). */
export const addMoments = (): Source => ({
  parameters: 4,
  body: ([from, to, squares, count], fresh): Statement => {
    const [left] = locals(fresh, 1);
    const value = fresh.v128();
    return repeat(
      left,
      count,
      set(value, toDouble(loadSplat(from))),
      store(to, 0, addDouble(load(to), value), 2),
      store(squares, 0, addDouble(load(squares), mulDouble(value, value)), 2),
      step(from, constant(4)),
      step(to, constant(8)),
      step(squares, constant(8)),
    );
  },
});
