/** Trains a program on a generated task, step by step, so that it can be stopped between two. */

import { sha256Hex } from '../../../src/base/canonical.js';
import { errorMessage } from '../../../src/base/error.js';
import { fuse } from '../../../src/compile/fuse/execute/fused.js';
import { graphModel } from '../../../src/compile/graph-model/index.js';
import { graphModelFiles } from '../../../src/compile/graph-model/shards.js';
import { type Arrays, initialParameters } from '../../../src/compile/parameters.js';
import {
  decodeProgram,
  hashProgram,
  inputsOf,
  outputsOf,
  type Program,
  parametersOf,
} from '../../../src/dsl/index.js';
import { encodeWeights, weightsManifest } from '../../../src/runner/folder/weights.js';
import { adam, type OptimiserState, optimise, untrained } from '../../../src/runner/training/optimiser.js';
import { answerBy } from '../engine/call.js';
import { sampleOf } from '../engine/tasks.js';

export interface Settings {
  readonly json: string;
  readonly task: Readonly<Record<string, unknown>>;
  readonly batch: number;
  readonly rate: number;
  readonly seed: number;
}

interface Session {
  readonly settings: Settings;
  readonly program: Program;
  readonly fused: NonNullable<ReturnType<typeof fuse>>;
  parameters: Arrays;
  state: OptimiserState;
  steps: number;
}

let session: Session | undefined;

const opened = (): Session => {
  if (session === undefined) throw new Error('nothing is being trained');
  return session;
};

const volume = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const batchOf = ({ settings }: Session, split: 'train' | 'validation', first: number, count: number) => {
  const samples = Array.from({ length: count }, (_, i) => sampleOf(settings.task, first + i, split));
  const [pixels, labels] = [samples[0].image.length, samples[0].mask.length];
  const image = new Float32Array(count * pixels);
  const mask = new Uint8Array(count * labels);
  for (const [i, sample] of samples.entries()) {
    for (let at = 0; at < pixels; at++) image[i * pixels + at] = sample.image[at] / 255;
    mask.set(sample.mask, i * labels);
  }
  return { image, mask };
};

/** The share of shape pixels with the correct class, and the mean over classes of intersection over union. */
const scoresOf = (logits: Float32Array, mask: Uint8Array, classes: number) => {
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

const handlers = {
  open: (settings: Settings) => {
    const decoded = decodeProgram(JSON.parse(settings.json), 'the program');
    if (decoded._tag === 'Left') throw new Error(errorMessage(decoded.left));
    const program = decoded.right;
    const { image } = inputsOf(program.graph);
    const { logits } = outputsOf(program.graph);
    if (image === undefined || Object.keys(inputsOf(program.graph)).length > 1)
      throw new Error('A program that is trained here has one input, image [height, width, channels].');
    if (logits === undefined || logits.length !== 3)
      throw new Error('A program that is trained here has an output logits [height, width, classes].');
    const sample = sampleOf(settings.task, 0, 'train');
    if (sample.image.length !== volume(image))
      throw new Error(
        `The task's images have ${sample.image.length} numbers, the program's input ${image.join(' x ')}: make them the same size.`,
      );
    const highest = Array.from({ length: 8 }, (_, i) =>
      sampleOf(settings.task, i, 'train').mask.reduce((a, b) => Math.max(a, b), 0),
    ).reduce((a, b) => Math.max(a, b), 0);
    if (highest >= logits[2])
      throw new Error(`The task has a class ${highest}, the program only ${logits[2]} classes.`);
    const parameters = initialParameters(program.graph, settings.seed);
    const fused = fuse(program.graph, parameters, undefined, undefined, true);
    if (fused === undefined || !fused.fits(['logits']))
      throw new Error('This program has no fused kernels to train by.');
    session = { settings, program, fused, parameters, state: untrained, steps: 0 };
    return { height: image[0], width: image[1], classes: logits[2] };
  },
  /** Takes some steps of Adam; returns the loss after each. */
  train: ({ steps }: { readonly steps: number }) => {
    const now = opened();
    const losses = new Float32Array(steps);
    for (let i = 0; i < steps; i++) {
      const { batch, rate } = now.settings;
      const { image, mask } = batchOf(now, 'train', now.steps * batch, batch);
      now.fused.load(now.parameters);
      const { loss, gradients, statistics } = now.fused.gradients({
        count: batch,
        inputs: { image },
        labels: mask,
        weights: [],
        lossCount: mask.length,
      });
      const next = optimise({ ...adam, learningRate: rate })(now.state, now.parameters, gradients);
      now.parameters = { ...next.parameters, ...statistics };
      now.state = next.state;
      now.steps += 1;
      losses[i] = loss;
    }
    return { losses, steps: now.steps };
  },
  /** Scores on samples that are not trained on, and the first of them as pictures. */
  judge: ({ count }: { readonly count: number }) => {
    const now = opened();
    const { image, mask } = batchOf(now, 'validation', 0, count);
    now.fused.load(now.parameters);
    const { logits } = now.fused.infer({ count, inputs: { image } }, ['logits']);
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
      masks: mask.slice(0, shown * pixels),
      found,
      shown,
    };
  },
  /** The program with its weights, as files that drumhead takes: `drumhead run-program FOLDER`. */
  folder: (_: null): Readonly<Record<string, Uint8Array>> => {
    const { program, parameters, steps, settings } = opened();
    const declared = parametersOf(program.graph);
    const values = encodeWeights(declared, parameters);
    const json = {
      format: 'drumhead-program',
      version: 1,
      description: `trained in a page: ${steps} steps of ${settings.batch}, rate ${settings.rate}, seed ${settings.seed}`,
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
    const { program, parameters } = opened();
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
