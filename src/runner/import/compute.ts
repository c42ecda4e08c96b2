/** Runs an import: a program on our own engine, a GraphModel on TensorFlow.js. */

import type { Tensor } from '@tensorflow/tfjs-core';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, type Effect, engineError } from '../../base/error.js';
import { limits } from '../../base/limits.js';
import { SessionFault } from '../../compile/tfjs/session/fault.js';
import { type Arrays, errorOf, openSession, type Session } from '../../compile/tfjs/session/session.js';
import { inputsOf, outputsOf, type Shape, select, volume } from '../../dsl/index.js';
import { type Engine, type EngineChoice, openEngine } from '../../engine/index.js';
import { predictedClasses } from '../../experiments/scores/scores.js';
import type { Trained } from '../export/trained.js';
import { finiteAnswer } from '../training/finite.js';
import type { GraphFile } from './graph-model.js';
import { tooMany } from './input.js';
import type { Runnable } from './source.js';

/** An output for all samples. */
export interface Computed {
  /** The shape of one sample. */
  readonly shape: Shape;
  readonly data: Float32Array | Int32Array;
}

/** Shapes of the inputs, per sample. */
export const inputsOfRunnable = (runnable: Runnable): Readonly<Record<string, Shape>> => {
  if (runnable.kind === 'graph-model') return runnable.model.inputs;
  // An input that no output needs may be left out.
  const { graph } = runnable.trained.program;
  const read = new Set([...graph.nodes.flatMap(({ inputs }) => inputs), ...Object.values(graph.outputs)]);
  const used = graph.nodes.flatMap(({ op }, number) =>
    op.op === 'input' && read.has(number) ? [op.name] : [],
  );
  return Object.fromEntries(Object.entries(inputsOf(graph)).filter(([name]) => used.includes(name)));
};

/**
 * The outputs that people look at: logits, classes, waves and single numbers of a segmenter; all outputs of other programs.
 */
const outputNames = (shapes: Readonly<Record<string, Shape>>): readonly string[] => {
  const own = Object.keys(shapes);
  return own.includes('logits')
    ? own.filter((name) => name === 'logits' || name === 'waves' || shapes[name].length === 0)
    : own;
};

/** The numbers that it answers for one sample; a GraphModel does not say. */
export const answersFor = (runnable: Runnable): number => {
  if (runnable.kind === 'graph-model') return 0;
  const shapes = outputsOf(runnable.trained.program.graph);
  return outputNames(shapes).reduce((sum, name) => sum + volume(shapes[name]), 0);
};

const computeProgram = (
  engine: Engine,
  { program, parameters }: Trained,
  inputs: Arrays,
  count: number,
): Effect<Readonly<Record<string, Computed>>> => {
  const shapes = outputsOf(program.graph);
  const names = outputNames(shapes);
  const unused = Object.entries(inputsOf(program.graph)).map(([name, shape]) => [
    name,
    inputs[name] ?? new Float32Array(count * volume(shape)),
  ]);
  const values = count * names.reduce((sum, name) => sum + volume(shapes[name]), 0);
  const given = Object.values(inputs).reduce((sum, input) => sum + input.length, 0);
  if (values + given > limits.programValues) return TE.left(tooMany(count, values + given));
  return TE.bracket(
    TE.fromEither<DrumheadError, Session>(openSession(engine, select(program, ...names), parameters)),
    (session) =>
      pipe(
        TE.tryCatch(async () => {
          const found = await session.infer({ count, inputs: Object.fromEntries(unused) }, names);
          finiteAnswer(found.outputs, shapes.logits?.at(-1) ?? 0, count);
          return found;
        }, errorOf),
        TE.map(({ outputs }) => {
          const computed: Record<string, Computed> = Object.fromEntries(
            names.map((name) => [name, { shape: shapes[name], data: outputs[name] }]),
          );
          const { logits } = shapes;
          if (logits !== undefined && logits.length > 0 && shapes.classes === undefined)
            computed.classes = {
              shape: logits.slice(0, -1),
              data: predictedClasses(outputs.logits, logits[logits.length - 1]),
            };
          return computed;
        }),
      ),
    (session) => TE.fromIO(session.close),
  );
};

const computeGraph = (
  { tf, name }: Engine,
  { artifacts, outputs, hiddenLogits, inputs: shapes, loops }: GraphFile,
  inputs: Arrays,
  count: number,
): Effect<Readonly<Record<string, Computed>>> =>
  TE.tryCatch(
    async () => {
      const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
      const model = await loadGraphModel({ load: async () => artifacts });
      const given = Object.fromEntries(
        Object.entries(shapes).map(([input, shape]) => [
          input,
          tf.tensor(inputs[input], [count, ...shape], 'float32'),
        ]),
      );
      const names = [...outputs, ...(hiddenLogits === null ? [] : [hiddenLogits])];
      const entries: [string, Computed][] = [];
      try {
        const found = loops ? await model.executeAsync(given, names) : model.execute(given, names);
        const tensors: readonly Tensor[] = Array.isArray(found) ? found : [found];
        for (const [i, tensor] of tensors.entries()) {
          const data = await tensor.data();
          entries.push([
            names[i],
            {
              shape: tensor.shape.slice(1),
              data: tensor.dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data),
            },
          ]);
        }
        tf.dispose([...tensors]);
      } finally {
        tf.dispose(given);
        model.dispose();
      }
      const computed = Object.fromEntries(entries.slice(0, outputs.length));
      const logits = hiddenLogits === null ? computed.logits : entries[outputs.length][1];
      finiteAnswer(
        {
          ...Object.fromEntries(entries.map(([output, { data }]) => [output, data])),
          ...(logits === undefined ? {} : { logits: logits.data }),
        },
        logits?.shape.at(-1) ?? 0,
        count,
      );
      return computed;
    },
    (cause) =>
      cause instanceof SessionFault
        ? cause.error
        : engineError(name, `the graph does not run: ${cause instanceof Error ? cause.message : cause}`),
  );

/**
 * The outputs of a program for some samples: `logits`, `classes` and `waves` where it has logits, else all that it has.
 *
 * @param inputs each input's values one sample after the other
 */
export const compute = (
  runnable: Runnable,
  inputs: Arrays,
  count: number,
  choice: EngineChoice,
): Effect<Readonly<Record<string, Computed>>> =>
  pipe(
    openEngine(choice),
    TE.flatMap((engine) =>
      runnable.kind === 'program'
        ? computeProgram(engine, runnable.trained, inputs, count)
        : computeGraph(engine, runnable.model, inputs, count),
    ),
  );
