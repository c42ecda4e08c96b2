/** A full disk: a tmpfs with a random amount of free space, and then with enough. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { stream } from '../../src/base/random.js';
import { anotherLife, ownLife } from './disk.js';
import { afterKill, ageLeft } from './kills.js';
import { againWith, type Part } from './part.js';
import { type Straight, straights, workOf } from './straight.js';
import { differ, printOf } from './tiny.js';
import { begin, worksIn } from './works.js';

/** Fills a disk up to this many free bytes. */
const fill = (disk: string, left: number): string => {
  const { bavail, bsize } = statfsSync(disk);
  const filling = join(disk, 'filling');
  writeFileSync(filling, new Uint8Array(Math.max(0, bavail * bsize - left)));
  return filling;
};

/** Does a work on a disk with little space, and once more with enough. */
const filled = async (straight: Straight, disk: string, left: number): Promise<string | null> => {
  const { work, print } = straight;
  const story = `${work.name} with ${left} bytes of space`;
  const place = join(disk, 'work');
  try {
    anotherLife();
    await begin(work, place);
    anotherLife();
    const filling = fill(disk, left);
    let told = 0;
    const done = await work.run(place, (epochs) => {
      told = epochs;
    });
    rmSync(filling);
    if (E.isLeft(done)) {
      const sentence = errorMessage(done.left);
      if (!/the disk is full/.test(sentence)) return `${story}: ${sentence}`;
      await ageLeft(place);
      const lost = await afterKill(straight, place, told);
      if (lost !== null) return `${story}: ${lost}`;
    }
    await ageLeft(place);
    anotherLife();
    const again = await work.run(place, () => {});
    if (E.isLeft(again)) return `${story}: with more then: ${errorMessage(again.left)}`;
    const other = differ(print, await printOf(place));
    return other === null ? null : `${story}: with more then: ${other}`;
  } catch (cause) {
    return `${story}: thrown: ${cause instanceof Error ? (cause.stack ?? cause.message) : cause}`;
  } finally {
    ownLife();
  }
};

export const full: Part = {
  name: 'full',
  does: 'a tmpfs with a random rest of space, and with more of it then',
  share: 5,
  open: async (seed, folder) => {
    const disk = join(folder, 'disk');
    mkdirSync(disk, { recursive: true });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      return 'no disk can be mounted here; ENOSPC of the part errors stands for it';
    }
    const works = await worksIn(folder);
    const straight = straights(folder);
    return {
      round: async (index) => {
        const work = workOf(works, index);
        const random = stream(seed, 'full', index);
        const pages = random.integer(random.integer(2) === 0 ? 64 : 12);
        const says = await filled(await straight(work), disk, 4096 * pages);
        return {
          tried: { [`full disks under ${work.name}`]: 1 },
          found: says === null ? [] : [{ says, again: againWith('full', seed, index) }],
        };
      },
      end: async () => {
        execFileSync('umount', ['-l', disk], { stdio: 'ignore' });
      },
    };
  },
};
