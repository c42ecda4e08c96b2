/** Constants: values that the reference interpreter computes when the graph is written. */

import type { Node, Op, OpName, ScanOp } from '../../dsl/op.js';
import { splitPort } from '../../dsl/ports.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { type NdArray, ndarray, runReference } from '../reference/index.js';

/** A value that is the same in every run, computed when it is first asked for. */
export interface Constant {
  /** The name of its parameter, or a preferred name. */
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

/**
 * Operations that are not folded: leaves have values from outside, noise is drawn in each run, and scans are folded
 * by `foldScan`.
 */
const neverConstant: readonly OpName[] = [
  'input',
  'parameter',
  'training',
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

/** The value of a node of a graph that begins with parameters of these values. */
const computed = (inputs: readonly Constant[], nodes: readonly Node[], output: number): ArrayLike<number> => {
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
  const graph = { language: 1, nodes: [...parameters, ...nodes], outputs: { y: output } };
  const values = Object.fromEntries(inputs.map(({ array }, i) => [names[i], array()]));
  return runReference({ graph }, { parameters: values, inputs: {}, batch: 1 }).outputs.y.data;
};

/** The operation computed from constants: in float64, and rounded once when it is stored. */
export const fold = (hint: string, node: Node, inputs: readonly Constant[]): Constant =>
  constantOf(hint, node.shape, () =>
    computed(inputs, [{ ...node, inputs: inputs.map((_, i) => i) }], inputs.length),
  );

/** The ports of a scan that are read, and their shapes. */
export type PortShapes = Readonly<Record<string, Shape>>;

/**
 * Whether the results of a scan are small. Storing large ones would only enlarge the file, so they are computed at
 * run time.
 */
const isSmall = (ports: PortShapes, inputs: readonly Constant[]): boolean => {
  const sum = (shapes: readonly Shape[]): number => shapes.reduce((all, shape) => all + volume(shape), 0);
  return sum(Object.values(ports)) <= Math.max(1024, 4 * sum(inputs.map(({ shape }) => shape)));
};

/** The ports of a scan over constants, such as weights that a power iteration normalises; undefined if they are large. */
export const foldScan = (
  hint: string,
  op: ScanOp,
  inputs: readonly Constant[],
  ports: PortShapes,
): Readonly<Record<string, Constant>> | undefined => {
  if (!isSmall(ports, inputs)) return undefined;
  const at = inputs.length;
  const scan: Node = { op, inputs: inputs.map((_, i) => i), shape: [] };
  return Object.fromEntries(
    Object.entries(ports).map(([port, shape]) => [
      port,
      constantOf(`${hint}/${splitPort(port)[1]}`, shape, () =>
        computed(inputs, [scan, { op: { op: 'take', port }, inputs: [at], shape }], at + 1),
      ),
    ]),
  );
};

/** The number that fills it, if it is only one. */
export const uniform = ({ array }: Constant): number | undefined => {
  const { data } = array();
  return data.every((value) => value === data[0]) ? data[0] : undefined;
};
