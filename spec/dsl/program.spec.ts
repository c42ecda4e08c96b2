/** Programs: signatures, selection of outputs, errors as values. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import {
  add,
  batchNorm,
  conv,
  exp,
  fill,
  inputsOf,
  outputsOf,
  type Program,
  parametersOf,
  program,
  refuse,
  scale,
  scan,
  select,
  signature,
  sin,
  square,
  tanh,
  tryProgram,
  usesBatchStatistics,
} from '../../src/dsl/index.js';
import { factsOf } from '../../src/dsl/infer.js';
import { programArbitrary } from '../../src/laws/arbitraries/program.js';
import { resultsOfTwo } from '../support/generated.js';
import { namesOf, refused } from './refusal.js';

describe('dsl: programs', () => {
  const p = program({ image: [8, 8, 3], mask: [8, 8] }, ({ image, mask }) => ({
    logits: conv(2)(image),
    shade: tanh(mask),
  }));

  it('list inputs and outputs', () => {
    assert.equal(signature(p), 'image [8,8,3], mask [8,8] → logits [8,8,2], shade [8,8]');
    assert.equal(signature(program({}, () => ({ one: scale(2, fill(1)) }))), '() → one []');
    assert.deepEqual(inputsOf(p.graph), { image: [8, 8, 3], mask: [8, 8] });
    assert.deepEqual(outputsOf(p.graph), { logits: [8, 8, 2], shade: [8, 8] });
  });

  it('say whether they use statistics of the batch', () => {
    assert.equal(usesBatchStatistics(p.graph), false);
    assert.equal(usesBatchStatistics(program({ x: [3] }, ({ x }) => ({ y: batchNorm()(x) })).graph), true);
  });

  it('give errors as values', () => {
    const left = <A>(either: E.Either<A, unknown>): A => (E.isLeft(either) ? either.left : assert.fail());
    assert.equal(left(tryProgram(() => refuse('mine', 'no')))._tag, 'ProgramError');
    assert.deepEqual(
      left(
        tryProgram(() => {
          throw new TypeError('x is not a function');
        }),
      ),
      { _tag: 'Defect', message: 'x is not a function' },
    );
    assert.ok(E.isRight(tryProgram(() => p)));
  });
});

describe('dsl: select', () => {
  const p = program({ x: [4, 4, 2], unused: [1] }, ({ x }) => {
    const neighbours = conv(2, { name: 'neighbours' });
    const driven = exp(x);
    const { wave, energy } = scan({
      steps: 3,
      init: { y: x },
      step: ({ y }) => ({ y: tanh(neighbours(y)) }),
      observe: ({ y }) => ({ wave: y, energy: add(square(y), conv(2, { name: 'listener' })(driven)) }),
    });
    return { wave, energy, other: sin(conv(2, { name: 'elsewhere' })(x)) };
  });

  it('keeps names and inputs, drops what only the others needed', () => {
    const wave = select(p, 'wave');
    assert.deepEqual(namesOf(wave), ['neighbours/bias', 'neighbours/weight']);
    assert.deepEqual(inputsOf(wave.graph), { unused: [1], x: [4, 4, 2] });
    assert.deepEqual(namesOf(select(p, 'energy')), [
      'listener/bias',
      'listener/weight',
      'neighbours/bias',
      'neighbours/weight',
    ]);
    assert.deepEqual(namesOf(select(p, 'other')), ['elsewhere/bias', 'elsewhere/weight']);
  });

  it('also inside of a scan: what is no longer observed is no longer computed', () => {
    const scanOf = (q: Program) => q.graph.nodes.flatMap(({ op }) => (op.op === 'scan' ? [op] : []))[0];
    assert.deepEqual(Object.keys(scanOf(select(p, 'wave')).body.observe), ['wave']);
    assert.ok(scanOf(select(p, 'wave')).body.nodes.length < scanOf(p).body.nodes.length);
  });

  it('of all outputs is the program itself', () =>
    assert.deepEqual(select(p, 'wave', 'energy', 'other').graph, p.graph));

  it('refuses outputs that are not there, and none', () => {
    const loose: Program = p;
    assert.equal(
      refused(() => select(loose, 'waves')),
      "select: there is no output 'waves'; the program has energy, other, wave",
    );
    assert.equal(
      refused(() => select(loose, 'toString')),
      "select: there is no output 'toString'; the program has energy, other, wave",
    );
    assert.equal(
      refused(() => select(loose)),
      'select: names no output',
    );
  });

  it('changes nothing of what is kept, for any program', () =>
    fc.assert(
      fc.property(programArbitrary(), fc.nat(), (g, n) => {
        const whole: Program = g.program;
        const names = Object.keys(whole.graph.outputs);
        const name = names[n % names.length];
        const part = select(whole, name);
        assert.ok(E.isRight(factsOf(part.graph.nodes)));
        assert.deepEqual(Object.keys(part.graph.outputs), [name]);
        const kept = new Set(parametersOf(whole.graph).map(({ name: parameter }) => parameter));
        assert.ok(parametersOf(part.graph).every((parameter) => kept.has(parameter.name)));
        assert.deepEqual(resultsOfTwo(part, g).outputs[name], resultsOfTwo(whole, g).outputs[name]);
        assert.deepEqual(select(part, name), part);
      }),
      { numRuns: 60 },
    ));
});
