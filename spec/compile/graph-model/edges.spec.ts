/**
 * GraphModels at the edges of arithmetic, by the stock kernels of plain TensorFlow.js: values, and the gradients that
 * its `tf.grad` takes of a graph that is unrolled. Where its own rule differs from the language's, this says so.
 */

import assert from 'node:assert/strict';
import { initialParameters } from '../../../src/compile/parameters.js';
import { div, inputsOf, program, spectrum } from '../../../src/dsl/index.js';
import { edges, strayed } from '../../support/edges.js';
import { backends, exported } from './against.js';
import { type Filled, type Plain, plainTensorFlow } from './plain.js';

/** What TensorFlow.js decides by itself in `tf.grad`. */
const foreign: Readonly<Record<string, string>> = {
  greater: 'it knows no gradient of Greater, and says so',
  atan2: 'it squares both, which over- and underflow, and is NaN at the origin',
  stopGradient: 'it goes through StopGradient as through Identity',
  sign: 'where x is NaN the gradient is NaN and not 0',
  max: 'where one is NaN neither has a gradient',
  min: 'where one is NaN neither has a gradient',
  clamp: 'where x is NaN it has no gradient',
  'max over channels, with ties and NaN':
    'all places that reach the maximum have the whole gradient, a NaN none',
  'min over channels, with ties and NaN':
    'all places that reach the minimum have the whole gradient, a NaN none',
  'max over pixels, one of them NaN': 'a NaN has no gradient',
  'max pool, with ties, NaN and infinities': 'ties as the backend likes; a NaN has the gradient NaN',
  'max pool of what is all negative or infinite': 'the stock wasm kernel gives what is negative no gradient',
  'mean pool, with NaN, infinities and large numbers': 'a NaN has the gradient NaN',
  'max pool of a volume, with ties, NaN and infinities':
    'ties as the backend likes; a NaN has the gradient NaN',
  'mean pool of a volume, with NaN, infinities and large numbers': 'a NaN has the gradient NaN',
};

/** How far stock kernels are off, beside rounding: the sine of wasm is, whatever its argument. */
const coarse: Readonly<Record<string, number>> = { 'sine near 0': 3e-7 };

describe('a GraphModel at the edges of arithmetic', () => {
  let plain: Plain;
  before(async () => {
    plain = await plainTensorFlow();
  });
  after(() => plain.close());

  for (const { name, program: p, inputs: values, value, gradients, within: own = 0 } of edges)
    it(name, async () => {
      const within = Math.max(own, Object.hasOwn(coarse, name) ? coarse[name] : 0);
      const shapes = inputsOf(p.graph);
      const inputs = Object.fromEntries(
        Object.entries(values).map(([input, data]): [string, Filled] => [
          input,
          { shape: [1, ...shapes[input]], data: Float32Array.from(data) },
        ]),
      );
      const [first] = Object.keys(values);
      const owed = Object.hasOwn(foreign, name) ? undefined : gradients[first];
      for (const backend of backends)
        for (const unroll of [false, true]) {
          const model = exported(p, initialParameters(p.graph, 0), { unroll });
          const found = await plain.run({
            backend,
            model,
            inputs,
            sync: unroll,
            ...(unroll && owed !== undefined ? { gradient: 'y' } : {}),
          });
          assert.deepEqual(strayed(found.values.y.data, value, within), [], `${backend}, unroll ${unroll}`);
          if (unroll && owed !== undefined)
            assert.deepEqual(strayed(found.slope ?? [], owed, within), [], `tf.grad on ${backend}`);
        }
    });

  it('gives silent pixels the gradient 0 beside others', async () => {
    const p = program({ x: [8, 2, 2, 1] }, ({ x }) => ({ y: spectrum(x) }));
    const x = {
      shape: [1, 8, 2, 2, 1],
      data: Float32Array.from({ length: 32 }, (_, i) => (i % 4 === 0 ? i : 0)),
    };
    for (const backend of backends) {
      const model = exported(p, {}, { unroll: true });
      const { slope = [] } = await plain.run({ backend, model, inputs: { x }, sync: true, gradient: 'y' });
      assert.ok(slope.length === 32 && slope.every((v, i) => (i % 4 === 0 ? v !== 0 : v === 0)), `${slope}`);
    }
  });

  it("has TensorFlow.js's own gradient of a quotient, which is infinite where b^2 is 0", async () => {
    const p = program({ b: [1] }, ({ b }) => ({ y: div(b, b) }));
    const model = exported(p, {}, { unroll: true });
    const at = async (b: number) => {
      const inputs = { b: { shape: [1, 1], data: Float32Array.of(b) } };
      return (await plain.run({ backend: 'cpu', model, inputs, sync: true, gradient: 'y' })).slope ?? [];
    };
    assert.deepEqual(await at(2), [0]);
    assert.ok(!Number.isFinite((await at(1e-30))[0]), 'TensorFlow.js has mended it: say so in the docs');
  });
});
