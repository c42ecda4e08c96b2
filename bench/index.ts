/**
 * Drumhead against itself, stock TensorFlow.js and PyTorch, in turn.
 *
 *     npm run bench                        every case, full size and that of the preset quick
 *     npm run bench -- --quick             under 3 minutes
 *     npm run bench -- --only nwm-linear   cases whose name contains this
 *     npm run bench -- --profile           ours kernel by kernel
 *
 * Median and least seconds, and ratios of neighbours: a machine that is busy for a while slows all contenders alike.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import * as E from 'fp-ts/lib/Either.js';
import { nativeCode } from '../src/engine/native/binary.js';
import { type Case, cases, flagship } from './cases.js';
import { type Ceiling, ceilingOf } from './ceiling/index.js';
import { hasJax, hasTorch } from './contenders/process.js';
import { type Contender, contenders } from './contenders/protocol.js';
import { type Budget, measure, type Refused, type Timed } from './measure.js';
import { type Held, peakOf } from './memory.js';
import { drawAll } from './picture/index.js';
import { profileCases } from './profile/index.js';
import { encodeRows } from './row.js';
import { contenderWords, gigabytes, showPhase, showRatios } from './table.js';

const options = new Command('bench')
  .option('--quick', 'few rounds, small sizes and one full-size case', false)
  .option('--only <pattern>', 'cases whose name contains this; several with commas between', '')
  .option(
    '--contenders <names>',
    `some of ${contenders.join(',')}; left out, all but tensorflow, and in a quick run torch-compiled`,
  )
  .option('--json <file>', 'write the rows as JSON')
  .option('--out <folder>', 'write pictures')
  .option('--profile', 'kernel by kernel instead of in turn', false)
  .option('--no-memory', 'leave the peaks at batch 16, 64 and 256 out')
  .parse()
  .opts();

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const patterns = options.only.split(',').filter((pattern) => pattern !== '');
/** Quick runs measure the families at small size, and the flagship at its published size. */
const inQuick = ({ name, size }: Case): boolean =>
  size === 'small' ? !/fft|last|gru|rnn/.test(name) : name === flagship;
const chosen = cases.filter((one) =>
  patterns.length > 0
    ? patterns.some((pattern) => one.name.includes(pattern))
    : !options.quick || inQuick(one),
);
const budgetOf = ({ size }: Case): Budget =>
  options.quick
    ? { seconds: size === 'full' ? 3 : 0.7, rounds: 5 }
    : { seconds: size === 'full' ? 8 : 2, rounds: 9 };

const ceilings: Readonly<Record<1 | 2, Ceiling>> = { 1: await ceilingOf(1), 2: await ceilingOf(2) };
say(
  `ceiling, one thread: ${ceilings[1].gflops.toFixed(1)} GFLOP/s, ${ceilings[1].gigabytes.toFixed(1)} GB/s; ` +
    `two: ${ceilings[2].gflops.toFixed(1)} GFLOP/s, ${ceilings[2].gigabytes.toFixed(1)} GB/s`,
);

const runAll = async (): Promise<void> => {
  const [torch, jax] = [await hasTorch(), await hasJax()];
  const native = E.isRight(nativeCode());
  // PyTorch takes minutes to compile a scan step by step
  const named =
    options.contenders?.split(',') ??
    contenders.filter((each) => each !== 'tensorflow' && !(options.quick && each === 'torch-compiled'));
  const taking = contenders.filter(
    (contender) =>
      named.includes(contender) &&
      (!contender.startsWith('torch') || torch) &&
      (contender !== 'jax' || jax) &&
      (!contender.startsWith('native') || native),
  );
  if (!native) say('there is no native code (npm run build:native): its rows are left out');
  if (!torch) say('PyTorch cannot be imported (PYTHON names another interpreter): its rows are left out');
  if (!jax) say('JAX cannot be imported (PYTHON names another interpreter): its rows are left out');
  const timed: Timed[] = [];
  const refused: Refused[] = [];
  for (const one of chosen) {
    // a step of stock TensorFlow.js with the whole batch takes longer than a whole quick run
    const asked = options.quick && one.size === 'full' ? { ...one, stockBatch: 1 } : one;
    const result = await measure(asked, taking, budgetOf(one));
    timed.push(...result.timed);
    refused.push(...result.refused);
    for (const phase of ['train', 'infer'] as const) {
      const here = result.timed.filter(({ row }) => row.phase === phase);
      if (here.length > 0) say(`\n${showPhase(here, ceilings)}`);
    }
    for (const { contender, why } of result.refused) say(`  ${contenderWords[contender]}: not run, ${why}`);
  }
  if (timed.length > 0) say(`\n${showRatios(timed)}`);
  if (options.memory && chosen.some(({ name }) => name === flagship)) await memory(torch, native);
  if (options.json !== undefined) writeFileSync(options.json, encodeRows(timed.map(({ row }) => row)));
  if (options.out !== undefined) {
    mkdirSync(options.out, { recursive: true });
    for (const [name, bytes] of await drawAll(timed, ceilings)) writeFileSync(join(options.out, name), bytes);
  }
};

const memory = async (torch: boolean, native: boolean): Promise<void> => {
  const one = cases.find(({ name }) => name === flagship);
  if (one === undefined) return;
  const own = native ? 'native-2' : 'fused-2';
  say(`\npeak of the process, one training step of ${one.name}`);
  const wanted: readonly (readonly [Contender, number])[] = [
    // in a quick run batch 16 is already in the table
    ...(options.quick ? [64] : [16, 64, 256]).map((batch) => [own, batch] as const),
    ...(torch ? [['torch', 64] as const] : []),
  ];
  const held: Held[] = [];
  for (const [contender, batch] of wanted) {
    const found = await peakOf(one, contender, batch, contender === 'torch' ? 9e9 : 2e9);
    if (found === undefined) say(`  ${contenderWords[contender]}, batch ${batch}: not enough memory free`);
    else {
      held.push(found);
      say(`  ${contenderWords[contender]}, batch ${batch}: ${gigabytes(found.peakBytes)}`);
    }
  }
  const at = (contender: Contender, batch: number): number | undefined =>
    held.find((each) => each.contender === contender && each.batch === batch)?.peakBytes;
  const [ours, theirs] = [at(own, 64), at('torch', 64)];
  if (ours !== undefined && theirs !== undefined)
    say(`  ours is ${(ours / theirs).toFixed(3)} of PyTorch's at batch 64`);
};

if (chosen.length === 0) say(`no case is called so; known: ${cases.map(({ name }) => name).join(', ')}`);
else if (options.profile) await profileCases(chosen, ceilings[1].gflops);
else await runAll();
process.exit(0);
