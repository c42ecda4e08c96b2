import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeWith } from '../../../src/base/codec.js';
import { type Labels, maskOf, type Split } from '../../../src/data/dataset.js';
import { generateSplit } from '../../../src/data/made/generate.js';
import { drawPolygons, type PolygonsTask, polygons, polygonsTask } from '../../../src/data/made/polygons.js';
import { right, sentence } from '../../support/either.js';

const decode = decodeWith(polygonsTask, 'task');
const task = (options: Partial<PolygonsTask> = {}): PolygonsTask =>
  right(decode({ name: 'polygons', ...options }));

/** The parts of a mask that hang together, corners included, each with the labels and the pixels it has. */
const parts = (mask: Labels, size: number): { labels: Set<number>; pixels: number[] }[] => {
  const seen = new Set<number>();
  return [...mask.entries()].flatMap(([start, label]) => {
    if (label === 0 || seen.has(start)) return [];
    const pixels: number[] = [];
    const open = [start];
    seen.add(start);
    for (let p = open.pop(); p !== undefined; p = open.pop()) {
      pixels.push(p);
      for (const down of [-1, 0, 1]) {
        for (const right of [-1, 0, 1]) {
          const column = (p % size) + right;
          const q = p + down * size + right;
          if (column < 0 || column >= size || seen.has(q) || (mask[q] ?? 0) === 0) continue;
          seen.add(q);
          open.push(q);
        }
      }
    }
    return [{ labels: new Set(pixels.map((p) => mask[p])), pixels }];
  });
};

/** Area of a regular polygon of circumradius 1. */
const unitArea = (sides: number): number => (sides / 2) * Math.sin((2 * Math.PI) / sides);

describe('polygons', () => {
  let split: Split;
  before(() => {
    split = generateSplit(polygons(task({ test: 300 })), 'test');
  });

  it('has one or two polygons an image, equally often, that never touch', () => {
    const counts = [0, 0, 0];
    for (let i = 0; i < split.count; i++) {
      const found = parts(maskOf(split, i), 75);
      for (const { labels } of found) assert.equal(labels.size, 1);
      counts[found.length]++;
    }
    assert.equal(counts[0], 0);
    assert.ok(Math.abs(counts[1] - 150) < 40, counts.join(' '));
  });

  it('fills the area of each kind, and all kinds come', () => {
    const seen = [0, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < split.count; i++) {
      for (const { labels, pixels } of parts(maskOf(split, i), 75)) {
        const [label] = labels;
        seen[label]++;
        const [least, most] = [13, 18].map((radius) => unitArea(label + 2) * radius * radius);
        assert.ok(pixels.length > least * 0.95 && pixels.length < most * 1.05, `${label} ${pixels.length}`);
      }
    }
    for (const count of seen.slice(1)) assert.ok(count > 40, seen.join(' '));
  });

  it('has an image of 255 where the mask has a class, else 0', () => {
    for (const [p, label] of split.masks.entries()) {
      if (split.images[p] !== (label === 0 ? 0 : 255)) assert.fail(`pixel ${p}`);
    }
  });

  it('fills every kind exactly, upright on one side, wherever and however large', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 12 }),
        fc.integer({ min: 20, max: 60 }),
        fc.nat(),
        (sides, radius, seed) => {
          const size = 2 * radius + 9;
          const settings = {
            size,
            minRadius: radius,
            maxRadius: radius,
            sides: [sides],
            minPolygons: 1,
            maxPolygons: 1,
          };
          const { mask } = drawPolygons(task({ ...settings, orientation: 'upright', seed }), 'train', 0);
          const area = mask.filter((label) => label === 1).length;
          assert.ok(Math.abs(area / (unitArea(sides) * radius * radius) - 1) < 0.06, `${area}`);
          const rows = Array.from(
            { length: size },
            (_, y) => mask.subarray(y * size, (y + 1) * size).filter(Boolean).length,
          );
          const bottom = rows.filter((width) => width > 0).at(-1) ?? 0;
          // The lowest row lies along one whole side, up to a pixel above it, where the next two sides have opened.
          const slack = 1 + 2 / Math.abs(Math.tan((2 * Math.PI) / sides));
          assert.ok(Math.abs(bottom - 2 * radius * Math.sin(Math.PI / sides)) <= slack, `${bottom}`);
          const height = rows.filter((width) => width > 0).length;
          const apothem = radius * Math.cos(Math.PI / sides);
          assert.ok(Math.abs(height - (sides % 2 === 0 ? 2 * apothem : radius + apothem)) <= 2, `${height}`);
        },
      ),
    );
  });

  it('names its classes by their sides, in the order given', () => {
    const odd = task({ sides: [9, 4] });
    assert.deepEqual(polygons(odd).classes, ['background', '9-gon', 'square']);
    assert.deepEqual(polygons(task()).classes, [
      'background',
      'triangle',
      'square',
      'pentagon',
      'hexagon',
      'heptagon',
      'octagon',
    ]);
  });

  it('ends where there is no room for all', () => {
    const tight = task({ size: 36, minRadius: 18, maxRadius: 18, minPolygons: 5, maxPolygons: 5 });
    const { mask } = drawPolygons(tight, 'train', 0);
    assert.ok(parts(mask, 36).length >= 1);
  });

  it('refuses settings that cannot be drawn', () => {
    assert.match(sentence(decode({ name: 'polygons', size: 30 })), /radius 18 does not fit into size 30/);
    assert.match(
      sentence(decode({ name: 'polygons', minRadius: 19 })),
      /minRadius 19 is more than maxRadius 18/,
    );
    assert.match(sentence(decode({ name: 'polygons', minPolygons: 3 })), /minPolygons 3 is more/);
    assert.match(sentence(decode({ name: 'polygons', sides: [] })), /sides: kinds are one or more/);
    assert.match(sentence(decode({ name: 'polygons', sides: [3, 3] })), /sides: kinds are one or more/);
    assert.match(sentence(decode({ name: 'polygons', sides: [2] })), /sides\.0: 2 is not a whole number/);
  });
});
