import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { inFolder, parseJson } from '../../src/runner/folder.js';

describe('run folders', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drumhead-folder-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are locked while work goes on, and free after it', async () => {
    const inside = await inFolder(
      folder,
      TE.fromTask(() => readdir(folder)),
    )();
    assert.deepEqual(inside, E.right(['lock']));
    assert.deepEqual(await readdir(folder), []);
  });

  it('held by a living process are refused, nothing is touched', async () => {
    // Process 1 lives as long as the machine.
    await writeFile(join(folder, 'lock'), '1');
    const refused = await inFolder(folder, TE.right('worked'))();
    assert.ok(E.isLeft(refused) && refused.left._tag === 'FileError');
    assert.match(refused.left.message, /process 1 is working on this run/);
    assert.deepEqual(await readdir(folder), ['lock']);
  });

  it('held by a dead process are taken over', async () => {
    await writeFile(join(folder, 'lock'), '2147483646');
    assert.deepEqual(await inFolder(folder, TE.right('worked'))(), E.right('worked'));
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
