/** What is unpacked into the cache: within a limit that is looked at first, whole, and not kept for ever. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { limits } from '../../../../src/base/limits.js';
import { storedArrays } from '../../../../src/data/own/stored/stored.js';
import { kept, mayBeKept } from '../../../../src/data/own/stored/unpacked.js';
import { rangesInMemory } from '../../../../src/files/ranges.js';
import { openDatabase } from '../../../../src/formats/duckdb.js';
import { encodeNpy } from '../../../../src/formats/npy/npy.js';
import { encodeSafetensors } from '../../../../src/formats/safetensors.js';
import { zipMembers } from '../../../../src/formats/zip.js';
import { right, sentence } from '../../../support/either.js';
import { zipOf } from '../../../support/zip-of.js';

const mib = 2 ** 20;
const day = 24 * 3600_000;

async function* zeros(bytes: number) {
  for (let left = bytes; left > 0; left -= mib) yield new Uint8Array(Math.min(mib, left));
}

describe('what is unpacked', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drumhead-kept-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('stays while it is used, and goes when nobody used it for a month', async () => {
    const cache = join(folder, 'cache');
    const size = 16 * mib + 1;
    const keep = (what: string) => kept(what, size, 'stamp', cache, () => zeros(size));
    const places = async () =>
      (await readdir(join(cache, 'unpacked'))).map((name) => join(cache, 'unpacked', name));
    right(await keep('a'));
    const [a] = await places();
    right(await keep('b'));
    const b = (await places()).find((place) => place !== a) ?? '';
    const old = new Date(Date.now() - 31 * day);
    old.setMilliseconds(0);
    for (const place of [a, b]) await utimes(place, old, old);
    // What reads it holds on to the time when it was written.
    const held = right(await keep('a'));
    assert.equal((await stat(a)).mtimeMs, old.getTime());
    const left = join(cache, 'unpacked', `x.${randomUUID()}.tmp`);
    await writeFile(left, '');
    await utimes(left, old, old);
    right(await keep('c'));
    const now = await places();
    assert.ok(now.includes(a) && !now.includes(b) && !now.includes(left) && now.length === 2, now.join());
    assert.equal((await held.read(0, 4)).length, 4);
  });

  it('has as many bytes as was said, or is refused and not kept', async () => {
    const cache = join(folder, 'lies');
    for (const size of [4, 16 * mib + 4])
      for (const other of [-2, 2])
        assert.match(
          sentence(await kept('x', size, 'stamp', cache, () => zeros(size + other))),
          /^x: it has (more|fewer) values than it says/,
        );
    assert.deepEqual(await readdir(join(cache, 'unpacked')), []);
  });

  it('is looked at before it is unpacked: the limit of a file, and the room on the disk', async () => {
    const cache = join(folder, 'none');
    const array = right(encodeNpy({ dtype: 'float32', shape: [2], data: new Float32Array(2) }));
    const archive = Buffer.from(
      zipOf(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`x${i}.npy`, array])), true),
    );
    // Sizes in the directory: each member says that it has almost 4 GiB.
    for (let at = archive.indexOf('PK\x01\x02'); at >= 0; at = archive.indexOf('PK\x01\x02', at + 4))
      archive.writeUInt32LE(0xffff_fff0, at + 24);
    const bomb = join(folder, 'bomb.npz');
    await writeFile(bomb, archive);
    assert.match(
      sentence(await storedArrays(bomb, cache)),
      /bomb\.npz: unpacked its arrays have 36,864 MiB, and 512 MiB is the limit for a file of \d KiB/,
    );
    const sizes = [2 ** 34, 2 ** 34];
    right(mayBeKept('x', 2 ** 29, sizes));
    assert.match(
      sentence(mayBeKept('x', 2 ** 28, sizes)),
      /32,768 MiB, and 16,384 MiB is the limit for a file of 256 MiB/,
    );
    assert.match(sentence(mayBeKept('x', 2 ** 50, [...sizes, 1])), /32,769 MiB, and 32,768 MiB is the limit/);
    assert.match(
      sentence(await kept('x', 2 ** 60, 'stamp', folder, () => assert.fail('it was unpacked'))),
      /^x: unpacked it has 1,099,511,627,776 MiB, and .*unpacked, where it is kept, has room for [\d,]+ MiB; make room/,
    );
    assert.deepEqual(await readdir(cache).catch(() => []), []);
  });

  it('is of so many arrays at most, counted before any is looked at', async () => {
    const count = limits.arrays + 1;
    const array = right(encodeNpy({ dtype: 'float32', shape: [2], data: new Float32Array(2) }));
    const archive = Buffer.from(zipOf({ 'x.npy': array }));
    // The number of entries, in the record at the end.
    archive.writeUInt16LE(count, archive.length - 22 + 10);
    assert.match(
      sentence(await zipMembers(rangesInMemory(archive), 'many.npz')),
      /^many\.npz: it has 1,025 arrays, and 1,024 is the limit; the first axis of an array counts its samples/,
    );
    const tensors = Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`t${i}`, { shape: [1], data: new Float32Array(1) }]),
    );
    const path = join(folder, 'many.safetensors');
    await writeFile(path, encodeSafetensors(tensors));
    assert.match(sentence(await storedArrays(path, null)), /many\.safetensors: it has 1,025 arrays/);
    const { connection, close } = right(await openDatabase()());
    const columns = Array.from({ length: count }, (_, i) => `${i}::float c${i}`).join();
    const table = join(folder, 'many.parquet');
    await connection.run(`copy (select ${columns}) to '${table}' (format parquet)`);
    const wide = join(folder, 'wide.parquet');
    await connection.run(
      `copy (select list_resize([1::float], ${limits.parquetRow + 1}, 0) s) to '${wide}' (format parquet, compression zstd)`,
    );
    const ragged = join(folder, 'ragged.parquet');
    await connection.run(
      `copy (select unnest([[[1, 2], [3, 4]], [[1, 2], [3]]])::double[][] s) to '${ragged}' (format parquet)`,
    );
    close();
    assert.match(sentence(await storedArrays(table, null)), /many\.parquet: it has 1,025 arrays/);
    assert.match(
      sentence(await storedArrays(wide, null)),
      /wide\.parquet: s: a row has 131,073 values, and 131,072 is the limit in Parquet/,
    );
    assert.match(
      sentence(await storedArrays(ragged, null)),
      /ragged\.parquet: s: row 1 has lists of other lengths in it than the first/,
    );
  });
});
