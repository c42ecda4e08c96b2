/** The C compiler of this machine. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Compiler, headers, levelsOf } from './compile.js';

/**
 * The compiler that `CC` names, else the first of these that is installed; else a sentence on what is
 * missing.
 */
export const ownCompiler = (): Compiler | readonly string[] => {
  const command = (process.env.CC === undefined ? ['gcc', 'clang', 'cc'] : [process.env.CC]).find(
    (each) => spawnSync(each, ['--version']).status === 0,
  );
  const missing = [
    ...(command === undefined
      ? ['a C compiler: install gcc or clang, or name one by the environment variable CC']
      : []),
    ...(existsSync(headers) ? [] : ['the package node-api-headers: run npm ci']),
    ...(levelsOf(process.arch) === undefined ? [`code for the processor ${process.arch}`] : []),
  ];
  return command === undefined || missing.length > 0
    ? missing
    : { command: [command], platform: process.platform, arch: process.arch };
};

export const isCompiler = (found: Compiler | readonly string[]): found is Compiler => 'command' in found;
