import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import * as fc from 'fast-check';
import { noClass } from '../../src/base/no-class.js';
import { classColour, diverging, errorColours, voidColourAt } from '../../src/report/colours.js';
import {
  errorKind,
  errorPanel,
  imagePanel,
  labelPanel,
  predictionPanel,
  wavePanel,
  zoomFor,
} from '../../src/report/panels.js';
import { pixel } from '../../src/report/raster.js';
import { movingSample } from './arbitraries.js';

describe('report/panels', () => {
  it('shows grey and colour images, clamped to 0..255', () => {
    const grey = { height: 1, width: 2, channels: 1, target: [0, 0], image: [-5, 300.2] };
    deepStrictEqual([...imagePanel(grey).rgb], [0, 0, 0, 255, 255, 255]);
    const colour = { height: 1, width: 1, channels: 3, target: [0], image: [1.4, Number.NaN, 99.5] };
    deepStrictEqual([...imagePanel(colour).rgb], [1, 0, 100]);
  });

  it('paints labels row by row', () => {
    const panel = labelPanel([0, 1, 2, 3, 4, 5], 2, 3);
    deepStrictEqual(pixel(panel, 2, 0), classColour(2));
    deepStrictEqual(pixel(panel, 0, 1), classColour(3));
  });

  it('hatches what is ignored in target, prediction and errors, also where 255 is a class', () => {
    const panels = [
      labelPanel([noClass, 255], 1, 2, 256),
      predictionPanel([1, 255], [noClass, 3], 1, 2, 256),
      errorPanel([noClass, 255], [1, 255], 1, 2, 256),
    ];
    for (const panel of panels) deepStrictEqual(pixel(panel, 0, 0), voidColourAt(0, 0));
    deepStrictEqual(pixel(panels[0], 1, 0), classColour(255));
    deepStrictEqual(pixel(panels[1], 1, 0), classColour(255));
    deepStrictEqual(pixel(panels[2], 1, 0), errorColours.right);
  });

  it('tells the kinds of error apart: right exactly where labels agree', () => {
    const label = fc.nat(3);
    fc.assert(
      fc.property(label, label, (target, predicted) => {
        const kind = errorKind(target, predicted);
        strictEqual(kind === 'right' || kind === 'background', target === predicted);
        strictEqual(kind === 'missed', target > 0 && predicted === 0);
        strictEqual(kind === 'invented', target === 0 && predicted > 0);
      }),
    );
    deepStrictEqual(pixel(errorPanel([1, 1], [1, 2], 1, 2), 1, 0), errorColours.confused);
  });

  it('takes the wave at [step, y, x, channel], in shares of the scale', () => {
    const sample = movingSample(4, 3, 2);
    const waves = Float32Array.from({ length: 3 * 4 * 4 * 2 }, (_, i) => i / 96);
    const panel = wavePanel({ ...sample, waves }, 2, 1, { centre: 0, end: 2 });
    deepStrictEqual(pixel(panel, 3, 1), diverging((((2 * 4 + 1) * 4 + 3) * 2) / 96 / 2 + 1 / 96 / 2));
  });

  it('zooms by whole numbers, never below 1', () => {
    strictEqual(zoomFor(32, 32, 128), 4);
    strictEqual(zoomFor(56, 56, 128), 2);
    strictEqual(zoomFor(20, 64, 128), 2);
    strictEqual(zoomFor(500, 500, 128), 1);
  });
});
