/**
 * A clean clone: all files that are tracked or not ignored, in a folder of its own, installed as README says.
 */

import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface Done {
  readonly status: number | null;
  /** The output without its progress. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a line of a shell in a folder. */
export const sh = (line: string, cwd: string, path = process.env.PATH): Promise<Done> =>
  new Promise((resolve, reject) => {
    const made = spawn('bash', ['-c', line], {
      cwd,
      env: { ...process.env, PATH: path },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    made.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    made.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    made.on('error', reject);
    made.on('close', (status) => resolve({ status, stdout, stderr }));
  });

/** Files of this checkout that a clone would have once they are committed. */
const tracked = (): readonly string[] => {
  const listed = spawnSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (listed.status !== 0) throw new Error(`a clone is made from a git checkout: ${listed.stderr}`);
  const removed = spawnSync('git', ['ls-files', '-z', '-d'], { cwd: root, encoding: 'utf8' }).stdout.split(
    '\0',
  );
  return listed.stdout.split('\0').filter((name) => name !== '' && !removed.includes(name));
};

/** Makes a clone that is a git repository; nothing is installed yet. */
export const cleanClone = async (): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'drumhead-clone-'));
  for (const name of tracked()) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    cpSync(join(root, name), join(folder, name));
  }
  const made = await sh(
    'git init -q && git add -A && git -c user.name=x -c user.email=x@example.org commit -qm x',
    folder,
  );
  if (made.status !== 0) throw new Error(made.stderr);
  return folder;
};
