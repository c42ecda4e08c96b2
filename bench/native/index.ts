/**
 * Builds the native code for this machine: `npm run build:native`. Needs a C compiler and the
 * node-api-headers of `npm ci`; nothing is downloaded. If one is missing, it says which.
 *
 *     npm run build:native
 *     npm run build:native -- --functions 257   how far functions are off, over every 257th float; 1 is all: minutes a function
 *     npm run build:native -- --pairs 1000000   how far functions of two numbers are off, over so many seeded pairs
 */

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { writeDigest } from '../../src/engine/native/damage.js';
import { sourcesDigest } from '../../src/engine/native/sources.js';
import {
  type Compiler,
  compile,
  compileAddon,
  compileKernels,
  levelsOf,
  portable,
  root,
  running,
  sources,
} from './compile.js';
import { isCompiler, ownCompiler } from './own-compiler.js';
import { within } from './within.js';

const goal = join(root, 'native/build/drumhead.node');

const options = new Command('build:native')
  .option('--functions <nth>', 'measures the functions instead, over every n-th float', Number)
  .option('--pairs <count>', 'measures those of two numbers instead, over so many seeded pairs', Number)
  .parse()
  .opts();

/** Compares the functions of the last level with those of the C library in double precision. */
const measureFunctions = (compiler: Compiler, over: readonly string[]): Promise<void> =>
  within(async (folder) => {
    const level = levelsOf(compiler.arch)?.at(-1) ?? portable;
    const own = ['-O3', `-Dlevel_under_test=level_${level.name}`];
    const test = await compile(compiler, folder, 'test', '../test/functions.c', own);
    const program = join(folder, 'functions');
    const kernels = await compileKernels(compiler, folder, level);
    await running([...compiler.command, '-o', program, test, kernels, '-lm']);
    const { status } = spawnSync(program, over, { stdio: 'inherit' });
    process.exitCode = status ?? 1;
  });

const build = (compiler: Compiler): Promise<void> =>
  within(async (folder) => {
    const linked = await compileAddon(compiler, folder, sourcesDigest(sources));
    mkdirSync(join(root, 'native/build'), { recursive: true });
    // written beside the goal first, so that a process that has the old file open keeps it
    const beside = `${goal}.${process.pid}`;
    copyFileSync(linked, beside);
    renameSync(beside, goal);
    writeDigest(goal);
  });

const found = ownCompiler();
if (!isCompiler(found)) {
  console.error(
    `The native code is not built; without it drumhead takes the binary of prebuilds, else WebAssembly. Missing:\n  ${found.join('\n  ')}`,
  );
  process.exitCode = 1;
} else if (options.functions !== undefined) await measureFunctions(found, [String(options.functions)]);
else if (options.pairs !== undefined) await measureFunctions(found, ['pairs', String(options.pairs)]);
else {
  await build(found);
  console.log('native/build/drumhead.node is built');
}
