/** Rounds of the campaign that tries to break what people keep, as tests: none may find anything. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Part } from '../../bench/break/part.js';

/** Rounds of one part, by their numbers, and how much they try at least. */
export interface Rounds {
  readonly part: Part;
  readonly rounds: readonly number[];
  readonly least: number;
}

/** A test for each part, with seed 2026; a part that cannot be tried on this machine is skipped. */
export const findNothing = (all: readonly Rounds[]): void => {
  for (const { part, rounds, least } of all)
    it(`${part.name}: ${part.does}`, async function () {
      this.timeout(600_000);
      const folder = await mkdtemp(join(tmpdir(), 'drumhead-break-'));
      try {
        const ready = await part.open(2026, folder);
        if (typeof ready === 'string') return this.skip();
        let tried = 0;
        for (const index of rounds) {
          const round = await ready.round(index);
          assert.deepEqual(round.found, []);
          tried += Object.values(round.tried).reduce((a, b) => a + b, 0);
        }
        await ready.end();
        assert.ok(tried >= least, `only ${tried} tried`);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
};
