import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { complexColour, cyclic } from '../../src/report/cyclic.js';
import { type FieldMovie, fieldGif, orderParameter } from '../../src/report/field-movie.js';
import { decodeGif } from './decode-gif.js';

const movie = (height: number, seen: FieldMovie['seen'] = 'signed'): FieldMovie => ({
  title: 'A field',
  height,
  width: 6,
  channels: 2,
  frames: 3,
  values: Float32Array.from({ length: 3 * height * 12 }, (_, i) => Math.sin(i)),
  seen,
  interval: 0.5,
});

describe('cyclic colours', () => {
  it('come back after a turn, and differ half a turn away', () => {
    fc.assert(
      fc.property(fc.double({ min: -50, max: 50, noNaN: true }), (angle) => {
        // Away from where two colours meet, rounding cannot decide between them.
        const middle = (2 * Math.PI * Math.round((angle * 36) / (2 * Math.PI))) / 36;
        assert.deepEqual(cyclic(middle), cyclic(middle + 2 * Math.PI));
        assert.notDeepEqual(cyclic(middle), cyclic(middle + Math.PI));
      }),
    );
  });

  it('are black for what is not a number, dark for what is small', () => {
    assert.deepEqual(cyclic(Number.NaN), [0, 0, 0]);
    assert.deepEqual(complexColour(Number.NaN, 0), [0, 0, 0]);
    assert.deepEqual(complexColour(3, 3), cyclic(Math.PI / 4));
    assert.ok(Math.max(...complexColour(0.01, 0)) < 40);
  });
});

describe('the movie of a field', () => {
  for (const seen of ['signed', 'level', 'phase', 'complex'] as const)
    it(`has a frame each, ${seen}`, () => {
      const gif = fieldGif(movie(4, seen));
      const { frames, delays } = decodeGif(E.isRight(gif) ? gif.right : assert.fail('no gif'));
      assert.equal(frames.length, 3);
      assert.equal(delays[0], 6);
      assert.notDeepEqual(frames[0].rgb, frames[2].rgb);
    });

  it('says all of a long caption: the picture grows by its lines', () => {
    const tall = (caption: string): number => {
      const gif = fieldGif({ ...movie(4), caption });
      return decodeGif(E.isRight(gif) ? gif.right : assert.fail('no gif')).height;
    };
    const settings = [
      'tau 1',
      'ee 20.8',
      'ei 15.6',
      'ie 30',
      'ii 6',
      'p -3.575',
      'q -7.4',
      'width 2',
      'reach 4',
    ];
    assert.equal(tall('tau 1, ee 20.8'), tall('tau 1'));
    const line = tall([...settings, ...settings].join(', ')) - tall('tau 1');
    assert.ok(line > 0);
    assert.equal(tall([...settings, ...settings, ...settings].join(', ')) - tall('tau 1'), 2 * line);
  });

  it('of a row of sites fills up with its past', () => {
    const gif = fieldGif(movie(1));
    const { frames } = decodeGif(E.isRight(gif) ? gif.right : assert.fail('no gif'));
    const white = (rgb: Uint8Array): number => {
      let count = 0;
      for (let i = 0; i < rgb.length; i += 3) if (rgb[i] + rgb[i + 1] + rgb[i + 2] === 765) count++;
      return count;
    };
    assert.ok(white(frames[0].rgb) > white(frames[1].rgb));
    assert.ok(white(frames[1].rgb) > white(frames[2].rgb));
  });

  it('refuses values that do not fill its frames, and a complex field of one channel', () => {
    assert.ok(E.isLeft(fieldGif({ ...movie(4), frames: 4 })));
    const single = movie(4, 'complex');
    assert.ok(E.isLeft(fieldGif({ ...single, channels: 1, values: single.values.subarray(0, 72) })));
  });

  it('tells how alike phases are', () => {
    assert.ok(Math.abs(orderParameter([1, 1, 1], 0, 3) - 1) < 1e-15);
    assert.ok(orderParameter([0, 9, Math.PI / 2, Math.PI, (3 * Math.PI) / 2], 0, 1) === 1);
    assert.ok(orderParameter([0, Math.PI / 2, Math.PI, (3 * Math.PI) / 2], 0, 4) < 1e-15);
  });
});

describe('the movie of a field with an offset', () => {
  it('shows what swings about it, in both colours', () => {
    const values = Float32Array.from({ length: 3 * 24 }, (_, i) => 100 + Math.sin(i));
    const gif = fieldGif({ ...movie(4), channels: 1, values });
    const [{ rgb }] = decodeGif(E.isRight(gif) ? gif.right : assert.fail('no movie')).frames;
    let [red, blue] = [0, 0];
    for (let i = 0; i < rgb.length; i += 3) {
      if (rgb[i] > rgb[i + 2] + 100) red++;
      if (rgb[i + 2] > rgb[i] + 100) blue++;
    }
    assert.ok(red > 1000 && blue > 1000, `${red} red, ${blue} blue`);
  });

  it('takes the order of phases from the channel that is shown', () => {
    assert.ok(orderParameter([1, 0, 1, 2, 1, 4], 0, 3, 2) > 0.999);
  });
});
