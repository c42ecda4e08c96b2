/** The exit codes of a part of a sweep, by which schedulers decide whether to try again. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../../../bin/drumhead.js', import.meta.url));

describe('a part of a sweep ends', function () {
  this.timeout(120_000);
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-codes-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const write = (name: string, changes: object = {}): void =>
    writeFileSync(
      join(folder, `${name}.json`),
      JSON.stringify({
        name,
        experiment: {
          name: `codes/${name}`,
          task: { name: 'tetrominoes', size: 16, cell: 2, maxPieces: 2, train: 24, validation: 2, test: 2 },
          model: { name: 'nwm', mid: 2, steps: 4, hidden: [8] },
          training: { batch: 8, epochs: 30 },
          ...changes,
        },
        vary: { 'training.rate': [0.01] },
      }),
    );

  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  /** The process of the run, by the lock in its folder; undefined while nobody works there. */
  const worker = (): number | undefined =>
    readdirSync(join(folder, 'runs'), { recursive: true })
      .map((path) => Number(/(?:^|[\\/])lock-(\d+)-[^\\/]*$/.exec(String(path))?.[1]))
      .find((pid) => pid > 0 && isAlive(pid));

  /** Runs a part, and once its run is worked on does something to it. */
  const part = async (
    name: string,
    meanwhile?: (run: number, part: number) => void,
  ): Promise<{ readonly code: unknown; readonly said: string }> => {
    const words = ['sweep', `${name}.json`, '--shard', '1/1', '--engine', 'wasm', '--no-pictures'];
    const child = spawn(process.execPath, [command, ...words], { cwd: folder });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    const end = once(child, 'close');
    while (meanwhile !== undefined && child.exitCode === null) {
      await setTimeout(20);
      // Until the first run is there, so is no folder of runs.
      const run = readdirSync(folder).includes('runs') ? worker() : undefined;
      if (run === undefined) continue;
      meanwhile(run, child.pid ?? assert.fail());
      break;
    }
    const [code] = await end;
    return { code, said };
  };

  it('with 75 where the process of a run died, 130 where it was stopped, 0 where all is done', async () => {
    write('fine');
    const died = await part('fine', (run) => process.kill(run, 'SIGKILL'));
    assert.equal(died.code, 75, died.said);
    assert.match(died.said, /its process died of SIGKILL.*; what it kept is there/);
    const stopped = await part('fine', (_, whole) => process.kill(whole, 'SIGTERM'));
    assert.equal(stopped.code, 130, stopped.said);
    const done = await part('fine');
    assert.equal(done.code, 0, done.said);
  });

  it('with 1 where the settings are wrong', async () => {
    write('wrong', { model: { name: 'nwm', stepz: 4 } });
    const { code, said } = await part('wrong');
    assert.equal(code, 1, said);
    assert.match(said, /stepz/);
  });
});
