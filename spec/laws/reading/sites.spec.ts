/** Sites without an order, read from a step. */

import assert from 'node:assert/strict';
import {
  add,
  attention,
  coupling,
  coupling1d,
  data,
  einsum,
  gather,
  parameter,
  program,
  reverse,
  scan,
  type Tensor,
  tanh,
} from '../../../src/index.js';
import { check } from '../../../src/laws/check.js';
import { sitesOf } from '../../../src/laws/reading/sites.js';
import { systemOf } from '../../../src/laws/system/system.js';

type Units = Tensor<readonly [6, 2]>;

const units = (step: (y: Units) => Units) =>
  program({ y: [6, 2] }, ({ y }) => ({
    y: scan({ steps: 3, init: { y }, step: (s) => ({ y: step(s.y) }), observe: (s) => s.y }),
  }));
const ordered = (step: (y: Units) => Units): string | null => sitesOf(systemOf(units(step))).ordered;

describe('sites of a step', () => {
  const among = parameter('among', [6, 6], { init: { uniform: 1 } });

  it('have no order where units attend, are coupled by a matrix or along edges', () => {
    assert.equal(
      ordered((y) => attention()(y, y, y)),
      null,
    );
    assert.equal(
      ordered((y) => einsum('ij,jc->ic', among, y)),
      null,
    );
    assert.equal(ordered(gather(0, [1, 0, 3, 2, 5, 4])), null);
  });

  it('have one where an operation runs along them', () => {
    assert.equal(ordered(coupling1d()), 'its conv runs along the sites');
    assert.equal(ordered(reverse(0)), 'its reverse runs along the sites');
    const grid = program({ y: [4, 4, 1] }, ({ y }) => ({
      y: scan({
        steps: 2,
        init: { y },
        step: (s) => ({ y: tanh(coupling()(s.y)) }),
        observe: (s) => s.y,
      }),
    }));
    assert.equal(sitesOf(systemOf(grid)).ordered, 'its units are no row of sites');
  });

  it('are found in matrices among them, on both axes', () => {
    const system = systemOf(units((y) => einsum('ij,jc->ic', among, y)));
    assert.deepEqual(sitesOf(system).given.among, [0, 1]);
  });

  it('a table of places is a wrong step where a permutation is expected', () => {
    const places = data(
      Array.from({ length: 12 }, (_, i) => i),
      6,
      2,
    );
    const law = 'permutation of the sites';
    const step = (y: Units): Units => add(attention()(y, y, y), places);
    const found = (options: object) => check(units(step), { laws: [law], ...options }).verdicts[0].outcome;
    assert.deepEqual([found({}), found({ expect: [law] })], ['holds', 'broken']);
  });
});
