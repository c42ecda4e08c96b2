/** The time step of a system, and the same system with another. */

import assert from 'node:assert/strict';
import { add, program, scale, scan, sin } from '../../../src/dsl/index.js';
import { timeStepOf, withTimeStep } from '../../../src/laws/requirements/time-step.js';
import { systemOf } from '../../../src/laws/system/system.js';

describe('the time step', () => {
  it('is quartered, though another number of the step was tried with the same half before', () => {
    const system = systemOf(
      program({ y: [4] }, ({ y }) => ({
        y: scan({
          steps: 3,
          init: { y },
          step: (s) => ({ y: add(s.y, scale(0.2, sin(scale(0.1, s.y)))) }),
          observe: (s) => s.y,
        }),
      })),
    );
    assert.equal(withTimeStep(system, 0.1, 0.05), null);
    assert.equal(timeStepOf(system), 0.2);
    assert.notEqual(withTimeStep(system, 0.2, 0.05), null);
  });
});
