import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileLimits } from '../../src/base/limits.js';
import { readPngPairs } from '../../src/data/own/pairs/png-pairs.js';
import { taskNamed } from '../../src/data/task.js';
import { listFolder, mayBeRead, readBytes, readBytesIfPresent } from '../../src/files/files.js';
import { storedPng } from '../data/tiny-png.js';
import { right, sentence } from '../support/either.js';

describe('reading a file', () => {
  let folder = '';
  const path = (name: string): string => join(folder, name);
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-whole-'));
    execFileSync('mkfifo', [path('pipe')]);
    symlinkSync('/dev/zero', path('zero'));
    symlinkSync('pipe', path('linked'));
    symlinkSync('round', path('round'));
    mkdirSync(path('folder'));
    writeFileSync(path('five'), 'bytes');
    writeFileSync(path('nothing'), '');
  });
  after(() => rmSync(folder, { recursive: true }));

  it('gives all of it', async () => {
    assert.equal(Buffer.from(right(await readBytes(path('five'))())).toString(), 'bytes');
    assert.equal(right(await readBytes(path('nothing'))()).length, 0);
  });

  it('is refused where there is no file, before it is opened: nobody writes into the pipe', async () => {
    const server = createServer().listen(path('socket'));
    await new Promise((done) => server.once('listening', done));
    const wanted: readonly (readonly [string, RegExp])[] = [
      ['pipe', /it is a pipe, not a file; save what it gives to a file first$/],
      ['linked', /it is a pipe/],
      ['zero', /it is a device, not a file/],
      ['socket', /it is a socket, not a file/],
      ['folder', /it is a folder, not a file$/],
      ['round', /leads back to itself/],
      ['absent', /there is no such file or folder$/],
    ];
    for (const [name, said] of wanted) {
      assert.match(sentence(await readBytes(path(name))()), said, name);
      assert.match(sentence(await mayBeRead(path(name), 'code')()), said, name);
      if (name !== 'absent') assert.match(sentence(await readBytesIfPresent(path(name))()), said, name);
    }
    server.close();
  });

  it('is refused where it is larger than its kind may be, by its size and not by reading', async () => {
    for (const kind of ['json', 'yaml', 'code', 'picture', 'array'] as const) {
      writeFileSync(path('sparse'), '');
      truncateSync(path('sparse'), 2 ** 40);
      assert.match(
        sentence(await readBytes(path('sparse'), kind)()),
        /it is 1,048,576 MiB large, and [\d,]+ MiB is the limit for .*; [a-z]/,
      );
      truncateSync(path('sparse'), fileLimits[kind] + 1);
      assert.match(sentence(await mayBeRead(path('sparse'), kind)()), /is the limit/);
      truncateSync(path('sparse'), fileLimits[kind]);
      right(await mayBeRead(path('sparse'), kind)());
    }
  });

  it('of a folder lists its names', async () => {
    assert.deepEqual(right(await listFolder(path('folder'))()), []);
    assert.match(sentence(await listFolder(path('five'))()), /five: it is a file, not a folder$/);
  });

  it('of pairs says which file of a folder cannot be read', async () => {
    const task = right(taskNamed('png', { folder: path('pairs') }));
    assert.equal(task.name, 'png');
    const good = storedPng({ width: 2, height: 2, depth: 8, colourType: 0, values: [0, 1, 1, 0] });
    for (const part of ['images', 'masks']) {
      mkdirSync(path(join('pairs', part)), { recursive: true });
      for (const name of ['a.png', 'b.png', 'c.png']) writeFileSync(path(join('pairs', part, name)), good);
    }
    rmSync(path(join('pairs', 'images', 'b.png')));
    mkdirSync(path(join('pairs', 'images', 'b.png')));
    if (task.name !== 'png') return;
    assert.match(sentence(await readPngPairs(task)()), /images\/b\.png: it is a folder, not a file$/);
    rmSync(path(join('pairs', 'masks', 'c.png')));
    execFileSync('mkfifo', [path(join('pairs', 'masks', 'c.png'))]);
    const both = sentence(await readPngPairs(task)());
    assert.match(both, /b\.png: it is a folder/);
    assert.match(both, /c\.png: it is a pipe/);
  });
});
