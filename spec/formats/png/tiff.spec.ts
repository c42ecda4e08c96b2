/** TIFF files as pictures and masks: as a PNG of the same values is read. Without the optional package there is nothing to try. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDataset } from '../../../src/data/load.js';
import { pictureIn } from '../../../src/data/own/pairs/png-pairs.js';
import { decodeTask } from '../../../src/data/task.js';
import { encodePicture } from '../../../src/formats/png/png.js';
import { isTiff, tiffMask, tiffPicture } from '../../../src/formats/png/tiff.js';
import { refusal, rightOf } from '../../support/effects.js';
import { right } from '../../support/either.js';

interface Page {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly bits: 8 | 16 | 32;
  readonly values: readonly number[];
}

/** An uncompressed TIFF of some pages. */
const tiffOf = (pages: readonly Page[], big = false): Uint8Array => {
  const out = Buffer.alloc(4096);
  const short = (v: number, at: number): number =>
    big ? out.writeUInt16BE(v, at) : out.writeUInt16LE(v, at);
  const long = (v: number, at: number): number => (big ? out.writeUInt32BE(v, at) : out.writeUInt32LE(v, at));
  out.write(big ? 'MM' : 'II', 'latin1');
  short(42, 2);
  let [at, link] = [8, 4];
  for (const { width, height, channels, bits, values } of pages) {
    const begin = at;
    for (const v of values) {
      if (bits === 8) out.writeUInt8(v, at);
      else if (bits === 16) short(v, at);
      else if (big) out.writeFloatBE(v, at);
      else out.writeFloatLE(v, at);
      at += bits / 8;
    }
    at += at % 2;
    long(at, link);
    const bitsAt = at + 200;
    for (let c = 0; c < channels; c++) short(bits, bitsAt + 2 * c);
    const fields: readonly (readonly [number, number, number, number])[] = [
      [256, 3, 1, width],
      [257, 3, 1, height],
      [258, 3, channels, channels <= 2 ? bits : bitsAt],
      [259, 3, 1, 1],
      [262, 3, 1, channels >= 3 ? 2 : 1],
      [273, 4, 1, begin],
      [277, 3, 1, channels],
      [278, 3, 1, height],
      [279, 4, 1, (values.length * bits) / 8],
      [339, 3, 1, bits === 32 ? 3 : 1],
    ];
    short(fields.length, at);
    fields.forEach(([tag, type, count, v], i) => {
      const field = at + 2 + 12 * i;
      short(tag, field);
      short(type, field + 2);
      long(count, field + 4);
      if (type === 3 && count <= 2) for (let k = 0; k < count; k++) short(v, field + 8 + 2 * k);
      else long(v, field + 8);
    });
    link = at + 2 + 12 * fields.length;
    at = bitsAt + 2 * channels + 2;
  }
  return out.subarray(0, at);
};

const packageName = 'tiff';

describe('TIFF', () => {
  before(async function () {
    if ((await import(packageName).catch(() => null)) === null) this.skip();
  });
  const grey: Page = { width: 3, height: 2, channels: 1, bits: 8, values: [0, 50, 100, 150, 200, 255] };

  it('is a picture of the same values as a PNG, in either byte order; pages and bits that are left out are said', async () => {
    const colours: Page = { ...grey, channels: 3, values: Array.from({ length: 18 }, (_, i) => 14 * i) };
    for (const big of [false, true]) {
      assert.ok(isTiff(tiffOf([grey], big)));
      assert.deepEqual((await rightOf(tiffPicture(tiffOf([grey], big), 'a'))).picture, {
        ...{ width: 3, height: 2, channels: 1 },
        values: Uint8Array.from(grey.values),
      });
      const read = await rightOf(tiffPicture(tiffOf([colours], big), 'a'));
      assert.deepEqual(read, {
        picture: { width: 3, height: 2, channels: 3, values: Uint8Array.from(colours.values) },
        leftOut: [],
      });
      const deep = await rightOf(
        tiffPicture(tiffOf([{ ...grey, bits: 16, values: [0, 257, 514, 300, 65535, 1] }, grey], big), 'a'),
      );
      assert.deepEqual([...deep.picture.values], [0, 1, 2, 1, 255, 0]);
      assert.deepEqual(deep.leftOut, ['further pictures', 'the last 8 of 16 bits']);
    }
    assert.ok(!isTiff(encodePicture({ width: 1, height: 1, channels: 1, values: Uint8Array.of(1) })));
  });

  it('is a mask of the values that it holds, and is refused where it is none', async () => {
    const mask = await rightOf(tiffMask(tiffOf([{ ...grey, bits: 16, values: [0, 1, 2, 300, 4, 5] }]), 'm'));
    assert.deepEqual([...mask.values], [0, 1, 2, 300, 4, 5]);
    const colours: Page = { ...grey, channels: 3, values: new Array(18).fill(7) };
    assert.match(await refusal(tiffMask(tiffOf([colours]), 'm.tif')), /^m\.tif: it is a picture in colours/);
    assert.match(
      await refusal(tiffPicture(tiffOf([{ ...grey, bits: 32 }]), 'f.tif')),
      /f\.tif: not a readable TIFF: its samples have 32 bits of floating point/,
    );
    assert.match(
      await refusal(tiffPicture(tiffOf([{ ...grey, width: 60_000, height: 60_000 }]), 'h.tif')),
      /3,600,000,000 pixels, and 16,777,216 is the limit/,
    );
    assert.match(
      await refusal(tiffPicture(tiffOf([grey]).subarray(0, 20), 'c.tif')),
      /c\.tif: not a readable TIFF/,
    );
  });

  it('is what the message names where a file of that name begins otherwise', async () => {
    const begun = (...bytes: readonly number[]) => Uint8Array.from([...bytes, 0, 0, 0, 0, 0, 0, 0, 0]);
    for (const [bytes, says] of [
      [new Uint8Array(), /^a\.tif: not a readable TIFF: the file is empty$/],
      [begun(1, 2), /^a\.tif: not a readable TIFF: it does not begin as one; save it again, as TIFF or PNG$/],
      [begun(0xff, 0xd8, 0xff), /^a\.tif: not a readable TIFF: it is a JPEG, whatever its name says/],
      [begun(0x49, 0x49, 43, 0), /^a\.tif: not a readable TIFF: it is a BigTIFF/],
    ] as const) {
      assert.match(await refusal(pictureIn(bytes, 'a.tif')), says);
      assert.match(await refusal(pictureIn(bytes, 'a.png')), /^a\.png: not a readable PNG/);
    }
    const png = encodePicture({ width: 1, height: 1, channels: 1, values: Uint8Array.of(1) });
    assert.equal((await rightOf(pictureIn(png, 'a.tif'))).picture.width, 1);
  });

  it('stands beside PNG in a folder of pairs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'drumhead-tiff-'));
    try {
      for (const kind of ['images', 'masks']) await mkdir(join(folder, kind));
      for (let i = 0; i < 4; i++) {
        const values = grey.values.map((v) => Math.min(255, v + i));
        await writeFile(
          join(folder, 'images', i % 2 === 0 ? `${i}.tif` : `${i}.png`),
          i % 2 === 0
            ? tiffOf([{ ...grey, values }])
            : encodePicture({ width: 3, height: 2, channels: 1, values: Uint8Array.from(values) }),
        );
        await writeFile(
          join(folder, 'masks', `${i}.tiff`),
          tiffOf([{ ...grey, values: [0, 1, 0, 1, 0, i % 2] }]),
        );
      }
      const data = await rightOf(
        loadDataset(right(decodeTask({ name: 'png', folder, validationShare: 0.25, testShare: 0.25 }))),
      );
      assert.deepEqual([data.train.count, data.validation.count, data.test.count], [2, 1, 1]);
      assert.equal(data.test.images[1] - data.test.images[0], 50);
      assert.equal(data.classes.length, 2);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
