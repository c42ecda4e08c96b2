/**
 * The compiler to TensorFlow.js: a program becomes a function on tensors.
 *
 * Op by op, in the order of the graph, on whatever engine is open. Differentiable by TensorFlow.js's own tape. This
 * is the path that everything faster is tested against.
 */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { ProgramError } from '../../base/error.js';
import { drawNoise } from '../../dsl/draw-noise.js';
import type { Possible, Program, Shapes } from '../../dsl/index.js';
import { isLeafOp, type LeafOp, type Node, type Op, type OpOf, type ScanOp } from '../../dsl/op.js';
import { volume } from '../../dsl/shape.js';
import type { TensorFlow } from '../../engine/index.js';
import { type Plan, planNodes, sourceOf } from './node-plan.js';
import { batchNorm } from './operations/batch-norm.js';
import { type Context, overBatch, type Value } from './operations/context.js';
import * as convolution from './operations/convolution.js';
import { einsum } from './operations/einsum.js';
import { fourier } from './operations/fourier.js';
import { gather, scatter } from './operations/gather.js';
import * as pointwise from './operations/pointwise.js';
import { recurrence } from './operations/recurrence.js';
import * as reduction from './operations/reduce.js';
import { softmax } from './operations/softmax.js';
import * as structure from './operations/structure.js';
import { runScan } from './scan.js';

/** The values for a run. Inputs have a leading batch axis, parameters have none. */
export interface Feed {
  readonly parameters: Readonly<Record<string, Tensor>>;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly batch: number;
  /** Whether the leaf `training` is 1, and batch norm uses (and reports) batch statistics; default false. */
  readonly training?: boolean;
  readonly noiseSeed?: number;
  /** The numbers of the samples, for noise; default 0, 1, 2, ... */
  readonly samples?: readonly number[];
}

/** The results of a run. The caller owns the tensors. */
export interface Results {
  /** Each output with a leading batch axis. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** New running statistics by parameter name, after a run in training. */
  readonly statistics: Readonly<Record<string, Tensor>>;
}

/** A program that can run on an engine. */
export type Executable = (feed: Feed) => Results;

/**
 * Compiles a program for the engine whose TensorFlow.js is given.
 *
 * **Errors** ProgramError when the graph's shapes do not hold together (never for one made by `program` or read by
 * `decodeProgram`).
 */
export const compile = <O extends Shapes>(
  tf: TensorFlow,
  { graph }: Program<Shapes, O> & Possible<O>,
): E.Either<ProgramError, Executable> =>
  pipe(
    planNodes(graph.nodes, Object.values(graph.outputs)),
    E.bimap(
      (message): ProgramError => ({ _tag: 'ProgramError', operation: 'compile', message }),
      (plan) => (feed) => {
        const statistics = new Map<string, Tensor>();
        const context: Context = {
          tf,
          batch: feed.batch,
          training: feed.training ?? false,
          noiseSeed: feed.noiseSeed ?? 0,
          samples: feed.samples ?? Array.from({ length: feed.batch }, (_, i) => i),
          statistics,
        };
        const outputs = tf.tidy(() => {
          const values = runNodes(plan, (op) => feedLeaf(tf, feed, op), context);
          return Object.fromEntries(
            Object.entries(graph.outputs).map(([name, node]) => [
              name,
              overBatch(values(node), context).clone(),
            ]),
          );
        });
        return { outputs, statistics: Object.fromEntries(statistics) };
      },
    ),
  );

const feedLeaf = (tf: TensorFlow, feed: Feed, op: LeafOp): Tensor => {
  if (op.op === 'training') return tf.scalar(feed.training === true ? 1 : 0);
  if (op.op === 'input' && Object.hasOwn(feed.inputs, op.name)) return feed.inputs[op.name];
  if (op.op === 'parameter' && Object.hasOwn(feed.parameters, op.name)) return feed.parameters[op.name];
  throw new Error(`no value was given for ${op.op} ${'name' in op ? `'${op.name}'` : ''}`);
};

/** Runs a list of nodes and disposes of each value as soon as nothing reads it any more. */
const runNodes = (plan: Plan, leaf: (op: LeafOp) => Tensor, context: Context): ((node: number) => Value) => {
  const tensors: Tensor[] = [];
  const scans = new Map<number, Readonly<Record<string, Tensor>>>();
  const value = (number: number): Value => ({ tensor: tensors[number], facts: plan.facts[number] });
  for (const [number, node] of plan.nodes.entries()) {
    const { op } = node;
    const source = sourceOf(plan.nodes, plan.fusedRelu, number);
    if (op.op === 'scan') scans.set(number, runScan({ op, node, number, plan, value }, context, runNodes));
    else if (plan.skipped.has(number)) continue;
    else if (op.op === 'take') tensors[number] = portOf(scans, node, op.port);
    else if (isLeafOp(op)) tensors[number] = leaf(op);
    else if (source !== number) tensors[number] = tensors[source];
    else tensors[number] = context.tf.tidy(() => runNode(op, node, number, plan, value, context));
    for (const dead of plan.release[number]) tensors[dead].dispose();
  }
  return value;
};

type PlainOp = Exclude<Op, LeafOp | ScanOp | OpOf<'take'>>;

const runNode = (
  op: PlainOp,
  node: Node,
  number: number,
  plan: Plan,
  value: (node: number) => Value,
  context: Context,
): Tensor => {
  const one = plan.softmax.get(number);
  if (one !== undefined) return softmax(value(one.of), context);
  const inputs = node.inputs.map(value);
  const [x, y, z] = inputs;
  switch (op.op) {
    case 'constant':
      return typeof op.value === 'number'
        ? context.tf.fill([...op.shape], op.value)
        : context.tf.tensor([...op.value], [...op.shape], 'float32');
    case 'noise':
      return noise(op, x, context);
    case 'map':
      return pointwise.map(op, x, context);
    case 'affine':
      return pointwise.affine(op, x, context);
    case 'zip':
      return pointwise.zip(op, x, y, context);
    case 'where':
      return pointwise.where(x, y, z, context);
    case 'conv':
      return convolution.conv(op, x, y, z, context);
    case 'convTranspose':
      return convolution.convTranspose(op, x, y, z, node.shape, context);
    case 'dense':
      return convolution.dense(x, y, z, plan.fusedRelu.has(number) ? 'relu' : 'linear', context);
    case 'einsum':
      return einsum(op, x, y, context);
    case 'pool':
      return convolution.pool(op, x, context);
    case 'concat':
      return structure.concat(op, inputs, context);
    case 'slice':
      return structure.slice(op, x, context);
    case 'gather':
      return gather(op, x, context);
    case 'scatter':
      return scatter(op, x, context);
    case 'reshape':
      return structure.reshape(op, x, context);
    case 'transpose':
      return structure.transpose(op, x, context);
    case 'reverse':
      return structure.reverse(op, x, context);
    case 'broadcast':
      return structure.broadcast(op, x, context);
    case 'reduce':
      return reduction.reduce(op, x, context, plan.detached.has(number));
    case 'fourier':
      return fourier(op, x, context);
    case 'spectrum':
      return reduction.spectrum(x, context);
    case 'batchNorm':
      return batchNorm(op, inputs, statisticsNames(plan, node), context);
    case 'recurrence':
      return recurrence(op, inputs, context);
  }
};

/** The parameters that hold the running mean and variance, where they are parameters. */
const statisticsNames = (plan: Plan, node: Node): readonly [string, string] | undefined => {
  const [mean, variance] = node.inputs.slice(3).map((input) => plan.nodes[input].op);
  return mean.op === 'parameter' && variance.op === 'parameter' ? [mean.name, variance.name] : undefined;
};

const noise = (op: OpOf<'noise'>, clock: Value | undefined, { tf, samples, noiseSeed }: Context): Tensor => {
  const step = clock?.tensor.dataSync()[0];
  const size = volume(op.shape);
  const values = new Float32Array(samples.length * size);
  for (const [i, sample] of samples.entries())
    values.set(drawNoise(noiseSeed, op.name, op.distribution, size, sample, step), i * size);
  return tf.tensor(values, [samples.length, ...op.shape]);
};

const portOf = (
  scans: ReadonlyMap<number, Readonly<Record<string, Tensor>>>,
  node: Node,
  port: string,
): Tensor => {
  const ports = scans.get(node.inputs[0]);
  if (ports === undefined) throw new Error('a port of a scan that has not run');
  return ports[port];
};
