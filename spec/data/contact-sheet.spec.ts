import assert from 'node:assert/strict';
import { PNG } from 'pngjs';
import { type Colour, classColour, voidColours } from '../../src/data/classes/colours.js';
import { contactSheet } from '../../src/data/contact-sheet.js';
import type { Split } from '../../src/data/dataset.js';
import type { Raster } from '../../src/formats/png/png.js';
import { encodePng } from '../../src/formats/png/png.js';

const split: Split = {
  count: 3,
  height: 1,
  width: 2,
  channels: 1,
  images: Uint8Array.of(0, 10, 20, 30, 40, 50),
  masks: Uint8Array.of(0, 1, 2, 0, 0, 0),
};
const at = ({ width, pixels }: Raster, x: number, y: number): readonly number[] => [
  ...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];
const grey = (level: number): Colour => [level, level, level];

describe('contact sheet', () => {
  it('puts every image beside its mask, in order, on white', () => {
    const sheet = contactSheet(split, { indices: [2, 0, 1], columns: 2, scale: 2 });
    // A pair is 2 * 2 * 2 + 1 wide and 2 high; gaps are 4.
    assert.deepEqual([sheet.width, sheet.height], [4 + 2 * 13, 4 + 2 * 6]);
    assert.deepEqual(at(sheet, 0, 0), grey(255));
    assert.deepEqual(at(sheet, 4, 4), grey(40));
    assert.deepEqual(at(sheet, 7, 5), grey(50));
    assert.deepEqual(at(sheet, 8, 4), grey(255));
    assert.deepEqual(at(sheet, 4 + 13 + 2, 4), grey(10));
    assert.deepEqual(at(sheet, 4 + 13 + 5, 4), [...classColour(0)]);
    assert.deepEqual(at(sheet, 4 + 13 + 7, 4), [...classColour(1)]);
    assert.deepEqual(at(sheet, 4 + 5, 4 + 6), [...classColour(2)]);
    assert.deepEqual(at(sheet, 4 + 13, 4 + 6), grey(255), 'the last place stays empty');
  });

  it('draws colours as they are', () => {
    const rgb: Split = { ...split, count: 1, channels: 3, images: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    const sheet = contactSheet(rgb, { scale: 1 });
    assert.deepEqual(at(sheet, 4, 4), [1, 2, 3]);
    assert.deepEqual(at(sheet, 5, 4), [4, 5, 6]);
  });

  it('tells the first eleven classes apart', () => {
    const colours = new Set(Array.from({ length: 11 }, (_, label) => classColour(label).join()));
    assert.equal(colours.size, 11);
  });

  it('hatches what is ignored, and never in the colour of the background or of a class', () => {
    const ignoring: Split = { ...split, masks: Uint8Array.of(0, 255, 255, 1, 0, 0), ignored: 255 };
    const sheet = contactSheet(ignoring, { indices: [0], scale: 4 });
    // The mask begins after the image and a line; its second pixel is ignored.
    const hatch = new Set<string>();
    for (let x = 0; x < 4; x++) for (let y = 0; y < 4; y++) hatch.add(at(sheet, 4 + 9 + 4 + x, 4 + y).join());
    assert.deepEqual([...hatch].sort(), voidColours.map((colour) => colour.join()).sort());
    for (let label = 0; label < 255; label++) assert.ok(!hatch.has(classColour(label).join()), `${label}`);
    const kept = contactSheet(
      { ...split, masks: Uint8Array.of(0, 255, 255, 1, 0, 0) },
      { indices: [0], scale: 4 },
    );
    assert.deepEqual(at(kept, 4 + 9 + 4, 4), [...classColour(255)], 'a class, where nobody ignores it');
  });

  it('becomes a PNG of the same pixels', () => {
    const sheet = contactSheet(split, { scale: 3 });
    const png = PNG.sync.read(Buffer.from(encodePng(sheet)));
    assert.deepEqual([png.width, png.height], [sheet.width, sheet.height]);
    const rgb = png.data.filter((_, i) => i % 4 !== 3);
    assert.deepEqual(Uint8Array.from(rgb), sheet.pixels);
  });
});
