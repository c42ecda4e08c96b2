/** Runs the project's own TypeScript compiler over a folder, and reads what it says. */

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the project. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

const compiler = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin',
  'tsc',
);

/** One complaint: where, and everything it says. */
export interface Diagnostic {
  /** Relative to the root, with forward slashes. */
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

const head = /^(.+?)\((\d+),\d+\): error (.+)$/;

/** What `tsc --pretty false` wrote: a line for each error, the rest of its message indented below. */
export const parseDiagnostics = (output: string): readonly Diagnostic[] => {
  const lines = output.split('\n');
  return lines.flatMap((text, i) => {
    const match = head.exec(text);
    if (match === null) return [];
    const below = lines.slice(i + 1);
    const end = below.findIndex((line) => !/^\s+\S/.test(line));
    const rest = below.slice(0, end < 0 ? below.length : end);
    return [
      {
        file: match[1].replaceAll('\\', '/'),
        line: Number(match[2]),
        message: [match[3], ...rest].join('\n'),
      },
    ];
  });
};

/** Checks a project without writing anything. */
export const check = (tsconfig: string, ...flags: readonly string[]): string => {
  const run = spawnSync(
    process.execPath,
    [compiler, '-p', tsconfig, '--noEmit', '--pretty', 'false', ...flags],
    { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  if (run.error !== undefined) throw run.error;
  return run.stdout;
};
