import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  adam,
  adamW,
  type OptimiserState,
  optimise,
  untrained,
} from '../../../src/runner/training/optimiser.js';

const array = fc
  .array(fc.float({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 8 })
  .map((values) => Float32Array.from(values));
const near = (a: number, b: number, within: number): void =>
  assert.ok(Math.abs(a - b) <= within, `${a} is not within ${within} of ${b}`);

describe('optimiser', () => {
  it('moves by the learning rate against the sign of the gradient on its first step', () => {
    const { parameters } = optimise(adam)(
      untrained,
      { w: Float32Array.of(1, 1, 1) },
      { w: Float32Array.of(5, -0.01, 0) },
    );
    near(parameters.w[0], 1 - 1e-3, 1e-7);
    near(parameters.w[1], 1 + 1e-3, 1e-7);
    assert.equal(parameters.w[2], 1);
  });

  it('takes three steps as worked out by hand from Algorithm 1', () => {
    let m = 0;
    let v = 0;
    let p = 0.5;
    let state: OptimiserState = untrained;
    let parameters: Readonly<Record<string, Float32Array>> = { w: Float32Array.of(0.5) };
    for (const [t, g] of [0.3, -0.7, 0.2].entries()) {
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      p -= (1e-3 * (m / (1 - 0.9 ** (t + 1)))) / (Math.sqrt(v / (1 - 0.999 ** (t + 1))) + 1e-8);
      ({ parameters, state } = optimise(adam)(state, parameters, { w: Float32Array.of(g) }));
      near(parameters.w[0], p, 1e-7);
    }
    assert.equal(state.step, 3);
  });

  it('decays weights apart from the gradient in AdamW, through it in Adam', () => {
    const weights = { w: Float32Array.of(2) };
    const still = { w: Float32Array.of(0) };
    near(optimise(adamW)(untrained, weights, still).parameters.w[0], 2 * (1 - 1e-3 * 0.01), 1e-7);
    near(optimise({ ...adam, weightDecay: 0.01 })(untrained, weights, still).parameters.w[0], 2 - 1e-3, 1e-7);
  });

  it('leaves parameters without a gradient alone, decay included, and ignores strangers', () => {
    const weights = { w: Float32Array.of(2), idle: Float32Array.of(3) };
    const { parameters, state } = optimise(adamW)(untrained, weights, {
      w: Float32Array.of(1),
      stranger: Float32Array.of(1),
    });
    assert.deepEqual(parameters.idle, Float32Array.of(3));
    assert.deepEqual(Object.keys(parameters), ['w', 'idle']);
    assert.deepEqual(Object.keys(state.mean), ['w']);
  });

  it('changes nothing in place and is deterministic', () => {
    fc.assert(
      fc.property(array, (values) => {
        const weights = { w: values.slice() };
        const first = optimise(adamW)(untrained, weights, { w: values });
        const second = optimise(adamW)(first.state, first.parameters, { w: values });
        const kept = { parameters: first.parameters.w.slice(), mean: first.state.mean.w.slice() };
        assert.deepEqual(weights.w, values);
        assert.deepEqual(optimise(adamW)(first.state, first.parameters, { w: values }), second);
        assert.deepEqual(first.parameters.w, kept.parameters);
        assert.deepEqual(first.state.mean.w, kept.mean);
      }),
    );
  });

  it('goes on from a state that went through JSON as if nothing had happened', () => {
    fc.assert(
      fc.property(array, (values) => {
        const first = optimise(adam)(untrained, { w: values }, { w: values });
        const written = JSON.stringify({
          step: first.state.step,
          mean: [...first.state.mean.w],
          square: [...first.state.square.w],
        });
        const read: { step: number; mean: number[]; square: number[] } = JSON.parse(written);
        const state = {
          step: read.step,
          mean: { w: Float32Array.from(read.mean) },
          square: { w: Float32Array.from(read.square) },
        };
        assert.deepEqual(
          optimise(adam)(state, first.parameters, { w: values }).parameters,
          optimise(adam)(first.state, first.parameters, { w: values }).parameters,
        );
      }),
    );
  });
});
