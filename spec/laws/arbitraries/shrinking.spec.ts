/** Arbitraries shrink: a planted failure ends as a small case, which prints as code that makes it again. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { NdArray } from '../../../src/compile/reference/array.js';
import {
  fieldArbitrary,
  generated,
  kernelArbitrary,
  programArbitrary,
  sparse,
} from '../../../src/laws/arbitraries/index.js';
import { applySymmetry, symmetriesOf } from '../../../src/laws/requirements/square-symmetries.js';

/** What a property that fails is left with. */
const smallest = <A>(arbitrary: fc.Arbitrary<A>, holds: (value: A) => boolean): A => {
  const { counterexample } = fc.check(fc.property(arbitrary, holds), { seed: 3, numRuns: 500 });
  return counterexample?.[0] ?? assert.fail('nothing failed');
};

/** What the code of a counterexample gives. */
const pasted = (value: unknown): unknown =>
  new Function('sparse', 'generated', `return ${fc.stringify(value)};`)(sparse, generated);

const cells = ({ data }: NdArray): number => data.filter((v) => v !== 0).length;
const plain = ({ shape, data }: NdArray): NdArray => ({ shape, data });

describe('arbitraries: shrinking', () => {
  it('a field that must not be large anywhere ends as the smallest grid with one entry', () => {
    const field = smallest(fieldArbitrary(), ({ data }) => data.every((v) => v <= 0.5));
    assert.deepEqual(plain(field), { shape: [2, 2, 1], data: field.data });
    assert.equal(cells(field), 1);
    assert.equal(Math.max(...field.data), 1);
    assert.match(fc.stringify(field), /^sparse\(\[2, 2, 1\], \{ \d: 1 \}\)$/);
    assert.deepEqual(pasted(field), plain(field));
  });

  it('a field that needs two neighbours and three columns ends with just these', () => {
    const field = smallest(fieldArbitrary(), ({ shape: [h, w, c], data }) => {
      const at = (y: number, x: number): number => data[(y * w + x) * c];
      const rows = Array.from({ length: h }, (_, y) => y);
      return w < 3 || !rows.some((y) => at(y, 0) !== 0 && at(y, 2) !== 0);
    });
    assert.deepEqual(field.shape, [2, 3, 1]);
    assert.equal(cells(field), 2);
    assert.deepEqual(pasted(field), plain(field));
  });

  it('a kernel that must not reach ends with one entry at the smallest reach', () => {
    const kernel = smallest(kernelArbitrary(), ({ shape, data }) => {
      const [, , inputs, outputs] = shape;
      const centre = Math.floor(shape[0] ** 2 / 2) * inputs * outputs;
      return data.every((v, i) => v === 0 || (i >= centre && i < centre + inputs * outputs));
    });
    assert.deepEqual(kernel.shape, [3, 3, 1, 1]);
    assert.equal(cells(kernel), 1);
    assert.deepEqual(pasted(kernel), plain(kernel));
  });

  it('a program that must not have a scan ends with hardly more, and its code builds it again', () => {
    const program = smallest(programArbitrary({ smoothOnly: true }), ({ program: p }) =>
      p.graph.nodes.every(({ op }) => op.op !== 'scan'),
    );
    assert.ok(program.program.graph.nodes.length <= 6, `${program.program.graph.nodes.length} nodes`);
    const again = pasted(program);
    assert.ok(typeof again === 'object' && again !== null && 'program' in again);
    assert.deepEqual(again.program, program.program);
  });

  it('what is printed as code is otherwise the plain value', () => {
    const [field] = fc.sample(fieldArbitrary(), { seed: 1, numRuns: 1 });
    assert.deepEqual(field, plain(field));
  });
});

describe('arbitraries: kernels', () => {
  const line = { rank: 1 } as const;

  it('symmetric and Laplacian-like ones are left as they are by the symmetries of the square, and of a line', () =>
    fc.assert(
      fc.property(
        fc
          .constantFrom('symmetric' as const, 'laplacian' as const)
          .chain((kind) => fc.tuple(kernelArbitrary({ kind }), kernelArbitrary({ kind, ...line }))),
        (kernels) => {
          for (const kernel of kernels)
            for (const turn of symmetriesOf(kernel.shape.length - 2))
              assert.deepEqual(applySymmetry(kernel, turn, kernel.shape.length - 2).data, kernel.data);
        },
      ),
    ));

  it('Laplacian-like ones sum to zero from each channel to each, with neighbours that are not negative', () =>
    fc.assert(
      fc.property(kernelArbitrary({ kind: 'laplacian' }), ({ shape, data }) => {
        const pairs = shape[2] * shape[3];
        const centre = Math.floor((shape[0] * shape[1]) / 2);
        for (let pair = 0; pair < pairs; pair++)
          assert.equal(
            data.reduce((sum, v, i) => (i % pairs === pair ? sum + v : sum), 0),
            0,
          );
        assert.ok(data.every((v, i) => Math.floor(i / pairs) === centre || v >= 0));
      }),
    ));

  it('free ones are of every side, and hardly ever symmetric by chance', () => {
    const kernels = fc.sample(kernelArbitrary(), { seed: 2, numRuns: 300 });
    assert.deepEqual([...new Set(kernels.map(({ shape }) => shape[0]))].sort(), [1, 3, 5]);
    const [turn] = symmetriesOf(2).slice(1);
    const wide = kernels.filter(({ shape }) => shape[0] > 1);
    const even = wide.filter((kernel) => `${applySymmetry(kernel, turn, 2).data}` === `${kernel.data}`);
    assert.ok(even.length < wide.length / 20, `${even.length} of ${wide.length}`);
  });
});
