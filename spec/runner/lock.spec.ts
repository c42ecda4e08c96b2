import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { parseJson } from '../../src/runner/folder.js';
import { inFolder, workerIn } from '../../src/runner/lock.js';

describe('run folders', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drumhead-folder-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const lock = async ({
    pid,
    started = 'x',
    host = hostname(),
  }: {
    pid: number | undefined;
    started?: string;
    host?: string;
  }): Promise<string> => {
    const name = `lock-${pid}-${started}-${randomUUID()}-${encodeURIComponent(host)}`;
    await writeFile(join(folder, name), '');
    return name;
  };
  const works = () => inFolder(folder, TE.right('worked'))();
  const refusal = async (): Promise<string> => {
    const refused = await works();
    return E.isLeft(refused) && refused.left._tag === 'FileError' ? refused.left.message : assert.fail();
  };

  it('are locked while work goes on, and free after it', async () => {
    const inside = await inFolder(
      folder,
      TE.fromTask(async () => ({ names: await readdir(folder), worker: await workerIn(folder) })),
    )();
    assert.ok(E.isRight(inside));
    assert.match(inside.right.names.join(), /^lock-\d+-\w+-[0-9a-f-]{36}-[^,]+$/);
    assert.equal(inside.right.worker, process.pid);
    assert.deepEqual(await readdir(folder), []);
    assert.equal(await workerIn(folder), null);
  });

  it('are free after work that threw', async () => {
    const thrown = inFolder(folder, () => Promise.reject(new Error('thrown')))();
    await assert.rejects(thrown, /thrown/);
    assert.deepEqual(await readdir(folder), []);
  });

  it('let one of many in that come at once, and at least one in the end', async () => {
    let inside = 0;
    let most = 0;
    const work = TE.fromTask(async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    });
    const done = await Promise.all(Array.from({ length: 8 }, () => inFolder(folder, work)()));
    assert.equal(most, 1);
    assert.ok(done.some(E.isRight));
  });

  it('held by a living process are refused, nothing is touched', async () => {
    // Process 1 lives as long as the machine.
    const held = await lock({ pid: 1 });
    assert.match(await refusal(), /process 1 is working on this run/);
    assert.deepEqual(await readdir(folder), [held]);
    assert.equal(await workerIn(folder), 1);
  });

  it('held by a killed process are taken over, and what it was writing is cleared away', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    await lock({ pid: child.pid });
    await writeFile(join(folder, `result.json.${randomUUID()}.tmp`), 'half');
    assert.match(await refusal(), /is working on this run/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.deepEqual(await works(), E.right('worked'));
    assert.deepEqual(await readdir(folder), []);
  });

  it('held by an earlier process of the same id are taken over', async function () {
    const known = await readFile('/proc/self/stat').catch(() => null);
    if (known === null) this.skip();
    await lock({ pid: 1, started: '999999999999' });
    assert.deepEqual(await works(), E.right('worked'));
    await lock({ pid: process.pid, started: '999999999999' });
    assert.deepEqual(await works(), E.right('worked'));
  });

  it('held on another machine are refused, with the file to remove', async () => {
    const held = await lock({ pid: 4, host: 'elsewhere' });
    const message = await refusal();
    assert.match(message, /machine 'elsewhere'/);
    assert.ok(message.includes(held));
  });

  it('that cannot be made are a FileError', async () => {
    await writeFile(join(folder, 'file'), '');
    const refused = await inFolder(join(folder, 'file', 'run'), TE.right('worked'))();
    assert.ok(E.isLeft(refused) && refused.left._tag === 'FileError');
  });

  it('hold JSON, or a sentence says that they do not', () => {
    assert.deepEqual(parseJson('{"a":1}', 'x'), E.right({ a: 1 }));
    assert.ok(E.isLeft(parseJson('{"a":', 'x')));
  });
});
