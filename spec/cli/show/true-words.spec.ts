import assert from 'node:assert/strict';
import { showProgram } from '../../../src/cli/show/program.js';
import { conv, type Program, program, tanh } from '../../../src/dsl/index.js';

const flags = { preset: '', engine: 'cpu', time: false };
const nothing: Program = program({ x: [4, 4, 1] }, ({ x }) => ({ y: x }));
const fixed: Program = program({ x: [4, 4, 1] }, ({ x }) => ({ y: tanh(x) }));
const one: Program = program({ x: [4, 4, 1] }, ({ x }) => ({ y: conv(1, { bias: false })(x) }));

describe('show, of a program', () => {
  it('without parameters says nothing of training', () => {
    for (const p of [nothing, fixed]) {
      const words = showProgram(p, flags);
      assert.match(words, /^no parameters$/m);
      assert.match(words, /^training step nothing to train$/m);
      assert.doesNotMatch(words, /trained|of a step/);
    }
    assert.match(showProgram(fixed, flags), /100\.0 %/);
  });

  it('that computes nothing says so', () => {
    assert.equal(
      showProgram(nothing, { ...flags, plan: true }),
      'nothing is computed: there are no segments',
    );
    assert.doesNotMatch(showProgram(fixed, { ...flags, plan: true }), /nothing is computed/);
  });

  it('of one parameter counts it as one', () => {
    assert.match(showProgram(one, flags), /^1 parameter, 9 numbers, all trained$/m);
    assert.match(showProgram(one, flags), /of a step/);
  });
});
