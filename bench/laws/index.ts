/**
 * Tries all laws on all systems and engines, and the laws of the language on random programs, for a long time.
 *
 *     npm run laws:long                                 an hour
 *     npm run laws:long -- --minutes 5 --seed 7         other seeds
 *     npm run laws:long -- --seed 7 --from 41           continues where a run stopped
 *
 * A round is one seed: SEED + its number. Everything of a round follows from its seed, so a counterexample is
 * repeated with `--seed SEED --from ROUND --rounds 1`. Ctrl-C ends after the current item. Exits 1 when
 * something was found.
 */

import { parseArgs } from 'node:util';
import cliProgress from 'cli-progress';
import fc from 'fast-check';
import { plainTensorFlow } from '../../spec/compile/graph-model/plain.js';
import { named } from '../../spec/laws/named.js';
import { openEngine } from '../../src/engine/index.js';
import { check, onEngine, reference, showCase } from '../../src/laws/index.js';
import { systemNames } from '../../src/models/systems/index.js';
import { engineOf, onPrograms } from './programs.js';

const options = {
  minutes: { type: 'string', default: '60' },
  seed: { type: 'string', default: '1' },
  from: { type: 'string', default: '0' },
  rounds: { type: 'string', default: 'Infinity' },
  cases: { type: 'string', default: '10' },
} as const;

/** The flags as numbers, or one sentence and the exit code of wrong use. */
const flags = (): readonly number[] => {
  try {
    const { minutes, seed, from, rounds, cases } = parseArgs({ options }).values;
    const numbers = [minutes, seed, from, rounds, cases].map(Number);
    if (!numbers.some((n) => Number.isNaN(n) || n < 0)) return numbers;
  } catch {
    // Reported below.
  }
  process.stderr.write(
    '--minutes, --seed, --from, --rounds and --cases take a number each, and there are no others\n',
  );
  return process.exit(2);
};
const [minutes, seed, from, rounds, cases] = flags();

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const engines = await Promise.all(
  (['cpu', 'wasm'] as const).map(async (name) => engineOf(await openEngine(name)())),
);
const interpreters = [reference, ...engines.map(onEngine)];
const systems = systemNames.map((name) => ({ name, system: named(name) }));
const plain = await plainTensorFlow();
const programs = onPrograms(engines, plain);

const begun = performance.now();
const spent = (): number => (performance.now() - begun) / 60_000;
const tried = new Map<string, number>();
const found: string[] = [];
const count = (what: string, n: number): void => void tried.set(what, (tried.get(what) ?? 0) + n);
const record = (text: string): void => {
  found.push(text);
  say(`\n${text}`);
};

let stopped = false;
process.once('SIGINT', () => {
  stopped = true;
});
const goesOn = (): boolean => !stopped && spent() < minutes;

const onSystem = ({ name, system }: (typeof systems)[number], round: number): void => {
  for (const on of interpreters) {
    if (!goesOn()) return;
    const { verdicts } = check(system, { seed: seed + round, cases, on: [on] });
    for (const verdict of verdicts) {
      if (verdict.outcome === 'does not apply' || verdict.outcome === 'not tried') continue;
      count(`laws of systems on ${on.name}`, verdict.cases);
      if (verdict.outcome === 'broken')
        record(
          `${name} on ${on.name}, round ${round}: ${verdict.law.name}: ${verdict.counterexample?.says ?? verdict.because}` +
            (verdict.counterexample === undefined
              ? ''
              : `\n${showCase(verdict.law.name, verdict.counterexample.case)}`),
        );
    }
  }
};

const onProgram = async ({ name, property }: (typeof programs)[number], round: number): Promise<void> => {
  const result = await fc.check<unknown>(property(fc), { seed: seed + round, numRuns: cases });
  count(name, result.numRuns);
  if (!result.failed) return;
  const [smallest] = Array.isArray(result.counterexample) ? result.counterexample : [];
  record(
    `${name}, round ${round}, path ${result.counterexamplePath}: ${fc.stringify(smallest)}\n` +
      `${String(result.errorInstance).slice(0, 400)}`,
  );
};

const bar = new cliProgress.SingleBar({
  format: '{bar} {value} of {total} minutes, round {round}: {cases} cases, {found} found',
  hideCursor: true,
  noTTYOutput: false,
});
bar.start(minutes, 0, { round: from, cases: 0, found: 0 });
let round = from;
for (; round < from + rounds && goesOn(); round++) {
  const items = [
    ...programs.map((program) => () => onProgram(program, round)),
    ...systems.map((system) => async () => onSystem(system, round)),
  ];
  for (const item of items) {
    if (!goesOn()) break;
    await item();
    bar.update(Math.min(minutes, Math.round(spent() * 10) / 10), {
      round,
      cases: [...tried.values()].reduce((a, b) => a + b, 0),
      found: found.length,
    });
    // Gives the bar and Ctrl-C a turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
bar.stop();

for (const [what, n] of tried) say(`${String(n).padStart(9)}  ${what}`);
const all = [...tried.values()].reduce((a, b) => a + b, 0);
say(
  `${all} cases in ${spent().toFixed(1)} minutes, rounds ${from} to ${round - 1} of seed ${seed}: ` +
    (found.length === 0 ? 'nothing is broken' : `${found.length} counterexamples, printed above`),
);
say(`go on with: npm run laws:long -- --seed ${seed} --from ${Math.max(from, round - 1)}`);
process.exitCode = found.length === 0 ? 0 : 1;
