import assert from 'node:assert/strict';
import { initialParameters } from '../../../src/compile/parameters.js';
import { ndarray, parameterArrays, runReference } from '../../../src/compile/reference/index.js';
import { batchNorm, offset, program, scale } from '../../../src/dsl/index.js';
import { hasValues, isNear } from './compute.js';

describe('reference: batch norm', () => {
  const p = program({ x: [2, 2] }, ({ x }) => ({ y: batchNorm({ epsilon: 0, momentum: 0.25 })(x) }));
  // Two samples of two sites; channel 0 holds 1, 3, 5, 7, channel 1 four times 2 apart from one 6.
  const x = ndarray([2, 2, 2], [1, 2, 3, 2, 5, 2, 7, 6]);
  const parameters = parameterArrays(p, {
    'batchNorm1/scale': [1, 10],
    'batchNorm1/shift': [0, 1],
    'batchNorm1/mean': [3, 2],
    'batchNorm1/variance': [4, 1],
  });

  it('in inference uses the running statistics and reports none', () => {
    const { outputs, statistics } = runReference(p, { parameters, inputs: { x }, batch: 2 });
    hasValues(outputs.y, [2, 2, 2], [-1, 1, 0, 1, 1, 1, 2, 41]);
    assert.deepEqual(statistics, {});
  });

  it('in training uses the batch and all sites, with the biased variance', () => {
    const { outputs } = runReference(p, { parameters, inputs: { x }, batch: 2, training: true });
    // Channel 0: mean 4, variance (9 + 1 + 1 + 9) / 4 = 5. Channel 1: mean 3, variance (1 + 1 + 1 + 9) / 4 = 3.
    const a = Math.sqrt(5);
    const b = 10 / Math.sqrt(3);
    hasValues(outputs.y, [2, 2, 2], [-3 / a, 1 - b, -1 / a, 1 - b, 1 / a, 1 - b, 3 / a, 1 + 3 * b]);
  });

  it('moves the running statistics towards the mean and the unbiased variance', () => {
    const { statistics } = runReference(p, { parameters, inputs: { x }, batch: 2, training: true });
    isNear(statistics['batchNorm1/mean'].data, [0.75 * 3 + 0.25 * 4, 0.75 * 2 + 0.25 * 3]);
    isNear(statistics['batchNorm1/variance'].data, [0.75 * 4 + (0.25 * 20) / 3, 0.75 * 1 + (0.25 * 12) / 3]);
    assert.deepEqual(Object.keys(statistics).sort(), ['batchNorm1/mean', 'batchNorm1/variance']);
  });

  it('a layer used twice moves its statistics twice', () => {
    const twice = program({ x: [1] }, ({ x: value }) => {
      const norm = batchNorm({ momentum: 0.5 });
      return { a: norm(value), b: norm(offset(10, scale(3, value))) };
    });
    const { statistics } = runReference(twice, {
      parameters: parameterArrays(twice, initialParameters(twice.graph, 0)),
      inputs: { x: ndarray([2, 1], [1, 3]) },
      batch: 2,
      training: true,
    });
    // Means 2 and 16 from 0, unbiased variances 2 and 18 from 1, half the way each time.
    isNear(statistics['batchNorm1/mean'].data, [0.5 * (0.5 * 2) + 0.5 * 16]);
    isNear(statistics['batchNorm1/variance'].data, [0.5 * (0.5 + 0.5 * 2) + 0.5 * 18]);
  });
});
