/** Bytes made to cost much: each is refused in a sentence, before the work that it asks for. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import { limits } from '../../src/base/limits.js';
import { packDataset, unpackDataset } from '../../src/data/cache-file.js';
import { withinLimit } from '../../src/data/dataset.js';
import { loadDataset } from '../../src/data/load.js';
import { taskNamed } from '../../src/data/task.js';
import { decodeIdx, readIdx } from '../../src/formats/idx.js';
import { decodeNpy, encodeNpy } from '../../src/formats/npy/npy.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/formats/safetensors.js';
import { right, sentence } from '../support/either.js';

const npyOf = (header: string, data = 0): Uint8Array => {
  const bytes = Buffer.alloc(12 + header.length + data);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 2, 0]);
  bytes.writeUInt32LE(header.length, 8);
  bytes.write(header, 12, 'latin1');
  return bytes;
};

const tensorsOf = (header: string, data = 0): Uint8Array => {
  const bytes = Buffer.alloc(8 + header.length + data);
  bytes.writeBigUInt64LE(BigInt(header.length), 0);
  bytes.write(header, 8, 'latin1');
  return bytes;
};

/** A gzip of so many MiB of zeros behind a beginning: gzips behind one another unpack to what each holds. */
const zipped = (beginning: Uint8Array, mib: number): Buffer => {
  const piece = gzipSync(Buffer.alloc(2 ** 20));
  return Buffer.concat([gzipSync(beginning), ...Array.from({ length: mib }, () => piece)]);
};

describe('hostile arrays', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-hostile-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('npy: a header of brackets is refused by its length', () => {
    const brackets = `{'descr': '<f4', 'fortran_order': False, ${"'shape': (".repeat(400_000)}`;
    assert.match(
      sentence(decodeNpy(npyOf(brackets), 'x.npy')),
      /its header has [\d,]+ bytes, and 65,536 is the limit/,
    );
    assert.match(sentence(decodeNpy(npyOf(brackets.slice(0, limits.npyHeader)), 'x.npy')), /damaged header/);
    const axes = `{'descr': '<f4', 'fortran_order': False, 'shape': (${'1,'.repeat(65)}), }`;
    assert.match(sentence(decodeNpy(npyOf(axes, 4), 'x.npy')), /65 axes, and 64 is the limit/);
  });

  it('npy: sizes that the file does not hold make no array', () => {
    for (const shape of ['1000000000000,', '4294967296, 4294967296', '9007199254740991,']) {
      const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape}), }`;
      assert.match(sentence(decodeNpy(npyOf(header, 64), 'x.npy')), /truncated/);
    }
    const whole = right(encodeNpy({ dtype: 'float32', shape: [3], data: Float32Array.of(1, 2, 3) }));
    for (let length = 0; length < whole.length; length++)
      sentence(decodeNpy(whole.subarray(0, length), 'x.npy'));
    assert.match(sentence(decodeNpy(Buffer.concat([whole, Buffer.alloc(1)]), 'x.npy')), /too long/);
  });

  it('idx: what is cut short or too long is refused, and a gzip unpacks to no more than the limit', async () => {
    const head = Buffer.from([0, 0, 8, 1, 0, 0, 0, 5]);
    const whole = Buffer.concat([head, Buffer.from([1, 2, 3, 4, 5])]);
    for (let length = 0; length < whole.length; length++)
      sentence(decodeIdx(whole.subarray(0, length), 1, 'x'));
    assert.match(sentence(decodeIdx(Buffer.concat([whole, head]), 1, 'x')), /wrong length/);
    const path = join(folder, 'labels.gz');
    writeFileSync(path, gzipSync(whole).subarray(0, -6));
    assert.match(sentence(await readIdx(path, 1)()), /damaged gzip/);
    writeFileSync(path, zipped(head, limits.unpacked / 2 ** 20));
    assert.match(sentence(await readIdx(path, 1)()), /unpacks to more than 512 MiB, the limit; take/);
  });

  it('safetensors: headers are no longer and no deeper than their limits, data no shorter than they say', () => {
    const said = (bytes: Uint8Array): string => sentence(decodeSafetensors(bytes, 'x'));
    assert.match(
      said(tensorsOf(`{"a":${'['.repeat(100_000)}`)),
      /512 brackets within one another, the limit/,
    );
    assert.match(said(tensorsOf(`{${' '.repeat(limits.safetensorsHeader)}}`)), /16 MiB is the limit/);
    const long = said(tensorsOf(`{"${'n'.repeat(1_000_000)}": {"dtype": "F32", "shape": [1]}}`));
    assert.ok(long.length < 3000, `${long.length} letters`);
    const entries = Array.from({ length: 200_000 }, (_, i) => `"t${i}":1`);
    const many = said(tensorsOf(`{${entries.join()}}`));
    assert.match(many, /200000 problems[\s\S]*and 199950 more$/);
    const empty = Array.from(
      { length: 50_000 },
      (_, i) => `"t${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`,
    );
    assert.ok(E.isRight(decodeSafetensors(tensorsOf(`{${empty.join()}}`), 'x')));
    const whole = encodeSafetensors({ a: { shape: [2], data: Float32Array.of(1, 2) } });
    for (let length = 0; length < whole.length; length++) said(whole.subarray(0, length));
    assert.match(said(Buffer.concat([whole, Buffer.alloc(4)])), /belong to no tensor/);
  });

  it('cache: a file that was made to unpack to more than it says is damaged, whatever its checksum', async () => {
    const split = {
      ...{ count: 1, height: 2, width: 2, channels: 1 },
      images: new Uint8Array(4),
      masks: new Uint8Array(4),
    };
    const packed = Buffer.from(
      await packDataset({ train: split, validation: split, test: split, classes: ['a', 'b'] }, 'key'),
    );
    assert.ok(E.isRight(await unpackDataset(packed, 'key', 'x')));
    for (let length = 0; length < packed.length; length += 7)
      sentence(await unpackDataset(packed.subarray(0, length), 'key', 'x'));
    const length = packed.readUInt32LE(8);
    const header = JSON.parse(packed.subarray(12, 12 + length).toString());
    const bomb = deflateSync(Buffer.alloc(50_000_000));
    header.train.images = bomb.length;
    const text = Buffer.from(JSON.stringify(header));
    const bodies = [bomb, ...Array.from({ length: 5 }, () => deflateSync(Buffer.alloc(4)))];
    for (const name of ['validation', 'test']) header[name].images = bodies[1].length;
    const sum = createHash('sha256');
    for (const part of [text, ...bodies]) sum.update(part);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(text.length);
    const made = Buffer.concat([packed.subarray(0, 8), size, text, sum.digest(), ...bodies]);
    assert.match(sentence(await unpackDataset(made, 'key', 'x')), /damaged/);
  });

  it('a dataset that no memory holds is refused before its first image', async () => {
    assert.ok(E.isRight(withinLimit('x', 10_000, 64 * 64 * 3)));
    const task = right(taskNamed('tetrominoes', { size: 4096, train: 1_000_000 }));
    assert.match(
      sentence(await loadDataset(task)()),
      /^tetrominoes: its images have [\d,]+ values, and [\d,]+ is the limit/,
    );
  });
});
