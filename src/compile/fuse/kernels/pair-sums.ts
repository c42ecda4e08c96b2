/** Products of a few rows with a few columns: one sum in registers for each pair, with the terms in lanes. */

import {
  add,
  and,
  block,
  type Local,
  load,
  mul,
  type Statement,
  set,
} from '../../../engine/wasm/simd/code.js';
import type { Fresh } from '../../../engine/wasm/simd/module.js';
import { locals, range } from './product.js';

/** The registers of the pairs, and the statement that adds a vector of terms to each sum. */
export interface PairSums {
  /** The addresses of the terms of each row and of each column. */
  readonly ofA: readonly Local<'i32'>[];
  readonly ofB: readonly Local<'i32'>[];
  readonly sums: readonly (readonly Local<'v128'>[])[];
  /** The lanes that count in the last vector. */
  readonly edge: Local<'v128'>;
  readonly term: (masked: boolean) => Statement;
}

export const pairSums = (fresh: Fresh, rows: number, columns: number): PairSums => {
  const ofA = locals(fresh, rows);
  const ofB = locals(fresh, columns);
  const sums = range(rows).map(() => range(columns).map(() => fresh.v128()));
  const others = range(columns).map(() => fresh.v128());
  const [value, edge] = [fresh.v128(), fresh.v128()];
  const term = (masked: boolean): Statement => {
    const taken = (at: Local<'i32'>) => (masked ? and(load(at), edge) : load(at));
    return block(
      ...others.map((other, j) => set(other, taken(ofB[j]))),
      ...sums.map((ofRow, i) =>
        block(set(value, taken(ofA[i])), ...ofRow.map((sum, j) => set(sum, add(sum, mul(value, others[j]))))),
      ),
    );
  };
  return { ofA, ofB, sums, edge, term };
};
