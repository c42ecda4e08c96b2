/**
 * Tries forward, loss and gradients of fused kernels on many random programs.
 *
 *     npm run laws:fused                                    50,000 programs
 *     npm run laws:fused -- --programs 1000 --seed 7        other seeds
 *     npm run laws:fused -- --seed 7 --from 41              goes on where a run stopped
 *
 * A round is two hundred programs of one seed: SEED + its number. A hundred are fused as a whole, of which ten are smooth
 * and held against central differences in float64, the others against the float64 reference and the tape. In another
 * hundred axes change places, and what can be is fused. A counterexample is repeated with
 * `--seed SEED --from ROUND --programs 200`. Ctrl-C ends after the round under way. Exits 1 when something is found.
 */

import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { openEngine } from '../../src/engine/index.js';
import { onFused } from './fused-programs.js';

const options = {
  programs: { type: 'string', default: '50000' },
  seed: { type: 'string', default: '1' },
  from: { type: 'string', default: '0' },
} as const;

/** The flags as numbers, or one sentence and the exit code of wrong use. */
const flags = (): readonly number[] => {
  try {
    const { programs, seed, from } = parseArgs({ options }).values;
    const numbers = [programs, seed, from].map(Number);
    if (numbers.every((n) => Number.isInteger(n) && n >= 0)) return numbers;
  } catch {
    // Said below.
  }
  process.stderr.write('--programs, --seed and --from take a whole number each, and there are no others\n');
  return process.exit(2);
};
const [programs, seed, from] = flags();

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const opened = await openEngine('wasm')();
const engine = E.isRight(opened) ? opened.right : assert.fail(JSON.stringify(opened.left));
const [whole, smooth, inParts] = onFused(engine);

let stopped = false;
process.once('SIGINT', () => {
  stopped = true;
});

let tried = 0;
let found = 0;
let round = from;
for (; tried < programs && !stopped; round++) {
  for (const [{ name, property }, numRuns] of [
    [whole, 90],
    [smooth, 10],
    [inParts, 100],
  ] as const) {
    const result = await fc.check<unknown>(property(fc), { seed: seed + round, numRuns });
    tried += result.numRuns;
    if (!result.failed) continue;
    found++;
    const [smallest] = Array.isArray(result.counterexample) ? result.counterexample : [];
    say(
      `${name}, seed ${seed + round}, path ${result.counterexamplePath}: ${fc.stringify(smallest)}\n` +
        `${String(result.errorInstance).slice(0, 400)}`,
    );
  }
  if (round % 10 === 9)
    say(
      `${tried} programs, ${found} found; go on with: npm run laws:fused -- --seed ${seed} --from ${round + 1}`,
    );
  // Gives Ctrl-C a turn.
  await new Promise((resolve) => setImmediate(resolve));
}
say(
  `${tried} programs, rounds ${from} to ${round - 1} of seed ${seed}: ` +
    (found === 0 ? 'nothing is broken' : `${found} counterexamples, printed above`),
);
process.exitCode = found === 0 ? 0 : 1;
