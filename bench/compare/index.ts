/**
 * Is drumhead slower than it was? Ratios of time, taken in turn, against those of bench/baseline.json.
 *
 *     npm run bench:compare                        the cases of the baseline
 *     npm run bench:compare -- --only '(quick)'    cases whose name contains this
 *     npm run bench:compare -- --write             keeps the measured ratios as the new baseline
 *
 * Exit code 1 if a ratio grew by more than 10 %, or if nothing could be compared.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { Command } from '@commander-js/extra-typings';
import { decodeWith } from '../../src/base/codec.js';
import { cases, value } from '../cases.js';
import { hasTorch } from '../contenders/process.js';
import { type Budget, measure, type Timed } from '../measure.js';
import { columns, contenderWords } from '../table.js';
import { baselineCodec, compared, comparisonRows, encodeBaseline, passes, ratiosOf } from './compare.js';

const options = new Command('bench:compare')
  .option(
    '--only <pattern>',
    'cases whose name contains this, not those of the baseline; several with commas between',
  )
  .option('--write', 'keep what is measured as the new baseline', false)
  .parse()
  .opts();

const file = new URL('../baseline.json', import.meta.url);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const baseline = value(
  decodeWith(baselineCodec, 'bench/baseline.json')(JSON.parse(readFileSync(file, 'utf8'))),
);
const patterns = options.only?.split(',').filter((pattern) => pattern !== '');
const chosen = cases.filter(
  ({ name }) =>
    patterns?.some((pattern) => name.includes(pattern)) ?? baseline.ratios.some((one) => one.case === name),
);
const budget: Budget = { seconds: 6, rounds: 15 };

const taking = ['fused-2', 'fused-1', 'stock', ...((await hasTorch()) ? (['torch'] as const) : [])] as const;

const timed: Timed[] = [];
for (const one of chosen) {
  const found = await measure(one, taking, budget);
  timed.push(...found.timed);
  say(`${one.name}: ${found.timed.length} of ${2 * taking.length} measured`);
  for (const { contender, why } of found.refused) say(`  ${contenderWords[contender]}: not run, ${why}`);
}
const ratios = ratiosOf(timed);

if (options.write) {
  const day = new Date().toISOString().slice(0, 10);
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} processors, Node ${process.version}`;
  const only = options.only === undefined ? '' : ` --only '${options.only}'`;
  const source = `npm run bench:compare --${only} --write, ${day}`;
  writeFileSync(file, encodeBaseline({ source, machine, ratios }));
  say(`bench/baseline.json has ${ratios.length} ratios`);
} else {
  const all = compared(baseline.ratios, ratios);
  say(`\nbaseline: ${baseline.source} (${baseline.machine})\n`);
  for (const line of columns(comparisonRows(all))) say(line);
  if (!passes(all)) {
    say(
      all.some(({ now }) => now !== null)
        ? '\nslower than the baseline by more than 10 %; measure again on a quiet machine before you believe it'
        : '\nnothing of the baseline was measured; see --only',
    );
    process.exitCode = 1;
  }
}
process.exit();
