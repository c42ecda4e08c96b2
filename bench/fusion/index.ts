/**
 * The fused share of every program: the catalogue at its size `small`, the systems, the examples, the
 * published networks and random programs of every operation.
 *
 *     npm run bench:fusion                        the table, and the reasons by the FLOPs they cost
 *     npm run bench:fusion -- --random 1000       as many random programs
 *     npm run bench:fusion -- --time              also the share of a step's time in parts op by op
 *
 * Exits 1 if a program has less than 95 % of its FLOPs in fused segments, or, with `--time`, more than 10 %
 * of a step's time in parts op by op. A program without such parts is not timed; its share is 0.
 */

import { existsSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { right } from '../../spec/support/either.js';
import { cost, fusionPlan } from '../../src/compile/index.js';
import { statedData } from '../../src/data/task.js';
import { type Program, select } from '../../src/dsl/index.js';
import { openEngine } from '../../src/engine/index.js';
import { experimentNamed, experimentNames } from '../../src/experiments/catalogue.js';
import { learningFor } from '../../src/experiments/model.js';
import { programArbitrary } from '../../src/laws/arbitraries/program.js';
import { buildModel } from '../../src/models/catalogue.js';
import { buildSystem, systemNamed, systemNames } from '../../src/models/systems/index.js';
import { zooModels } from '../../src/runner/parity/zoo/cases/index.js';
import { listCases, readCase } from '../../src/runner/parity/zoo/manifest.js';
import { opByOpShare } from './op-by-op.js';

const least = 0.95;
const { random, seed, time, verbose } = parseArgs({
  options: {
    random: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    time: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
}).values;

interface Row {
  readonly kind: string;
  readonly name: string;
  readonly share: number;
  readonly flops: number;
  /** The share of a step's time in parts op by op; undefined without `--time`. */
  readonly opByOp: number | undefined;
}

const mostOpByOp = 0.1;
const rows: Row[] = [];
const engine = right(await openEngine('wasm')());
const reasons = new Map<string, { flops: number; programs: Set<string>; count: number }>();

const take = (kind: string, name: string, program: Program): void => {
  const { fusedShare, flops, leftOut, segments } = fusionPlan(program);
  const placed = new Set(segments.flatMap(({ nodes }) => nodes));
  const isFused = segments.every(({ fused }) => fused);
  const opByOp = time && kind !== 'random' ? (isFused ? 0 : opByOpShare(engine, program)) : undefined;
  rows.push({ kind, name, share: flops === 0 ? 1 : fusedShare, flops, opByOp });
  const work = new Map(cost(program, { batch: 1 }).nodes.map((node) => [node.path, node] as const));
  for (const { node, operation, why } of leftOut) {
    // nodes that depend only on weights are computed once, not for each sample
    if (!placed.has(node)) continue;
    const key = `${operation}: ${why}`;
    const known = reasons.get(key) ?? { flops: 0, programs: new Set<string>(), count: 0 };
    const of = work.get(String(node));
    // weighted by the share of its own program, so that large programs do not hide small ones
    known.flops += ((of?.forwardFlops ?? 0) + (of?.backwardFlops ?? 0)) / Math.max(1, flops);
    known.programs.add(name);
    known.count++;
    reasons.set(key, known);
  }
};

for (const name of experimentNames) {
  const experiment = right(experimentNamed(name, 'small'));
  const { model, task } = experiment;
  if (model.name === 'program') {
    const data = statedData(task);
    if (data === null) throw new Error(`${name}: what is its task made of?`);
    take('catalogue', name, right(learningFor(experiment, data)).program);
    continue;
  }
  const channels = name.startsWith('tetrominoes') ? 3 : 1;
  take(
    'catalogue',
    name,
    select(right(buildModel(model, { height: 32, width: 32, channels, classes: 7 })), 'logits'),
  );
}
for (const name of systemNames) take('systems', name, right(buildSystem(right(systemNamed(name)))));
for (const file of readdirSync(new URL('../../examples/', import.meta.url)).filter((each) =>
  each.endsWith('.ts'),
)) {
  const { default: draft } = await import(`../../examples/${file}`);
  if (draft?.model?.graph !== undefined) take('examples', file, draft.model);
}
const shared = new URL('../../../shared/parity-zoo', import.meta.url).pathname;
const zoo = existsSync(shared) ? shared : 'fixtures/networks';
for (const listed of right(await listCases(zoo)())) {
  const found = right(await readCase(zoo, listed)());
  const written = zooModels[found.model]?.(found);
  if (written !== undefined) take('zoo', listed.name, right(written).program);
}
for (const [i, { program }] of fc
  .sample(programArbitrary(), { numRuns: Number(random), seed: Number(seed) })
  .entries())
  take('random', `random ${i}`, program);

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`.padStart(8);
for (const kind of [...new Set(rows.map((row) => row.kind))]) {
  const of = rows.filter((row) => row.kind === kind);
  const whole = of.filter(({ share }) => share >= least);
  const mean = of.reduce((sum, { share }) => sum + share, 0) / of.length;
  say(`${kind}: ${whole.length} of ${of.length} with 95 % and more, on average ${percent(mean).trim()}`);
  if (kind !== 'random' || verbose)
    for (const { name, share } of of.filter((row) => row.share < least)) say(`  ${percent(share)}  ${name}`);
}
say('reasons, by their share of the FLOPs of their programs:');
for (const [reason, { flops, programs, count }] of [...reasons]
  .sort(([, a], [, b]) => b.flops - a.flops)
  .slice(0, 60))
  say(
    `  ${flops.toFixed(2).padStart(7)}  ${String(programs.size).padStart(4)} programs  ${String(count).padStart(5)} nodes  ${reason}`,
  );
if (time) {
  say('the share of parts op by op in the time of a training step, where there are such parts:');
  const timed = rows.flatMap(({ name, kind, opByOp }) =>
    opByOp === undefined ? [] : [{ name, kind, opByOp }],
  );
  for (const { name, kind, opByOp } of timed
    .filter((row) => row.opByOp > 0)
    .sort((a, b) => b.opByOp - a.opByOp))
    say(`  ${percent(opByOp)}  ${kind} ${name}`);
  const whole = timed.filter(({ opByOp }) => opByOp === 0).length;
  say(`  ${whole} of ${timed.length} programs have none`);
}
process.exitCode = rows.every(({ share, opByOp = 0 }) => share >= least && opByOp <= mostOpByOp) ? 0 : 1;
