import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { decodeWith } from '../../../src/base/codec.js';
import {
  allBackgroundScore,
  classShares,
  type Labels,
  maskOf,
  type Split,
} from '../../../src/data/dataset.js';
import { generate, generateSplit } from '../../../src/data/made/generate.js';
import {
  drawTetrominoes,
  type TetrominoesTask,
  tetrominoes,
  tetrominoesTask,
} from '../../../src/data/made/tetrominoes.js';
import { right, sentence } from '../../support/either.js';

const decode = decodeWith(tetrominoesTask, 'task');
const task = (options: Partial<TetrominoesTask> = {}): TetrominoesTask =>
  right(decode({ name: 'tetrominoes', ...options }));

const published = task();
const cellPixels = 49;

/** The parts of a mask that hang together (4-neighbours), each with its label and the pixels it has. */
const parts = (mask: Labels, size: number): { label: number; pixels: number[] }[] => {
  const seen = new Set<number>();
  const found: { label: number; pixels: number[] }[] = [];
  for (const [start, label] of mask.entries()) {
    if (label === 0 || seen.has(start)) continue;
    const pixels: number[] = [];
    const open = [start];
    seen.add(start);
    for (let p = open.pop(); p !== undefined; p = open.pop()) {
      pixels.push(p);
      const x = p % size;
      for (const q of [p - size, p + size, x > 0 ? p - 1 : -1, x < size - 1 ? p + 1 : -1]) {
        if (mask[q] === label && !seen.has(q)) {
          seen.add(q);
          open.push(q);
        }
      }
    }
    found.push({ label, pixels });
  }
  return found;
};

/** A piece as text, cell by cell, from its pixels: '10/11/01'. */
const outline = (pixels: readonly number[], size: number, cell: number): string => {
  const rows = pixels.map((p) => Math.floor(p / size));
  const columns = pixels.map((p) => p % size);
  const [top, left] = [Math.min(...rows), Math.min(...columns)];
  const filled = new Set(
    pixels.map(
      (p) => `${Math.floor((Math.floor(p / size) - top) / cell)},${Math.floor(((p % size) - left) / cell)}`,
    ),
  );
  const height = (Math.max(...rows) - top + 1) / cell;
  const width = (Math.max(...columns) - left + 1) / cell;
  return Array.from({ length: height }, (_, i) =>
    Array.from({ length: width }, (_, j) => (filled.has(`${i},${j}`) ? '1' : '0')).join(''),
  ).join('/');
};

describe('tetrominoes', () => {
  let test: Split;
  before(() => {
    test = generateSplit(tetrominoes(published), 'test');
  });

  it('scores as published for a model that sees nothing', () => {
    const { iou, accuracy } = allBackgroundScore(test);
    assert.equal(test.count, 1000);
    assert.ok(Math.abs(iou - 0.754) < 0.01, `IoU ${iou}`);
    assert.ok(Math.abs(accuracy - 0.856) < 0.01, `accuracy ${accuracy}`);
  });

  it('has one to five whole pieces an image, equally often, and all kinds alike', () => {
    const counts = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < test.count; i++) {
      const pixels = maskOf(test, i).filter((label) => label !== 0).length;
      assert.equal(pixels % (4 * cellPixels), 0);
      counts[pixels / (4 * cellPixels)]++;
    }
    assert.equal(counts[0], 0);
    // 200 expected of each; 50 is four standard deviations.
    for (const count of counts.slice(1)) assert.ok(Math.abs(count - 200) < 50, counts.join(' '));
    const shares = classShares(test, 6).slice(1);
    const mean = shares.reduce((a, b) => a + b) / 5;
    for (const share of shares) assert.ok(Math.abs(share / mean - 1) < 0.12, shares.join(' '));
  });

  it('draws every piece in all its orientations, and no other shape', () => {
    const seen = new Map<number, Map<string, number>>();
    for (let i = 0; i < test.count; i++) {
      for (const { label, pixels } of parts(maskOf(test, i), 64)) {
        if (pixels.length !== 4 * cellPixels) continue; // two of a kind that touch
        const shapes = seen.get(label) ?? new Map<string, number>();
        const shape = outline(pixels, 64, 7);
        seen.set(label, shapes.set(shape, (shapes.get(shape) ?? 0) + 1));
      }
    }
    const expected = [
      ['1/1/1/1', '1111'],
      ['11/11'],
      ['01/11/01', '010/111', '10/11/10', '111/010'],
      ['01/11/10', '011/110', '10/11/01', '110/011'],
      ['001/111', '01/01/11', '10/10/11', '100/111', '11/01/01', '11/10/10', '111/001', '111/100'],
    ];
    for (const [kind, shapes] of expected.entries()) {
      const found = seen.get(kind + 1) ?? new Map<string, number>();
      assert.deepEqual([...found.keys()].sort(), shapes);
      const mean = [...found.values()].reduce((a, b) => a + b) / found.size;
      for (const count of found.values()) assert.ok(Math.abs(count / mean - 1) < 0.5, `kind ${kind + 1}`);
    }
  });

  it('repeats a kind only where there are five pieces', () => {
    let repeated = 0;
    let five = 0;
    for (let i = 0; i < test.count; i++) {
      const pixels = [0, 0, 0, 0, 0, 0];
      for (const label of maskOf(test, i)) pixels[label]++;
      const pieces = pixels.slice(1).map((n) => n / (4 * cellPixels));
      const n = pieces.reduce((a, b) => a + b);
      if (n === 5) five++;
      if (Math.max(...pieces) > 1) {
        repeated++;
        assert.equal(n, 5);
        assert.equal(Math.max(...pieces), 2);
      }
    }
    // Five out of two copies of five kinds: all different in 2^5 of C(10, 5) = 252 cases.
    assert.ok(Math.abs(repeated / five - 220 / 252) < 0.1, `${repeated} of ${five}`);
  });

  it('puts a piece where its bounding box is free of other pieces, though perhaps not of their boxes', () => {
    const boxOf = (pixels: readonly number[]) => {
      const rows = pixels.map((p) => Math.floor(p / 64));
      const columns = pixels.map((p) => p % 64);
      return {
        ...{ top: Math.min(...rows), bottom: Math.max(...rows) },
        ...{ left: Math.min(...columns), right: Math.max(...columns) },
      };
    };
    type Box = ReturnType<typeof boxOf>;
    const meet = (a: Box, b: Box): boolean =>
      a.top <= b.bottom && b.top <= a.bottom && a.left <= b.right && b.left <= a.right;
    let overlapping = 0;
    for (let i = 0; i < test.count; i++) {
      const pieces = parts(maskOf(test, i), 64)
        .filter(({ pixels }) => pixels.length === 4 * cellPixels)
        .map(({ pixels }) => ({ pixels, box: boxOf(pixels) }));
      for (const [at, a] of pieces.entries()) {
        for (const b of pieces.slice(at + 1).filter(({ box }) => meet(a.box, box))) {
          overlapping++;
          // The box of whichever came second was free.
          const aIsFree = b.pixels.every((p) => !meet(a.box, boxOf([p])));
          const bIsFree = a.pixels.every((p) => !meet(b.box, boxOf([p])));
          assert.ok(aIsFree || bIsFree, `image ${i}`);
        }
      }
    }
    assert.ok(overlapping > 20, `${overlapping} pairs of boxes overlap`);
  });

  it('never reaches the last row or column, as the published offsets never do', () => {
    for (let i = 0; i < test.count; i++) {
      const mask = maskOf(test, i);
      for (let p = 0; p < 64; p++) assert.equal(mask[63 * 64 + p] + mask[p * 64 + 63], 0);
    }
  });

  it('brightens the border of each cell by half, wrapping as published or saturating', () => {
    for (const texture of ['wrap', 'saturate'] as const) {
      const bright = (c: number): number =>
        texture === 'wrap' ? (c + (c >> 1)) & 255 : Math.min(255, c + (c >> 1));
      let beyond = 0;
      for (let index = 0; index < 50; index++) {
        const one = task({ minPieces: 1, maxPieces: 1, texture });
        const { image, mask } = drawTetrominoes(one, 'train', index);
        const first = mask.findIndex((label) => label !== 0);
        // The first pixel is a corner of a cell, and 3 down and 3 right of it lies that cell's middle.
        for (let channel = 0; channel < 3; channel++) {
          const colour = image[(first + 3 * 64 + 3) * 3 + channel];
          if (colour + (colour >> 1) > 255) beyond++;
          for (let y = 0; y < 7; y++) {
            for (let x = 0; x < 7; x++) {
              const edge = y === 0 || x === 0 || y === 6 || x === 6;
              assert.equal(image[(first + y * 64 + x) * 3 + channel], edge ? bright(colour) : colour);
            }
          }
        }
      }
      assert.ok(beyond > 20, 'the colours must put the two textures to the test');
    }
  });

  it('leaves background black', () => {
    for (let p = 0; p < test.masks.length; p++) {
      if (test.masks[p] === 0)
        assert.equal(test.images[3 * p] + test.images[3 * p + 1] + test.images[3 * p + 2], 0);
    }
  });

  it('draws an image from its seed, split and index alone', () => {
    const small = task({ size: 32, cell: 3, train: 4, validation: 2, test: 3, seed: 9 });
    const many = task({ size: 32, cell: 3, train: 9, validation: 1, test: 1, seed: 9 });
    const [a, b] = [generateSplit(tetrominoes(small), 'train'), generateSplit(tetrominoes(many), 'train')];
    assert.deepEqual(a.images, b.images.subarray(0, a.images.length));
    assert.deepEqual(a.masks, b.masks.subarray(0, a.masks.length));
    const others = [
      drawTetrominoes(small, 'train', 1),
      drawTetrominoes(small, 'test', 0),
      drawTetrominoes({ ...small, seed: 10 }, 'train', 0),
    ];
    for (const other of others) {
      assert.notDeepEqual(other.image, drawTetrominoes(small, 'train', 0).image);
    }
  });

  it('ends, with fewer pieces, where there is no room for all', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(3), fc.nat(), (cell, slack, seed) => {
        const tight = task({ size: 4 * cell + 1 + slack, cell, minPieces: 5, seed });
        const { mask } = drawTetrominoes(tight, 'train', 0);
        const pixels = mask.filter((label) => label !== 0).length;
        assert.equal(pixels % (4 * cell * cell), 0);
        assert.ok(pixels >= 4 * cell * cell);
      }),
      { numRuns: 20 },
    );
  });

  it('refuses settings that cannot be drawn', () => {
    assert.match(sentence(decode({ name: 'tetrominoes', cell: 16 })), /cell of at most 15/);
    assert.match(
      sentence(decode({ name: 'tetrominoes', minPieces: 3, maxPieces: 2 })),
      /minPieces 3 is more than maxPieces 2/,
    );
    assert.match(sentence(decode({ name: 'tetrominoes', texure: 'wrap' })), /texure.*did you mean 'texture'/);
  });

  it('is generated with progress, the same as in one go, and stops when told', async () => {
    const small = tetrominoes(task({ size: 32, cell: 3, train: 5, validation: 0, test: 2 }));
    const stages: string[] = [];
    const made = right(
      await generate(small, {
        onProgress: ({ stage, done, total }) => stages.push(`${stage} ${done}/${total}`),
      })(),
    );
    assert.deepEqual(made.train, generateSplit(small, 'train'));
    assert.equal(made.validation.count, 0);
    assert.deepEqual(
      stages.filter((stage) => /(\d+)\/\1$/.test(stage)),
      ['train 5/5', 'validation 0/0', 'test 2/2'],
    );
    const stop = new AbortController();
    const large = tetrominoes(task());
    const stopped = await generate(large, { signal: stop.signal, onProgress: () => stop.abort() })();
    assert.ok(E.isLeft(stopped) && stopped.left._tag === 'Interrupted');
  });
});
