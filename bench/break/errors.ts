/**
 * Errors of the disk at any call that reads or changes a file. The work must end with one sentence or succeed
 * without that call, and the same work without the error must then end as if nothing had happened.
 */

import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import type { Random } from '../../src/base/random.js';
import { anotherLife, breakDisk, codes, type Fault, ownLife } from './disk.js';
import { afterKill, ageLeft } from './kills.js';
import { overWorks, thrownWords } from './over-works.js';
import type { Part } from './part.js';
import type { Straight } from './straight.js';
import { differ, printOf } from './tiny.js';
import { begin } from './works.js';

/** The problem with a sentence; null where there is none. */
const sentenceProblem = (sentence: string): string | null =>
  /fault of drumhead/.test(sentence)
    ? 'it counts as a fault of drumhead'
    : /injected at/.test(sentence)
      ? 'it says what the system says, and not what to do'
      : sentence.trim() === '' || sentence.length > 1000
        ? 'it is no sentence'
        : null;

/** Does a work with an error, and once more without. */
export const failed = async (straight: Straight, random: Random, place: string): Promise<string | null> => {
  const { work, print, calls } = straight;
  const fault: Fault = {
    kind: 'error',
    at: 1 + random.integer(calls),
    code: codes[random.integer(codes.length)],
    lasts: random.integer(2) === 0,
  };
  let story = `${work.name}, ${fault.code}${fault.lasts ? ' from' : ''} at call ${fault.at}`;
  try {
    anotherLife();
    await begin(work, place);
    anotherLife();
    const disk = breakDisk(place, fault);
    let told = 0;
    const done = await work
      .run(place, (epochs) => {
        told = epochs;
      })
      .finally(disk.mend);
    story += disk.struck() ? `, ${disk.where()}` : ', which did not come';
    if (E.isLeft(done)) {
      const sentence = errorMessage(done.left);
      const problem = sentenceProblem(sentence);
      if (problem !== null) return `${story}: ${problem}: ${sentence}`;
      await ageLeft(place);
      const lost = await afterKill(straight, place, told);
      if (lost !== null) return `${story}: ${lost}`;
    } else {
      // An ignored error may leave a file behind, but change nothing else.
      const now = await printOf(place);
      const other = differ(print, Object.fromEntries(Object.entries(now).filter(([name]) => name in print)));
      if (other !== null) return `${story}: it ended well, and ${other}`;
    }
    await ageLeft(place);
    anotherLife();
    const again = await work.run(place, () => {});
    if (E.isLeft(again)) return `${story}: without it then: ${errorMessage(again.left)}`;
    const other = differ(print, await printOf(place));
    return other === null ? null : `${story}: without it then: ${other}`;
  } catch (cause) {
    return `${story}: ${thrownWords(cause)}`;
  } finally {
    ownLife();
  }
};

export const errors: Part = overWorks(
  {
    name: 'errors',
    does: 'EIO, ENOSPC, EACCES, EMFILE, EROFS at any call that reads or changes a file, once or from there on',
    share: 15,
  },
  async (straight, random, place) => ({
    tried: { [`errors in ${straight.work.name}`]: 1 },
    says: await failed(straight, random, place),
  }),
);
