/** Constants: what can be computed when the graph is written, by the reference interpreter. */

import type { Node, Op, OpName } from '../../dsl/op.js';
import type { Shape } from '../../dsl/shape.js';
import { type NdArray, ndarray, runReference } from '../reference/index.js';

/** A value that is the same in every run, computed when it is first asked for. */
export interface Constant {
  /** The parameter that it is, or the name that it would like. */
  readonly hint: string;
  readonly shape: Shape;
  readonly array: () => NdArray;
}

const lazily = <A>(make: () => A): (() => A) => {
  let made: { readonly value: A } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** A constant whose values are computed when they are first needed. */
export const constantOf = (hint: string, shape: Shape, make: () => ArrayLike<number>): Constant => ({
  hint,
  shape,
  array: lazily(() => ndarray(shape, make())),
});

/** Leaves have their values from outside; noise is drawn anew; scans are left to the graph. */
const neverConstant: readonly OpName[] = [
  'input',
  'parameter',
  'state',
  'element',
  'external',
  'clock',
  'noise',
  'scan',
  'take',
];

/** Whether an operation on constants gives a constant. */
export const folds = ({ op }: Op): boolean => !neverConstant.includes(op);

/** The operation computed from constants: in float64, and rounded once when it is stored. */
export const fold = (hint: string, node: Node, inputs: readonly Constant[]): Constant =>
  constantOf(hint, node.shape, () => {
    const names = inputs.map((_, i) => `p${i}`);
    const parameters = inputs.map(
      ({ shape }, i): Node => ({
        op: {
          op: 'parameter',
          name: names[i],
          shape,
          init: { kind: 'constant', value: 0 },
          trainable: false,
        },
        inputs: [],
        shape,
      }),
    );
    const graph = {
      language: 1,
      nodes: [...parameters, { ...node, inputs: inputs.map((_, i) => i) }],
      outputs: { y: inputs.length },
    };
    const values = Object.fromEntries(inputs.map(({ array }, i) => [names[i], array()]));
    return runReference({ graph }, { parameters: values, inputs: {}, batch: 1 }).outputs.y.data;
  });

/** The number that fills it, if it is only one. */
export const uniform = ({ array }: Constant): number | undefined => {
  const { data } = array();
  return data.every((value) => value === data[0]) ? data[0] : undefined;
};
