import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { drumModesFigure, drumWavesFigure } from '../../../src/report/drums/index.js';
import { crop, pixel } from '../../../src/report/raster.js';
import { right } from '../../support/either.js';
import { decodeGif } from '../decode-gif.js';
import { movie } from './results.js';

describe('figures of drums', () => {
  it('show the skin and the sound of each at each frame, in one film for light and dark', () => {
    const shown = right(drumWavesFigure({ movies: [movie('a', 8), movie('b', 5)], alt: 'waves' }));
    assert.deepEqual(
      shown.groups.map(({ name, moving }) => [name, moving.map((panel) => panel.name)]),
      [
        ['a', ['skin', 'heard so far']],
        ['b', ['skin', 'heard so far']],
      ],
    );
    assert.ok(shown.film !== null);
    assert.deepEqual([shown.film.clock.from, shown.film.clock.to], ['t = 0.0', 't = 0.8']);
    const { frames } = decodeGif(new Uint8Array(Buffer.from(shown.film.gif, 'base64')));
    assert.equal(frames.length, 4);
    const [{ shows }] = shown.groups[0].moving;
    for (const [at, frame] of frames.entries()) {
      const skin = crop(shows.x, shows.y, shows.width, shows.height)(frame);
      const [red, , blue] = pixel(skin, Math.floor(shows.width / 2), Math.floor(shows.height / 2));
      assert.equal(red > blue, at % 2 === 0);
    }
  });

  it('find room on a phone, two of the largest beside each other', () => {
    const shown = right(drumWavesFigure({ movies: [movie('a', 30), movie('b', 6)], alt: 'waves' }));
    for (const { moving } of shown.groups)
      for (const { narrow } of moving) assert.ok(narrow.width <= 165, String(narrow.width));
  });

  it('are refused where there is no drum', () => {
    assert.ok(E.isLeft(drumWavesFigure({ movies: [], alt: '' })));
    assert.ok(E.isLeft(drumModesFigure({ drums: [], alt: '' })));
  });
});
