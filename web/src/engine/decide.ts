/** The decisions of a model on an image, step by step. */

import { lightCone } from '../../../src/compile/light-cone/index.js';
import type { Arrays } from '../../../src/compile/parameters.js';
import type { ModelSpec, Sizes } from '../../../src/models/catalogue.js';
import { type Opened, openModel, type Parts, programOf, type State } from './models.js';

/** The state of a model at one step: its wave, and the class of each pixel so far. */
export interface Shown {
  readonly step: number;
  readonly steps: number;
  /** The first channel of its waves; empty for a model without time. */
  readonly wave: Float32Array;
  readonly classes: Uint8Array;
  /** The probability of each pixel's class. */
  readonly sure: Float32Array;
}

/** The signals at one pixel. */
export interface Heard {
  readonly steps: number;
  readonly channels: number;
  /** [T, C], up to the current step. */
  readonly wave: Float32Array;
  readonly ran: number;
  /** [T, K], the class probabilities after 1, 2, ... steps; one row for a model without time. */
  readonly probabilities: Float32Array;
  readonly classes: number;
}

export interface Decider {
  readonly see: (image: Float32Array) => void;
  /** Changes the image while the wave runs, from `step` on; the wave is set to zero where `erased` is 1. */
  readonly damage: (image: Float32Array, erased: Uint8Array, step: number) => void;
  readonly show: (step: number) => Shown;
  readonly hear: (row: number, column: number) => Heard;
  /** For each pixel, the number of steps after which this pixel can know of it; -1 if never. */
  readonly cone: (row: number, column: number) => Int32Array;
}

const softmax = (logits: Float32Array, classes: number): Float32Array => {
  const out = new Float32Array(logits.length);
  for (let at = 0; at < logits.length; at += classes) {
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) most = Math.max(most, logits[at + k]);
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      out[at + k] = Math.exp(logits[at + k] - most);
      sum += out[at + k];
    }
    for (let k = 0; k < classes; k++) out[at + k] /= sum;
  }
  return out;
};

const chosen = (logits: Float32Array, classes: number): Pick<Shown, 'classes' | 'sure'> => {
  const shares = softmax(logits, classes);
  const count = logits.length / classes;
  const labels = new Uint8Array(count);
  const sure = new Float32Array(count);
  for (let pixel = 0; pixel < count; pixel++)
    for (let k = 0; k < classes; k++)
      if (shares[pixel * classes + k] > sure[pixel]) {
        sure[pixel] = shares[pixel * classes + k];
        labels[pixel] = k;
      }
  return { classes: labels, sure };
};

/** Opens a model for images of these sizes. */
export const decider = (spec: ModelSpec, sizes: Sizes, values: Arrays): Decider => {
  const opened: Opened = openModel(spec, sizes, values);
  const cones = new Map<number, Int32Array>();
  const cone = (row: number, column: number): Int32Array => {
    const site = row * sizes.width + column;
    const known = cones.get(site);
    if (known !== undefined) return known;
    const found = lightCone(programOf(spec, sizes), { output: 'logits', site: [row, column] });
    const seen = found._tag === 'Right' ? found.right.image.firstSeen : new Int32Array(0);
    if (cones.size > 16) cones.clear();
    cones.set(site, seen);
    return seen;
  };
  return opened.kind === 'at once'
    ? atOnce(opened.whole.answer, sizes, cone)
    : overTime(opened.parts, sizes, cone);
};

const atOnce = (
  answer: (image: Float32Array) => Float32Array,
  { width, classes }: Sizes,
  cone: Decider['cone'],
): Decider => {
  let logits: Float32Array | undefined;
  const given = (): Float32Array => {
    if (logits === undefined) throw new Error('no image was given');
    return logits;
  };
  const see = (image: Float32Array): void => {
    logits = answer(image);
  };
  return {
    see,
    damage: see,
    show: () => ({ step: 0, steps: 0, wave: new Float32Array(0), ...chosen(given(), classes) }),
    hear: (row, column) => {
      const at = (row * width + column) * classes;
      return {
        steps: 1,
        channels: 0,
        ran: 1,
        wave: new Float32Array(0),
        probabilities: softmax(given().slice(at, at + classes), classes),
        classes,
      };
    },
    cone,
  };
};

const overTime = (parts: Parts, { height, width, classes }: Sizes, cone: Decider['cone']): Decider => {
  const { steps, channels } = parts;
  const sites = height * width;
  const size = sites * channels;
  const history = new Float32Array(steps * size);
  let medium: State = {};
  /** The state after n steps is states[n]. */
  let states: State[] = [];
  const run = (to: number): void => {
    for (let step = states.length - 1; step < to; step++) {
      const next = parts.step(states[step], medium);
      states.push(next);
      history.set(next.y, step * size);
    }
  };
  const upTo = (step: number): Float32Array => {
    const heard = new Float32Array(history.length);
    heard.set(history.subarray(0, step * size));
    return heard;
  };
  return {
    see: (image) => {
      const first = parts.encode(image);
      medium = first.medium;
      states = [first.state];
    },
    damage: (image, erased, step) => {
      run(step);
      medium = parts.encode(image).medium;
      const still = (field: Float32Array): Float32Array =>
        field.map((value, at) => (erased[Math.floor(at / channels)] === 1 ? 0 : value));
      states = states.slice(0, step + 1);
      states[step] = Object.fromEntries(
        Object.entries(states[step]).map(([name, field]) => [name, still(field)]),
      );
    },
    show: (wanted) => {
      const step = Math.min(steps, Math.max(0, Math.round(wanted)));
      run(step);
      const { y } = states[step];
      const wave = new Float32Array(sites);
      for (let site = 0; site < sites; site++) wave[site] = y[site * channels];
      return { step, steps, wave, ...chosen(parts.hear(upTo(step)), classes) };
    },
    hear: (row, column) => {
      const ran = states.length - 1;
      const site = row * width + column;
      const wave = new Float32Array(ran * channels);
      for (let t = 0; t < ran; t++)
        for (let c = 0; c < channels; c++) wave[t * channels + c] = history[t * size + site * channels + c];
      const histories = new Float32Array(steps * steps * channels);
      for (let t = 0; t < ran; t++)
        for (let known = t; known < steps; known++)
          for (let c = 0; c < channels; c++)
            histories[(t * steps + known) * channels + c] = wave[t * channels + c];
      const all = softmax(parts.hearOne(histories), classes);
      return { steps, channels, wave, ran, probabilities: all.slice(0, ran * classes), classes };
    },
    cone,
  };
};
