/**
 * Checks the packed package by publint (do the paths of package.json exist) and by attw (do types and modules
 * agree). ESM only, since `require` of a module with top-level await would fail, and Node 20.19 and 22.12
 * accept `import` everywhere.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'drumhead-pack-'));

const succeeds = (command: string, ...args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;

try {
  const packed = spawnSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (packed.status !== 0) throw new Error(`npm pack failed:\n${packed.stderr}`);
  const archive = join(folder, readdirSync(folder)[0]);
  const judged = [
    succeeds(process.execPath, 'tools/node_modules/publint/src/cli.js', archive, '--strict'),
    succeeds(
      process.execPath,
      'tools/node_modules/@arethetypeswrong/cli/dist/index.js',
      archive,
      '--profile',
      'esm-only',
    ),
  ];
  process.exitCode = judged.every((good) => good) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
