/**
 * Models as plain data: a name and every setting, as in experiments, files and flags. `buildModel` writes the program
 * for the sizes of a task.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { byName, choice, decodeWith, real, record, where, whole, withDefault } from '../base/codec.js';
import { type Checked, type DrumheadError, unknownName } from '../base/error.js';
import { limits } from '../base/limits.js';
import { type Program, readouts, tryProgram } from '../dsl/index.js';
import { cnn } from './cnn.js';
import { convGru } from './conv-gru.js';
import { convLstm } from './conv-lstm.js';
import { convRnn } from './conv-rnn.js';
import { hiddenLayers, mlpVariants } from './mlp-variants.js';
import { nwm } from './nwm.js';
import { unet } from './unet.js';

const channelCount = whole(1, 65_536);
const stepCount = whole(1, 1_000_000);

const perPixel = { hidden: withDefault(hiddenLayers, mlpVariants.linear) };
const listened = { readout: withDefault(choice(...readouts), 'linear'), ...perPixel };

const recurrent = <N extends string>(name: N) =>
  record(name, {
    name: t.literal(name),
    mid: withDefault(channelCount, 16),
    channels: withDefault(channelCount, 2),
    steps: withDefault(stepCount, 20),
    ...listened,
  });

/** The settings of every model; defaults are the published values. */
const codecs = {
  nwm: record('nwm', {
    name: t.literal('nwm'),
    mid: withDefault(channelCount, 16),
    channels: withDefault(channelCount, 2),
    steps: withDefault(stepCount, 100),
    dt: withDefault(
      where(real(0, 1000), (dt) => (dt > 0 ? null : 'a time step must be more than 0')),
      0.1,
    ),
    ...listened,
  }),
  'conv-lstm': recurrent('conv-lstm'),
  'conv-gru': recurrent('conv-gru'),
  'conv-rnn': recurrent('conv-rnn'),
  cnn: record('cnn', {
    name: t.literal('cnn'),
    mid: withDefault(channelCount, 16),
    channels: withDefault(channelCount, 2),
    layers: withDefault(whole(1, limits.layers), 8),
    features: withDefault(channelCount, 49),
    ...perPixel,
  }),
  unet: record('unet', {
    name: t.literal('unet'),
    base: withDefault(channelCount, 3),
    momentum: withDefault(real(0, 1), 0.1),
    epsilon: withDefault(real(0, 1), 1e-5),
  }),
};

export type ModelName = keyof typeof codecs;

/** A model, distinguished by `name`; every setting is filled in. */
export type ModelSpec = t.TypeOf<(typeof codecs)[ModelName]>;

const isModelName = (name: string): name is ModelName => Object.hasOwn(codecs, name);

export const modelNames: readonly ModelName[] = Object.keys(codecs).filter(isModelName);

/**
 * The codec of models: omitted settings take their published values; an unknown setting is refused with its path and
 * the nearest known one. `hidden` may be the name of a variant (see `mlpVariants`), which is replaced by its widths.
 */
export const modelCodec = byName<ModelSpec>('model', codecs);

/**
 * Decodes a model.
 *
 * @returns a DecodeError with one line for each problem
 * @example
 * decodeModel({ name: 'nwm', channels: 16, hidden: 'linear_smaller4' })
 * // right({ name: 'nwm', mid: 16, channels: 16, steps: 100, dt: 0.1, readout: 'linear', hidden: [32, 32, 32, 32, 32] })
 */
export const decodeModel = (value: unknown, source = 'model'): Checked<ModelSpec> =>
  decodeWith(modelCodec, source)(value);

/** The model of this name with these settings; an UnknownName if there is no such model. */
export const modelNamed = (
  name: string,
  settings: Readonly<Record<string, unknown>> = {},
): Checked<ModelSpec> =>
  isModelName(name)
    ? decodeModel({ ...settings, name }, name)
    : E.left(unknownName('model', name, modelNames));

/** The sizes of a task that a model depends on. */
export interface Sizes {
  readonly height: number;
  readonly width: number;
  /** Channels of the image. */
  readonly channels: number;
  readonly classes: number;
}

/**
 * The program of a model for these sizes. Its input is `image` [height, width, channels]; its outputs are `logits`
 * [height, width, classes]; for recurrent models `waves` [steps, height, width, channels of state], the observed
 * sequence; and the outputs of the encoders under their names: `omega`, `alpha` (nwm), `y0` (all recurrent ones),
 * `hidden0` (conv-*), `cell0` (conv-lstm).
 *
 * **Errors** ProgramError if the sizes do not fit the model, such as a U-Net on less than 16 x 16.
 */
export const buildModel = (spec: ModelSpec, sizes: Sizes): Checked<Program> =>
  pipe(
    tryProgram((): Program => write(spec, sizes)),
    E.mapLeft((error): DrumheadError => error),
  );

const write = (spec: ModelSpec, { height, width, channels: input, classes }: Sizes): Program => {
  const sizes = { height, width, input, classes };
  switch (spec.name) {
    case 'nwm':
      return nwm({ ...spec, ...sizes });
    case 'conv-lstm':
      return convLstm({ ...spec, ...sizes });
    case 'conv-gru':
      return convGru({ ...spec, ...sizes });
    case 'conv-rnn':
      return convRnn({ ...spec, ...sizes });
    case 'cnn':
      return cnn({ ...spec, ...sizes });
    case 'unet':
      return unet({ ...spec, ...sizes });
  }
};

/**
 * A description in one line.
 *
 * @example
 * pipe(modelNamed('nwm'), E.map(describeModel))
 * // right('nwm: 2 channels, 100 steps of 0.1, readout linear, MLP 256-256-256, encoders 16 wide')
 */
export const describeModel = (spec: ModelSpec): string => {
  switch (spec.name) {
    case 'nwm':
      return `nwm: ${spec.channels} channels, ${spec.steps} steps of ${spec.dt}, ${heard(spec)}`;
    case 'conv-lstm':
    case 'conv-gru':
    case 'conv-rnn':
      return `${spec.name}: ${spec.channels} channels, ${spec.steps} steps, ${heard(spec)}`;
    case 'cnn':
      return `cnn: ${spec.layers} layers ${spec.mid} wide, ${spec.features} x ${spec.channels} features, ${mlpOf(spec)}`;
    case 'unet':
      return `unet: ${spec.base} channels at full size`;
  }
};

const heard = (spec: Extract<ModelSpec, { readonly readout: string; readonly mid: number }>): string =>
  `readout ${spec.readout}, ${mlpOf(spec)}, encoders ${spec.mid} wide`;

const mlpOf = ({ hidden }: { readonly hidden: readonly number[] }): string =>
  hidden.length === 0 ? 'no MLP' : `MLP ${hidden.join('-')}`;
