/**
 * The compiler to ONNX, for use outside of JavaScript: the GraphModel of a program, with its scans unrolled, in the
 * operations of ONNX. The batch is free.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { ProgramError, UnknownName } from '../../base/error.js';
import type { Program } from '../../dsl/program.js';
import type { NodeDef, TensorDef } from '../graph-model/graph-def.js';
import { type GraphModel, graphModel } from '../graph-model/index.js';
import { type OnnxConstant, OnnxDraft, type OnnxStep } from './draft.js';
import { Untold, writeOperation } from './operations.js';

/** An input or output of a graph; the size `batch` is the number of samples. */
export interface OnnxEnd {
  readonly name: string;
  readonly type: 'float' | 'int64';
  readonly shape: readonly (number | string)[];
}

/** A graph in the operations of ONNX (of version 18), before it is bytes. */
export interface OnnxGraph {
  readonly inputs: readonly OnnxEnd[];
  readonly outputs: readonly OnnxEnd[];
  readonly nodes: readonly OnnxStep[];
  readonly constants: readonly OnnxConstant[];
  /**
   * The program's name of each input and output whose name in the graph differs, since two nodes cannot share a name.
   */
  readonly names: Readonly<Record<string, string>>;
}

/**
 * The program with these weights in the operations of ONNX. Outputs are as those of `graphModel`; whole numbers have 64 bits.
 *
 * It infers; noise is drawn afresh in every run. What ONNX lacks is composed (atan2 of an arctangent and comparisons, batch norm of
 * sums and products). Kernels may be computed in the program: of weights, of inputs, different for each sample.
 *
 * **Errors** as `graphModel` with `unroll`; ProgramError if an operation cannot be expressed in ONNX.
 */
export const onnxGraph = (
  program: Program,
  parameters: Readonly<Record<string, ArrayLike<number>>>,
  outputs?: readonly string[],
): E.Either<ProgramError | UnknownName, OnnxGraph> =>
  pipe(
    graphModel(program, parameters, { unroll: true, ...(outputs === undefined ? {} : { outputs }) }),
    E.flatMap((model) =>
      E.tryCatch(
        () => translated(model),
        (cause): ProgramError => {
          if (!(cause instanceof Untold)) throw cause;
          return {
            _tag: 'ProgramError',
            operation: 'onnx',
            message: `${cause.message}; take --format graph-model`,
          };
        },
      ),
    ),
  );

const translated = ({ graph, weights, signature, shapes }: GraphModel): OnnxGraph => {
  const to = new OnnxDraft();
  const isFixed = (name: string | undefined): name is string =>
    name !== undefined && Object.hasOwn(weights, name);
  for (const [name, { shape, values }] of Object.entries(weights))
    to.constant(
      name,
      shape,
      values instanceof Float32Array ? values : BigInt64Array.from(values, (value) => BigInt(value)),
    );
  const write = ({ name, op, input = [], attr = {} }: NodeDef): void => {
    if (op === 'Placeholder' || op === 'Const') return;
    const constantAt = (at: number) => (isFixed(input[at]) ? weights[input[at]] : undefined);
    const shapeAt = (at: number): readonly number[] => shapes[input[at]] ?? [];
    writeOperation(op, { to, name, inputs: input, attrs: attr, constantAt, shapeAt });
  };
  for (const node of graph.node) write(node);
  const read = new Set(to.steps.flatMap(({ inputs }) => inputs));
  const [inputs, outputs] = [signature.inputs, signature.outputs].map((ports) => Object.entries(ports));
  return {
    inputs: inputs.map(endOf),
    outputs: outputs.map(endOf),
    nodes: to.steps,
    constants: to.constants.filter(({ name }) => read.has(name)),
    names: Object.fromEntries(
      [...inputs, ...outputs].flatMap(([own, port]) => (nodeOf(port) === own ? [] : [[nodeOf(port), own]])),
    ),
  };
};

const nodeOf = ({ name }: TensorDef): string => name.replace(/:0$/, '');

const endOf = ([, port]: readonly [string, TensorDef]): OnnxEnd => ({
  name: nodeOf(port),
  type: port.dtype === 'DT_FLOAT' ? 'float' : 'int64',
  shape: port.tensorShape.dim.map(({ size }) => (Number(size) < 0 ? 'batch' : Number(size))),
});
