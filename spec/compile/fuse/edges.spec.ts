/** Fused kernels at the edges of arithmetic: `spec/support/edges.ts` says what every interpreter owes. */

import assert from 'node:assert/strict';
import { type FusedProgram, fuse } from '../../../src/compile/fuse/execute/fused.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { type Edge, edges, strayed } from '../../support/edges.js';

/** What has no kernel, and so runs op by op. */
const notFused: ReadonlySet<string> = new Set([
  'max pool, with ties, NaN and infinities',
  'max pool of what is all negative or infinite',
  'mean pool, with NaN, infinities and large numbers',
  'max pool of a volume, with ties, NaN and infinities',
  'mean pool of a volume, with NaN, infinities and large numbers',
  'floor',
  'erf',
  'greaterEqual',
  'atan2',
  'where: what is not chosen may be anything',
  'where: the gradient that is not finite is not chosen',
  ...edges.flatMap(({ name }) => (name.startsWith('modulus of modes') ? [name] : [])),
]);

/** On its own grid, or on one too small to be chosen, or where a sequence alone does not tell which it is. */
const fusedOn = ({ program: { graph } }: Edge): FusedProgram | undefined =>
  [undefined, [2, 2], [1, 2], [1, 1]]
    .map((grid) => fuse(graph, initialParameters(graph, 0), grid))
    .find((fused) => fused?.fits(['y']) === true);

describe('fused kernels at the edges of arithmetic', () => {
  for (const edge of edges) {
    const { name, inputs, value, gradients, within = 0 } = edge;
    it(name, () => {
      const given = Object.fromEntries(
        Object.entries(inputs).map(([input, values]) => [input, Float32Array.from(values)]),
      );
      const fused = fusedOn(edge);
      assert.equal(fused === undefined, notFused.has(name), 'fits, or is known not to');
      if (fused === undefined) return;
      const part = { count: 1, inputs: given };
      assert.deepEqual(strayed(fused.infer(part, ['y']).y, value, within), [], 'value');
      const owed = fused.vjp(part, { y: new Float32Array(value.length).fill(1) }).inputs;
      for (const [input, expected] of Object.entries(gradients))
        assert.deepEqual(strayed(owed[input], expected, within), [], `gradient by ${input}`);
    });
  }
});
