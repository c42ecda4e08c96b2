import assert from 'node:assert/strict';
import fc from 'fast-check';
import { initialParameters } from '../../src/compile/parameters.js';
import { modelWithSizesArbitrary } from '../../src/laws/arbitraries/model.js';
import { buildModel, modelNamed } from '../../src/models/catalogue.js';
import { inverse, permute, permutedShape } from '../../src/models/permute.js';
import { exportTorch, fromTorch, importTorch, torchName, toTorch } from '../../src/models/torch-names.js';
import { right, sentence } from '../support/either.js';

const sizes = { height: 16, width: 16, channels: 3, classes: 4 };
const nwm = right(modelNamed('nwm', { mid: 3, channels: 2, steps: 4, hidden: [5] }));

describe('PyTorch names', () => {
  it('turn a convolution, a transposed one and a linear layer around', () => {
    // Element (o, i, y, x) of PyTorch's is element (y, x, i, o) of ours.
    const conv = fromTorch({ shape: [2, 3, 1, 2], data: Float32Array.from({ length: 12 }, (_, i) => i) });
    assert.deepEqual(conv.shape, [1, 2, 3, 2]);
    assert.deepEqual([...conv.data], [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11]);
    const linear = fromTorch({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
    assert.deepEqual(linear.shape, [3, 2]);
    assert.deepEqual([...linear.data], [1, 4, 2, 5, 3, 6]);
    assert.deepEqual([...toTorch(linear).data], [1, 2, 3, 4, 5, 6]);
  });

  it('permute as the definition says', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shapes, fc.nat(), (shape, seed) => {
        const axes = shape.map((_, i) => i).sort((a, b) => ((a * 7 + seed) % 5) - ((b * 7 + seed) % 5));
        const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i);
        const turned = permute(values, shape, axes);
        const back = permute(turned, permutedShape(shape, axes), inverse(axes));
        assert.deepEqual(back, values);
        const at = (flat: number, sizes: readonly number[]): number[] =>
          sizes.map((n, i) => Math.floor(flat / sizes.slice(i + 1).reduce((a, b) => a * b, 1)) % n);
        for (const [to, from] of turned.entries()) {
          const source = at(from, shape);
          assert.deepEqual(
            at(to, permutedShape(shape, axes)),
            axes.map((axis) => source[axis]),
          );
        }
      }),
    );
  });

  it('are different for every parameter of every model, and bring back what was sent', () => {
    fc.assert(
      fc.property(modelWithSizesArbitrary, ([spec, some]) => {
        const program = right(buildModel(spec, some));
        const parameters = initialParameters(program.graph, 1);
        const state = exportTorch(spec, program, parameters);
        assert.equal(Object.keys(state).length, Object.keys(parameters).length);
        const { parameters: back, unused } = right(importTorch(spec, program, state));
        assert.deepEqual(back, parameters);
        assert.deepEqual(unused, []);
      }),
      { numRuns: 30 },
    );
  });

  it('are none for strangers', () => {
    assert.deepEqual(torchName(nwm, 'coupling/weight'), 'classifier.cell.Wy.weight');
    assert.deepEqual(torchName(nwm, 'gates/weight'), null);
  });

  it('name every parameter that is missing or of another shape, and what nobody reads', () => {
    const program = right(buildModel(nwm, sizes));
    const state = exportTorch(nwm, program, initialParameters(program.graph, 1));
    const { 'classifier.fc_time.weight': _, ...rest } = state;
    const broken = {
      ...rest,
      'classifier.cell.Wy.weight': { shape: [3, 3], data: new Float32Array(9) },
    };
    const said = sentence(importTorch(nwm, program, broken, 'model.pt'));
    assert.match(said, /model\.pt: 2 problems/);
    assert.match(said, /'classifier\.fc_time\.weight' \(our 'projection\/weight'\) is missing/);
    assert.match(
      said,
      /'classifier\.cell\.Wy\.weight' \(our 'coupling\/weight'\) is \[3,3\], expected \[2,2,3,3\]/,
    );
    const extra = { ...state, stranger: { shape: [1], data: Float32Array.of(0) } };
    assert.deepEqual(right(importTorch(nwm, program, extra)).unused, ['stranger']);
  });
});
