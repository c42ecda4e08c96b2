/**
 * The playground: `npm run web` builds and serves it on this machine, `npm run web:build` checks its types and
 * builds it into web/dist.
 *
 * It has its own lockfile, so that nobody who only wants the language installs an editor. What is missing is installed here.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const web = join(root, 'web');
const only = process.argv.includes('--build');

const run = (command: string, args: readonly string[], cwd: string): void => {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

const installed = join(web, 'node_modules', '.package-lock.json');
if (
  !existsSync(installed) ||
  statSync(installed).mtimeMs < statSync(join(web, 'package-lock.json')).mtimeMs
) {
  console.log('web: installing what web/package-lock.json lists (once)');
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], web);
}
if (!existsSync(join(root, 'dist/index.d.ts'))) {
  console.log('web: building dist, whose declarations the editor of the page shows');
  run('npm', ['run', '-s', 'build'], root);
}
// Whoever only wants to see the pages need not wait for their types to be checked.
if (only) run('npm', ['run', '-s', 'check'], web);
run('npm', ['run', '-s', 'build'], web);
if (!only) run('npm', ['run', '-s', 'preview'], web);
