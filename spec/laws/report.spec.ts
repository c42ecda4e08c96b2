/** What a report says can be repeated: by its seed and path, and by the code of its case. */

import assert from 'node:assert/strict';
import {
  add,
  dense,
  einsum,
  program,
  reshape,
  scale,
  scan,
  scanWithFinal,
  softmax,
  sub,
  type Tensor,
  tanh,
} from 'drumhead';
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

  it('are of trials on few sites where 672 attend to one another, also where the step turns a row into a plane', () => {
    const names = ['convergence', 'adjoint', 'permutation of the sites'];
    const attend = (plane: boolean) =>
      program({ y: [672, 2] }, ({ y }) =>
        scan({
          steps: 3,
          init: { y },
          step: (s) => {
            const shares = softmax(1)(einsum('qc,kc->qk', dense(2, { name: 'q' })(s.y), s.y));
            const next = add(s.y, scale(0.1, sub(einsum('qk,kc->qc', shares, tanh(s.y)), s.y)));
            return { y: next };
          },
          observe: (s) => ({ y: plane ? reshape(24, 28, 2)(s.y) : s.y }),
        }),
      );
    for (const plane of [true, false])
      for (const verdict of check(attend(plane), { laws: names, cases: 2 }).verdicts)
        assert.equal(verdict.outcome, 'holds', verdict.law.name);
  });

  it('end within their time, however often scans stand within one another', () => {
    // 10^7 evaluations of one step: minutes, were the clock not looked at inside.
    type Field = Tensor<readonly [4, 4, 1]>;
    const go = (depth: number, y: Field): Field =>
      depth === 0
        ? tanh(scale(0.5, y))
        : scanWithFinal({
            steps: 10,
            init: { y },
            step: (s) => ({ y: go(depth - 1, s.y) }),
            observe: (s) => s.y,
          }).final.y;
    const deep = program({ y: [4, 4, 1] }, ({ y }) =>
      scan({ steps: 10, init: { y }, step: (s) => ({ y: go(6, s.y) }), observe: (s) => s }),
    );
    const { verdicts } = check(deep, { laws: ['light cone', 'oddness', 'translation'], seconds: 1 });
    assert.ok(verdicts.every(({ outcome }) => outcome !== 'broken'));
    assert.ok(verdicts.some((verdict) => verdict.outcome === 'not tried' && verdict.isLate === true));
  });
});
