/** Augmented samples: moved as the formula says, inputs and targets alike, the same for the same draw, and refused where nothing can be moved. */

import assert from 'node:assert/strict';
import { decodeWith } from '../../src/base/codec.js';
import { type ArrayForm, type NamedArrays, splitInMemory } from '../../src/data/arrays.js';
import { type Augment, augmentCodec, augmented, augmentProblems } from '../../src/data/augment.js';
import { right } from '../support/either.js';

const [count, size] = [40, 5];
const forms: Readonly<Record<string, ArrayForm>> = {
  film: { shape: [2, size, size, 2], integer: false, plane: 1 },
  mask: { shape: [size, size], integer: true, plane: 0 },
  label: { shape: [], integer: true },
};
const sites = size * size;
const values = {
  film: Float32Array.from({ length: count * 4 * sites }, (_, i) => Math.sin(i)),
  // Each site has its number, so that a mask says where each value came from.
  mask: Float32Array.from({ length: count * sites }, (_, i) => i % sites),
  label: Float32Array.from({ length: count }, (_, i) => i % 3),
};
const data: NamedArrays = {
  forms,
  train: splitInMemory(count, forms, values),
  validation: splitInMemory(1, forms, values),
  test: splitInMemory(1, forms, values),
};
const of = (given: object): Augment => right(decodeWith(augmentCodec, 'augment')(given));
const all = Array.from({ length: count }, (_, i) => i);
const names = ['film', 'mask', 'label'];
const read = (augment: Augment, indices = all, epoch = 0) =>
  augmented(data, augment, ['film', 'label']).train.read(names, indices, { seed: 3, epoch });

/** Where site (i, j) goes, as the slow way says it: over and over by one move. */
const maskOf = (masks: Float32Array, i: number): readonly number[] => [
  ...masks.subarray(i * sites, (i + 1) * sites),
];

describe('augment', () => {
  it('shifts on the torus, turns and flips: every mask is one of the group, and all of them come up', async () => {
    const wanted = new Set<string>();
    const grid = Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => i * size + j));
    const turned = (g: number[][]): number[][] => g.map((_, i) => g.map((row) => row[i]).reverse());
    for (let q = 0, g = grid; q < 4; q++, g = turned(g))
      for (const f of [g, g.map((row) => [...row].reverse())]) wanted.add(f.flat().join());
    const seen = new Set<string>();
    for (let epoch = 0; epoch < 4; epoch++) {
      const { mask } = await read(of({ turn: true, flip: ['horizontal', 'vertical'] }), all, epoch);
      for (const i of all) seen.add(maskOf(mask, i).join());
    }
    assert.deepEqual(seen, wanted);
    const shifts = new Set<string>();
    const { mask } = await read(of({ shift: 1 }), all);
    for (const i of all) {
      const first = maskOf(mask, i);
      const [down, right] = [Math.floor(first[0] / size), first[0] % size];
      first.forEach((from, site) => {
        assert.equal(
          from,
          ((Math.floor(site / size) + down) % size) * size + (((site % size) + right) % size),
        );
      });
      shifts.add(`${down} ${right}`);
    }
    assert.deepEqual(shifts.size, 9);
    assert.ok([...shifts].every((s) => s.split(' ').every((n) => ['0', '1', '4'].includes(n))));
  });

  it('moves all frames and channels as the mask says, leaves numbers, and adds noise to inputs of fractions alone', async () => {
    const moved = await read(of({ shift: 2, flip: ['vertical'] }));
    assert.deepEqual(moved.label, values.label);
    for (const i of all)
      maskOf(moved.mask, i).forEach((from, site) => {
        for (const frame of [0, 1])
          for (const k of [0, 1])
            assert.equal(
              moved.film[((2 * i + frame) * sites + site) * 2 + k],
              values.film[((2 * i + frame) * sites + from) * 2 + k],
            );
      });
    const loud = await read(of({ noise: 0.5 }));
    assert.deepEqual([loud.mask, loud.label], [values.mask, values.label]);
    const off = loud.film.map((v, i) => v - values.film[i]);
    const [mean, square] = [off, off.map((v) => v * v)].map(
      (list) => list.reduce((a, b) => a + b) / list.length,
    );
    assert.ok(Math.abs(mean) < 0.04 && Math.abs(square - 0.25) < 0.03, `${mean} ${square}`);
    // A score, which has no draw, sees the samples as they are.
    assert.deepEqual(
      (await augmented(data, of({ noise: 1 }), ['film']).train.read(['film'], all)).film,
      values.film,
    );
  });

  it('draws the same for a sample whatever is read with it, and another in each epoch', async () => {
    const every = of({ shift: 2, turn: true, flip: ['horizontal'], noise: 0.1 });
    const whole = await read(every);
    const some = await read(every, [7, 3]);
    assert.deepEqual(some.film.subarray(4 * sites), whole.film.subarray(3 * 4 * sites, 4 * 4 * sites));
    assert.deepEqual(maskOf(some.mask, 0), maskOf(whole.mask, 7));
    assert.notDeepEqual((await read(every, all, 1)).mask, whole.mask);
    // What one setting draws does not depend on the others.
    assert.deepEqual((await read(of({ ...every, noise: 0 }))).mask, whole.mask);
  });

  it('is refused with a sentence where a task cannot take it', () => {
    const sequence: ArrayForm = { shape: [784, 1], integer: false };
    const says = (given: object, own: Readonly<Record<string, ArrayForm>>, inputs = Object.keys(own)) =>
      augmentProblems(of(given), own, Object.keys(own), inputs).join('\n');
    assert.match(
      says({ flip: ['vertical'] }, { sequence }),
      /^augment\.flip: the array sequence \[784,1\] has no rows and columns/,
    );
    assert.equal(says({ noise: 1 }, { sequence }), '');
    assert.match(says({ noise: 1 }, { sequence }, []), /^augment\.noise: no input that is no target/);
    assert.match(
      says({ turn: true }, { wide: { shape: [2, 3], integer: true, plane: 0 } }),
      /^augment\.turn: 2x3 sites are no square/,
    );
    assert.match(
      says({ shift: 1 }, { ...forms, half: { shape: [2, 2], integer: false, plane: 0 } }),
      /film has 5x5 sites and half 2x2, which cannot be moved alike/,
    );
    assert.match(says({ shift: 1 }, { label: forms.label }), /no array that is learnt has rows and columns/);
    assert.equal(says({ shift: 3, turn: true, flip: ['horizontal'], noise: 1 }, forms), '');
  });
});
