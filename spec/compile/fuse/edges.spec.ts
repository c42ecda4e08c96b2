/** Fused kernels at the edges of arithmetic: `spec/support/edges.ts` says what every interpreter owes. */

import assert from 'node:assert/strict';
import { fuse } from '../../../src/compile/fuse/execute/fused.js';
import type { FusedProgram } from '../../../src/compile/fuse/execute/program.js';
import { pixelAxes } from '../../../src/compile/fuse/lower/pixel-axes.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { type Edge, edges, strayed } from '../../support/edges.js';

/** On its own grid, or on one too small to be chosen, or where a sequence alone does not tell which it is. */
const fusedOn = ({ program: { graph } }: Edge): FusedProgram | undefined =>
  [undefined, [2, 2], [1, 2], [1, 1]]
    .map((grid) => fuse(graph, initialParameters(graph, 0), grid && pixelAxes(graph.nodes, [grid])))
    .find((fused) => fused?.fits(['y']) === true);

describe('fused kernels at the edges of arithmetic', () => {
  for (const edge of edges) {
    const { name, inputs, value, gradients, within = 0 } = edge;
    it(name, () => {
      const given = Object.fromEntries(
        Object.entries(inputs).map(([input, values]) => [input, Float32Array.from(values)]),
      );
      const fused = fusedOn(edge);
      if (fused === undefined) return assert.fail('it does not fit');
      const part = { count: 1, inputs: given };
      assert.deepEqual(strayed(fused.infer(part, ['y']).y, value, within), [], 'value');
      const owed = fused.vjp(part, { y: new Float32Array(value.length).fill(1) }).inputs;
      for (const [input, expected] of Object.entries(gradients))
        assert.deepEqual(strayed(owed[input], expected, within), [], `gradient by ${input}`);
    });
  }
});
