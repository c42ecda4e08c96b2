/** Tasks of pictures that no local look solves: each is what its protocol says, by checks that know nothing of how it is drawn. */

import assert from 'node:assert/strict';
import type { SplitName } from '../../../src/data/dataset.js';
import { drawConnectedness } from '../../../src/data/made/connectedness.js';
import type { Recipe, Sample } from '../../../src/data/made/generate.js';
import { insideOutside } from '../../../src/data/made/inside-outside.js';
import { mazes } from '../../../src/data/made/mazes.js';
import { pathfinder } from '../../../src/data/made/pathfinder.js';
import { shapes } from '../../../src/data/made/shapes.js';
import { type Task, taskNamed } from '../../../src/data/task.js';
import { right } from '../../support/either.js';

const task = <N extends Task['name']>(name: N, settings: object = {}): Extract<Task, { name: N }> => {
  const made = right(taskNamed(name, { ...settings }));
  const is = (one: Task): one is Extract<Task, { name: N }> => one.name === name;
  return is(made) ? made : assert.fail(name);
};

/** The four neighbours of a place that are among these. */
const beside = (places: ReadonlySet<number>, place: number, width: number): readonly number[] =>
  [
    place - width,
    place + width,
    ...(place % width > 0 ? [place - 1] : []),
    ...((place + 1) % width > 0 ? [place + 1] : []),
  ].filter((other) => places.has(other));

/** What is reached from a place. */
const reached = (places: ReadonlySet<number>, from: number, width: number): ReadonlySet<number> => {
  const found = new Set([from]);
  for (const place of found) for (const other of beside(places, place, width)) found.add(other);
  return found;
};

const where = (values: ArrayLike<number>, is: (value: number) => boolean): ReadonlySet<number> =>
  new Set(Array.from(values, (_, i) => i).filter((i) => is(values[i])));

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
/** Whether two samples of numbers have means that differ by less than four standard errors. */
const alike = (a: readonly number[], b: readonly number[]): boolean => {
  const error = (x: readonly number[]): number => mean(x.map((v) => (v - mean(x)) ** 2)) / x.length;
  return Math.abs(mean(a) - mean(b)) <= 4 * Math.sqrt(error(a) + error(b));
};
const samples = (recipe: Recipe, count: number, split: SplitName = 'train'): readonly Sample[] =>
  Array.from({ length: count }, (_, index) => recipe.sample(split, index));
/** Red of a picture in three channels, by place: 255 and nothing else beside it. */
const marks = ({ image }: Sample, rgb: readonly number[]): ReadonlySet<number> =>
  where(
    Array.from({ length: image.length / 3 }, (_, p) => Number(rgb.every((v, c) => image[3 * p + c] === v))),
    (v) => v === 1,
  );

describe('mazes', () => {
  it('have one way between any two squares, and it is the mask', () => {
    const lengths = [9, 21].map((squares) => {
      const recipe = mazes(task('mazes', { squares }));
      return samples(recipe, 30).map((sample) => {
        const width = squares + 2;
        const open = where(
          Array.from({ length: width * width }, (_, p) =>
            Math.max(...sample.image.subarray(3 * p, 3 * p + 3)),
          ),
          (v) => v > 0,
        );
        const joints = [...open].reduce((sum, place) => sum + beside(open, place, width).length, 0) / 2;
        assert.equal(joints, open.size - 1, 'a tree');
        const [[start], [end]] = [[...marks(sample, [255, 0, 0])], [...marks(sample, [0, 255, 0])]];
        assert.equal(reached(open, start, width).size, open.size, 'in one piece');
        const way = where(sample.mask, (v) => v === 1);
        const ends = [...way].filter((place) => beside(way, place, width).length === 1);
        assert.deepEqual(ends.sort(), [start, end].sort());
        assert.ok([...way].every((place) => open.has(place) && beside(way, place, width).length <= 2));
        assert.equal(reached(way, start, width).size, way.size);
        assert.equal(sample.difficulty, way.size);
        return way.size;
      });
    });
    assert.ok(mean(lengths[1]) > 2 * mean(lengths[0]));
    const hard = samples(mazes(task('mazes', { squares: 59, least: 221 })), 3);
    assert.ok(hard.every(({ difficulty = 0 }) => difficulty >= 221));
  });
});

describe('inside and outside', () => {
  it('are told by one closed curve that does not touch itself', () => {
    for (const cells of [2, 5, 9])
      for (const { image, mask, difficulty = 0 } of samples(
        insideOutside(task('inside-outside', { cells })),
        25,
      )) {
        const width = 4 * cells + 3;
        const curve = where(image, (v) => v === 255);
        assert.ok([...curve].every((place) => beside(curve, place, width).length === 2 && mask[place] === 2));
        assert.equal(reached(curve, [...curve][0], width).size, curve.size, 'one curve');
        const rest = where(image, (v) => v === 0);
        const outside = reached(rest, 0, width);
        for (const place of rest) assert.equal(mask[place], outside.has(place) ? 0 : 1);
        assert.ok(outside.size < rest.size && difficulty >= 1);
      }
  });
});

describe('connectedness', () => {
  it('is what the mask says; neither ink nor distances tell it', () => {
    const cells = 10;
    const width = 2 * cells + 1;
    const seen = samples(
      { ...mazes(task('mazes')), sample: (s, i) => drawConnectedness({ cells, seed: 3 }, s, i) },
      600,
    );
    const facts = seen.map((sample) => {
      const ink = where(sample.mask, (v) => v > 0);
      const [a, b, more] = [...marks(sample, [255, 0, 0])];
      assert.equal(more, undefined);
      const connected = reached(ink, a, width).has(b);
      assert.ok([...ink].every((place) => sample.mask[place] === (connected ? 2 : 1)));
      const far = Math.max(
        Math.abs(Math.floor(a / width) - Math.floor(b / width)),
        Math.abs((a % width) - (b % width)),
      );
      return { connected, ink: ink.size, far, difficulty: sample.difficulty ?? 0 };
    });
    const [yes, no] = [true, false].map((is) => facts.filter(({ connected }) => connected === is));
    assert.ok(Math.abs(yes.length - 300) < 4 * Math.sqrt(150), `${yes.length} of 600`);
    for (const of of ['ink', 'far'] as const)
      assert.ok(
        alike(
          yes.map((f) => f[of]),
          no.map((f) => f[of]),
        ),
        of,
      );
    assert.ok(yes.every(({ far, difficulty }) => difficulty >= far));
  });
});

describe('pathfinder', () => {
  const settings = { size: 64, dashes: 6 };

  it('joins both marks by one contour, or neither; ink does not tell it', () => {
    const [labelled, drawn] = (['label', 'contour'] as const).map((target) =>
      samples(pathfinder(task('pathfinder', { ...settings, target })), 160),
    );
    const facts = labelled.map(({ image, mask, difficulty = 0 }, i) => {
      assert.deepEqual(drawn[i].image, image);
      assert.ok(difficulty >= Math.floor((27 * 64) / 300));
      const classes = [...new Set(mask)].sort();
      assert.equal(classes.length, 2);
      const contour = where(drawn[i].mask, (v) => v === 1);
      return { connected: classes[1] === 2, ink: image.reduce((a, b) => a + b, 0), contour: contour.size };
    });
    const [yes, no] = [true, false].map((is) => facts.filter(({ connected }) => connected === is));
    assert.ok(Math.abs(yes.length - 80) < 4 * Math.sqrt(40), `${yes.length} of 160`);
    for (const of of ['ink', 'contour'] as const)
      assert.ok(
        alike(
          yes.map((f) => f[of]),
          no.map((f) => f[of]),
        ),
        of,
      );
  });

  it('refuses contours that do not fit', () => {
    const wrong = taskNamed('pathfinder', { size: 32, dashes: 60 });
    assert.equal(wrong._tag, 'Left');
  });
});

describe('shapes', () => {
  it('are numbered from left to right, and pixels of two are of neither', () => {
    for (const objects of [2, 3]) {
      const all = samples(shapes(task('shapes', { objects })), 200);
      for (const { image, mask, difficulty } of all) {
        assert.deepEqual(
          where(image, (v) => v === 255),
          where(mask, (v) => v > 0),
        );
        const lefts = Array.from({ length: objects }, (_, k) =>
          Math.min(...[...where(mask, (v) => v === k + 1)].map((p) => p % 40)),
        );
        assert.ok(lefts.every((left) => left < 40));
        assert.equal(
          mask.some((v) => v === objects + 1),
          difficulty !== 0,
        );
      }
      const overlapping = all.filter(({ difficulty = 0 }) => difficulty > 0).length;
      assert.ok(overlapping > 20 && overlapping < 180, `${overlapping} of 200`);
    }
  });
});

describe('graded tasks', () => {
  const all: readonly Recipe[] = [
    mazes(task('mazes', { squares: 11 })),
    insideOutside(task('inside-outside', { cells: 4 })),
    pathfinder(task('pathfinder', { size: 32 })),
    shapes(task('shapes')),
  ];

  it('draw a sample from its split and index alone, another for each', () => {
    for (const recipe of all) {
      const forward = samples(recipe, 4);
      assert.deepEqual(
        [3, 1, 0, 2].map((i) => recipe.sample('train', i)),
        [3, 1, 0, 2].map((i) => forward[i]),
      );
      assert.notDeepEqual(forward[0].image, forward[1].image);
      assert.notDeepEqual(recipe.sample('test', 0).image, forward[0].image);
    }
  });
});
