/** The kernel of a group of pointwise maps. */

import * as t from 'io-ts';
import type { FieldMap, FieldZip } from '../ir/field.js';
import { type Group, pointwiseGroup } from '../kernels/pointwise.js';
import { define, reads, type Touch, writes } from '../list/kernel.js';
import { pointwiseLoops } from '../loops/pointwise.js';
import { groupNumbers } from './native-group.js';
import { anyNumber, size } from './number.js';

const maps: Readonly<Record<FieldMap, null>> = {
  tanh: null,
  relu: null,
  sigmoid: null,
  softplus: null,
  sin: null,
  cos: null,
  exp: null,
  log: null,
  sqrt: null,
  square: null,
  abs: null,
  reciprocal: null,
  sign: null,
  floor: null,
  erf: null,
  stopGradient: null,
};

const zips: Readonly<Record<FieldZip | 'keep' | 'length', null>> = {
  add: null,
  sub: null,
  mul: null,
  div: null,
  max: null,
  min: null,
  greater: null,
  greaterEqual: null,
  atan2: null,
  keep: null,
  length: null,
};

const step = t.union([
  t.strict({ op: t.literal('constant'), value: anyNumber }),
  t.strict({ op: t.literal('map'), fn: t.keyof(maps), of: size }),
  t.strict({ op: t.literal('affine'), scale: anyNumber, shift: anyNumber, of: size }),
  t.strict({ op: t.literal('zip'), fn: t.keyof(zips), of: size, with: size }),
  t.strict({ op: t.keyof({ lengthVjp: null, angleVjp: null }), cotangent: size, of: size, with: size }),
  t.strict({ op: t.literal('where'), condition: size, of: size, with: size }),
]);

const shape = t.strict({
  operands: t.readonlyArray(t.keyof({ full: null, plane: null, scalar: null })),
  steps: t.readonlyArray(step),
  results: t.readonlyArray(size),
});

/** The operands of a step: values before it. */
const readBy = (each: Group['steps'][number]): readonly number[] => {
  switch (each.op) {
    case 'constant':
      return [];
    case 'map':
    case 'affine':
      return [each.of];
    case 'zip':
      return [each.of, each.with];
    case 'lengthVjp':
    case 'angleVjp':
      return [each.cotangent, each.of, each.with];
    case 'where':
      return [each.condition, each.of, each.with];
  }
};

const isOrdered = ({ operands, steps, results }: Group): boolean =>
  steps.every((each, i) => readBy(each).every((value) => value < operands.length + i)) &&
  results.every((value) => value < operands.length + steps.length);

const group = new t.Type<Group, unknown, unknown>(
  'a group of pointwise maps',
  (input): input is Group => shape.is(input) && isOrdered(input),
  (input, context) => {
    const decoded = shape.validate(input, context);
    if (decoded._tag === 'Left') return decoded;
    return isOrdered(decoded.right) ? t.success(decoded.right) : t.failure(input, context);
  },
  shape.encode,
);

const operationsOf = ({ steps }: Group): number =>
  steps.reduce((sum, each) => {
    switch (each.op) {
      case 'constant':
        return sum;
      case 'affine':
        return sum + (each.scale === 1 ? 0 : 1) + (each.shift === 0 ? 0 : 1);
      case 'map':
        return sum + (each.fn === 'stopGradient' ? 0 : 1);
      default:
        return sum + 1;
    }
  }, 0);

/** Pointwise maps as one pass over memory. */
export const pointwiseKernel = define({
  name: 'pointwise',
  of: group,
  takes: ({ operands, results }) => [
    'strips',
    'planes',
    'vectors',
    ...operands.map((_, i) => `v${i}`),
    ...results.map((value) => `to v${value}`),
  ],
  wasm: pointwiseGroup,
  native: groupNumbers,
  loops: pointwiseLoops,
  flops: (of, strips, planes, vectors) => 4 * operationsOf(of) * strips * planes * vectors,
  inPlace: true,
  touches: ({ operands, results }, _, strips, planes, vectors, ...addresses): readonly Touch[] => {
    const full = 16 * strips * planes * vectors;
    if (full === 0) return [];
    return [
      ...operands.flatMap((kind, i) =>
        reads(addresses[i], kind === 'full' ? full : kind === 'plane' ? 4 * planes : 4),
      ),
      ...results.flatMap((_, i) => writes(addresses[operands.length + i], full)),
    ];
  },
});
