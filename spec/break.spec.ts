/** Some rounds of the campaign that tries to break what people keep; `npm run test:system` has more of them. */

import { damage } from '../bench/break/damage.js';
import { documents } from '../bench/break/documents.js';
import { errors } from '../bench/break/errors.js';
import { full } from '../bench/break/full.js';
import { kills } from '../bench/break/kills.js';
import { lines } from '../bench/break/lines.js';
import { findNothing } from './support/break-rounds.js';

describe('the shortest form of `npm run break`', () => {
  findNothing([
    { part: kills, rounds: [0, 1, 3, 4, 5], least: 5 },
    { part: errors, rounds: [1, 8], least: 2 },
    // spec/runner/folder/check-seals.spec.ts edits each file of a run for every reader.
    { part: damage, rounds: [0, 8, 16], least: 100 },
    { part: full, rounds: [0, 3], least: 2 },
    { part: lines, rounds: [6], least: 1 },
    { part: documents, rounds: Array.from({ length: 12 }, (_, i) => 4 * i), least: 1000 },
  ]);
});
