/**
 * Tries fused kernels on many random programs of every operation: values, losses and gradients against float64, op by op and
 * central differences, in batches of two sizes, in two lanes and two threads, as plans in both machines.
 *
 *     npm run laws:fused                                    50,000 programs
 *     npm run laws:fused -- --programs 1000 --seed 7        other seeds
 *     npm run laws:fused -- --minutes 30                    as many as that takes
 *     npm run laws:fused -- --seed 7 --from 41              continues where a run stopped
 *
 * A round is fifty programs of one seed, SEED + its number; five are smooth. A counterexample is repeated with
 * `--seed SEED --from ROUND --programs 50`. Ctrl-C ends after the round under way. Ends with what was tried how often. Exits 1 when
 * something is found.
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
  minutes: { type: 'string', default: '0' },
} as const;

/** The flags as numbers, or one sentence and the exit code of wrong use. */
const flags = (): readonly number[] => {
  try {
    const { programs, seed, from, minutes } = parseArgs({ options }).values;
    const numbers = [programs, seed, from, minutes].map(Number);
    if (numbers.every((n) => Number.isInteger(n) && n >= 0)) return numbers;
  } catch {
    // Reported below.
  }
  process.stderr.write(
    '--programs, --seed, --from and --minutes take a whole number each, and there are no others\n',
  );
  return process.exit(2);
};
const [programs, seed, from, minutes] = flags();

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const opened = await openEngine('wasm')();
const engine = E.isRight(opened) ? opened.right : assert.fail(JSON.stringify(opened.left));
const tally = new Map<string, number>();
const [any, smooth] = onFused(engine, (told) => {
  for (const one of told) tally.set(one, (tally.get(one) ?? 0) + 1);
});

/** The error with its stack. */
const stackOf = (thrown: unknown): string => (thrown instanceof Error && thrown.stack) || String(thrown);

const began = Date.now();
let stopped = false;
process.once('SIGINT', () => {
  stopped = true;
});
const isOver = (): boolean => stopped || (minutes > 0 && Date.now() - began > 60_000 * minutes);

let tried = 0;
let found = 0;
let round = from;
for (; tried < programs && !isOver(); round++) {
  for (const [{ name, property }, numRuns] of [
    [any, 45],
    [smooth, 5],
  ] as const) {
    const result = await fc.check<unknown>(property(fc), { seed: seed + round, numRuns });
    tried += result.numRuns;
    if (!result.failed) continue;
    found++;
    say(
      `${name}, seed ${seed + round}, path ${result.counterexamplePath}: ${fc.stringify(result.counterexample)}\n` +
        `${stackOf(result.errorInstance).slice(0, 900)}`,
    );
  }
  if (round % 10 === 9)
    say(
      `${tried} programs, ${found} found; go on with: npm run laws:fused -- --seed ${seed} --from ${round + 1}`,
    );
  // Gives Ctrl-C a turn.
  await new Promise((resolve) => setImmediate(resolve));
}
for (const [what, count] of [...tally].sort(([, a], [, b]) => b - a))
  say(`  ${String(count).padStart(7)}  ${what}`);
say(
  `${tried} programs, rounds ${from} to ${round - 1} of seed ${seed}: ` +
    (found === 0 ? 'nothing is broken' : `${found} counterexamples, printed above`),
);
process.exitCode = found === 0 ? 0 : 1;
