import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import { mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { parseJson } from '../../../../src/runner/folder/files.js';
import { heartbeat, inFolder, stillHeld, workerIn } from '../../../../src/runner/folder/ongoing/lock.js';

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

  it('are not locked by a file that only looks like a lock', async () => {
    const odd = ['lock-7-x-%zz', `lock-7-x-${randomUUID()}-%zz`, `lock-99999999999-x-${randomUUID()}-h`];
    for (const name of odd) await writeFile(join(folder, name), '');
    // A signal to process 0 reaches one's own group, so it seems to live for ever.
    await lock({ pid: 0 });
    assert.equal(await workerIn(folder), null);
    assert.deepEqual(await works(), E.right('worked'));
    assert.equal((await readdir(folder)).length, 4);
  });

  const elsewhere = `${hostname()}~0123456789ab.4026530000`;

  it('held in another container of the same host name are refused while they show themselves', async () => {
    const held = await lock({ pid: process.pid, host: elsewhere });
    assert.match(await refusal(), /may be working on this run; it showed itself \d+ s ago/);
    assert.deepEqual(await readdir(folder), [held]);
    assert.equal(await workerIn(folder), process.pid);
  });

  it('held there and silent for minutes are taken over', async () => {
    const held = await lock({ pid: process.pid, host: elsewhere });
    const silent = (Date.now() - heartbeat.lost - 60_000) / 1000;
    await utimes(join(folder, held), silent, silent);
    assert.deepEqual(await works(), E.right('worked'));
    assert.deepEqual(await readdir(folder), []);
  });

  describe('on a system without /proc', () => {
    const { readFile: read, readlink } = fs.promises;
    /** What Node gives there: nothing below /proc can be read. */
    const without =
      (known: (...all: never[]) => Promise<unknown>) =>
      (path: unknown, ...others: unknown[]): Promise<unknown> =>
        String(path).startsWith('/proc')
          ? Promise.reject(Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' }))
          : Reflect.apply(known, fs.promises, [path, ...others]);
    before(() => {
      Object.assign(fs.promises, { readFile: without(read), readlink: without(readlink) });
      syncBuiltinESMExports();
    });
    after(() => {
      Object.assign(fs.promises, { readFile: read, readlink });
      syncBuiltinESMExports();
    });

    it('the name of a lock says that the start of a process is not known', async () => {
      const inside = await inFolder(folder, () => readdir(folder).then(E.right))();
      assert.ok(E.isRight(inside));
      assert.match(inside.right.join(), /^lock-\d+-x-[0-9a-f-]{36}-[^,]+~unknown$/);
      assert.deepEqual(await readdir(folder), []);
    });

    it('they are locked while work goes on in this process', async () => {
      const inside = await inFolder(folder, TE.fromTask(refusal))();
      assert.ok(E.isRight(inside));
      assert.match(inside.right, /is working on this run/);
      assert.deepEqual(await works(), E.right('worked'));
    });

    it('a killed process leaves them free', async () => {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      await once(child, 'spawn');
      await lock({ pid: child.pid, host: `${hostname()}~unknown` });
      assert.match(await refusal(), /may be working on this run; it showed itself \d+ s ago/);
      child.kill('SIGKILL');
      await once(child, 'exit');
      assert.deepEqual(await works(), E.right('worked'));
      assert.deepEqual(await readdir(folder), []);
    });

    it('a process id that was given again keeps them shut for minutes, not for ever', async () => {
      const held = await lock({ pid: process.ppid, host: `${hostname()}~unknown` });
      assert.match(await refusal(), /counts as gone after 300/);
      const silent = (Date.now() - heartbeat.lost - 60_000) / 1000;
      await utimes(join(folder, held), silent, silent);
      assert.deepEqual(await works(), E.right('worked'));
      assert.deepEqual(await readdir(folder), []);
    });
  });

  it('tell a process that lost its lock before it writes', async () => {
    const lost = await inFolder(folder, async () => {
      assert.deepEqual(await stillHeld(folder)(), E.right(undefined));
      for (const name of await readdir(folder)) await rm(join(folder, name));
      return stillHeld(folder)();
    })();
    assert.ok(E.isLeft(lost) && lost.left._tag === 'FileError');
    assert.match(lost.left.message, /its lock was removed/);
  });

  it('are not worked in where a link leads out of them', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'drumhead-outside-'));
    try {
      await symlink(outside, join(folder, 'weights'));
      assert.match(await refusal(), /it is a link to another place/);
      await rm(join(folder, 'weights'));
      await symlink(join(outside, 'x'), join(folder, 'events.out.tfevents.0.drumhead'));
      assert.match(await refusal(), /it is a link to another place/);
      assert.deepEqual(await readdir(outside), []);
    } finally {
      await rm(outside, { recursive: true });
    }
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
