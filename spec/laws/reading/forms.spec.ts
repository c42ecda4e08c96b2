/** Forms of products with 0 and of quotients by it: none keeps a term that cannot matter, or a number that is none. */

import assert from 'node:assert/strict';
import { add, div, fill, mul, program, scale, sub, zeros } from '../../../src/dsl/index.js';
import { type Form, formsOf, sameForm } from '../../../src/laws/reading/forms.js';

const given = program({ x: [2] }, ({ x }) => ({
  scaled: scale(0, x),
  first: mul(zeros(2), x),
  second: mul(x, zeros(2)),
  tiny: mul(x, fill(1e-200, 2)),
  cancelled: sub(add(x, mul(x, fill(3, 2))), scale(4, x)),
  byZero: div(x, zeros(2)),
  zeroByZero: div(scale(0, x), zeros(2)),
  half: div(x, fill(2, 2)),
}));
const { nodes, outputs } = given.graph;
const forms = formsOf(nodes);
const form = (name: keyof typeof outputs): Form => forms[outputs[name]];

describe('forms', () => {
  it('have no terms when a value is multiplied by 0, however that is written', () => {
    for (const name of ['first', 'second', 'cancelled'] as const) {
      assert.equal(form(name).terms.size, 0, name);
      assert.ok(sameForm(form(name), form('scaled')), name);
    }
  });

  it('keep a term of a tiny coefficient', () => assert.deepEqual([...form('tiny').terms.values()], [1e-200]));

  it('are the node itself where it is divided by 0', () => {
    for (const name of ['byZero', 'zeroByZero'] as const)
      assert.deepEqual(form(name), { constant: 0, terms: new Map([[outputs[name], 1]]) });
    assert.deepEqual([...form('half').terms.values()], [0.5]);
  });
});
