/** Law 6 as it is tried: where a step has a field off the grid, and where its kernel feels no uniform change. */

import assert from 'node:assert/strict';
import {
  add,
  broadcast,
  coupling,
  program,
  reshape,
  scale,
  scan,
  type Tensor,
  tanh,
} from '../../../src/dsl/index.js';
import { tryCase } from '../../../src/laws/check.js';
import { locality } from '../../../src/laws/laws/locality.js';
import { systemOf } from '../../../src/laws/system/system.js';
import type { Finding } from '../../../src/laws/trial/law.js';

const side: number = 9;
type Field = Tensor<readonly [number, number, 1]>;
type Single = Tensor<readonly [1]>;

/** What law 6 finds of a field on a square, beside a single number that changes by itself. */
const found = (next: (y: Field, t: Single) => Field): Finding => {
  const beside = program({ y: [side, side, 1], t: [1] }, ({ y, t }) => ({
    y: scan({
      steps: 3,
      init: { y, t },
      step: (s) => ({ y: next(s.y, s.t), t: scale(0.9, s.t) }),
      observe: (s) => s.y,
    }),
  }));
  const grid = [side, side];
  return tryCase(
    locality,
    { ...systemOf(beside), grid },
    { grid, steps: 2, seed: 1, choices: [1, 4, 4, 0], values: { y: { 40: 0.5, 41: -0.25 }, t: { 0: 0.5 } } },
  );
};

describe('law 6 beside a field off the grid', () => {
  const neighbours = coupling();
  const spread = (y: Field): Field => tanh(add(y, scale(0.1, neighbours(y))));
  it('says nothing where a site reads that field, since its distance is not known', () =>
    assert.deepEqual(
      found((y, t) => add(spread(y), broadcast(side, side, 1)(reshape(1, 1, 1)(t)))),
      {
        kind: 'inconclusive',
        because: 'it reads a field that does not lie on the grid: how far a step sees is not known',
      },
    ));

  it('holds where no site reads it', () =>
    assert.deepEqual(
      found((y) => spread(y)),
      { kind: 'holds' },
    ));
});

describe('law 6 of a Laplacian alone', () => {
  const laplacian = coupling();
  it('holds: the site feels its cone, though not a uniform change of it', () =>
    assert.deepEqual(
      found((y) => tanh(laplacian(y))),
      { kind: 'holds' },
    ));
});
