/** The number of parameters of a model, and the number that the original allocates without using them. */

import { type Program, parametersOf, volume } from '../dsl/index.js';
import type { ModelSpec, Sizes } from './catalogue.js';

export interface ParameterCount {
  /** Values that training changes. */
  readonly trainable: number;
  /** Values that are stored but not trained: running statistics and frozen parameters. */
  readonly fixed: number;
}

/** The number of values in a program's parameters. */
export const countParameters = ({ graph }: Program): ParameterCount => {
  const count = (trainable: boolean): number =>
    parametersOf(graph)
      .filter((parameter) => parameter.trainable === trainable)
      .reduce((sum, { shape }) => sum + volume(shape), 0);
  return { trainable: count(true), fixed: count(false) };
};

/**
 * The number of parameters that the original allocates without reading them. Its published counts are drumhead's plus
 * these: the projection over time if the readout is not `linear`, and the encoder of a cell state for GRU and RNN,
 * which have none.
 *
 * @example
 * unusedInOriginal({ ...nwmSpec, steps: 100, readout: 'fft' }, sizes)   // 100 * 51 = 5100
 */
export const unusedInOriginal = (spec: ModelSpec, { channels: input }: Sizes): number => {
  if (spec.name === 'cnn' || spec.name === 'unet') return 0;
  const projection = spec.readout === 'linear' ? 0 : spec.steps * (Math.floor(spec.steps / 2) + 1);
  const hasCell = spec.name === 'nwm' || spec.name === 'conv-lstm';
  return projection + (hasCell ? 0 : threeLayers(input, spec.mid, spec.channels));
};

const layer = (from: number, to: number): number => 9 * from * to + to;

const threeLayers = (input: number, mid: number, out: number): number =>
  layer(input, mid) + layer(mid, mid) + layer(mid, out);
