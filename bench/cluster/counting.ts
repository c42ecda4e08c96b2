/** How much of a processor work takes, and how many operations on files it does. */

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

export interface Counted {
  /** Of the processor, in all threads: a machine that is busy with other things takes no more of them. */
  readonly seconds: number;
  /** Calls that name a path. */
  readonly operations: number;
  /** Entries of folders that were listed. */
  readonly entries: number;
}

const watched = [
  'access',
  'appendFile',
  'lstat',
  'mkdir',
  'open',
  'opendir',
  'readFile',
  'readdir',
  'readlink',
  'rename',
  'rm',
  'rmdir',
  'stat',
  'statfs',
  'truncate',
  'unlink',
  'utimes',
  'writeFile',
] as const;

let [operations, entries] = [0, 0];

for (const name of watched) {
  const original: unknown = Reflect.get(fs.promises, name);
  if (typeof original !== 'function') continue;
  Reflect.set(fs.promises, name, async (...given: readonly unknown[]) => {
    operations++;
    const answer: unknown = await Reflect.apply(original, fs.promises, given);
    if (name === 'readdir' && Array.isArray(answer)) entries += answer.length;
    return answer;
  });
}
// Modules that import these by name see the counting ones from now on.
syncBuiltinESMExports();

/** Does work and counts. */
export const counting = async <A>(work: () => Promise<A>): Promise<readonly [A, Counted]> => {
  const [before, listed, began] = [operations, entries, process.cpuUsage()];
  const done = await work();
  const { user, system } = process.cpuUsage(began);
  return [
    done,
    {
      seconds: (user + system) / 1e6,
      operations: operations - before,
      entries: entries - listed,
    },
  ];
};
