/**
 * The reference interpreter: what a program means, in float64, slowly.
 *
 * Every operation is written from its definition, without regard to speed; all compilers are tested against it. A
 * program is per sample, so each node is computed sample by sample; only batch norm in training sees all of them.
 */

import * as E from 'fp-ts/lib/Either.js';
import { parametersOf } from '../../dsl/graph.js';
import { factsOf } from '../../dsl/infer.js';
import type { LeafOp, Node, OpOf } from '../../dsl/op.js';
import type { Program } from '../../dsl/program.js';
import { type Shape, sameShape, showShape } from '../../dsl/shape.js';
import { entry, type NdArray, ndarray, stacked } from './array.js';
import { moments, moved, normalise } from './batch-norm.js';
import { evaluate, type Value } from './evaluate.js';
import { fault } from './fault.js';

/** Arrays by name. */
export type NdArrays = Readonly<Record<string, NdArray>>;

/** Options of `runReference`. */
export interface ReferenceOptions {
  /** Every parameter of the program, by name. */
  readonly parameters: NdArrays;
  /** Every input of the program, by name, with a leading batch axis. */
  readonly inputs: NdArrays;
  readonly batch: number;
  /**
   * Whether the leaf `training` is 1, and batch norm takes the statistics of the batch; default false: it is 0, and batch
   * norm takes the running ones.
   */
  readonly training?: boolean;
  /** Default 0. */
  readonly noiseSeed?: number;
  /** The numbers of the samples, on which their noise depends; default 0 ... batch - 1. */
  readonly samples?: readonly number[];
  /** Called before each step of a scan; what it throws ends the computation there. */
  readonly eachStep?: () => void;
}

/** What `runReference` returns. */
export interface ReferenceResult {
  /** Every output of the program, with a leading batch axis even where it is the same for all samples. */
  readonly outputs: NdArrays;
  /** In training, the new running statistics of batch norm, by parameter name; else empty. */
  readonly statistics: NdArrays;
}

/**
 * Computes a program.
 *
 * In training, running = (1 - momentum) running + momentum batch, with the unbiased variance, as PyTorch does it; a
 * layer used twice moves its statistics twice, in the order of the graph's nodes.
 *
 * Throws a ProgramFault when an array is missing or has another shape than the program declares, or when the
 * graph's own shapes are wrong; `tryProgram(() => runReference(...))` gives that as a value.
 *
 * @example
 * const p = program({ x: [2] }, ({ x }) => ({ y: scale(2, x) }));
 * runReference(p, { parameters: {}, inputs: { x: ndarray([1, 2], [3, 4]) }, batch: 1 }).outputs.y.data;   // 6, 8
 */
export const runReference = (p: Program, options: ReferenceOptions): ReferenceResult => {
  const { nodes, outputs } = p.graph;
  const { batch, training = false } = options;
  if (!Number.isSafeInteger(batch) || batch < 1)
    return fault(`the batch must be a whole number of at least 1, got ${batch}`);
  const samples = options.samples ?? Array.from({ length: batch }, (_, i) => i);
  if (samples.length !== batch) return fault(`${samples.length} sample numbers for a batch of ${batch}`);
  const facts = E.getOrElseW(fault)(factsOf(nodes));
  const statistics = new Map<string, NdArray>();
  // One value if all samples share the node, else one for each.
  const values: (readonly Value[])[] = [];
  for (const [number, node] of nodes.entries()) {
    const inputs = node.inputs.map((input) => values[input]);
    if (training && node.op.op === 'batchNorm') {
      values.push(trainBatchNorm(node.op, inputs, statisticsNames(node, nodes), options, statistics));
      continue;
    }
    const count = facts[number].perSample ? batch : 1;
    values.push(
      Array.from({ length: count }, (_, i) =>
        evaluate(
          node.op,
          inputs.map((input) => valueFor(input, i)),
          node.shape,
          {
            noiseSeed: options.noiseSeed ?? 0,
            sample: samples[i],
            leaf: leaves(options, i),
            eachStep: options.eachStep,
          },
        ),
      ),
    );
  }
  return {
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, number]) => [
        name,
        stacked(
          samples.map((_, i) => valueFor(values[number], i)),
          nodes[number].shape,
        ),
      ]),
    ),
    statistics: Object.fromEntries(statistics),
  };
};

const valueFor = (values: readonly Value[], i: number): Value =>
  values.length === 1 ? values[0] : values[i];

const leaves =
  ({ inputs, parameters, batch, training = false }: ReferenceOptions, i: number) =>
  (op: LeafOp): NdArray => {
    switch (op.op) {
      case 'input':
        return entry(declared('input', op.name, inputs, [batch, ...op.shape]), i);
      case 'parameter':
        return declared('parameter', op.name, parameters, op.shape);
      case 'training':
        return ndarray([], [training ? 1 : 0]);
      default:
        return fault(`'${op.op}' stands outside of a scan`);
    }
  };

/** The array of this name, which must have the shape that the program declares. */
const declared = (what: string, name: string, arrays: NdArrays, shape: Shape): NdArray => {
  if (!(name in arrays)) return fault(`the ${what} '${name}' is missing`);
  const found = arrays[name];
  return sameShape(found.shape, shape)
    ? found
    : fault(`the ${what} '${name}' must be ${showShape(shape)}, got ${showShape(found.shape)}`);
};

/** The parameters that hold the running mean and variance. */
const statisticsNames = ({ inputs }: Node, nodes: readonly Node[]): readonly string[] =>
  inputs.slice(3).map((input) => {
    const { op } = nodes[input];
    return op.op === 'parameter' ? op.name : fault('running statistics must be parameters');
  });

const trainBatchNorm = (
  op: OpOf<'batchNorm'>,
  inputs: readonly (readonly Value[])[],
  [meanName, varianceName]: readonly string[],
  { parameters }: ReferenceOptions,
  statistics: Map<string, NdArray>,
): readonly Value[] => {
  const [x, [scale], [shift]] = inputs;
  const { mean, variance, unbiased } = moments(x, scale.data.length);
  const running = (name: string): NdArray => statistics.get(name) ?? parameters[name];
  statistics.set(meanName, moved(op, running(meanName), mean));
  statistics.set(varianceName, moved(op, running(varianceName), unbiased));
  return x.map((sample) => normalise(op, sample, scale, shift, mean, variance));
};

/**
 * Parameters from row-major numbers, such as `initialParameters` gives, in the shapes that the program declares.
 *
 * @example
 * runReference(p, { parameters: parameterArrays(p, initialParameters(p.graph, 0)), inputs, batch: 2 });
 */
export const parameterArrays = (p: Program, values: Readonly<Record<string, ArrayLike<number>>>): NdArrays =>
  Object.fromEntries(
    parametersOf(p.graph).map(({ name, shape }) => [
      name,
      name in values ? ndarray(shape, values[name]) : fault(`the parameter '${name}' is missing`),
    ]),
  );
