/** From a case's sizes to our model. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { decodeWith } from '../../base/codec.js';
import { type Checked, decodeError } from '../../base/error.js';
import type { Readout, Shape } from '../../dsl/index.js';
import { decodeModel, type ModelSpec, type Sizes } from '../../models/catalogue.js';
import type { ArrayEntries, Hyper } from './manifest.js';

const common = { c_mid: t.number, num_classes: t.number };
const recurrent = { ...common, c_out: t.number, T: t.number, readout: t.string };

const hypers = {
  recurrent: t.type(recurrent),
  nwm: t.type({ ...recurrent, dt: t.number }),
  cnn: t.type({ ...common, c_out: t.number, num_layers: t.number, K: t.number }),
  unet: t.type({
    ...common,
    bn_momentum: t.union([t.number, t.undefined], 'number'),
    bn_eps: t.union([t.number, t.undefined], 'number'),
  }),
};

/** The reference's names of readouts; a variant of the MLP is a name of the linear one. */
const readoutOf = (name: string): Readout | null => {
  switch (name) {
    case 'fft':
    case 'last':
      return name;
    case 'mean_time':
      return 'mean';
    case 'max_time':
      return 'max';
    default:
      return name.startsWith('linear') ? 'linear' : null;
  }
};

/**
 * The widths of an MLP's layers but the last, from the shapes of its weights; a variant's name stands for
 * them.
 */
const hiddenOf = (params: ArrayEntries): readonly number[] =>
  Object.entries(params)
    .flatMap(([name, { shape }]) => {
      const layer = /^(?:classifier\.fc_readout|readout)\.(\d+)\.weight$/.exec(name);
      return layer === null ? [] : [{ layer: Number(layer[1]), width: shape[0] }];
    })
    .sort((a, b) => a.layer - b.layer)
    .slice(0, -1)
    .map(({ width }) => width);

/** A case's model and the sizes that it is built for. */
export interface Modelled {
  readonly spec: ModelSpec;
  readonly sizes: Sizes;
  readonly images: number;
}

interface Described {
  readonly name: string;
  readonly model: string;
  readonly hyper: Hyper;
  readonly params: ArrayEntries;
}

const settings = (
  source: string,
  { model, hyper, params }: Described,
): Checked<{ readonly settings: unknown; readonly classes: number }> => {
  const hidden = hiddenOf(params);
  const read = <A>(codec: t.Decoder<unknown, A>): Checked<A> => decodeWith(codec, source)(hyper);
  const listened = (
    name: string,
    { c_mid, c_out, T, readout, num_classes }: t.TypeOf<typeof hypers.recurrent>,
    more: object = {},
  ) => ({
    settings: {
      name,
      mid: c_mid,
      channels: c_out,
      steps: T,
      readout: readoutOf(readout) ?? readout,
      hidden,
      ...more,
    },
    classes: num_classes,
  });
  switch (model) {
    case 'nwm':
      return pipe(
        read(hypers.nwm),
        E.map((h) => listened('nwm', h, { dt: h.dt })),
      );
    case 'cnn':
      return pipe(
        read(hypers.cnn),
        E.map(({ c_mid, c_out, num_layers, K, num_classes }) => ({
          settings: { name: 'cnn', mid: c_mid, channels: c_out, layers: num_layers, features: K, hidden },
          classes: num_classes,
        })),
      );
    case 'unet':
      return pipe(
        read(hypers.unet),
        E.map(({ c_mid, num_classes, bn_momentum, bn_eps }) => ({
          settings: { name: 'unet', base: c_mid, momentum: bn_momentum, epsilon: bn_eps },
          classes: num_classes,
        })),
      );
    default:
      return pipe(
        read(hypers.recurrent),
        E.map((h) => listened(model.replace('_', '-'), h)),
      );
  }
};

/**
 * Our model for a case, at the size of its input (B, C, H, W).
 *
 * **Errors** DecodeError if a size is missing or impossible.
 */
export const modelOf = (folder: string, described: Described, input: Shape): Checked<Modelled> => {
  const source = `${folder}, case ${described.name}`;
  const [images, channels, height, width] = input;
  if (input.length !== 4)
    return E.left(decodeError(source, `the input must be (B, C, H, W), it has ${input.length} axes`));
  return pipe(
    settings(source, described),
    E.flatMap(({ settings: found, classes }) =>
      pipe(
        decodeModel(found, source),
        E.map((spec) => ({ spec, images, sizes: { height, width, channels, classes } })),
      ),
    ),
  );
};
