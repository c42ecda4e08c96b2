/** A group of pointwise maps as one pass over memory. */

import {
  add,
  and,
  block,
  choose,
  constant,
  div,
  four,
  greater,
  greaterOrSame,
  type Local,
  load,
  loadSplat,
  max,
  min,
  mul,
  repeat,
  type Statement,
  set,
  step,
  store,
  sub,
  type Value,
} from '../../../engine/wasm/simd/code.js';
import type { Source } from '../../../engine/wasm/simd/module.js';
import type { FieldMap, FieldZip } from '../ir/field.js';
import { angle, angleVjp } from './angle.js';
import { functions, keepIn, type Scribe } from './functions.js';
import { length, lengthVjp } from './length.js';
import { locals } from './product.js';

/** `full`: a value a pixel; `plane`: a number a plane; `scalar`: one number. */
export type Operand = 'full' | 'plane' | 'scalar';

/** One function of a pass. */
export type PointwiseStep =
  | { readonly op: 'constant'; readonly value: number }
  | { readonly op: 'map'; readonly fn: FieldMap; readonly of: number }
  | { readonly op: 'affine'; readonly scale: number; readonly shift: number; readonly of: number }
  | {
      readonly op: 'zip';
      readonly fn: FieldZip | 'keep' | 'length';
      readonly of: number;
      readonly with: number;
    }
  // `cotangent` times `of` over the length of `of` and `with`
  | {
      readonly op: 'lengthVjp' | 'angleVjp';
      readonly cotangent: number;
      readonly of: number;
      readonly with: number;
    }
  | { readonly op: 'where'; readonly condition: number; readonly of: number; readonly with: number };

/** Values are numbered: the operands first, then the steps. */
export interface Group {
  readonly operands: readonly Operand[];
  readonly steps: readonly PointwiseStep[];
  readonly results: readonly number[];
}

/** Called with (strips, planes, vectors of a plane, address of each operand, address of each result). */
export const pointwiseGroup = ({ operands, steps, results }: Group): Source => ({
  parameters: 3 + operands.length + results.length,
  body: ([strips, planes, vectors, ...addresses], fresh): Statement => {
    const from = addresses.slice(0, operands.length);
    const to = addresses.slice(operands.length);
    const [stripCount, planeCount, vectorCount] = locals(fresh, 3);
    const values: Local<'v128'>[] = operands.map(() => fresh.v128());
    const planeAt = operands.map((operand) => (operand === 'plane' ? fresh.i32() : undefined));
    const each = (kind: Operand, visit: (index: number) => Statement): Statement =>
      block(...operands.flatMap((operand, index) => (operand === kind ? [visit(index)] : [])));
    const atPlane = (visit: (address: Local<'i32'>, index: number) => Statement): Statement =>
      block(...planeAt.flatMap((address, index) => (address === undefined ? [] : [visit(address, index)])));
    const written: Statement[] = [];
    const scribe: Scribe = { fresh, write: (statement) => written.push(statement) };
    for (const each of steps) values.push(keepIn(scribe, compute(each, values, scribe)));
    return block(
      each('scalar', (index) => set(values[index], loadSplat(from[index]))),
      repeat(
        stripCount,
        strips,
        atPlane((address, index) => set(address, from[index])),
        repeat(
          planeCount,
          planes,
          atPlane((address, index) =>
            block(set(values[index], loadSplat(address)), step(address, constant(4))),
          ),
          repeat(
            vectorCount,
            vectors,
            each('full', (index) =>
              block(set(values[index], load(from[index])), step(from[index], constant(16))),
            ),
            ...written,
            ...results.map((result, i) => block(store(to[i], 0, values[result]), step(to[i], constant(16)))),
          ),
        ),
      ),
    );
  },
});

const compute = (each: PointwiseStep, values: readonly Local<'v128'>[], scribe: Scribe): Value<'v128'> => {
  switch (each.op) {
    case 'constant':
      return four(each.value);
    case 'map':
      return functions[each.fn](scribe, values[each.of]);
    case 'affine': {
      const scaled = each.scale === 1 ? values[each.of] : mul(values[each.of], four(each.scale));
      return each.shift === 0 ? scaled : add(scaled, four(each.shift));
    }
    case 'zip':
      return combine(each.fn, values[each.of], values[each.with], scribe);
    case 'lengthVjp':
      return lengthVjp(scribe, values[each.cotangent], values[each.of], values[each.with]);
    case 'angleVjp':
      return angleVjp(scribe, values[each.cotangent], values[each.of], values[each.with]);
    case 'where':
      return choose(greaterOrSame(four(0), values[each.condition]), values[each.with], values[each.of]);
  }
};

const combine = (
  fn: FieldZip | 'keep' | 'length',
  a: Local<'v128'>,
  b: Local<'v128'>,
  scribe: Scribe,
): Value<'v128'> => {
  switch (fn) {
    case 'add':
      return add(a, b);
    case 'sub':
      return sub(a, b);
    case 'mul':
      return mul(a, b);
    case 'div':
      return div(a, b);
    case 'max':
      return max(a, b);
    case 'min':
      return min(a, b);
    case 'greater':
      return and(greater(a, b), four(1));
    case 'greaterEqual':
      return and(greaterOrSame(a, b), four(1));
    case 'atan2':
      return angle(scribe, a, b);
    case 'keep':
      return choose(greater(b, four(0)), a, b);
    case 'length':
      return length(scribe, a, b);
  }
};
