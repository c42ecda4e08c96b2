import assert from 'node:assert/strict';
import { PNG } from 'pngjs';
import { drumModes } from '../../../src/drums/index.js';
import { drumAreas, drumModesPng, drumTones, drumWavesGif } from '../../../src/report/drums/index.js';
import { dark, light, svgPng } from '../../../src/report/index.js';
import { right, sentence } from '../../support/either.js';
import { decodeGif } from '../decode-gif.js';
import { movie, result } from './results.js';

describe('pictures of drums', () => {
  it('films drums of different size side by side, moving', () => {
    const movies = [movie('small', 5), movie('large', 9)];
    const gif = decodeGif(right(drumWavesGif({ movies, title: 'two squares' })));
    assert.equal(gif.frames.length, 4);
    assert.equal(gif.loops, 0);
    assert.deepEqual(gif.delays, [6, 6, 6, 90]);
    const red = ({ rgb }: { readonly rgb: Uint8Array }): number =>
      rgb.reduce((sum, _, i) => (i % 3 === 0 && rgb[i] > rgb[i + 2] + 60 ? sum + 1 : sum), 0);
    assert.ok(red(gif.frames[0]) > 20_000, 'up is red');
    assert.ok(red(gif.frames[1]) < 100, 'down is not');
    assert.notDeepEqual(decodeGif(right(drumWavesGif({ movies, theme: dark }))).frames[0], gif.frames[0]);
  });

  it('refuses no drums, and films of different length', () => {
    assert.match(sentence(drumWavesGif({ movies: [] })), /none given/);
    assert.match(sentence(drumWavesGif({ movies: [movie('a', 4, 3), movie('b', 4, 4)] })), /differ/);
    assert.match(sentence(drumModesPng({ drums: [] })), /none given/);
  });

  it('draws the modes of each drum in a row', () => {
    const drum = {
      name: 'L = 6',
      shape: { kind: 'square', side: 6 },
      strike: [0.5, 0.5],
      microphone: [0.5, 0.5],
    } as const;
    const drums = right(drumModes([drum, { ...drum, name: 'again' }], 2));
    const { width, height } = PNG.sync.read(Buffer.from(right(drumModesPng({ drums }))));
    // Two drums of 132 points at two pixels a point, beside and above each other.
    assert.ok(width > 4 * 132 && width < 5 * 132 + 120 && height > 4 * 132);
  });

  it('charts the areas of squares, in light and dark', async () => {
    const squares = [6, 8, 30].map((side) => ({ side, raw: side * side + 1, heard: side * side + 0.4 }));
    for (const theme of [light, dark]) {
      const svg = right(await drumAreas({ squares, discretisation: 0.41, theme })());
      for (const words of ['Area, heard', 'How far off', 'L = 6', 'L = 30', 'peak between the bins'])
        assert.ok(svg.includes(words), words);
      assert.ok(right(svgPng(svg)).length > 1000);
      assert.equal(right(await drumAreas({ squares, discretisation: 0.41, theme })()), svg);
    }
  });

  it('lays every drum over the first', async () => {
    const drums = [result('one', 8), result('two', 8, 1.02), result('three', 8, 0.97, true)];
    const svg = right(await drumTones({ drums })());
    for (const words of ['What is heard', 'Peak by peak', 'one', 'two', 'three'])
      assert.ok(svg.includes(words), words);
    // Of the third drum's tones two are heard: 3 + 3 and 3 + 2 marks in the spectra, 3 + 2 differences.
    assert.equal(svg.match(/aria-roledescription="point"/g)?.length, 11 + 5);
  });

  it('compares two to five drums', async () => {
    assert.match(sentence(await drumTones({ drums: [result('one', 8)] })()), /two to five/);
    const six = Array.from({ length: 6 }, (_, i) => result(`${i}`, 8));
    assert.match(sentence(await drumTones({ drums: six })()), /not 6/);
  });
});
