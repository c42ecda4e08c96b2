import { ok, strictEqual } from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { PNG } from 'pngjs';
import type { Split } from '../../src/data/dataset.js';
import { classColour, voidColours } from '../../src/report/colours.js';
import { dataSheetPng } from '../../src/report/data-sheet.js';

const split = (masks: readonly number[], ignored?: number): Split => ({
  ...{ count: 1, height: 1, width: masks.length, channels: 1 },
  images: new Uint8Array(masks.length).fill(7),
  masks: Uint8Array.from(masks),
  ...(ignored === undefined ? {} : { ignored }),
});

/** How many pixels have exactly this colour. */
const count = (png: PNG, [r, g, b]: readonly number[]): number =>
  Array.from({ length: png.width * png.height }, (_, i) => 4 * i).filter(
    (at) => png.data[at] === r && png.data[at + 1] === g && png.data[at + 2] === b,
  ).length;

const drawn = (data: Split, classes: readonly string[]): PNG => {
  const bytes = dataSheetPng(data, { classes }, [0]);
  ok(E.isRight(bytes));
  return PNG.sync.read(Buffer.from(bytes.right));
};

describe('report/data-sheet', () => {
  it('names the colours of the classes, and the hatch where something is ignored', () => {
    const plain = drawn(split([0, 0, 0]), ['background', 'cell']);
    ok(count(plain, classColour(1)) >= 100, 'a class that is not in the picture is in the legend');
    strictEqual(count(plain, voidColours[0]), 0);
    const voids = drawn(split([0, 255, 1], 255), ['background', 'cell']);
    ok(count(voids, voidColours[0]) > 100 && count(voids, voidColours[1]) > 100);
  });

  it('names of very many classes those that are in the picture', () => {
    const classes = Array.from({ length: 200 }, (_, label) => `class ${label}`);
    const sheet = drawn(split([0, 5, 199]), classes);
    ok(count(sheet, classColour(5)) > 0 && count(sheet, classColour(199)) > 0);
    strictEqual(count(sheet, classColour(6)), 0);
    ok(sheet.height < 200);
  });
});
