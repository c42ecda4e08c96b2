/** What a report says can be repeated: by its seed and path, and by the code of its case. */

import assert from 'node:assert/strict';
import { check, replay, reportAsData, showReport, systemFrom } from 'drumhead/laws';
import { cellCount } from '../../src/laws/trial/case.js';
import * as wrong from './wrong.js';

const laws = ['work balance'];

const counterexample = (options: { readonly seed?: number; readonly path?: string } = {}) => {
  const [verdict] = check(wrong.explicitEuler, { laws, ...options }).verdicts;
  if (verdict.outcome !== 'broken' || verdict.counterexample === undefined) assert.fail('it is not broken');
  return verdict.counterexample;
};

describe('reports', () => {
  it('end at a small case: one step, few cells', () => {
    const { case: smallest } = counterexample();
    assert.equal(smallest.steps, 1);
    assert.ok(cellCount(smallest) <= 2);
    assert.ok(smallest.grid.reduce((a, b) => a * b, 1) <= 10);
  });

  it('are repeated by seed and path, and by the case itself', () => {
    const found = counterexample({ seed: 7 });
    assert.deepEqual(counterexample({ seed: 7, path: found.path }).case, found.case);
    assert.equal(replay(wrong.explicitEuler, 'work balance', found.case), found.says);
    assert.equal(replay(wrong.right, 'work balance', found.case), 'holds');
  });

  it('say why a law does not apply', () => {
    const said = showReport(check(systemFrom(wrong.walled), { laws: ['translation', 'carrying'] }));
    assert.match(said, /translation +does not apply: a convolution has the boundary 'zero'/);
    assert.match(said, /carrying +does not apply: it is not one field on a ring/);
  });

  it('are plain data too', () => {
    const data: unknown = JSON.parse(JSON.stringify(reportAsData(check(wrong.explicitEuler, { laws }))));
    assert.ok(Array.isArray(data) && data.length === 1);
    assert.equal(data[0].law, 'work balance');
    assert.equal(data[0].outcome, 'broken');
  });
});
