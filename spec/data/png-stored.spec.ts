import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { decodeMaskPng, decodePng, findMask, findPicture } from '../../src/formats/png/png.js';
import { right, sentence } from '../support/either.js';
import { chunk, type Stored, storedPng } from './tiny-png.js';

/** Every form of PNG, with random samples, filters and sizes, interlaced or not. */
const forms: readonly (readonly [Stored['colourType'], Stored['depth']])[] = [
  ...([1, 2, 4, 8, 16] as const).map((depth) => [0, depth] as const),
  ...([8, 16] as const).flatMap((depth) => [[2, depth] as const, [4, depth] as const, [6, depth] as const]),
  ...([1, 2, 4, 8] as const).map((depth) => [3, depth] as const),
];
const channelsOf = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;

const anyOf = (colourType: Stored['colourType'], depth: Stored['depth']): fc.Arbitrary<Stored> =>
  fc
    .record({
      width: fc.integer({ min: 1, max: 11 }),
      height: fc.integer({ min: 1, max: 11 }),
      interlaced: fc.boolean(),
      filters: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 }),
    })
    .chain((sizes) => {
      const length = sizes.width * sizes.height * channelsOf[colourType];
      return fc
        .array(fc.integer({ min: 0, max: 2 ** depth - 1 }), { minLength: length, maxLength: length })
        .map((values) => ({ ...sizes, colourType, depth, values }));
    });

const two = (sample: number): readonly number[] => [sample >> 8, sample & 255];

/** What other readers let change samples: opacity, gamma, profiles, significant bits, backgrounds. */
const chunksThatShow = ({
  colourType,
  depth,
  values,
}: Stored): Readonly<Record<string, readonly number[]>> => ({
  gAMA: [0, 0, 0x2c, 0x2c],
  sBIT: Array.from({ length: colourType === 3 ? 3 : channelsOf[colourType] }, () => Math.min(depth, 3)),
  sRGB: [0],
  cHRM: Array.from({ length: 32 }, () => 1),
  iCCP: [0x78, 0, 0, 1, 2, 3],
  ...(colourType === 3
    ? { PLTE: Array.from({ length: 3 * 2 ** depth }, (_, i) => (i * 7) % 256), tRNS: [0, 128] }
    : {}),
  ...(colourType === 0 ? { tRNS: two(values[0]), bKGD: two(values[0]) } : {}),
  ...(colourType === 2
    ? { tRNS: values.slice(0, 3).flatMap(two), bKGD: values.slice(0, 3).flatMap(two) }
    : {}),
});

describe('samples of a png', () => {
  for (const [colourType, depth] of forms)
    it(`are as they are stored: colour type ${colourType}, ${depth} bits`, () => {
      fc.assert(
        fc.property(anyOf(colourType, depth), fc.boolean(), (stored, shown) => {
          const extra = shown
            ? chunksThatShow(stored)
            : colourType === 3
              ? { PLTE: chunksThatShow(stored).PLTE }
              : {};
          const png = storedPng({ ...stored, extra });
          const channels = channelsOf[colourType];
          const kept = channels < 3 ? 1 : 3;
          const samples = stored.values.filter((_, i) => i % channels < kept);
          const most = 2 ** depth - 1;
          const expected =
            colourType === 3
              ? samples.flatMap((index) => extra.PLTE.slice(3 * index, 3 * index + 3))
              : samples.map((sample) => Math.round((sample * 255) / most));
          const picture = right(decodePng(png, 'x'));
          assert.equal(picture.channels, colourType === 3 ? 3 : kept);
          assert.deepEqual([...picture.values], expected);
          if (kept === 1) assert.deepEqual([...right(findMask(png, 'x')).values], samples);
        }),
        { seed: 1306 + 16 * colourType + depth, numRuns: 60 },
      );
    });

  it('refuse a label beyond 255 that is also the transparent one', () => {
    const png = storedPng({
      ...{ width: 2, height: 1, depth: 16, colourType: 0, values: [1, 300] },
      extra: { tRNS: two(300) },
    });
    assert.match(sentence(decodeMaskPng(png, 'm.png')), /the label 300; labels go from 0 to 255/);
  });

  it('say what they leave out', () => {
    const leftOut = (stored: Partial<Stored>): readonly string[] =>
      right(
        findPicture(
          storedPng({ width: 1, height: 1, depth: 8, colourType: 0, values: [7], ...stored }),
          'x.png',
        ),
      ).leftOut;
    assert.deepEqual(leftOut({}), []);
    assert.deepEqual(leftOut({ extra: { tRNS: [0, 7] } }), ['transparency']);
    assert.deepEqual(leftOut({ colourType: 4, values: [7, 255] }), []);
    assert.deepEqual(leftOut({ colourType: 4, values: [7, 254] }), ['transparency']);
    assert.deepEqual(leftOut({ extra: { acTL: [0, 0, 0, 2, 0, 0, 0, 0] } }), ['further pictures']);
    assert.deepEqual(leftOut({ depth: 16, values: [257] }), []);
    assert.deepEqual(leftOut({ depth: 16, values: [258] }), ['the last 8 of 16 bits']);
  });

  it('are refused in a sentence where there is no telling what they mean', () => {
    const stored: Stored = { width: 2, height: 1, depth: 8, colourType: 3, values: [0, 2] };
    const refused = (extra: NonNullable<Stored['extra']>, more: Partial<Stored> = {}): string =>
      sentence(decodePng(storedPng({ ...stored, ...more, extra }), 'x.png'));
    assert.match(refused({ PLTE: [1, 2, 3, 4, 5, 6] }), /uses colour 2 of its palette, which has 2$/);
    assert.match(refused({}), /its palette is missing/);
    assert.match(refused({ CgBI: [0, 0, 0, 0] }), /form of iPhone apps/);
    assert.match(refused({ ABcD: [] }, { colourType: 0 }), /a part 'ABcD' that is not known here/);
    assert.match(refused({}, { colourType: 0, filters: [5] }), /unknown filter/);
    assert.match(refused({}, { colourType: 0, values: [1] }), /fewer samples than its header says/);
    assert.match(refused({}, { colourType: 0, width: 0, values: [] }), /says that it is 1x0/);
    assert.match(
      refused({}, { colourType: 2, depth: 4, values: [1, 1, 1, 1, 1, 1] }),
      /a form that PNG has not/,
    );
  });

  it('are of no JPEG and the like, whatever the name of the file says', () => {
    const kinds: readonly (readonly [string, string | readonly number[]])[] = [
      ['a JPEG', [0xff, 0xd8, 0xff, 0xe0]],
      ['a GIF', 'GIF89a'],
      ['a TIFF', 'II*\0'],
      ['a TIFF', 'MM\0*'],
      ['a WebP', 'RIFF....WEBPVP8 '],
      ['a BMP', 'BM'],
      ['an AVIF', '....ftypavif'],
      ['a HEIC', '....ftypheic'],
      ['a PDF', '%PDF-1.7'],
      ['an .npy array', [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]],
    ];
    for (const [kind, bytes] of kinds) {
      const file = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Uint8Array.from(bytes);
      for (const decode of [decodePng, decodeMaskPng])
        assert.equal(
          sentence(decode(file, 'x.png')),
          `x.png: not a readable PNG: it is ${kind}, whatever its name says; save it as PNG`,
        );
    }
    assert.match(sentence(decodePng(new Uint8Array(), 'x.png')), /: the file is empty$/);
  });
});

describe('a png from anywhere', () => {
  const whole = storedPng({
    ...{ width: 9, height: 7, depth: 8, colourType: 2, filters: [0, 1, 2, 3, 4] },
    values: Array.from({ length: 9 * 7 * 3 }, (_, i) => (i * 37) % 256),
  });
  /** The same file with other samples: a good checksum, whatever was packed. */
  const holding = (samples: Uint8Array): Buffer => {
    const at = whole.indexOf('IDAT') - 4;
    return Buffer.concat([
      whole.subarray(0, at),
      chunk('IDAT', deflateSync(samples)),
      chunk('IEND', new Uint8Array()),
    ]);
  };

  it('that is cut short anywhere is refused, and never the memory that happened to be there', () => {
    for (let length = 0; length < whole.length; length++)
      assert.match(sentence(decodePng(whole.subarray(0, length), 'x')), /not a readable PNG/);
    const samples = Buffer.alloc(7 * 28, 0);
    for (let length = 0; length < samples.length; length++)
      for (const decode of [decodePng, decodeMaskPng])
        assert.match(
          sentence(decode(holding(samples.subarray(0, length)), 'x')),
          /fewer samples than its header says/,
        );
    right(decodePng(holding(samples), 'x'));
  });

  it('that unpacks to more than its header says is not unpacked whole', () => {
    right(decodePng(holding(Buffer.alloc(7 * 28 + 1000)), 'x'));
    assert.match(sentence(decodePng(holding(Buffer.alloc(50_000_000)), 'x')), /cannot be unpacked/);
  });

  it('beyond the limit is refused by its header', () => {
    const claimed = (width: number, height: number): string => {
      const head = Buffer.from(whole.subarray(16, 29));
      head.writeUInt32BE(width, 0);
      head.writeUInt32BE(height, 4);
      return sentence(
        decodePng(Buffer.concat([whole.subarray(0, 8), chunk('IHDR', head), whole.subarray(33)]), 'x'),
      );
    };
    assert.match(
      claimed(12_000, 12_000),
      /12000x12000, 144,000,000 pixels, and 16,777,216 is the limit; make/,
    );
    assert.match(claimed(1, 2 ** 32 - 1), /is the limit/);
    assert.match(claimed(4096, 4096), /fewer samples/);
  });
});
