/**
 * GraphModels at the edges of arithmetic, by the stock kernels of plain TensorFlow.js: values, and the gradients that
 * its `tf.grad` takes of a graph that is unrolled. Where its own rule differs from the language's, this says so.
 */

import assert from 'node:assert/strict';
import { initialParameters } from '../../../src/compile/parameters.js';
import { data, depthwise, div, inputsOf, program, relu, spectrum } from '../../../src/dsl/index.js';
import { apply } from '../../../src/dsl/tensor.js';
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

  /** Bits, since a NaN that is written down has no sign: that of infinity - infinity is set. */
  const signed = new Float32Array(Uint32Array.of(0x3f800000, 0xffc00000, 0x7fc00000, 0xbf800000).buffer);

  it('keeps a NaN in a depthwise convolution of one tap, on every backend', async () => {
    const p = program({ x: [2, 2, 1] }, ({ x }) => ({
      all: apply(
        'twice',
        { op: 'conv', boundary: 'zero', stride: [1, 1], depthwise: true },
        x,
        data([2, 3], 1, 1, 1, 2),
      ),
      first: depthwise({ kernel: 1, stride: 2, init: { values: [2] } })(x),
    }));
    const x = { shape: [1, 2, 2, 1], data: signed };
    for (const backend of backends) {
      const model = exported(p, initialParameters(p.graph, 0));
      const { values } = await plain.run({ backend, model, inputs: { x } });
      assert.deepEqual(values.all.data.map(Number), [
        2,
        3,
        Number.NaN,
        Number.NaN,
        Number.NaN,
        Number.NaN,
        -2,
        -3,
      ]);
      assert.deepEqual(values.first.data.map(Number), [2]);
    }
  });

  it("has TensorFlow.js's own relu, which makes 0 of a NaN on wasm where its sign is set", async () => {
    const p = program({ x: [4] }, ({ x }) => ({ y: relu(x) }));
    const found = async (backend: 'cpu' | 'wasm') => {
      const inputs = { x: { shape: [1, 4], data: signed } };
      return (await plain.run({ backend, model: exported(p, {}), inputs })).values.y.data;
    };
    assert.deepEqual(await found('cpu'), [1, Number.NaN, Number.NaN, 0]);
    assert.deepEqual(
      await found('wasm'),
      [1, 0, Number.NaN, 0],
      'TensorFlow.js has mended it: say so in the docs',
    );
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
