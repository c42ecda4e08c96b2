/**
 * Counterexamples that were found once, as they were printed: each is tried again, for ever. Whoever finds another adds
 * it here, with what was wrong.
 */

import assert from 'node:assert/strict';
import * as laws from 'drumhead/laws';
import fc from 'fast-check';
import { add, type Program, program, scale, scan, sub } from '../../src/dsl/index.js';
import type { Engine } from '../../src/engine/index.js';
import { opened } from '../compile/transform/tape.js';
import * as language from './language/properties.js';
import { named } from './named.js';

const { generated, programArbitrary } = laws.arbitraries;

describe('laws: no regression', () => {
  let engine: Engine;
  before(async () => {
    engine = await opened('cpu');
  });

  const all = (g: ReturnType<typeof generated>): void => {
    language.comesBack(g);
    language.hasItsShapes(engine)(g);
    language.agreesForward(engine, 2e-3)(g);
    language.agreesInGradient(engine, 2e-3)(g);
    language.isAdjoint(g);
  };

  it('the stopped gradient of a softmax is not counted as an operation', () => {
    const g = generated({
      sizes: [3, 3, 1, 3, 2],
      instructions: [{ kind: 'normal', pick: [0, 0, 65, 0, 0] }],
      outputs: [0],
      seed: 0,
    });
    language.costsWhatIsCounted(g);
    all(g);
  });

  it('a parameter that only a dropped output needs', () =>
    all(
      generated({
        sizes: [3, 3, 1, 3, 2],
        instructions: [
          { kind: 'map', pick: [0, 0, 0, 0, 0] },
          { kind: 'conv', pick: [0, 0, 0, 1, 0] },
          { kind: 'map', pick: [0, 0, 0, 0, 0] },
          { kind: 'map', pick: [0, 0, 0, 0, 0] },
        ],
        outputs: [3, 0],
        seed: 0,
      }),
    ));

  it('a map whose outputs have other names than its inputs: looking for unit vectors failed', () => {
    const { verdicts } = laws.check(named('linoss', { form: 'parallel', length: 4, steps: 5 }), { cases: 4 });
    assert.deepEqual(
      verdicts.filter(({ outcome }) => outcome === 'broken'),
      [],
    );
  });

  it('oscillators of length zero, which have no direction to go on in: AKOrN was said not to converge', () => {
    const says = laws.replay(named('akorn'), 'convergence', {
      grid: [2, 6],
      steps: 1,
      seed: 0,
      choices: [0, 0, 0, 0],
      values: { x: { 5: 1, 20: -0.5 }, c: { 14: 1 } },
    });
    assert.equal(says, 'holds');
  });

  it('a NaN bound, of zeros divided by their length in float32, allows everything', () => {
    const nothing = { grid: [2, 2], steps: 2, seed: 0, choices: [0, 0, 0, 0] };
    const values = { x: {}, c: { 1: 1, 7: -0.3125 } };
    // A shift by nothing is no trial.
    const said = { translation: 'says nothing', 'rotations and reflections': 'holds' };
    for (const [law, outcome] of Object.entries(said))
      assert.equal(laws.replay(named('akorn'), law, { ...nothing, values }, laws.onEngine(engine)), outcome);
  });
});

/** Explicit Euler: its energy grows. */
const wrong: Program = program({ y: [4, 4, 1], z: [4, 4, 1] }, ({ y, z }) =>
  scan({
    steps: 4,
    init: { y, z },
    step: (s) => ({ y: add(s.y, scale(0.25, s.z)), z: sub(s.z, scale(0.25, s.y)) }),
    observe: (s) => s,
  }),
);

const brokenBy = (options: laws.CheckOptions): laws.Counterexample => {
  const [verdict] = laws.check(wrong, { laws: ['modified energy'], ...options }).verdicts;
  return verdict.outcome === 'broken' && verdict.counterexample !== undefined
    ? verdict.counterexample
    : assert.fail(verdict.outcome);
};

describe('laws: what is printed gives the same again', () => {
  it('the seed gives the counterexample again, and with its path at once', () => {
    for (const seed of [1, 7, 2026]) {
      const first = brokenBy({ seed });
      assert.deepEqual(brokenBy({ seed }), first);
      const again = brokenBy({ seed, path: first.path });
      assert.deepEqual({ ...again, path: first.path }, first);
    }
  });

  it('the code of a case says the same when it is pasted', () => {
    for (const seed of [1, 7, 2026]) {
      const found = brokenBy({ seed });
      const code = laws.showCase('modified energy', found.case);
      const pasted: unknown = new Function('laws', 'system', `return ${code}`)(laws, wrong);
      assert.equal(pasted, found.says);
    }
  });

  it('the seed and path of a random program give it again, and so does its code', () => {
    const failing = fc.property(
      programArbitrary(),
      ({ program: p }) => !p.graph.nodes.some(({ op }) => op.op === 'conv'),
    );
    const first = fc.check(failing, { seed: 11 });
    const again = fc.check(failing, { seed: 11, path: first.counterexamplePath ?? '' });
    const code = fc.stringify(first.counterexample?.[0]);
    assert.equal(fc.stringify(again.counterexample?.[0]), code);
    const pasted: unknown = new Function('generated', `return ${code}`)(generated);
    assert.equal(fc.stringify(pasted), code);
    assert.match(code, /^generated\(\{/);
  });
});
