/**
 * Layers and reductions over lists of numbers: weights computed from weights, what a field is on average, what drives
 * a step. They are small beside anything with pixels, so plain loops.
 */

import type { Along, FieldNode, FieldOpOf } from '../ir/field.js';
import type { Address, Instruction } from '../memory/address.js';
import type { Arena } from '../memory/arena.js';

/** A list's numbers in memory at a step. */
type At = (t: number) => number;

interface ListOperand {
  readonly node: number;
  readonly address: Address;
}

const first =
  ({ address }: ListOperand): At =>
  (t) =>
    address.at(t) / 4;

/** The instructions of a layer or reduction whose first input is a list; undefined for other operations. */
export const emitOnLists = (
  op: FieldNode['op'],
  inputs: readonly ListOperand[],
  out: ListOperand,
  { arena, doubles }: { readonly arena: Arena; readonly doubles: (node: number) => number },
): readonly Instruction[] | undefined => {
  const [x, y, z] = inputs.map(first);
  switch (op.op) {
    case 'dense':
      return [dense(op, x, y, first(out), arena)];
    case 'denseWeight':
      return [denseWeight(op, x, y, doubles(out.node), arena)];
    case 'reducePlanes':
      return [reduce(op, x, first(out), arena)];
    case 'firstMax':
      return [firstMax(op, [x, y, z], first(out), arena)];
    default:
      return undefined;
  }
};

/** Calls f for each (outer, inner) with the indices of the first element and of the first result. */
const middles = ({ outer, count, inner }: Along, to: number, f: (x: number, y: number) => void): void => {
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) f(o * count * inner + i, o * to * inner + i);
};

const dense =
  (op: FieldOpOf<'dense'>, x: At, w: At, out: At, arena: Arena): Instruction =>
  (t) => {
    const { floats } = arena;
    const { count, to, inner, transposed } = op;
    const [a, weights, c] = [x(t), w(t), out(t)];
    middles(op, to, (from, result) => {
      for (let j = 0; j < to; j++) {
        let sum = 0;
        for (let k = 0; k < count; k++)
          sum += floats[a + from + k * inner] * floats[weights + (transposed ? j * count + k : k * to + j)];
        floats[c + result + j * inner] = sum;
      }
    });
  };

const denseWeight =
  (op: FieldOpOf<'denseWeight'>, x: At, dy: At, out: number, arena: Arena): Instruction =>
  (t) => {
    const { floats, doubles } = arena;
    const { count, to, inner } = op;
    const [a, d, c] = [x(t), dy(t), out / 8];
    middles(op, to, (from, result) => {
      for (let k = 0; k < count; k++)
        for (let j = 0; j < to; j++)
          doubles[c + k * to + j] += floats[a + from + k * inner] * floats[d + result + j * inner];
    });
  };

const reduce =
  (op: FieldOpOf<'reducePlanes'>, x: At, out: At, arena: Arena): Instruction =>
  (t) => {
    const { floats } = arena;
    const [a, c] = [x(t), out(t)];
    middles(op, 1, (from, result) => {
      let value = floats[a + from];
      for (let k = 1; k < op.count; k++) {
        const next = floats[a + from + k * op.inner];
        value = op.fn === 'sum' ? value + next : Math.max(value, next);
      }
      floats[c + result] = value;
    });
  };

/** Whether two numbers are equal, or both NaN. */
const isAlike = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

const firstMax =
  (op: FieldOpOf<'firstMax'>, [x, max, d]: readonly At[], out: At, arena: Arena): Instruction =>
  (t) => {
    const { floats } = arena;
    const [a, m, cotangent, c] = [x(t), max(t), d(t), out(t)];
    middles(op, 1, (from, result) => {
      let found = false;
      for (let k = 0; k < op.count; k++) {
        const element = from + k * op.inner;
        const is: boolean = !found && isAlike(floats[a + element], floats[m + result]);
        floats[c + element] = is ? floats[cotangent + result] : 0;
        found ||= is;
      }
    });
  };
