/** The short form of the campaign that tries to break what people keep: some rounds of each part, of a fixed seed. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { damage } from '../bench/break/damage.js';
import { documents } from '../bench/break/documents.js';
import { errors } from '../bench/break/errors.js';
import { full } from '../bench/break/full.js';
import { kills } from '../bench/break/kills.js';
import { lines } from '../bench/break/lines.js';
import type { Part } from '../bench/break/part.js';

/** Seed 2026, and rounds that are over in seconds. */
const short: readonly { readonly part: Part; readonly rounds: readonly number[]; readonly least: number }[] =
  [
    { part: kills, rounds: [0, 1, 2, 3, 4, 5, 8, 11], least: 15 },
    { part: errors, rounds: [0, 1, 2, 3, 5, 7, 8, 10, 13], least: 9 },
    // Every second file; spec/runner/folder/check-seals.spec.ts edits each file of a run for every reader.
    { part: damage, rounds: Array.from({ length: 13 }, (_, i) => 2 * i), least: 500 },
    { part: full, rounds: [0, 1, 2, 3, 4, 5], least: 6 },
    { part: lines, rounds: [0, 4, 6, 8, 9], least: 5 },
    { part: documents, rounds: Array.from({ length: 48 }, (_, i) => i), least: 5000 },
  ];

describe('the short form of `npm run break`', () => {
  for (const { part, rounds, least } of short)
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
});
