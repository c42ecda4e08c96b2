import assert from 'node:assert/strict';
import {
  type Arrays,
  ndarray,
  numericalGradient,
  parameterArrays,
  randomCoordinates,
} from '../../../src/compile/reference/index.js';
import { batchNorm, dense, mul, parameter, program, square, tanh } from '../../../src/dsl/index.js';
import { isNear } from './compute.js';

const total = ({ y }: Arrays): number => y.data.reduce((sum, value) => sum + value, 0);

describe('reference: gradients by central differences', () => {
  it('are the derivatives, for parameters and inputs, over the whole batch', () => {
    const p = program({ x: [2] }, ({ x }) => ({
      y: mul(square(x), parameter('w', [2], { init: 'zeros' })),
    }));
    const options = {
      parameters: parameterArrays(p, { w: [3, -2] }),
      inputs: { x: ndarray([2, 2], [1, 2, 3, 4]) },
      batch: 2,
    };
    const gradient = numericalGradient(p, total, options, [
      { of: 'parameters', name: 'w', index: 0 },
      { of: 'parameters', name: 'w', index: 1 },
      { of: 'inputs', name: 'x', index: 0 },
      { of: 'inputs', name: 'x', index: 3 },
    ]);
    // d/dw = sum of x^2 over the batch: 1 + 9, 4 + 16; d/dx = 2 w x.
    isNear(gradient, [10, 20, 6, -16], 1e-8);
    assert.deepEqual(options.inputs.x.data, Float64Array.of(1, 2, 3, 4));
  });

  it('are good to about step squared', () => {
    const p = program({ x: [1] }, ({ x }) => ({ y: tanh(x) }));
    const options = { parameters: {}, inputs: { x: ndarray([1, 1], [0.4]) }, batch: 1 };
    const [slope] = numericalGradient(p, total, options, [{ of: 'inputs', name: 'x', index: 0 }]);
    assert.ok(Math.abs(slope - (1 - Math.tanh(0.4) ** 2)) < 1e-9);
  });

  it('coordinates are repeatable, lie inside their arrays and leave out what is not trained', () => {
    const p = program({ x: [3] }, ({ x }) => ({ y: batchNorm()(dense(3)(x)) }));
    const coordinates = randomCoordinates(p, 2, 200, 4);
    assert.deepEqual(coordinates, randomCoordinates(p, 2, 200, 4));
    assert.notDeepEqual(coordinates, randomCoordinates(p, 2, 200, 5));
    const sizes = new Map([
      ['x', 6],
      ['dense1/weight', 9],
      ['dense1/bias', 3],
      ['batchNorm1/scale', 3],
      ['batchNorm1/shift', 3],
    ]);
    assert.deepEqual([...new Set(coordinates.map(({ name }) => name))].sort(), [...sizes.keys()].sort());
    for (const { name, index } of coordinates) assert.ok(index >= 0 && index < (sizes.get(name) ?? 0));
    // Every place is found: none is out of reach.
    for (const [name, size] of sizes)
      assert.equal(new Set(coordinates.filter((c) => c.name === name).map((c) => c.index)).size, size);
  });
});
