/**
 * Exported runs in plain TensorFlow.js, under Node and in a browser, against the runner: class maps, sizes, seconds.
 *
 *     npx tsx bench/graph-model.ts RUN... [--images 8] [--rounds 3]
 *
 * Each finished run is exported, its test images go through our engine and through `tf.loadGraphModel` over
 * HTTP, and a line says how large the files are and how long the images took: the least of some rounds after
 * one to warm up. Logits are compared as well as maps, since a model that was trained for minutes may predict
 * one class everywhere.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import * as E from 'fp-ts/lib/Either.js';
import { browserPath, openPage, serve } from '../spec/compile/graph-model/browser.js';
import { plainTensorFlow } from '../spec/compile/graph-model/plain.js';
import { type Effect, errorMessage } from '../src/base/error.js';
import { imagesOf } from '../src/data/dataset.js';
import { select } from '../src/dsl/index.js';
import { predictedClasses } from '../src/experiments/scores/scores.js';
import { exportTrained, readTrained } from '../src/runner/export/index.js';
import { relativeError } from '../src/runner/parity/check.js';
import { openRun, withRunSession } from '../src/runner/results/open-run.js';

const command = new Command('graph-model')
  .argument('<runs...>')
  .option('--images <n>', 'test images', '8')
  .option('--rounds <n>', 'rounds that are timed', '3')
  .parse();
const [runs] = command.processedArgs;
const { images, rounds } = command.opts();
const [count, repeats] = [Number(images), Number(rounds)];

const done = async <A>(work: Effect<A>): Promise<A> => {
  const result = await work();
  if (E.isLeft(result)) throw new Error(errorMessage(result.left));
  return result.right;
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const kib = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KiB`;
const least = (seconds: readonly number[]): string => `${(1000 * Math.min(...seconds)).toFixed(0)} ms`;

const folder = mkdtempSync(join(tmpdir(), 'drumhead-graphs-'));
const served = await serve(folder);
const plain = await plainTensorFlow();
const browser = browserPath();
const page = browser === undefined ? undefined : await openPage(browser, served.origin);
if (page === undefined) say('no browser here: compared under Node alone');

/** The number of pixels with another class than ours, and the seconds. */
const compared = (ours: ArrayLike<number>, theirs: readonly number[], seconds: readonly number[]): string => {
  const other = theirs.filter((found, pixel) => found !== ours[pixel]).length;
  const maps = theirs.length === ours.length ? `${other} of ${theirs.length} pixels differ` : 'another size';
  return `${maps}, ${least(seconds)}`;
};

try {
  for (const [index, run] of runs.entries()) {
    const trained = await done(readTrained(run));
    const open = await done(
      openRun(run, {
        engine: 'wasm',
        cache: join(folder, 'cache'),
        tell: () => {},
        signal: new AbortController().signal,
      }),
    );
    if (open.dataset === null) throw new Error(`${run} is of other arrays than images`);
    const { test, classes } = open.dataset;
    const image = imagesOf(
      test,
      Array.from({ length: count }, (_, i) => i),
    );
    const shape = [count, test.height, test.width, test.channels];
    const ours = await done(
      withRunSession(open, select(trained.program, 'logits'), async (session) => {
        const infer = () => session.infer({ count, inputs: { image } }, ['logits']);
        const { outputs } = await infer();
        const map = predictedClasses(outputs.logits, classes.length);
        const seconds: number[] = [];
        for (let round = 0; round < repeats; round++) {
          const begin = performance.now();
          await infer();
          seconds.push((performance.now() - begin) / 1000);
        }
        return { logits: outputs.logits, map, seconds };
      }),
    );
    say(`${trained.description}`);
    say(
      `  ${count} test images of ${shape.slice(1).join('x')}, ${new Set(ours.map).size} classes in the maps`,
    );
    say(`  runner, fused wasm            ${least(ours.seconds)}`);
    for (const unroll of [false, true]) {
      const name = `model-${index}-${unroll ? 'unrolled' : 'loop'}`;
      const begin = performance.now();
      const files = await done(exportTrained(trained, 'graph-model', join(folder, name), { unroll }));
      const seconds = ((performance.now() - begin) / 1000).toFixed(2);
      const json = files['model.json'].length;
      const all = Object.values(files).reduce((sum, bytes) => sum + bytes.length, 0);
      const shards = Object.keys(files).length - 1;
      say(
        `  ${unroll ? 'unrolled' : 'as it is'}: model.json ${kib(json)}, weights ${kib(all - json)} in ` +
          `${shards} ${shards === 1 ? 'shard' : 'shards'}, written in ${seconds} s`,
      );
      const url = `${served.origin}/models/${name}/model.json`;
      const given = { image: { shape, data: image } };
      const found = await plain.run({
        backend: 'wasm',
        model: url,
        inputs: given,
        outputs: ['logits', 'classes'],
        runs: repeats,
      });
      const maps = compared(ours.map, found.values.classes.data, found.seconds);
      const apart = relativeError(found.values.logits.data, ours.logits).toExponential(1);
      say(`    Node, wasm                  ${maps}, logits ${apart} apart`);
      for (const backend of page === undefined ? [] : ['wasm', 'webgl']) {
        if (page === undefined || !(await page.has(backend))) continue;
        const answer = await page.classesOf(backend, url, shape, image, repeats);
        const label = `Chromium, ${backend}`.padEnd(27);
        say(`    ${label} ${compared(ours.map, answer.classes, answer.seconds)}`);
      }
    }
  }
} finally {
  await page?.close();
  served.close();
  rmSync(folder, { recursive: true });
}
