/** Programs of which only parts have fused kernels: fused segments become operations of TensorFlow.js's tape. */

import type { Tensor } from '@tensorflow/tfjs';
import * as E from 'fp-ts/lib/Either.js';
import type { ProgramError } from '../../base/error.js';
import { parametersOf } from '../../dsl/graph.js';
import type { Possible, Program, Shapes } from '../../dsl/index.js';
import { volume } from '../../dsl/shape.js';
import type { TensorFlow } from '../../engine/index.js';
import { type Fused, fuse } from '../fuse/fused.js';
import { type Segment, segmentsOf } from '../fuse/segments.js';
import { compile, type Executable, type Feed } from './compile.js';

type Tensors = Readonly<Record<string, Tensor>>;

/**
 * Compiles a program whose fused segments run as one operation each, the rest op by op.
 *
 * **Errors** ProgramError as `compile`.
 */
export const compileSegments = <O extends Shapes>(
  tf: TensorFlow,
  program: Program<Shapes, O> & Possible<O>,
): E.Either<ProgramError, Executable> => {
  const { graph } = program;
  const { segments } = segmentsOf(graph);
  const covered = new Set(segments.flatMap(({ gives }) => Object.values(gives)));
  const whole = Object.values(graph.outputs).every((node) => covered.has(node));
  if (!whole || !segments.some(({ fused }) => fused)) return compile(tf, program);
  const parts: { readonly segment: Segment; readonly run: Executable }[] = [];
  for (const segment of segments) {
    if (Object.keys(segment.gives).length === 0) continue;
    const run = segment.fused ? E.right(fusedExecutable(tf, segment)) : compile(tf, { graph: segment.graph });
    if (E.isLeft(run)) return run;
    parts.push({ segment, run: run.right });
  }
  return E.right((feed: Feed) => {
    const values = new Map<number, Tensor>();
    const statistics: Record<string, Tensor> = {};
    for (const { segment, run } of parts) {
      const between = Object.fromEntries(
        Object.entries(segment.reads).flatMap(([name, node]) => {
          const value = values.get(node);
          return value === undefined ? [] : [[name, value]];
        }),
      );
      const results = run({ ...feed, inputs: { ...feed.inputs, ...between } });
      Object.assign(statistics, results.statistics);
      for (const [name, node] of Object.entries(segment.gives)) values.set(node, results.outputs[name]);
    }
    const outputs = Object.fromEntries(
      Object.entries(graph.outputs).flatMap(([name, node]) => {
        const value = values.get(node);
        return value === undefined ? [] : [[name, value.clone()]];
      }),
    );
    return { outputs, statistics };
  });
};

/** A fused segment as a function on tensors with a gradient; its kernels are laid out when first used. */
const fusedExecutable = (tf: TensorFlow, { graph }: Segment): Executable => {
  let kernels: Fused | undefined;
  const parameters = parametersOf(graph).map(({ name }) => name);
  const names = graph.nodes.flatMap(({ op }) => (op.op === 'input' ? [op.name] : []));
  const outputs = Object.keys(graph.outputs);
  const sizes = outputs.map((name) => volume(graph.nodes[graph.outputs[name]].shape));
  const load = (tensors: Tensors): Fused => {
    const values = Object.fromEntries(parameters.map((name) => [name, floats(tensors[name])]));
    if (kernels === undefined) kernels = fuse(graph, values);
    else kernels.load(values);
    if (kernels === undefined) throw new Error('a segment that cannot be fused was');
    return kernels;
  };
  return (feed) => {
    const count = feed.batch;
    const inputs = Object.fromEntries(names.map((name) => [name, feed.inputs[name]]));
    const given = [...names.map((name) => inputs[name]), ...parameters.map((name) => feed.parameters[name])];
    // copied: the tensors themselves may be given back before the gradient asks for them
    const values = Object.fromEntries(names.map((name) => [name, floats(inputs[name])]));
    const joined = withGradients(tf, given, {
      forward: () => {
        const found = load(feed.parameters).infer({ count, inputs: values }, outputs);
        const rows = outputs.map((name, i) => tf.tensor2d(found[name], [count, sizes[i]]));
        return rows.length === 1 ? rows[0] : tf.concat(rows, 1);
      },
      backward: (dy) => {
        const parts = tf.split(dy, sizes, 1);
        const cotangents = Object.fromEntries(outputs.map((name, i) => [name, floats(parts[i])]));
        const pulled = load(feed.parameters).pull({ count, inputs: values }, cotangents);
        return given.map((tensor, i) => {
          const name = i < names.length ? names[i] : parameters[i - names.length];
          const found = i < names.length ? pulled.inputs[name] : pulled.parameters[name];
          return found === undefined ? tf.zerosLike(tensor) : tf.tensor(found, tensor.shape);
        });
      },
    });
    const split = tf.split(joined, sizes, 1);
    return {
      outputs: Object.fromEntries(
        outputs.map((name, i) => [
          name,
          split[i].reshape([count, ...graph.nodes[graph.outputs[name]].shape]),
        ]),
      ),
      statistics: {},
    };
  };
};

const floats = (tensor: Tensor): Float32Array => new Float32Array(tensor.dataSync());

interface OwnGradients {
  readonly forward: () => Tensor;
  readonly backward: (dy: Tensor) => Tensor[];
}

/** A function of several tensors with its own gradient. */
const withGradients = (tf: TensorFlow, xs: readonly Tensor[], own: OwnGradients): Tensor =>
  tf.customGrad(() => ({ value: own.forward(), gradFunc: (dy: Tensor) => own.backward(dy) }))(...xs);
