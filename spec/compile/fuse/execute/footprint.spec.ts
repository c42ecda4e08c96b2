import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fusedFootprint } from '../../../../src/compile/fuse/execute/footprint.js';
import { fuse } from '../../../../src/compile/fuse/execute/fused.js';
import { initialParameters } from '../../../../src/compile/parameters.js';
import { outputsOf, select } from '../../../../src/dsl/index.js';
import { volume } from '../../../../src/dsl/shape.js';
import { fusableArbitrary } from '../fusable/program.js';

describe('the footprint of fused training', () => {
  it('counted on no memory is what a machine takes for one step, whatever the batch', () => {
    let trained = 0;
    fc.assert(
      fc.property(fusableArbitrary(), fc.integer({ min: 1, max: 3 }), ({ program, inputs }, count) => {
        const { graph } = select(program, 'logits');
        const footprint = fusedFootprint(graph);
        const fused = fuse(graph, initialParameters(graph, 0));
        assert.equal(footprint !== undefined, fused?.fits(['logits']) === true);
        if (footprint === undefined || fused === undefined) return;
        trained += 1;
        const logits = outputsOf(graph).logits;
        const labels = new Uint8Array(count * volume(logits.slice(0, -1)));
        fused.gradients({ count, inputs: inputs(count), labels, weights: [], lossCount: 1 });
        assert.equal(footprint.fixedBytes, fused.bytes());
      }),
      { numRuns: 30 },
    );
    assert.ok(trained > 10, `only ${trained} of them train`);
  });
});
