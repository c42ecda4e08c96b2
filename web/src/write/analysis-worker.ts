/**
 * Analyses a program before it trains: cost, summary, diagram, light cone; and its waves with initial
 * weights.
 */

import { errorMessage } from '../../../src/base/error.js';
import { stream } from '../../../src/base/random.js';
import { cost } from '../../../src/compile/cost/index.js';
import { drawingOf } from '../../../src/compile/diagram/drawing.js';
import { fuse } from '../../../src/compile/fuse/execute/fused.js';
import { lightCone } from '../../../src/compile/light-cone/index.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { showSummary, summary } from '../../../src/compile/summary/index.js';
import {
  decodeProgram,
  hashProgram,
  inputsOf,
  outputsOf,
  type Program,
  signature,
} from '../../../src/dsl/index.js';
import { answerBy } from '../engine/call.js';
import { sampleOf } from '../engine/tasks.js';
import { layout } from './layout.js';

const opened = (json: string): Program => {
  const decoded = decodeProgram(JSON.parse(json), 'the program');
  if (decoded._tag === 'Left') throw new Error(errorMessage(decoded.left));
  return decoded.right;
};

const volume = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** The output whose light cones are shown: the logits, or the first output with a grid. */
const seeing = (outputs: Readonly<Record<string, readonly number[]>>): string | undefined =>
  'logits' in outputs && outputs.logits.length >= 3
    ? 'logits'
    : Object.keys(outputs).find((name) => outputs[name].length >= 3);

const handlers = {
  know: ({ json }: { readonly json: string }) => {
    const p = opened(json);
    const inputs = inputsOf(p.graph);
    const outputs = outputsOf(p.graph);
    const { parameters, trainable, inference, training } = cost(p, { batch: 1 });
    return {
      signature: signature(p),
      hash: hashProgram(p),
      parameters,
      trainable,
      flops: inference.flops,
      trainingFlops: training.flops,
      bytes: inference.peakBytes,
      summary: showSummary(summary(p)),
      diagram: layout(drawingOf(p.graph)),
      inputs,
      outputs,
    };
  },
  cone: ({ json }: { readonly json: string }) => {
    const p = opened(json);
    const outputs = outputsOf(p.graph);
    const output = seeing(outputs);
    if (output === undefined) return null;
    const shape = outputs[output];
    const site =
      shape.length === 4 ? [shape[0] - 1, shape[1] >> 1, shape[2] >> 1] : [shape[0] >> 1, shape[1] >> 1];
    const begun = performance.now();
    const found = lightCone(p, {
      output,
      site,
      eachStep: () => {
        if (performance.now() - begun > 30_000) throw new Error('the light cone takes longer than 30 s');
      },
    });
    if (found._tag === 'Left') throw new Error(errorMessage(found.left));
    const [name, sight] = Object.entries(found.right).find(([, each]) => each.sites.length === 2) ?? [];
    return name === undefined || sight === undefined
      ? null
      : {
          output,
          input: name,
          height: sight.sites[0],
          width: sight.sites[1],
          firstSeen: sight.firstSeen,
          radii: sight.afterSteps.map(({ radius }) => radius ?? -1),
        };
  },
  waves: async ({
    json,
    task,
    seed,
  }: {
    readonly json: string;
    readonly task: unknown;
    readonly seed: number;
  }) => {
    const p = opened(json);
    const inputs = inputsOf(p.graph);
    const outputs = outputsOf(p.graph);
    const film = Object.keys(outputs).find((name) => outputs[name].length === 4 && outputs[name][0] > 1);
    const flat = 'logits' in outputs && outputs.logits.length === 3 ? 'logits' : undefined;
    const wanted = [film, flat].flatMap((name) => (name === undefined ? [] : [name]));
    if (wanted.length === 0) return null;
    const fused = fuse(p.graph, initialParameters(p.graph, seed));
    if (fused === undefined || !fused.fits(wanted))
      throw new Error('the waves of this program have no fused kernels');
    const given = Object.fromEntries(
      await Promise.all(
        Object.entries(inputs).map(
          async ([name, shape]) => [name, await inputFor(name, shape, task, seed)] as const,
        ),
      ),
    );
    const found = fused.infer({ count: 1, inputs: given }, wanted);
    const shape = film === undefined ? undefined : outputs[film];
    return {
      film:
        film === undefined || shape === undefined
          ? null
          : {
              name: film,
              steps: shape[0],
              height: shape[1],
              width: shape[2],
              channels: shape[3],
              values: found[film],
            },
      image:
        inputs.image?.length === 3
          ? {
              height: inputs.image[0],
              width: inputs.image[1],
              channels: inputs.image[2],
              values: given.image.slice(),
            }
          : null,
    };
  },
};

/**
 * An input: an image of the program's task if it fits, else a bright square; for other inputs a bump with
 * small noise.
 */
const inputFor = async (
  name: string,
  shape: readonly number[],
  task: unknown,
  seed: number,
): Promise<Float32Array> => {
  if (name === 'image' && shape.length === 3) {
    try {
      const settings: Readonly<Record<string, unknown>> =
        typeof task === 'object' && task !== null ? { ...task } : {};
      const { image } = await sampleOf(settings, seed);
      if (image.length === volume(shape)) return Float32Array.from(image, (byte) => byte / 255);
    } catch {
      // a task that is not generated here
    }
    const [height, width, channels] = shape;
    return Float32Array.from({ length: volume(shape) }, (_, i) => {
      const pixel = Math.floor(i / channels);
      const [row, column] = [Math.floor(pixel / width) / height, (pixel % width) / width];
      return Math.abs(row - 0.4) < 0.14 && Math.abs(column - 0.45) < 0.14 ? 0.9 : 0;
    });
  }
  if (shape.length >= 3) {
    const [height, width, channels] = shape.slice(-3);
    return Float32Array.from({ length: volume(shape) }, (_, i) => {
      const pixel = Math.floor((i % (height * width * channels)) / channels);
      const far = Math.hypot(Math.floor(pixel / width) - height / 2, (pixel % width) - width / 2);
      return name === 'y' || name === 'x' || name === 'image' ? Math.exp(-((far / 3) ** 2)) : 0;
    });
  }
  const random = stream(seed, 'input', name);
  return Float32Array.from({ length: volume(shape) }, () => 0.1 * random.normal());
};

export type KnowHandlers = typeof handlers;

answerBy(handlers);
