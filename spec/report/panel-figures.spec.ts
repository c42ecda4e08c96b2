import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { PNG } from 'pngjs';
import { errorMessage } from '../../src/base/error.js';
import { html } from '../../src/report/page/html.js';
import type { Cut, Film, PanelFigure } from '../../src/report/page/panel-figure.js';
import { figure } from '../../src/report/page/picture.js';
import { labelPanel, wavePanel } from '../../src/report/panels.js';
import { crop, pixel, type Raster } from '../../src/report/raster.js';
import type { WaveSample } from '../../src/report/sample.js';
import { channelScale } from '../../src/report/scale.js';
import { segmentationsFigure } from '../../src/report/segmentations-figure.js';
import { framesOf, wavesGif } from '../../src/report/waves.js';
import { wavesFigure } from '../../src/report/waves-figure.js';
import { right } from '../support/either.js';
import { hostileText, movingSample } from './arbitraries.js';
import { decodeGif } from './decode-gif.js';

const classes = ['background', 'I'];
const alt = 'waves';
const figureOf = (sample: WaveSample): PanelFigure => right(wavesFigure({ samples: [sample], classes, alt }));

const filmOf = ({ film }: PanelFigure): Film => {
  assert.ok(film !== null);
  return film;
};

const framesIn = (film: Film): readonly Raster[] => {
  const gif = decodeGif(new Uint8Array(Buffer.from(film.gif, 'base64')));
  assert.deepEqual([gif.width, gif.height], [film.width, film.height]);
  return gif.frames;
};

const cutOut = ({ x, y, width, height }: Cut) => crop(x, y, width, height);

const stillOf = (base64: string): Raster => {
  const { width, height, data } = PNG.sync.read(Buffer.from(base64, 'base64'));
  return { width, height, rgb: new Uint8Array(data.filter((_, i) => i % 4 !== 3)) };
};

const markupOf = (shown: PanelFigure): string => figure(shown, html`caption`).markup;

describe('report/panel figures', () => {
  it('show each channel of each sample at each step, cell by cell, and a clock that fills', () => {
    const samples = [movingSample(8, 60, 3), { ...movingSample(8, 60, 3), name: 'b', note: 'IoU 1' }];
    const shown = right(wavesFigure({ samples, classes, dt: 0.1, alt }));
    const film = filmOf(shown);
    const frames = framesIn(film);
    const steps = framesOf(60, 50);
    assert.equal(frames.length, steps.length);
    for (const [i, group] of shown.groups.entries())
      for (const [channel, { shows }] of group.moving.entries())
        for (const frame of [0, 17, 49])
          assert.deepEqual(
            cutOut(shows)(frames[frame]),
            wavePanel(samples[i], steps[frame], channel, channelScale(samples[i].waves, channel, 3)),
          );
    assert.deepEqual([film.clock.from, film.clock.to], ['step 1, t = 0.1', 'step 60, t = 6.0']);
    const filled = (raster: Raster): number => {
      const bar = cutOut(film.clock)(raster);
      return Array.from({ length: bar.width }, (_, x) => pixel(bar, x, 0)).filter(([r]) => r < 100).length;
    };
    assert.deepEqual([frames[0], frames[24], frames[49]].map(filled), [2, 50, 100]);
  });

  it('repeat the cells at the edge of a piece, so that a fraction of a pixel shows nothing else', () => {
    const shown = figureOf(movingSample(6, 4, 2));
    const [frame] = framesIn(filmOf(shown));
    for (const { shows } of shown.groups[0].moving) {
      const { x, y, width, height } = shows;
      for (let row = 0; row < height; row++) {
        assert.deepEqual(pixel(frame, x - 1, y + row), pixel(frame, x, y + row));
        assert.deepEqual(pixel(frame, x + width, y + row), pixel(frame, x + width - 1, y + row));
      }
    }
  });

  it('hold one animation and no other, for light and dark, wide and narrow', () => {
    const shown = figureOf(movingSample(8, 5, 4));
    const page = markupOf(shown);
    assert.equal(page.split(filmOf(shown).gif).length, 2);
    assert.doesNotMatch(page, /<source|prefers-color-scheme/);
    assert.match(page, /<figure class="themed">/);
    for (const name of ['channel 1 of 4', 'channel 4 of 4', 'input', 'target', 'prediction', 'background'])
      assert.ok(page.includes(name), name);
  });

  it('are no larger than a third of the animation that is opened alone', () => {
    const sample = movingSample(32, 30, 4);
    const alone = right(wavesGif({ samples: [sample], classes }));
    assert.ok(markupOf(figureOf(sample)).length < alone.length / 3);
  });

  it('find room on a phone for a panel of any size, whole cells where there is room for them', () => {
    for (const [height, width] of [
      [8, 8],
      [32, 32],
      [700, 300],
      [3, 500],
      [1, 1],
    ]) {
      const cells = height * width;
      const shown = right(
        segmentationsFigure({
          samples: [
            { height, width, channels: 1, image: new Float32Array(cells), target: new Uint8Array(cells) },
          ],
          classes,
          alt,
        }),
      );
      for (const { wide, narrow } of shown.groups[0].stills) {
        assert.ok(narrow.width <= 320 && wide.width <= 900 && narrow.height >= 1);
        if (width <= 74) assert.equal(narrow.width % width, 0);
      }
    }
  });

  it('of a lattice of one site show its value at each step', () => {
    const sample: WaveSample = {
      ...movingSample(8, 5, 1),
      waves: Float32Array.of(-1, -0.5, 0, 0.5, 1),
      waveHeight: 1,
      waveWidth: 1,
    };
    const shown = figureOf(sample);
    const [{ shows, wide }] = shown.groups[0].moving;
    assert.deepEqual([shows.width, shows.height, wide.width, wide.height], [1, 1, 128, 128]);
    const frames = framesIn(filmOf(shown)).map(cutOut(shows));
    for (const [step, frame] of frames.entries())
      assert.deepEqual(frame, wavePanel(sample, step, 0, { centre: 0, end: 1 }));
    assert.equal(decodeGif(right(wavesGif({ samples: [sample], classes }))).frames.length, 5);
  });

  it('of a row of sites show its past, one line more at each step', () => {
    const sample: WaveSample = {
      ...movingSample(4, 3, 1),
      waves: Float32Array.from({ length: 3 * 16 }, (_, i) => Math.sin(i)),
      waveHeight: 1,
      waveWidth: 16,
    };
    const shown = figureOf(sample);
    const [{ shows, name }] = shown.groups[0].moving;
    assert.equal(name, 'wave, time ↓');
    const frames = framesIn(filmOf(shown)).map(cutOut(shows));
    const last = frames[2];
    for (const [seen, frame] of frames.entries())
      for (const line of [0, 1, 2])
        assert.deepEqual(pixel(frame, 5, line), line <= seen ? pixel(last, 5, line) : [169, 175, 186]);
  });

  it('of an image of more channels than a picture has colours say how many of them are drawn', () => {
    const image = Float32Array.from({ length: 64 * 5 }, (_, i) => 40 * (i % 5));
    const sample: WaveSample = { ...movingSample(8, 3, 1), channels: 5, image };
    const shown = figureOf(sample);
    const [input] = shown.groups[0].stills;
    assert.equal(input.name, 'input, 3 of 5 channels');
    assert.deepEqual(pixel(stillOf(input.shows), 3, 3), [0, 40, 80]);
    assert.ok(markupOf(shown).includes('input, 3 of 5 channels'));
  });

  it('of still samples show targets, predictions and errors, and hatch what has no class', () => {
    const sample = movingSample(8, 1, 1);
    const target = Int32Array.from(sample.target).fill(-1, 20, 30);
    const shown = right(segmentationsFigure({ samples: [{ ...sample, target }], classes, alt }));
    const [, second, third, fourth] = shown.groups[0].stills;
    assert.deepEqual([second.name, third.name, fourth.name], ['target', 'prediction', 'errors']);
    assert.deepEqual(stillOf(second.shows), labelPanel(target, 8, 8, 2));
    assert.match(markupOf(shown), /class="hatch"><\/i>not asked for/);
    const wrong = right(segmentationsFigure({ samples: [sample], classes, errors: false, alt }));
    assert.deepEqual([wrong.groups[0].stills.length, wrong.keys.length], [3, 1]);
    // The class of a whole image is said, not drawn as three panels of one colour.
    const [one, other] = [new Int32Array(64).fill(1), new Int32Array(64)];
    const classified = { ...sample, target: one, prediction: other, note: 'I, taken for background' };
    const images = right(segmentationsFigure({ samples: [classified], classes, alt }));
    assert.deepEqual([images.groups[0].stills.length, images.keys.length], [1, 0]);
    assert.equal(images.groups[0].note, 'I, taken for background');
  });

  it('escape every text', () => {
    fc.assert(
      fc.property(hostileText, (name) => {
        const page = markupOf(
          right(
            segmentationsFigure({
              samples: [{ ...movingSample(4, 1, 1), name, note: name }],
              classes: [`${name}<`, 'b'],
              alt: name,
            }),
          ),
        );
        assert.doesNotMatch(
          page.replaceAll(/<\/?(figure|figcaption|div|p|b|span|img|i|small)\b[^<>]*>/g, ''),
          /[<>]/,
        );
      }),
      { numRuns: 40 },
    );
  });

  it('are refused as the pictures are, with every problem', () => {
    const bad = wavesFigure({ samples: [], classes, scale: 0, alt });
    assert.ok(E.isLeft(bad) && /samples: none given/.test(errorMessage(bad.left)));
    const none = segmentationsFigure({ samples: [], classes, alt });
    assert.ok(E.isLeft(none));
  });
});
