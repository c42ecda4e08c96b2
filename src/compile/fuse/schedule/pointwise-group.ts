/** Pointwise nodes that are one pass over memory. */

import { type EmitContext, type Operand, stripsIn, vectorsIn } from '../emit/emitting.js';
import { type FieldNode, isPointwise, sameExtent } from '../ir/field.js';
import type { PointwiseStep } from '../kernels/pointwise.js';
import { timesOf } from '../list/argument.js';
import type { Argument, Call } from '../list/instruction.js';
import { pointwiseKernel } from '../registry/pointwise.js';
import type { Unit } from './order.js';

export const isPointwiseUnit = (nodes: readonly FieldNode[], [first]: Unit): boolean =>
  isPointwise(nodes[first]);

/** One pass over memory for pointwise nodes; the results of the nodes in `used` are written. */
export const pointwisePass = (
  nodes: readonly FieldNode[],
  unit: readonly number[],
  used: readonly number[],
  operand: (node: number) => Operand,
  e: Pick<EmitContext, 'tile'>,
): Call => {
  const { extent } = nodes[unit[0]];
  const inside = new Set(unit);
  const literal = (number: number): number | undefined => {
    const { op } = nodes[number];
    return op.op === 'leaf' && op.source.kind === 'constant' && typeof op.source.value === 'number'
      ? op.source.value
      : undefined;
  };
  const outer: number[] = [];
  for (const number of unit)
    for (const input of nodes[number].inputs)
      if (!inside.has(input) && literal(input) === undefined && !outer.includes(input)) outer.push(input);
  const given = outer.map(operand);
  const operands = given.map(({ extent: of }) => {
    if (sameExtent(of, extent)) return 'full' as const;
    return of.planes === 1 ? ('scalar' as const) : ('plane' as const);
  });
  const steps: PointwiseStep[] = [];
  const numbers = new Map<number, number>(outer.map((number, i) => [number, i]));
  const push = (step: PointwiseStep): number => {
    steps.push(step);
    return operands.length + steps.length - 1;
  };
  const numberOf = (number: number): number => {
    const known = numbers.get(number);
    if (known !== undefined) return known;
    const made = push({ op: 'constant', value: literal(number) ?? 0 });
    numbers.set(number, made);
    return made;
  };
  for (const number of unit) {
    const { op, inputs } = nodes[number];
    const [a, b, c] = inputs.map(numberOf);
    switch (op.op) {
      case 'map':
        numbers.set(number, push({ op: 'map', fn: op.fn, of: a }));
        break;
      case 'affine':
        numbers.set(number, push({ op: 'affine', scale: op.scale, shift: op.shift, of: a }));
        break;
      case 'zip':
        numbers.set(number, push({ op: 'zip', fn: op.fn, of: a, with: b }));
        break;
      case 'keep':
      case 'length':
        numbers.set(number, push({ op: 'zip', fn: op.op, of: a, with: b }));
        break;
      case 'lengthVjp':
      case 'angleVjp':
        numbers.set(number, push({ op: op.op, cotangent: a, of: b, with: c }));
        break;
      case 'where':
        numbers.set(number, push({ op: 'where', condition: a, of: b, with: c }));
        break;
      default:
        numbers.set(number, a);
    }
  }
  const results = used.map((number) => numbers.get(number) ?? 0);
  const targets = used.map(operand);
  const addresses = [...given, ...targets].map(({ address }) => address.at);
  const { planes, grid } = extent;
  const size: readonly Argument[] =
    grid === undefined
      ? [1, 1, Math.ceil(planes / 4)]
      : operands.includes('plane')
        ? [stripsIn(e), planes, vectorsIn(grid, e)]
        : // planes lie one after the other, and strips: one line, whose loop does not end every two vectors
          [1, 1, timesOf(stripsIn(e), planes * vectorsIn(grid, e))];
  return pointwiseKernel.call({ operands, steps, results }, [...size, ...addresses]);
};
