/** The loss of an experiment, and whether pixels or whole images are classified. */

import * as t from 'io-ts';
import { byName, choice, real, record, where, withDefault } from '../base/codec.js';
import type { Loss } from '../compile/loss.js';

/** A loss and its target: the class of every pixel, or of the whole image. */
export type LossSpec = Loss & { readonly target: Target };

/** What is classified: every pixel, or the whole image. */
export type Target = 'pixel' | 'image';

const target = withDefault(choice('pixel', 'image'), 'pixel');

/** Weights of the classes, background first; empty if every class has weight 1. */
const weights = withDefault<readonly number[]>(
  where(t.readonlyArray(real(0, 1e6)), (list) =>
    list.length > 0 && list.every((weight) => weight === 0)
      ? 'at least one class must count something'
      : null,
  ),
  [],
);

const crossEntropyCodec = record('cross-entropy', { name: t.literal('cross-entropy'), target, weights });

const focalCodec = record('focal', {
  name: t.literal('focal'),
  target,
  weights,
  gamma: withDefault(real(0, 100), 2),
});

const diceCodec = record('dice', {
  name: t.literal('dice'),
  target: where(target, (of) =>
    of === 'image' ? "Dice is an overlap of pixels; take 'cross-entropy' or 'focal' for whole images" : null,
  ),
  weights,
  smoothing: withDefault(
    where(real(0, 1e6), (s) => (s > 0 ? null : 'the smoothing must be more than 0')),
    1,
  ),
});

const full = byName<LossSpec>('loss', {
  'cross-entropy': crossEntropyCodec,
  focal: focalCodec,
  dice: diceCodec,
});

/** The codec of losses; a name alone means the loss with its authors' settings. */
export const lossCodec: t.Type<LossSpec, LossSpec, unknown> = new t.Type<LossSpec, LossSpec, unknown>(
  'loss',
  full.is,
  (u, context) => full.validate(typeof u === 'string' ? { name: u } : u, context),
  t.identity,
);

/** The loss of the publication. */
export const publishedLoss: LossSpec = { name: 'cross-entropy', target: 'pixel', weights: [] };

/**
 * A description in one line.
 *
 * @param classes names in the order of the labels, so that each weight says whose it is; left out where nobody knows them
 *
 * @example
 * describeLoss({ name: 'focal', target: 'pixel', weights: [], gamma: 2 })   // 'focal, gamma 2, over pixels'
 * describeLoss({ name: 'cross-entropy', target: 'pixel', weights: [1, 9] }, ['background', 'cell'])
 * // 'cross-entropy, class weights background 1, cell 9, over pixels'
 */
export const describeLoss = (loss: LossSpec, classes: readonly string[] = []): string =>
  [
    loss.name,
    ...(loss.name === 'focal' ? [`gamma ${loss.gamma}`] : []),
    ...(loss.name === 'dice' ? [`smoothing ${loss.smoothing}`] : []),
    ...(loss.weights.length === 0
      ? []
      : [
          classes.length === loss.weights.length
            ? `class weights ${loss.weights.map((weight, i) => `${classes[i]} ${weight}`).join(', ')}`
            : `class weights ${loss.weights.join(' ')}`,
        ]),
    loss.target === 'pixel' ? 'over pixels' : 'over whole images',
  ].join(', ');
