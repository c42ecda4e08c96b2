/** The loss of an experiment: by name over classes or numbers, or an output of the program itself. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { byName, choice, real, record, text, where, withDefault, withOptional } from '../base/codec.js';
import { nearest } from '../base/error.js';
import { grouped } from '../base/limits.js';
import type { Loss } from '../compile/loss.js';

/** A loss of classes and its target: the class of every pixel, or of the whole image. */
export type ClassLoss = Loss & { readonly target: Target };

/** What is classified: every pixel, or the whole image. */
export type Target = 'pixel' | 'image';

/** What a loss of numbers compares. Each may be left out if program and task leave only one possibility. */
interface Compared {
  /** The output of the program; left out: `prediction`, else `logits`, else its only one. */
  readonly output?: string;
  /**
   * The array of the task; left out: the only one that is not an input of the program, or for `next-step` the
   * only one that is.
   */
  readonly against?: string;
}

/** A loss of numbers with weights; a weight of 0 says that no target is known there. */
interface Weighed extends Compared {
  /** The array of the weights, of the shape of the prediction or of its first axes; left out: all count 1. */
  readonly mask?: string;
}

/** A loss of numbers by name, written in the language: `meanSquared`, `meanAbsolute`, `huber`, `contrastive`, `nextStep`. */
export type NumberLoss =
  | ({ readonly name: 'mean-squared' | 'mean-absolute' } & Weighed)
  | ({ readonly name: 'huber'; readonly delta: number } & Weighed)
  | ({ readonly name: 'contrastive'; readonly temperature: number } & Compared)
  | ({ readonly name: 'next-step' } & Compared);

/** A loss that the program computes: the sum of one output over the samples, over the sum of another. */
export interface ProgramLoss {
  /** The output that is minimised: a number for each sample. */
  readonly output: string;
  /** The output to divide by, one number per sample, which must not depend on weights; left out: 1. */
  readonly count?: string;
  /**
   * The inputs that exist only in training and scoring; left out: those that loss and scores read and no
   * other output does.
   */
  readonly targets?: readonly string[];
}

/** What is minimised. */
export type LossSpec = ClassLoss | NumberLoss | ProgramLoss;

/** Whether a loss is one of classes, by name. */
export const isClassLoss = (loss: LossSpec): loss is ClassLoss => 'target' in loss;

/** Whether a loss is an output of the program. */
export const isProgramLoss = (loss: LossSpec): loss is ProgramLoss => !('name' in loss);

/** What a loss of classes classifies; null for any other. */
export const targetOf = (loss: LossSpec): Target | null => (isClassLoss(loss) ? loss.target : null);

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

const positive = where(real(0, 1e6), (value) => (value > 0 ? null : 'it must be more than 0'));

const compared = ['output', 'against'] as const;
const weighed = [...compared, 'mask'] as const;

/** A name of an output or an array that may be left out. */
const optionally = <A extends object, K extends string>(codec: t.Type<A, A, unknown>, key: K) =>
  withOptional(codec, key, text);

const withCompared = <A extends object>(codec: t.Type<A, A, unknown>) =>
  optionally(optionally(codec, 'output'), 'against');

const withWeighed = <A extends object>(codec: t.Type<A, A, unknown>) =>
  optionally(withCompared(codec), 'mask');

const meanSquaredCodec = withWeighed(record('mean-squared', { name: t.literal('mean-squared') }, weighed));
const meanAbsoluteCodec = withWeighed(record('mean-absolute', { name: t.literal('mean-absolute') }, weighed));
const huberCodec = withWeighed(
  record('huber', { name: t.literal('huber'), delta: withDefault(positive, 1) }, weighed),
);
const contrastiveCodec = withCompared(
  record(
    'contrastive',
    { name: t.literal('contrastive'), temperature: withDefault(positive, 0.1) },
    compared,
  ),
);
const nextStepCodec = withCompared(record('next-step', { name: t.literal('next-step') }, compared));

const named = byName<ClassLoss | NumberLoss>('loss', {
  'cross-entropy': crossEntropyCodec,
  focal: focalCodec,
  dice: diceCodec,
  'mean-squared': meanSquaredCodec,
  'mean-absolute': meanAbsoluteCodec,
  huber: huberCodec,
  contrastive: contrastiveCodec,
  'next-step': nextStepCodec,
});

/** The codec of a loss that is an output of the program. */
export const programLossCodec: t.Type<ProgramLoss, ProgramLoss, unknown> = pipe(
  record('loss', { output: text }, ['count', 'targets']),
  (codec) => optionally(codec, 'count'),
  (codec) => withOptional(codec, 'targets', t.readonlyArray(text)),
);

/** Whether a loss without a name is meant as an output of the program, perhaps misspelt. */
const meansOutputs = (loss: Readonly<Record<string, unknown>>): boolean =>
  !('name' in loss) &&
  ('output' in loss || Object.keys(loss).some((key) => nearest(key, ['name', 'output']) === 'output'));

/**
 * The codec of losses; a name alone means the loss with its authors' settings, `{ output, count }` outputs of the program.
 */
export const lossCodec: t.Type<LossSpec, LossSpec, unknown> = new t.Type<LossSpec, LossSpec, unknown>(
  'loss',
  (u): u is LossSpec => named.is(u) || (programLossCodec.is(u) && !('name' in u)),
  (u, context) => {
    if (typeof u === 'string') return named.validate({ name: u }, context);
    return t.UnknownRecord.is(u) && meansOutputs(u)
      ? pipe(
          programLossCodec.validate(u, context),
          E.map((loss): LossSpec => loss),
        )
      : named.validate(u, context);
  },
  t.identity,
);

/** The loss of the publication. */
export const publishedLoss: ClassLoss = { name: 'cross-entropy', target: 'pixel', weights: [] };

/**
 * A description in one line.
 *
 * @param classes names in the order of the labels, shown beside the weights; left out if they are not known
 * @param ofImages false if the classes belong to samples that are not images
 *
 * @example
 * describeLoss({ name: 'focal', target: 'pixel', weights: [], gamma: 2 })   // 'focal, gamma 2, over pixels'
 * describeLoss({ name: 'cross-entropy', target: 'pixel', weights: [1, 9] }, ['background', 'cell'])
 * // 'cross-entropy, class weights background 1, cell 9, over pixels'
 * describeLoss({ output: 'total', count: 'known' })   // 'the output total, over the sum of known'
 */
export const describeLoss = (loss: LossSpec, classes: readonly string[] = [], ofImages = true): string => {
  if (isProgramLoss(loss))
    return `the output ${loss.output}, ${loss.count === undefined ? 'mean over the samples' : `over the sum of ${loss.count}`}`;
  if (isClassLoss(loss)) return describeClassLoss(loss, classes, ofImages);
  return [
    loss.name,
    ...(loss.name === 'huber' ? [`delta ${loss.delta}`] : []),
    ...(loss.name === 'contrastive' ? [`temperature ${loss.temperature}`] : []),
    ...(loss.output === undefined ? [] : [`of ${loss.output}`]),
    ...(loss.against === undefined ? [] : [`against ${loss.against}`]),
    ...('mask' in loss && loss.mask !== undefined ? [`weighed by ${loss.mask}`] : []),
  ].join(', ');
};

const describeClassLoss = (loss: ClassLoss, classes: readonly string[], ofImages: boolean): string =>
  [
    loss.name,
    ...(loss.name === 'focal' ? [`gamma ${loss.gamma}`] : []),
    ...(loss.name === 'dice' ? [`smoothing ${loss.smoothing}`] : []),
    ...(loss.weights.length === 0
      ? []
      : [
          classes.length === loss.weights.length
            ? `class weights ${loss.weights.map((weight, i) => `${classes[i]} ${weight}`).join(', ')}`
            : `class weights ${loss.weights.slice(0, 64).join(' ')}${loss.weights.length > 64 ? ` … (${grouped(loss.weights.length)} in all)` : ''}`,
        ]),
    ofImages ? (loss.target === 'pixel' ? 'over pixels' : 'over whole images') : 'over all answers',
  ].join(', ');
