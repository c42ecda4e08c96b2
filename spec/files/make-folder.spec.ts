import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { writeBytes } from '../../src/files/files.js';
import { makeFolder, mayBeFile, mayHoldFiles } from '../../src/files/make-folder.js';
import { sentence } from '../support/either.js';

describe('folders that come to be', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-make-'));
    writeFileSync(join(folder, 'file'), 'mine');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are made with those on the way, by several at once, and may be there already', async () => {
    const deep = join(folder, 'a', 'b', 'c');
    await Promise.all([makeFolder(deep), makeFolder(deep), makeFolder(join(folder, 'a', 'd'))]);
    await makeFolder(deep);
    assert.ok(statSync(deep).isDirectory());
    symlinkSync(deep, join(folder, 'link'));
    await makeFolder(join(folder, 'link', 'e'));
    assert.ok(statSync(join(deep, 'e')).isDirectory());
  });

  it('are refused where a file stands, and on a link to nothing', async () => {
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
    for (const path of ['file', join('file', 'a'), join('link', 'a')])
      await assert.rejects(makeFolder(join(folder, path)), path);
  });

  it('are asked for before, and nothing stays of the question', async () => {
    assert.ok(E.isRight(await mayHoldFiles(join(folder, 'new', 'deep'))()));
    assert.ok(E.isRight(await mayBeFile(join(folder, 'new', 'picture.png'))()));
    assert.ok(E.isRight(await mayBeFile(join(folder, 'file'))()));
    assert.deepEqual(readdirSync(folder), ['file']);
  });

  it('are cleared of what a killed process left of its question and of half a file, an hour later', async () => {
    const uuid = '00000000-0000-4000-8000-000000000000';
    const left = [`.drumhead-${uuid}.tmp`, `a.png.${uuid}.tmp`];
    const others = [`.other-${uuid}.tmp`, `b.png.${uuid}.tmp`, 'a.png.mine.tmp'];
    const then = Date.now() / 1000 - 3600;
    for (const name of [...left, ...others]) {
      writeFileSync(join(folder, name), 'half');
      utimesSync(join(folder, name), then, then);
    }
    const now = `a.png.${uuid.replace('8', '9')}.tmp`;
    writeFileSync(join(folder, now), 'another process writes');
    assert.ok(E.isRight(await mayBeFile(join(folder, 'a.png'))()));
    assert.deepEqual(readdirSync(folder).sort(), [...others, now, 'file'].sort());
  });

  it('a file that stands where a folder should, and a folder where a file should, are named', async () => {
    mkdirSync(join(folder, 'place'));
    const file = join(folder, 'file');
    assert.equal(
      sentence(await mayHoldFiles(file)()),
      `${file}: it is a file, not a folder; choose another one`,
    );
    assert.match(sentence(await mayHoldFiles(join(file, 'a', 'b'))()), /is a file, not a folder/);
    assert.match(sentence(await mayBeFile(join(file, 'a.png'))()), /is a file, not a folder/);
    assert.match(sentence(await mayBeFile(join(folder, 'place'))()), /it is a folder, not a file/);
  });

  // Node's recursive mkdir never comes back from there. Skipped on systems without /proc: the fault is of that file
  // system alone, and elsewhere the path is only one more missing folder.
  (existsSync('/proc/self') ? it : it.skip)('are refused in /proc within a moment', async () => {
    const refused = /^\/proc\/nothing\/here\S*: nothing can be made there; choose another folder$/;
    assert.match(sentence(await mayHoldFiles('/proc/nothing/here')()), refused);
    assert.match(sentence(await mayBeFile('/proc/nothing/here.png')()), refused);
    assert.match(
      sentence(await writeBytes('/proc/nothing/here.png', new Uint8Array(1))()),
      /nothing can be made/,
    );
  });
});
