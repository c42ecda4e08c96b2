import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBytes } from '../../src/files/files.js';
import { holderName, ownHolder } from '../../src/files/holder.js';
import { mayBeFile } from '../../src/files/make-folder.js';
import { listBytes, listName, readList } from '../../src/files/manifest.js';
import { mayPut, mayPutFile, putFile, putFiles } from '../../src/files/put-files.js';
import { mayWrite, writeFolder } from '../../src/files/write-folder.js';
import { right, sentence } from '../support/either.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('files that a person asks for', () => {
  let folder = '';
  const path = (name: string): string => join(folder, name);
  const text = (name: string): string => readFileSync(path(name), 'utf8');
  const seen = (): readonly string[] =>
    readdirSync(folder)
      .filter((name) => name !== listName)
      .sort();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-put-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are written, and written again by the same command', async () => {
    for (const turn of ['one', 'two', 'two', 'three']) {
      right(await mayPutFile(path('wave.gif'))());
      assert.equal(right(await putFile(path('wave.gif'), bytes(turn))()), path('wave.gif'));
      assert.equal(text('wave.gif'), turn);
    }
    right(await putFiles(folder, { 'a.svg': bytes('a'), 'b.svg': bytes('b') })());
    right(await putFiles(path('deep/er'), { 'a.svg': bytes('a') })());
    assert.deepEqual(seen(), ['a.svg', 'b.svg', 'deep', 'wave.gif']);
    assert.deepEqual(Object.keys((await readList(folder)) ?? {}), ['wave.gif', 'a.svg', 'b.svg']);
  });

  it('are a person`s where drumhead did not write them or they were changed, and all of them are named', async () => {
    right(await putFile(path('b.svg'), bytes('b'))());
    writeFileSync(path('b.svg'), 'edited');
    writeFileSync(path('a.svg'), 'mine');
    const files = { 'a.svg': bytes('x'), 'b.svg': bytes('y'), 'c.svg': bytes('z') };
    for (const said of [
      sentence(await mayPut(folder, Object.keys(files))()),
      sentence(await putFiles(folder, files)()),
    ]) {
      assert.match(
        said,
        /a\.svg: it is there already, and drumhead did not write it; name another one, or --force moves it aside/,
      );
      assert.match(said, /b\.svg: it was changed since drumhead wrote it; name another one, or --force/);
    }
    assert.match(sentence(await putFile(path('a.svg'), bytes('x'))()), /a\.svg: it is there already/);
    assert.deepEqual([text('a.svg'), text('b.svg'), existsSync(path('c.svg'))], ['mine', 'edited', false]);
  });

  it('are moved aside where that is asked for; those of drumhead are not', async () => {
    const moves: (readonly string[])[] = [];
    const force = { force: true, movedAside: (...move: readonly string[]) => void moves.push(move) };
    writeFileSync(path('a.svg'), 'mine');
    right(await mayPutFile(path('a.svg'), force)());
    right(await putFile(path('a.svg'), bytes('x'), force)());
    right(await putFile(path('a.svg'), bytes('y'), force)());
    assert.deepEqual(seen(), ['a.svg', 'a.svg.old-1']);
    assert.deepEqual([text('a.svg'), text('a.svg.old-1')], ['y', 'mine']);
    assert.deepEqual(moves, [[path('a.svg'), path('a.svg.old-1')]]);
  });

  it('of commands that write there at the same time are all listed', async () => {
    const code = `
      import { putFile } from ${JSON.stringify(new URL('../../src/files/put-files.ts', import.meta.url).href)};
      const [folder, who] = process.argv.slice(2);
      for (let i = 0; i < 8; i++) {
        const done = await putFile(folder + '/' + who + i, new TextEncoder().encode(who + i))();
        if (done._tag === 'Left') throw new Error(JSON.stringify(done.left));
      }`;
    const script = join(folder, 'script.mts');
    writeFileSync(script, code);
    // A killed process left its file, which nobody waits for.
    const dead = { ...(await ownHolder()), pid: 1_999_999_999, started: null };
    mkdirSync(path('out'));
    writeFileSync(path(`out/.drumhead-writes-${holderName(dead)}`), '');
    const others = ['a', 'b'].map(async (who) => {
      const child = spawn(process.execPath, ['--import', 'tsx', script, path('out'), who], {
        stdio: 'inherit',
      });
      const [code] = await once(child, 'exit');
      assert.equal(code, 0);
    });
    // Within one process too.
    const own = ['c', 'd'].map(async (who) => {
      for (let i = 0; i < 8; i++) right(await putFile(path(`out/${who}${i}`), bytes(`${who}${i}`))());
    });
    await Promise.all([...others, ...own]);
    const all = ['a', 'b', 'c', 'd'].flatMap((who) => Array.from({ length: 8 }, (_, i) => `${who}${i}`));
    assert.deepEqual(Object.keys((await readList(path('out'))) ?? {}).sort(), all);
    assert.deepEqual(readdirSync(path('out')).sort(), [...all, listName].sort());
  }).timeout(60_000);

  it('are known at whatever moment the command before was killed', async () => {
    right(await putFile(path('a.svg'), bytes('old'))());
    const list = await readList(folder);
    const digest = list?.['a.svg'] ?? '';
    // Killed with both digests on the list, before the file was replaced, and after.
    const other = '0'.repeat(64);
    for (const entry of [`${digest} ${other}`, `${other} ${digest}`]) {
      writeFileSync(path(listName), listBytes({ 'a.svg': entry }));
      right(await mayPutFile(path('a.svg'))());
    }
    writeFileSync(path(listName), listBytes({ 'a.svg': `${other} ${other}` }));
    assert.match(sentence(await mayPutFile(path('a.svg'))()), /was changed/);
  });

  it('do not take the place of the list, nor of what a person calls so', async () => {
    assert.match(sentence(await putFile(path(listName), bytes('x'))()), /keeps its own list there/);
    writeFileSync(path(listName), '{"mine": true}');
    for (const force of [false, true])
      assert.match(
        sentence(await putFile(path('a.svg'), bytes('x'), { force })()),
        /is there and is not drumhead's list of its files; move it away/,
      );
    assert.equal(text(listName), '{"mine": true}');
    assert.deepEqual(seen(), []);
  });

  it('are not compared where they are larger than anything that is read back', async () => {
    right(await putFile(path('a.svg'), bytes('x'))());
    truncateSync(path('a.svg'), 2 ** 40);
    assert.match(sentence(await mayPutFile(path('a.svg'))()), /was changed/);
  });

  const devices = (): void => {
    execFileSync('mkfifo', [path('pipe')]);
    writeFileSync(path('real'), 'mine');
    symlinkSync(path('real'), path('link'));
    symlinkSync(path('nowhere'), path('dangling'));
    mkdirSync(path('folder'));
    try {
      // 1, 3: what is written to it is gone.
      execFileSync('mknod', [path('device'), 'c', '1', '3'], { stdio: 'ignore' });
    } catch {
      // Only an administrator may, and not everywhere.
    }
  };

  it('never take the place of a device, a pipe, a link or a folder, asked or not, forced or not', async () => {
    devices();
    const names = seen().filter((name) => name !== 'real');
    const modes = () => names.map((name) => lstatSync(path(name)).mode);
    const before = modes();
    for (const name of names) {
      const words =
        name === 'folder'
          ? /it is a folder, not a file/
          : /a (pipe|link|device) is there, which drumhead does not write to and does not replace; name another file/;
      for (const force of [false, true]) {
        assert.match(sentence(await mayPutFile(path(name), { force })()), words, name);
        assert.match(sentence(await putFile(path(name), bytes('x'), { force })()), words, name);
      }
      assert.match(sentence(await mayBeFile(path(name))()), words, name);
      assert.match(sentence(await writeBytes(path(name), bytes('x'))()), words, name);
    }
    assert.deepEqual(modes(), before);
    assert.equal(text('real'), 'mine');
    assert.deepEqual(seen(), [...names, 'real'].sort());
  });

  it('nor does a folder of an export, forced or not', async () => {
    devices();
    const before = seen();
    for (const name of before.filter((each) => each === 'pipe' || each === 'device'))
      for (const force of [false, true]) {
        const words = /a (pipe|device) is there, which drumhead does not replace; name a folder/;
        assert.match(sentence(await mayWrite(path(name), { force })()), words);
        assert.match(sentence(await writeFolder(path(name), { a: bytes('x') }, { force })()), words);
      }
    assert.deepEqual(seen(), before);
  });
});
