/**
 * Simulated kills at any change of a file, in this process. The work stops there, the disk is as a kill
 * leaves it, and the same work continues under another process id. At the end everything must be as if
 * nothing had happened.
 */

import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import type { Random } from '../../src/base/random.js';
import { bringBack } from '../../src/files/write-folder.js';
import { anotherLife, breakDisk, type Fault, moments, ownLife } from './disk.js';
import { overWorks, thrownWords } from './over-works.js';
import type { Part } from './part.js';
import type { Straight } from './straight.js';
import { differ, printOf } from './tiny.js';
import { begin } from './works.js';

const drawn = (random: Random, changes: number): Fault =>
  random.integer(6) === 0
    ? { kind: 'none' }
    : { kind: 'kill', at: 1 + random.integer(changes), moment: moments[random.integer(3)] };

/** A file that tests whether a folder is writable; the next command removes it. */
const trial = /^\.drumhead-[0-9a-f-]{36}\.tmp$/;

/** Makes half-written files an hour old: only old ones are removed. */
export const ageLeft = async (place: string): Promise<void> => {
  const then = Date.now() / 1000 - 3600;
  for (const name of await readdir(place, { recursive: true }))
    if (name.endsWith('.tmp')) await utimes(join(place, name), then, then);
};

/** The problem after a kill; null where there is none. */
export const afterKill = async (
  { work, before, print }: Straight,
  place: string,
  told: number,
): Promise<string | null> => {
  if (work.kept !== null) {
    const kept = await work.kept(place);
    return kept >= told ? null : `${told} epochs were finished and ${kept} are kept`;
  }
  if (work.export === null) return null;
  anotherLife();
  const back = await bringBack(join(place, work.export))();
  if (E.isLeft(back)) return errorMessage(back.left);
  const now = Object.fromEntries(Object.entries(await printOf(place)).filter(([name]) => !trial.test(name)));
  const [older, newer] = [differ(before, now), differ(print, now)];
  return older === null || newer === null
    ? null
    : `neither the earlier export nor the new one is there: ${older}`;
};

/** Kills one work again and again until it finishes. */
export const killed = async (
  straight: Straight,
  random: Random,
  place: string,
): Promise<{ readonly kills: number; readonly says: string | null }> => {
  const { work, print, changes } = straight;
  let kills = 0;
  const story: string[] = [];
  const wrong = (what: string) => ({ kills, says: `${work.name}, ${story.join('; ')}: ${what}` });
  try {
    anotherLife();
    await begin(work, place);
    for (;;) {
      anotherLife();
      const fault = kills > 40 ? ({ kind: 'none' } as const) : drawn(random, changes);
      const disk = breakDisk(place, fault);
      let told = 0;
      const done = await work
        .run(place, (epochs) => {
          if (!disk.struck()) told = epochs;
        })
        .finally(disk.mend);
      if (disk.struck() && fault.kind === 'kill') {
        kills++;
        await ageLeft(place);
        story.push(`killed ${fault.moment} ${disk.where()}`);
        const says = await afterKill(straight, place, told);
        if (says !== null) return wrong(says);
        continue;
      }
      if (E.isLeft(done)) return wrong(errorMessage(done.left));
      const other = differ(print, await printOf(place));
      return other === null ? { kills, says: null } : wrong(other);
    }
  } catch (cause) {
    return wrong(thrownWords(cause));
  } finally {
    ownLife();
  }
};

export const kills: Part = overWorks(
  {
    name: 'kills',
    does: 'kills in this process at any change of a file: before it, in its middle, after it',
    share: 40,
  },
  async (straight, random, place) => {
    const { kills: n, says } = await killed(straight, random, place);
    return { tried: { [`kills of ${straight.work.name}`]: n }, says };
  },
);
