/** Scores that a person's program computes: outputs of it, summed over the samples. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { choice, record, text, where, withOptional } from '../../base/codec.js';
import { isNameable } from '../../dsl/program.js';
import type { Better } from './measures.js';

/** A score of the program: the sum of one output over the samples, over the sum of another. */
export interface OwnScore {
  /** The output that is summed: a number for each sample. */
  readonly output: string;
  /**
   * The output to divide by, such as the union of an IoU; left out: 1 for each sample, so that the score is a
   * mean.
   */
  readonly count?: string;
  /** Whether more or less of it is better. */
  readonly better: Better;
}

/** Scores by name. */
export type OwnScores = Readonly<Record<string, OwnScore>>;

/** Names that files and tables use for other values. */
const taken = ['loss', 'samples', 'images', 'epoch', 'epochs', 'parameters', 'rate', 'trainedLoss'];

const scoreCodec: t.Type<OwnScore, OwnScore, unknown> = withOptional(
  record('score', { output: text, better: choice<Better>('more', 'less') }, ['count']),
  'count',
  text,
);

const namesFit = (scores: OwnScores): string | null => {
  const bad = Object.keys(scores).find((name) => !isNameable(name) || taken.includes(name));
  if (bad !== undefined)
    return taken.includes(bad)
      ? `a score cannot be called '${bad}', which has a meaning of its own`
      : `'${bad}' is not a name: use letters, digits, '_' and '-', a letter first`;
  return Object.keys(scores).length > 64 ? 'more than 64 scores' : null;
};

const each = t.record(t.string, scoreCodec);

/** The codec of scores by name. Every problem is reported with its path. */
export const ownScoresCodec: t.Type<OwnScores, OwnScores, unknown> = where(
  new t.Type<OwnScores, OwnScores, unknown>(
    'an object of scores, such as { iou: { output: both, count: either, better: more } }',
    (u): u is OwnScores => each.is(u),
    (u, context) =>
      pipe(
        each.validate(u, context),
        E.map((scores): OwnScores => scores),
      ),
    t.identity,
  ),
  namesFit,
);
