import { ok, strictEqual } from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { PNG } from 'pngjs';
import { classColour, errorColours, type Rgb } from '../../src/report/colours.js';
import type { Raster } from '../../src/report/raster.js';
import {
  type SegmentationsPicture,
  segmentations,
  segmentationsPng,
} from '../../src/report/segmentations.js';
import { right } from '../support/either.js';
import { movingSample } from './arbitraries.js';

const sample = movingSample(8, 1, 1);
const picture: SegmentationsPicture = { samples: [sample, sample, sample], classes: ['background', 'I'] };

const count = (r: Raster, colour: Rgb): number => {
  let found = 0;
  for (let i = 0; i < r.rgb.length; i += 3) if (colour.every((v, k) => r.rgb[i + k] === v)) found++;
  return found;
};

describe('report/segmentations', () => {
  it('is a PNG of the size of its raster, twice as large at density 2', () => {
    const once = right(segmentations({ ...picture, density: 1 }));
    const twice = right(segmentations(picture));
    const decoded = PNG.sync.read(Buffer.from(right(segmentationsPng(picture))));
    strictEqual(decoded.width, twice.width);
    strictEqual(decoded.height, twice.height);
    ok(Math.abs(twice.width - 2 * once.width) <= 2 && Math.abs(twice.height - 2 * once.height) <= 12);
  });

  it('shows every pixel of target and prediction in its class colour, and every error', () => {
    const r = right(segmentations({ ...picture, samples: [sample], density: 1 }));
    const cell = 14 * 14;
    const swatch = 11 * 11;
    // Four pixels of class 1 in the target, five in the prediction, of which one is invented.
    strictEqual(count(r, classColour(1)), (4 + 5) * cell + swatch);
    strictEqual(count(r, errorColours.invented), cell + swatch);
    strictEqual(count(r, errorColours.right), 4 * cell + swatch);
  });

  it('without predictions shows input and target only', () => {
    const { prediction: _, ...still } = sample;
    const data = right(segmentations({ ...picture, samples: [still], density: 1 }));
    const full = right(segmentations({ ...picture, samples: [sample], density: 1 }));
    ok(data.width < 0.6 * full.width);
    strictEqual(count(data, errorColours.invented), 0);
  });

  it('sets samples in the columns asked for', () => {
    const tall = right(segmentations({ ...picture, columns: 1 }));
    const wide = right(segmentations({ ...picture, columns: 3 }));
    ok(tall.height > 2 * wide.height && wide.width > 2.5 * tall.width);
  });

  it('refuses what does not fit together', () => {
    ok(E.isLeft(segmentationsPng({ ...picture, samples: [] })));
    ok(E.isLeft(segmentationsPng({ ...picture, columns: 0 })));
    ok(E.isLeft(segmentationsPng({ ...picture, classes: ['background'] })));
    ok(E.isLeft(segmentationsPng({ ...picture, samples: [{ ...sample, channels: 2 }] })));
    ok(E.isLeft(segmentationsPng({ ...picture, samples: [{ ...sample, width: 8.5 }] })));
  });
});
