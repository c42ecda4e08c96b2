import assert from 'node:assert/strict';
import { initialParameters } from '../../src/compile/parameters.js';
import {
  batchNorm,
  conv,
  coupling,
  dense,
  initialValues,
  program,
  relu,
  type Tensor,
} from '../../src/dsl/index.js';

describe('initial parameters', () => {
  type Field = Tensor<readonly [number, number, number]>;
  const written = (f: (x: Field) => Tensor) => program({ x: [4, 4, 2] }, ({ x }) => ({ y: f(x) })).graph;

  it('are every parameter of the graph, trainable or not, each the initialValues of its own name', () => {
    const graph = written((x) => batchNorm()(coupling()(conv(2)(x))));
    const start = initialParameters(graph, 7);
    assert.deepEqual(Object.keys(start).sort(), [
      'batchNorm1/mean',
      'batchNorm1/scale',
      'batchNorm1/shift',
      'batchNorm1/variance',
      'conv1/bias',
      'conv1/weight',
      'coupling/weight',
    ]);
    assert.deepEqual(start['batchNorm1/variance'], Float32Array.of(1, 1));
    assert.deepEqual(
      start['conv1/weight'],
      initialValues({ kind: 'uniform', bound: 1 / Math.sqrt(18) }, [3, 3, 2, 2], 7, 'conv1/weight'),
    );
    // The centre of the Laplacian, [1, 1, in, out]: -4 on each channel's own kernel.
    assert.deepEqual(start['coupling/weight'].slice(16, 20), Float32Array.of(-4, 0, 0, -4));
  });

  it('do not change when a layer is added after them, but do with the seed', () => {
    const short = initialParameters(written(conv(2)), 0);
    const long = initialParameters(
      written((x) => dense(3)(relu(conv(2)(x)))),
      0,
    );
    assert.deepEqual(long['conv1/weight'], short['conv1/weight']);
    assert.notDeepEqual(initialParameters(written(conv(2)), 1)['conv1/weight'], short['conv1/weight']);
  });
});
