import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { decodeMaskPng, decodePng, encodePng } from '../../../src/formats/png/png.js';
import { tinyPng } from '../../data/tiny-png.js';
import { right, sentence } from '../../support/either.js';

const labels = (bytes: Uint8Array): number[] => [...right(decodeMaskPng(bytes, 'm.png')).values];

describe('png', () => {
  it('gives back every raster that was written', () => {
    const rasters = fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
      .chain(([width, height]) =>
        fc
          .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
          .map((pixels) => ({ width, height, pixels })),
      );
    fc.assert(
      fc.property(rasters, ({ width, height, pixels }) => {
        const back = right(decodePng(encodePng({ width, height, pixels }), 'x'));
        assert.deepEqual(
          { ...back, values: [...back.values] },
          { width, height, channels: 3, values: [...pixels] },
        );
      }),
    );
  });

  it('reads grey pictures as one channel, of any depth as 0 to 255', () => {
    const read = (bytes: Uint8Array) => {
      const { channels, values } = right(decodePng(bytes, 'x'));
      return { channels, values: [...values] };
    };
    assert.deepEqual(read(tinyPng(2, 8, 0, [[7, 255]])), { channels: 1, values: [7, 255] });
    assert.deepEqual(read(tinyPng(2, 4, 0, [[0x1f]])), { channels: 1, values: [17, 255] });
    assert.deepEqual(read(tinyPng(2, 16, 0, [[0x80, 0x00, 0xff, 0xff]])), {
      channels: 1,
      values: [128, 255],
    });
  });

  it('reads labels as they are stored: grey values of any depth, and indices of a palette', () => {
    assert.deepEqual(labels(tinyPng(3, 8, 0, [[0, 1, 255]])), [0, 1, 255]);
    assert.deepEqual(labels(tinyPng(2, 4, 0, [[0x1f], [0x20]])), [1, 15, 2, 0]);
    assert.deepEqual(labels(tinyPng(4, 2, 0, [[0b00011011]])), [0, 1, 2, 3]);
    assert.deepEqual(labels(tinyPng(2, 16, 0, [[0, 3, 0, 200]])), [3, 200]);
    // Two indices of one colour, and transparency: neither may change the labels.
    const palette = { PLTE: [9, 9, 9, 9, 9, 9, 255, 0, 0], tRNS: [0] };
    assert.deepEqual(labels(tinyPng(3, 8, 3, [[0, 1, 2]], palette)), [0, 1, 2]);
    assert.deepEqual(labels(tinyPng(4, 2, 3, [[0b10010000]], palette)), [2, 1, 0, 0]);
    assert.deepEqual(labels(tinyPng(1, 8, 2, [[5, 5, 5]])), [5]);
  });

  it('refuses a picture of millions of parts, which would take gigabytes', () => {
    const whole = tinyPng(1, 8, 0, [[7]]);
    // Length 0, the kind and its checksum: an empty part for data.
    const empty = Buffer.from('000000004944415435af061e', 'hex');
    const header = 8 + 25;
    const many = (count: number): Uint8Array =>
      Buffer.concat([
        whole.subarray(0, header),
        Buffer.alloc(count * empty.length, empty),
        whole.subarray(header),
      ]);
    assert.deepEqual([...right(decodePng(many(1_000), 'x.png')).values], [7]);
    assert.match(
      sentence(decodePng(many(1_048_576), 'x.png')),
      /^x\.png: not a readable PNG: it has more than 1,048,576 parts, the limit; save it again$/,
    );
  });

  it('refuses colours and large labels in a mask', () => {
    assert.match(
      sentence(decodeMaskPng(tinyPng(2, 8, 2, [[1, 1, 1, 1, 2, 1]]), 'm.png')),
      /^m\.png: a mask in colours \(row 0, column 1\)/,
    );
    assert.match(sentence(decodeMaskPng(tinyPng(1, 16, 0, [[1, 0]]), 'm.png')), /the label 256/);
  });

  it('refuses damaged and foreign files in one sentence, and never throws', () => {
    const whole = tinyPng(3, 8, 3, [[0, 1, 2]], { PLTE: [0, 0, 0, 1, 1, 1, 2, 2, 2] });
    for (const decode of [decodePng, decodeMaskPng]) {
      for (let length = 0; length < whole.length - 12; length++) {
        assert.match(sentence(decode(whole.subarray(0, length), 'f.png')), /^f\.png: not a readable PNG: /);
      }
      const touched = Buffer.from(whole);
      touched[touched.length - 20] ^= 1;
      assert.match(sentence(decode(touched, 'f.png')), /not a readable PNG/);
      fc.assert(fc.property(fc.uint8Array({ maxLength: 99 }), (bytes) => E.isLeft(decode(bytes, 'f'))));
    }
  });
});
