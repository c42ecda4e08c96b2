/** The short form of the campaign that tries to break what people keep; `npm test` has some of its rounds. */

import { damage } from '../bench/break/damage.js';
import { documents } from '../bench/break/documents.js';
import { errors } from '../bench/break/errors.js';
import { full } from '../bench/break/full.js';
import { kills } from '../bench/break/kills.js';
import { lines } from '../bench/break/lines.js';
import { findNothing } from '../spec/support/break-rounds.js';

describe('the short form of `npm run break`', () => {
  findNothing([
    { part: kills, rounds: [0, 1, 2, 3, 4, 5, 8, 11], least: 15 },
    { part: errors, rounds: [0, 1, 2, 3, 5, 7, 8, 10, 13], least: 9 },
    // Every second file; spec/runner/folder/check-seals.spec.ts edits each file of a run for every reader.
    { part: damage, rounds: Array.from({ length: 13 }, (_, i) => 2 * i), least: 500 },
    { part: full, rounds: [0, 1, 2, 3, 4, 5], least: 6 },
    { part: lines, rounds: [0, 4, 6, 8, 9], least: 5 },
    { part: documents, rounds: Array.from({ length: 48 }, (_, i) => i), least: 5000 },
  ]);
});
