/** The files that each work leaves without a fault, and the numbers of its changes and reads. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { anotherLife, breakDisk, ownLife } from './disk.js';
import { printOf } from './tiny.js';
import { begin, type Work } from './works.js';

export interface Straight {
  readonly work: Work;
  /** The files before the work. */
  readonly before: Readonly<Record<string, string>>;
  readonly print: Readonly<Record<string, string>>;
  readonly changes: number;
  readonly calls: number;
}

/** Does a work without a fault, and counts. */
export const straightOf = async (work: Work, folder: string): Promise<Straight> => {
  const place = join(folder, 'straight');
  anotherLife();
  try {
    await begin(work, place);
    const before = await printOf(place);
    const disk = breakDisk(place, { kind: 'none' });
    const done = await work.run(place, () => {}).finally(disk.mend);
    if (E.isLeft(done)) throw new Error(`${work.name}: ${errorMessage(done.left)}`);
    return { work, before, print: await printOf(place), changes: disk.changes(), calls: disk.calls() };
  } finally {
    ownLife();
  }
};

/** The files that each work leaves, computed when first asked for. */
export const straights = (folder: string): ((work: Work) => Promise<Straight>) => {
  const known = new Map<string, Promise<Straight>>();
  return (work) => {
    const found = known.get(work.name) ?? straightOf(work, folder);
    known.set(work.name, found);
    return found;
  };
};

/** The work of a round; each work is chosen as often as its weight says. */
export const workOf = (works: readonly Work[], index: number): Work => {
  const slots = works.flatMap((work) => Array.from({ length: work.weight }, () => work));
  // The step is a prime, so that neighbouring rounds get different works.
  return slots[(index * 7) % slots.length];
};
