/** Programs with fused kernels for some parts: fused segments become kernels of TensorFlow.js. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as E from 'fp-ts/lib/Either.js';
import type { ProgramError } from '../../base/error.js';
import { inputsOf, parametersOf } from '../../dsl/graph.js';
import type { Possible, Program, Shapes } from '../../dsl/index.js';
import type { NativeLevel, TensorFlow } from '../../engine/index.js';
import { type Segment, segmentsOf } from '../fuse/partition/segments.js';
import { compile, type Executable, type Feed } from './compile.js';
import { inputName, outputNames, parameterName, registerFused } from './registered.js';

/**
 * Compiles a program whose fused segments run as one operation each, the rest op by op.
 *
 * @param native the native code that segments run in; left out: WebAssembly
 *
 * **Errors** ProgramError as `compile`.
 */
export const compileSegments = <O extends Shapes>(
  tf: TensorFlow,
  program: Program<Shapes, O> & Possible<O>,
  native?: NativeLevel,
): E.Either<ProgramError, Executable> => {
  const { graph } = program;
  const { segments } = segmentsOf(graph);
  const covered = new Set(segments.flatMap(({ gives }) => Object.values(gives)));
  const whole = Object.values(graph.outputs).every((node) => covered.has(node));
  if (!whole || !segments.some(({ fused }) => fused)) return compile(tf, program);
  const parts: { readonly segment: Segment; readonly run: Executable }[] = [];
  for (const segment of segments) {
    if (Object.keys(segment.gives).length === 0) continue;
    const run = segment.fused
      ? E.right(fusedExecutable(tf, segment, native))
      : compile(tf, { graph: segment.graph });
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

/** A fused segment as an executable: one kernel of TensorFlow.js. */
const fusedExecutable = (
  tf: TensorFlow,
  { graph, pixels }: Segment,
  native: NativeLevel | undefined,
): Executable => {
  const name = registerFused(tf, graph, pixels, native);
  const inputs = Object.keys(inputsOf(graph));
  const parameters = parametersOf(graph).map((parameter) => parameter.name);
  const outputs = outputNames(graph);
  return (feed) => {
    const given = Object.fromEntries([
      ...inputs.map((input) => [inputName(input), feed.inputs[input]] as const),
      ...parameters.map((parameter) => [parameterName(parameter), feed.parameters[parameter]] as const),
    ]);
    const made = tf.engine().runKernel(name, given, {
      batch: feed.batch,
      samples: [...(feed.samples ?? Array.from({ length: feed.batch }, (_, i) => i))],
      noiseSeed: feed.noiseSeed ?? 0,
    });
    const tensors = Array.isArray(made) ? made : [made];
    return {
      outputs: Object.fromEntries(outputs.map((output, i) => [output, tensors[i]])),
      statistics: {},
    };
  };
};
