/** By how much rounding may raise a bound over many steps. */

import assert from 'node:assert/strict';
import { program, scan, tanh } from '../../../src/dsl/index.js';
import { roundingOverSteps } from '../../../src/laws/rounding/over-steps.js';
import { systemOf } from '../../../src/laws/system/system.js';

describe('rounding over steps', () => {
  const system = systemOf(
    program({ y: [4] }, ({ y }) => ({
      y: scan({ steps: 3, init: { y }, step: (s) => ({ y: tanh(s.y) }), observe: (s) => s.y }),
    })),
  );

  it('is an increase, not a factor: nothing before the first step, and in proportion to the steps', () => {
    const one = roundingOverSteps(system, 2 ** -24, 1);
    assert.equal(roundingOverSteps(system, 2 ** -24, 0), 0);
    assert.equal(roundingOverSteps(system, 2 ** -24, 8), 8 * one);
    assert.ok(one >= system.nodes.length * 2 ** -24 && one < 1e-4);
  });
});
