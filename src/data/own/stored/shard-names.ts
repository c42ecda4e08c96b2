/** Names of shards: `train-00000-of-00004.parquet` is one of four files that are one. */

import { basename } from 'node:path';

/** The number of a shard at the end of a name without its ending. */
export const shard = /-(\d{1,9})-of-(\d{1,9})$/;

/** Which of how many files a file is. */
export interface ShardNumber {
  readonly number: number;
  readonly of: number;
}

/** What a file is a shard of; null where its name is none of a shard. */
export const shardOf = (path: string): ShardNumber | null => {
  const found = shard.exec(basename(path).replace(/\.[^.]*$/, ''));
  return found === null ? null : { number: Number(found[1]), of: Number(found[2]) };
};
