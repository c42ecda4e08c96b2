/**
 * Trains a program on a generated task, step by step, so that it can be stopped between two: the training of `drumhead/browser`,
 * with the bits of `drumhead run`.
 */

import { sha256Hex } from '../../../src/base/canonical.js';
import { type Checked, errorMessage } from '../../../src/base/error.js';
import {
  goOn,
  openTraining,
  progressOf,
  runFolder,
  weightsNow,
} from '../../../src/browser/served/training.js';
import type { Training } from '../../../src/browser/served/trainings.js';
import { threadsHere } from '../../../src/browser/threads-here.js';
import { graphModel } from '../../../src/compile/graph-model/index.js';
import { graphModelFiles } from '../../../src/compile/graph-model/shards.js';
import { hashProgram, inputsOf, outputsOf, parametersOf } from '../../../src/dsl/index.js';
import { encodeWeights, weightsManifest } from '../../../src/runner/folder/weights.js';
import { answerBy } from '../engine/call.js';

export interface Settings {
  readonly experiment: Readonly<Record<string, unknown>>;
  readonly seed: number;
}

/** Shares the steps of a training, with the same bits; used only where the page is isolated. */
const newHelper = (): Worker => new Worker(new URL('./helper.ts', import.meta.url), { type: 'module' });

let session: Training | undefined;

const opened = (): Training => {
  if (session === undefined) throw new Error('nothing is being trained');
  return session;
};

const orThrow = <A>(found: Checked<A>): A => {
  if (found._tag === 'Left') throw new Error(errorMessage(found.left));
  return found.right;
};

/** The share of shape pixels with the correct class, and the mean over classes of intersection over union. */
const scoresOf = (logits: Float32Array, mask: ArrayLike<number>, classes: number) => {
  const both = new Float64Array(classes);
  const either = new Float64Array(classes);
  let [right, all] = [0, 0];
  for (let pixel = 0; pixel < mask.length; pixel++) {
    let best = 0;
    for (let k = 1; k < classes; k++)
      if (logits[pixel * classes + k] > logits[pixel * classes + best]) best = k;
    const label = mask[pixel];
    if (label > 0) {
      all += 1;
      if (best === label) right += 1;
    }
    if (best === label) both[label] += 1;
    either[label] += 1;
    if (best !== label) either[best] += 1;
  }
  let [sum, known] = [0, 0];
  for (let k = 1; k < classes; k++)
    if (either[k] > 0) {
      sum += both[k] / either[k];
      known += 1;
    }
  return { accuracy: all === 0 ? 0 : right / all, iou: known === 0 ? 0 : sum / known };
};

/** The steps that a training has taken, and those of the whole training. */
const stepsOf = (training: Training): number => {
  const { epoch, step, stepsPerEpoch } = progressOf(training);
  return epoch * stepsPerEpoch + step;
};
const allSteps = (training: Training): number => {
  const { epochs, stepsPerEpoch } = progressOf(training);
  return epochs * stepsPerEpoch;
};

const handlers = {
  open: ({ experiment, seed }: Settings) => {
    const training = orThrow(openTraining(experiment, seed, { count: threadsHere(), start: newHelper }));
    const { image } = inputsOf(training.program.graph);
    const { logits } = outputsOf(training.program.graph);
    if (image === undefined || logits?.length !== 3)
      throw new Error(
        'A program that is trained here has an input image [height, width, channels] and an output logits [height, width, classes].',
      );
    session = training;
    return {
      height: image[0],
      width: image[1],
      classes: logits[2],
      steps: allSteps(training),
      workers: training.workers,
    };
  },
  /** Takes some steps; returns the loss after each, and whether the training has ended. */
  train: async ({ steps }: { readonly steps: number }) => {
    const now = opened();
    const losses: number[] = [];
    const { done } = orThrow(
      await goOn(now, undefined, ({ kind, loss }) => {
        if (kind === 'step') losses.push(loss);
        if (losses.length >= steps) now.stop?.abort();
      }),
    );
    return { losses: Float32Array.from(losses), done };
  },
  /** Scores on samples that are not trained on, and the first of them as pictures. */
  judge: async ({ count: wanted }: { readonly count: number }) => {
    const now = opened();
    const { validation } = now.plan.data;
    const count = Math.min(wanted, validation.count);
    const { image, mask } = await validation.read(
      ['image', 'mask'],
      Array.from({ length: count }, (_, i) => i),
    );
    const { outputs } = await now.session.infer({ count, inputs: { image } }, ['logits']);
    const { logits } = outputs;
    const classes = outputsOf(now.program.graph).logits[2];
    const pixels = mask.length / count;
    const shown = Math.min(4, count);
    const found = new Uint8Array(shown * pixels);
    for (let pixel = 0; pixel < found.length; pixel++)
      for (let k = 1; k < classes; k++)
        if (logits[pixel * classes + k] > logits[pixel * classes + found[pixel]]) found[pixel] = k;
    return {
      ...scoresOf(logits, mask, classes),
      images: image.slice(0, (shown * image.length) / count),
      masks: Uint8Array.from(mask.subarray(0, shown * pixels)),
      found,
      shown,
      count,
    };
  },
  /** The training as a run folder: `drumhead run NAME` goes on with it. */
  run: (_: null): { readonly name: string; readonly zip: Uint8Array } =>
    runFolder(opened(), navigator.userAgent),
  /** The program with its weights, as files that drumhead takes: `drumhead run-program FOLDER`. */
  folder: (_: null): Readonly<Record<string, Uint8Array>> => {
    const now = opened();
    const { program, experiment, plan } = now;
    const parameters = weightsNow(now, 'last');
    const declared = parametersOf(program.graph);
    const values = encodeWeights(declared, parameters);
    const json = {
      format: 'drumhead-program',
      version: 1,
      description: `trained in a page: ${stepsOf(now)} steps of ${experiment.training.batch}, rate ${experiment.training.rate}, seed ${plan.seed}`,
      hash: hashProgram(program),
      program: program.graph,
      experiment: null,
      model: null,
      weightsManifest: weightsManifest(declared, 'program.bin'),
      weightsSha256: sha256Hex(values),
    };
    return {
      'program.json': new TextEncoder().encode(`${JSON.stringify(json, null, 2)}\n`),
      'program.bin': values,
    };
  },
  /** The same as a GraphModel of TensorFlow.js. */
  graph: (_: null): Readonly<Record<string, Uint8Array>> => {
    const { program } = opened();
    const parameters = weightsNow(opened(), 'last');
    const made = graphModel(program, parameters);
    if (made._tag === 'Left') throw new Error(errorMessage(made.left));
    return Object.fromEntries(
      Object.entries(
        graphModelFiles(made.right, {
          generatedBy: 'drumhead',
          metadata: { structuredOutputKeys: Object.keys(made.right.signature.outputs) },
        }),
      ).map(([name, bytes]) => [name, bytes.slice()]),
    );
  },
};

export type TrainHandlers = typeof handlers;

answerBy(handlers);
