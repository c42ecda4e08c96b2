/**
 * Layers and reductions over lists of numbers: weights computed from weights, what a field is on average, what drives
 * a step. They are small beside anything with pixels, so plain loops.
 */

import type { Along, FieldNode, FieldOpOf } from '../ir/field.js';
import type { Instruction, Place } from '../memory/address.js';
import type { Machine } from '../memory/arena.js';

/** A list's numbers in memory at a step. */
type At = (t: number) => number;

interface ListOperand {
  readonly node: number;
  readonly place: Place;
}

const first =
  ({ place }: ListOperand): At =>
  (t) =>
    place.at(t) / 4;

/** The instructions of an operation whose first input is a list; nothing where it is no layer and no reduction. */
export const emitOnLists = (
  op: FieldNode['op'],
  inputs: readonly ListOperand[],
  out: ListOperand,
  { machine, doubles }: { readonly machine: Machine; readonly doubles: (node: number) => number },
): readonly Instruction[] | undefined => {
  const [x, y, z] = inputs.map(first);
  switch (op.op) {
    case 'dense':
      return [dense(op, x, y, first(out), machine)];
    case 'denseWeight':
      return [denseWeight(op, x, y, doubles(out.node), machine)];
    case 'reducePlanes':
      return [reduce(op, x, first(out), machine)];
    case 'firstMax':
      return [firstMax(op, [x, y, z], first(out), machine)];
    default:
      return undefined;
  }
};

/** For each place before and after the middle: the number of the first element, and of the first result. */
const middles = ({ outer, count, inner }: Along, to: number, f: (x: number, y: number) => void): void => {
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) f(o * count * inner + i, o * to * inner + i);
};

const dense =
  (op: FieldOpOf<'dense'>, x: At, w: At, out: At, machine: Machine): Instruction =>
  (t) => {
    const { floats } = machine;
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
  (op: FieldOpOf<'denseWeight'>, x: At, dy: At, out: number, machine: Machine): Instruction =>
  (t) => {
    const { floats, doubles } = machine;
    const { count, to, inner } = op;
    const [a, d, c] = [x(t), dy(t), out / 8];
    middles(op, to, (from, result) => {
      for (let k = 0; k < count; k++)
        for (let j = 0; j < to; j++)
          doubles[c + k * to + j] += floats[a + from + k * inner] * floats[d + result + j * inner];
    });
  };

const reduce =
  (op: FieldOpOf<'reducePlanes'>, x: At, out: At, machine: Machine): Instruction =>
  (t) => {
    const { floats } = machine;
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

/** Equal, NaN to NaN too. */
const isAlike = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

const firstMax =
  (op: FieldOpOf<'firstMax'>, [x, max, d]: readonly At[], out: At, machine: Machine): Instruction =>
  (t) => {
    const { floats } = machine;
    const [a, m, cotangent, c] = [x(t), max(t), d(t), out(t)];
    middles(op, 1, (from, result) => {
      let found = false;
      for (let k = 0; k < op.count; k++) {
        const place = from + k * op.inner;
        const is: boolean = !found && isAlike(floats[a + place], floats[m + result]);
        floats[c + place] = is ? floats[cotangent + result] : 0;
        found ||= is;
      }
    });
  };
