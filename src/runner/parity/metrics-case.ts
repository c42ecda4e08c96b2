/** Scores of given maps against the original's; no model takes part. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { decodeWith } from '../../base/codec.js';
import { decodeError, type Effect } from '../../base/error.js';
import { readArrays } from './arrays.js';
import { type Check, limitOf } from './check.js';
import type { MetricsCase } from './manifest.js';
import { classMap } from './prepare.js';
import { compareMaps } from './scoring.js';

const hyperCodec = t.type({ num_classes: t.number });

/** Every comparison of a case of the kind 'metrics'. */
export const runMetricsCase =
  (folder: string) =>
  (c: MetricsCase): Effect<readonly Check[]> => {
    const source = `${folder}, case ${c.name}`;
    const missing = ['predicted', 'target'].find((name) => !Object.hasOwn(c.arrays, name));
    if (missing !== undefined) return TE.left(decodeError(source, `it has no array '${missing}'`));
    return pipe(
      readArrays(folder)(c.arrays),
      TE.flatMapEither(({ predicted, target }) =>
        pipe(
          E.Do,
          E.bind('hyper', () => decodeWith(hyperCodec, source)(c.hyper)),
          E.let('sizes', ({ hyper }) => ({
            classes: hyper.num_classes,
            height: target.shape[1],
            width: target.shape[2],
          })),
          E.bind('target', ({ sizes }) =>
            classMap(folder, `${c.name} target`, target, c.per_sample.length, sizes),
          ),
          E.bind('predicted', ({ sizes }) =>
            classMap(folder, `${c.name} predicted`, predicted, c.per_sample.length, sizes),
          ),
        ),
      ),
      TE.map(({ predicted, target }) =>
        compareMaps(predicted, target, c, (error, at) => ({
          kind: 'scores',
          at,
          error,
          limit: limitOf('scores', ''),
        })),
      ),
    );
  };
