/** The leaf `training`: a program in one phase computes what it does with the leaf, and nothing else. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lightCone } from '../../src/compile/light-cone/index.js';
import { ndarray, runReference } from '../../src/compile/reference/index.js';
import { graphIn, inPhase } from '../../src/dsl/phase.js';
import { add, conv, dropout, fill, gaussian, program, scan, training, where } from '../../src/index.js';
import { programArbitrary } from '../../src/laws/arbitraries/program.js';
import { right } from '../support/either.js';
import { resultsOfTwo } from '../support/generated.js';

const phases = ['training', 'inference'] as const;

describe('training as a leaf', () => {
  it('a program in one phase is the same as with the leaf, to the bit', () => {
    let decided = 0;
    let moved = 0;
    fc.assert(
      fc.property(programArbitrary(), (made) => {
        for (const phase of phases) {
          const p = inPhase(made.program, phase);
          if (p === made.program) continue;
          decided++;
          assert.ok(p.graph.nodes.every(({ op }) => op.op !== 'training'));
          const found = resultsOfTwo(p, made, phase === 'training');
          moved += Object.keys(found.statistics).length;
          assert.deepEqual(found, resultsOfTwo(made.program, made, phase === 'training'));
        }
      }),
      { numRuns: 250, seed: 5 },
    );
    assert.ok(decided > 15, `${decided} programs had the leaf`);
    assert.ok(moved > 0, 'running statistics');
  });

  it('a program without it is itself', () => {
    const p = program({ x: [2] }, ({ x }) => ({ y: add(x, x) }));
    for (const phase of phases) assert.equal(inPhase(p, phase), p);
  });

  it('nodes that only the other phase needs are dropped, also in the step of a scan', () => {
    const p = program({ x: [4, 4, 1] }, ({ x }) => ({
      y: scan({
        steps: 3,
        init: { s: x },
        step: ({ s }, clock) => ({ s: dropout(0.5)(s, clock) }),
        observe: ({ s }) => s,
      }),
      z: where(training, add(x, gaussian()(4, 4, 1)), x),
    }));
    const kinds = JSON.stringify(inPhase(p, 'inference').graph);
    assert.doesNotMatch(kinds, /noise|where|training/);
    assert.match(JSON.stringify(inPhase(p, 'training').graph), /noise/);
    assert.equal(graphIn(p.graph, 'training').nodes.length, p.graph.nodes.length);
  });

  it('a light cone shows the program in inference', () => {
    const p = program({ x: [9, 9, 1] }, ({ x }) => ({ y: where(training, conv(1, { kernel: 5 })(x), x) }));
    const { x } = right(lightCone(p, { output: 'y', site: [4, 4] }));
    assert.equal(x.radius, 0);
  });

  it('is 1 in training and 0 in inference', () => {
    const p = program({ x: [1] }, ({ x }) => ({ y: add(x, training), z: where(training, fill(2), fill(3)) }));
    for (const phase of phases) {
      const { y, z } = runReference(p, {
        parameters: {},
        inputs: { x: ndarray([1, 1], [10]) },
        batch: 1,
        training: phase === 'training',
      }).outputs;
      assert.deepEqual([...y.data, ...z.data], phase === 'training' ? [11, 2] : [10, 3]);
    }
  });
});
