/** Makes a part of the campaign that does and breaks one work per round. */

import { join } from 'node:path';
import { type Random, stream } from '../../src/base/random.js';
import { againWith, type Part } from './part.js';
import { type Straight, straights, workOf } from './straight.js';
import { worksIn } from './works.js';

/** The outcome of a round: counts of tries, and the problem, or null. */
export interface Outcome {
  readonly tried: Readonly<Record<string, number>>;
  readonly says: string | null;
}

/** A thrown error, as text. */
export const thrownWords = (cause: unknown): string =>
  `thrown: ${cause instanceof Error ? (cause.stack ?? cause.message) : cause}`;

/** @param round breaks a work in a folder of its own */
export const overWorks = (
  { name, does, share }: Pick<Part, 'name' | 'does' | 'share'>,
  round: (straight: Straight, random: Random, place: string) => Promise<Outcome>,
): Part => ({
  name,
  does,
  share,
  open: async (seed, folder) => {
    const works = await worksIn(folder);
    const straight = straights(folder);
    return {
      round: async (index) => {
        const { tried, says } = await round(
          await straight(workOf(works, index)),
          stream(seed, name, index),
          join(folder, name),
        );
        return { tried, found: says === null ? [] : [{ says, again: againWith(name, seed, index) }] };
      },
      end: async () => {},
    };
  },
});
