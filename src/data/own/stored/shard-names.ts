/** Names of shards: `train-00000-of-00004.parquet` is the first of four files that belong together. */

import { basename } from 'node:path';

/** The number of a shard at the end of a name without its ending. */
export const shard = /-(\d{1,9})-of-(\d{1,9})$/;

/** The number of a shard, and the number of all shards. */
export interface ShardNumber {
  readonly number: number;
  readonly of: number;
}

/** The dataset that a file is a shard of; null if its name is not that of a shard. */
export const shardOf = (path: string): ShardNumber | null => {
  const found = shard.exec(basename(path).replace(/\.[^.]*$/, ''));
  return found === null ? null : { number: Number(found[1]), of: Number(found[2]) };
};
