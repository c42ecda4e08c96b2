/** Shards: the part of a sweep that one of several processes runs. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError } from '../../base/error.js';

/** Part `part` of `of`, counted from 1. */
export interface Shard {
  readonly part: number;
  readonly of: number;
}

/**
 * Whether the run of this index belongs to a shard. It depends only on the position in the sweep, so that
 * every process finds the same, whatever is finished.
 *
 * @example
 * [0, 1, 2, 3, 4].filter(inShard({ part: 2, of: 3 })); // => [1, 4]
 */
export const inShard =
  ({ part, of }: Shard) =>
  (index: number): boolean =>
    index % of === part - 1;

/**
 * The shard of a flag: `2/8`. **Errors** DecodeError of --shard.
 *
 * @example
 * shardFlag('2/8'); // => E.right({ part: 2, of: 8 })
 */
export const shardFlag = (value: string): Checked<Shard> => {
  const found = /^(\d{1,7})\/(\d{1,7})$/.exec(value.trim());
  const [part, of] = [Number(found?.[1]), Number(found?.[2])];
  return part >= 1 && part <= of
    ? E.right({ part, of })
    : E.left(decodeError('--shard', `'${value}' is not a part of a number of parts, such as 2/8`));
};
