/** The text in boxes and on arrows. */

import type { Node, Op, ZipFunction } from '../../dsl/op.js';
import type { Shape } from '../../dsl/shape.js';
import { describeOp, layerOf } from '../describe-op.js';

/** The origin of a value: a box, or something that is drawn only if necessary. */
export type Origin =
  | { readonly kind: 'box'; readonly id: string }
  | { readonly kind: 'parameter'; readonly id: string; readonly name: string }
  | { readonly kind: 'number'; readonly id: string; readonly value: number };

/** Inputs that are parameters of the layer itself: position → name. */
export const weightsOf = (
  op: Op,
  inputs: readonly number[],
  origins: readonly Origin[],
): ReadonlyMap<number, string> => {
  const layered = ['conv', 'convTranspose', 'dense', 'batchNorm'].includes(op.op);
  return new Map(
    inputs.flatMap((input, i): readonly (readonly [number, string])[] => {
      const origin = origins[input];
      return layered && i > 0 && origin.kind === 'parameter' ? [[i, origin.name]] : [];
    }),
  );
};

/** Default names of layers, which say no more than the operation. */
const counted = /^(conv|depthwise|convTranspose|dense|batchNorm|noise|dropout)\d+$/;

/** The role of the second operand, if the order matters. */
export const seconds: Readonly<Partial<Record<ZipFunction, string>>> = {
  sub: 'subtracted',
  div: 'divisor',
  greater: 'compared with',
  greaterEqual: 'compared with',
  atan2: 'x of the angle',
};

const symbols: Readonly<Record<ZipFunction, (a: string, b: string) => string>> = {
  add: (a, b) => `${a} + ${b}`,
  sub: (a, b) => `${a} − ${b}`,
  mul: (a, b) => `${a} × ${b}`,
  div: (a, b) => `${a} / ${b}`,
  max: (a, b) => `max(${a}, ${b})`,
  min: (a, b) => `min(${a}, ${b})`,
  greater: (a, b) => `${a} > ${b}`,
  greaterEqual: (a, b) => `${a} ≥ ${b}`,
  atan2: (a, b) => `atan2(${a}, ${b})`,
};

/** The text of an operation's box. */
export const wordsOf = (
  op: Op,
  nodes: readonly Node[],
  inputs: readonly number[],
  origins: readonly Origin[],
  weights: readonly string[],
): string => {
  const shapes = inputs.map((input): Shape => nodes[input].shape);
  const operand = (input: number): string => {
    const origin = origins[input];
    return origin.kind === 'number' ? `${origin.value}` : 'x';
  };
  // A plain number has no box: x stands for the operand that has one.
  const plain = op.op === 'zip' && inputs.some((input) => origins[input].kind === 'number');
  const words = plain ? symbols[op.fn](operand(inputs[0]), operand(inputs[1])) : describeOp(op, shapes);
  const name = layerOf(weights)?.split('/').at(-1);
  return name === undefined || counted.test(name) ? words : `${name}: ${words}`;
};
