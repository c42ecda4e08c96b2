import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { engineError, errorMessage } from '../../src/base/error.js';
import { holderName, ownHolder } from '../../src/files/holder.js';
import {
  asWritten,
  digestsOf,
  listBytes,
  listName,
  partOf,
  readList,
  removeListed,
  strangerIn,
} from '../../src/files/manifest.js';
import {
  bringBack,
  growFolder,
  mayWrite,
  type Writing,
  whyNoFileName,
  writeFolder,
} from '../../src/files/write-folder.js';
import { sentence } from '../support/either.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const first = { 'model.json': bytes('{}'), 'weights/weights.bin': bytes('abcd') };
const second = { 'model.json': bytes('{"a":1}'), 'group1-shard1of1.bin': bytes('efgh') };

describe('written folders', () => {
  let above = '';
  let folder = '';
  beforeEach(async () => {
    above = await mkdtemp(join(tmpdir(), 'drumhead-out-'));
    folder = join(above, 'out');
  });
  afterEach(() => rm(above, { recursive: true }));

  const write = async (files: Readonly<Record<string, Uint8Array>>, writing: Writing = {}): Promise<void> => {
    const written = await writeFolder(folder, files, writing)();
    if (E.isLeft(written)) assert.fail(errorMessage(written.left));
  };
  const refusal = async (files: Readonly<Record<string, Uint8Array>> = second): Promise<string> => {
    const refused = await writeFolder(folder, files)();
    return sentence(refused);
  };
  const names = async (at = folder): Promise<readonly string[]> =>
    (await readdir(at, { recursive: true })).sort();
  const own = async (): Promise<readonly string[]> =>
    (await names()).filter((name) => name !== listName && name !== 'weights');

  it('hold their files and a list of them, and replace what they held before', async () => {
    await write(first);
    assert.deepEqual(await own(), ['model.json', join('weights', 'weights.bin')]);
    await write(second);
    assert.deepEqual(await own(), ['group1-shard1of1.bin', 'model.json']);
    assert.equal(await readFile(join(folder, 'model.json'), 'utf8'), '{"a":1}');
    assert.deepEqual(await readdir(above), ['out']);
  });

  it('may be empty before', async () => {
    await mkdir(folder);
    await write(first);
    assert.equal(await strangerIn(folder), null);
  });

  // Each of these names is one that exports, imports or answers have.
  const persons: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['weights.safetensors of a person', () => writeFile(join(folder, 'weights.safetensors'), 'mine')],
    ['train_images.npy of a person', () => writeFile(join(folder, 'train_images.npy'), 'mine')],
    ['model.json as a folder', () => mkdir(join(folder, 'model.json'))],
    ['a link', () => symlink('/etc/passwd', join(folder, 'model.json'))],
    ['a list that is no list', () => writeFile(join(folder, listName), '{"files":{"a":"b"}}')],
  ];
  for (const [what, put] of persons)
    it(`are refused where they hold ${what}, and nothing is touched`, async () => {
      await mkdir(folder);
      await put();
      const before = await names(above);
      assert.match(
        await refusal(),
        /holds other things, such as .*; name a new one, or --force moves it aside/,
      );
      assert.deepEqual(await names(above), before);
    });

  it('are refused where a person added a file, changed one, or put a folder in', async () => {
    await write(first);
    await writeFile(join(folder, 'weights', 'notes.txt'), 'mine');
    assert.match(await refusal(), /holds other things, such as weights\/notes\.txt/);
    await rm(join(folder, 'weights', 'notes.txt'));
    await writeFile(join(folder, 'model.json'), '{"mine":1}');
    assert.match(await refusal(), /model\.json was changed since drumhead wrote it/);
    assert.equal(await readFile(join(folder, 'model.json'), 'utf8'), '{"mine":1}');
    await rm(join(folder, 'model.json'));
    await mkdir(join(folder, 'empty'));
    assert.match(await refusal(), /such as empty/);
  });

  it('are refused where a file stands, or a list claims files that it does not describe', async () => {
    await writeFile(folder, 'mine');
    assert.match(await refusal(), /a file of this name is there/);
    await rm(folder);
    await write(first);
    await writeFile(join(folder, 'mine.npy'), 'mine');
    const list = JSON.parse(await readFile(join(folder, listName), 'utf8'));
    list.files['mine.npy'] = '0'.repeat(64);
    await writeFile(join(folder, listName), JSON.stringify(list));
    assert.match(await refusal(), /holds other things/);
  });

  it('move a person`s folder aside where that is asked for, as often as it is', async () => {
    const moves: (readonly string[])[] = [];
    const forced = { force: true, movedAside: (...move: readonly string[]) => void moves.push(move) };
    for (const number of [1, 2]) {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder);
      await writeFile(join(folder, 'model.json'), `mine ${number}`);
      await write(second, forced);
      assert.equal(await readFile(join(above, `out.old-${number}`, 'model.json'), 'utf8'), `mine ${number}`);
    }
    await write(first, forced);
    assert.deepEqual((await readdir(above)).sort(), ['out', 'out.old-1', 'out.old-2']);
    assert.deepEqual(
      moves,
      [1, 2].map((number) => [folder, `${folder}.old-${number}`]),
    );
  });

  it('are written through a link to the folder that it names', async () => {
    await mkdir(join(above, 'real'));
    await symlink(join(above, 'real'), folder);
    await write(first);
    assert.equal(await readFile(join(above, 'real', 'model.json'), 'utf8'), '{}');
  });

  it('leave nothing of a command that was killed before its list was whole, or after it was removed', async () => {
    const hidden = async (kind: string, what: Readonly<Record<string, string>>): Promise<string> => {
      const hash = createHash('sha256').update('out').digest('hex').slice(0, 16);
      const dead = { ...(await ownHolder()), pid: 1_999_999_999, started: null };
      const name = `.drumhead-${hash}-${holderName(dead)}.${kind}`;
      await mkdir(join(above, name));
      for (const [file, text] of Object.entries(what)) await writeFile(join(above, name, file), text);
      return name;
    };
    await hidden('tmp', {});
    await hidden('tmp', { [listName]: '{"drumhead": "fi' });
    await hidden('old', {});
    const strange = await hidden('tmp', { 'mine.txt': 'mine' });
    await write(first);
    assert.deepEqual((await readdir(above)).sort(), [strange, 'out'].sort());
  });

  it('refuse every name that leads out of them', async () => {
    for (const name of [
      '../../x',
      '/x',
      'a/../../x',
      'C:\\x',
      '..\\x',
      'a//b',
      './x',
      '',
      'x\0',
      'x'.repeat(300),
    ])
      assert.match(await refusal({ [name]: bytes('x') }), /cannot be written there: it .*; rename it/, name);
    assert.match(await refusal({ [listName]: bytes('x') }), /keeps its own list there/);
    assert.deepEqual(await readdir(above), []);
  });

  it('have names that stay below them, whatever text they are', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('.', '/', '\\', 'a', ':') })),
        (name) => {
          if (whyNoFileName(name) !== null) return;
          const parts = name.split('/');
          assert.ok(join('/top', name) === ['/top', ...parts].join('/'), name);
        },
      ),
      { seed: 7, numRuns: 2000 },
    );
  });

  /** A holder that is dead for certain, as a killed command leaves it. */
  const dead = async (): Promise<string> => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    return holderName({ ...(await ownHolder()), pid: child.pid ?? 0, started: null });
  };
  const hidden = async (kind: 'old' | 'tmp', holder: string): Promise<string> => {
    // What the folder's hidden companions are called is seen from one that is being written.
    const { createHash } = await import('node:crypto');
    const hash = createHash('sha256').update('out').digest('hex').slice(0, 16);
    return join(above, `.drumhead-${hash}-${holder}.${kind}`);
  };

  it('come back where a command was killed between its two moves', async () => {
    await write(first);
    await rename(folder, await hidden('old', await dead()));
    assert.deepEqual(await bringBack(folder)(), E.right(true));
    assert.deepEqual(await own(), ['model.json', join('weights', 'weights.bin')]);
    assert.deepEqual(await readdir(above), ['out']);
  });

  it('lose what a killed command left beside them, and nothing else', async () => {
    await write(first);
    const [old, tmp] = [await hidden('old', await dead()), await hidden('tmp', await dead())];
    await rename(folder, old);
    await rm(join(old, 'model.json'));
    await write(first);
    await rename(folder, tmp);
    // A file is whole under its own name.
    await rm(join(tmp, 'model.json'));
    await writeFile(join(tmp, partOf('model.json')), 'ha');
    await write(second);
    assert.deepEqual(await readdir(above), ['out']);
    // A folder of that name without a list is not ours.
    const strange = await hidden('old', await dead());
    await mkdir(strange);
    await writeFile(join(strange, 'mine'), '');
    assert.deepEqual(await bringBack(folder)(), E.right(false));
    assert.deepEqual(await readdir(strange), ['mine']);
  });

  it('that grow on the disk are looked at before they replace anything, and leave nothing where they were killed', async () => {
    const grow = (says: string, check: () => E.Either<ReturnType<typeof engineError>, undefined>) =>
      growFolder(folder, {
        names: ['a.bin', 'b.bin'],
        fill: async (pathOf) => {
          for (const name of ['a.bin', 'b.bin']) await writeFile(pathOf(name), says);
          return E.right(undefined);
        },
        check: async (fresh) => {
          assert.deepEqual(await names(fresh), ['a.bin', 'b.bin', listName]);
          return check();
        },
      })();
    const well = () => E.right(undefined);
    assert.ok(E.isRight(await grow('one', well)));
    assert.equal(await strangerIn(folder), null);
    const ill = await grow('two', () => E.left(engineError('tensorflow', 'it is ill')));
    assert.ok(E.isLeft(ill) && /it is ill/.test(errorMessage(ill.left)));
    assert.equal(await readFile(join(folder, 'b.bin'), 'utf8'), 'one');
    // Killed while the first file grew, when no digest was known.
    const tmp = await hidden('tmp', await dead());
    await mkdir(tmp);
    await writeFile(join(tmp, listName), listBytes({ 'a.bin': '', 'b.bin': '' }));
    await writeFile(join(tmp, partOf('a.bin')), 'half');
    assert.ok(E.isRight(await grow('three', well)));
    assert.deepEqual(await readdir(above), ['out']);
    assert.equal(await readFile(join(folder, 'a.bin'), 'utf8'), 'three');
    await writeFile(join(folder, 'a.bin'), 'of a person');
    assert.ok(E.isLeft(await grow('four', well)));
    assert.equal(await readFile(join(folder, 'a.bin'), 'utf8'), 'of a person');
  });

  it('lose of that only what is theirs: links are not followed, other bytes are not removed', async () => {
    const theirs = join(above, 'theirs');
    await mkdir(theirs);
    await writeFile(join(theirs, 't.txt'), 'theirs');
    const list = digestsOf({
      'l/t.txt': bytes('theirs'),
      'plain/t.txt': bytes('x'),
      'gone.txt': bytes('gone'),
    });
    const [tmp, old] = [await hidden('tmp', await dead()), await hidden('old', await dead())];
    for (const place of [tmp, old]) {
      await mkdir(join(place, 'plain'), { recursive: true });
      await writeFile(join(place, listName), listBytes(list));
      await symlink('../theirs', join(place, 'l'));
      await writeFile(join(place, 'plain', 't.txt'), 'of other bytes');
      await writeFile(join(place, 'gone.txt'), 'gone');
    }
    // A link in the place of the hidden folder, to an earlier export.
    await writeFolder(join(above, 'earlier'), first)();
    for (const kind of ['old', 'tmp'] as const)
      await symlink(join(above, 'earlier'), await hidden(kind, await dead()));
    await write(second);
    assert.deepEqual(await bringBack(folder)(), E.right(false));
    assert.equal(await readFile(join(theirs, 't.txt'), 'utf8'), 'theirs');
    for (const place of [tmp, old])
      assert.deepEqual(
        (await names(place)).filter((name) => name !== join('l', 't.txt')),
        [listName, 'l', 'plain', join('plain', 't.txt')],
      );
    assert.deepEqual(await names(join(above, 'earlier')), [
      listName,
      'model.json',
      'weights',
      join('weights', 'weights.bin'),
    ]);
  });

  it('have a list that may be foreign: names that lead out on any system, or into a thousand folders, are none', async () => {
    const digest = digestsOf({ x: bytes('x') }).x;
    const deep = `${'a/'.repeat(1_000)}x`;
    const names = [
      'x',
      'in/x',
      '../x',
      'in/../../x',
      '..\\x',
      'C:x',
      'C:\\x',
      '/x',
      'in//x',
      deep,
      'n'.repeat(5_000),
    ];
    await mkdir(join(folder, 'in'), { recursive: true });
    await writeFile(join(above, 'x'), 'x');
    for (const name of ['x', 'in/x', '..\\x', 'C:x']) await writeFile(join(folder, name), 'x');
    await writeFile(
      join(folder, listName),
      listBytes(Object.fromEntries(names.map((name) => [name, digest] as const))),
    );
    assert.deepEqual(await readList(folder), { x: digest, 'in/x': digest });
    await removeListed(folder);
    assert.equal(await readFile(join(above, 'x'), 'utf8'), 'x');
    assert.deepEqual(await own(), ['..\\x', 'C:x']);
  });

  it('hold files of a terabyte that are not compared: such a file is none of theirs', async () => {
    await write(first);
    await truncate(join(folder, 'weights', 'weights.bin'), 2 ** 40);
    assert.match(await refusal(), /weights\/weights\.bin was changed since drumhead wrote it/);
    const said = await asWritten(folder)();
    assert.match(
      E.isLeft(said) ? errorMessage(said.left) : '',
      /weights\.bin: it is larger than what drumhead reads back \(1,024 MiB a file, 4,096 MiB all files/,
    );
  });

  it('leave what a living process is writing', async () => {
    await write(first);
    const old = await hidden('old', holderName({ ...(await ownHolder()), pid: 1, started: null }));
    await rename(folder, old);
    assert.deepEqual(await bringBack(folder)(), E.right(false));
    assert.ok((await readdir(old)).includes('model.json'));
  });

  it('are asked for before the work', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'classes.png'), 'mine');
    assert.ok(E.isLeft(await mayWrite(folder)()));
    assert.ok(E.isRight(await mayWrite(folder, { force: true })()));
    assert.ok(E.isLeft(await mayWrite('.')()));
  });
});
