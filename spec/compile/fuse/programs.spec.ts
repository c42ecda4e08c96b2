import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { stream } from '../../../src/base/random.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { runReference } from '../../../src/compile/reference/index.js';
import { openSession } from '../../../src/compile/tfjs/session.js';
import { coupling, program, scan, scanWithFinal, tanh } from '../../../src/dsl/index.js';
import { type Engine, opByOp } from '../../../src/engine/index.js';
import { type Fusable, fusableArbitrary } from './fusable/program.js';
import { cotangentsOf, fusedOf, isClose, isSlope, referenceOptions, tapePull, wasm } from './oracles.js';

const samples = 2;

interface Prepared {
  readonly fused: ReturnType<typeof fusedOf>;
  readonly inputs: ReturnType<Fusable['inputs']>;
  readonly parameters: ReturnType<typeof initialParameters>;
  readonly outputs: readonly string[];
}

const prepared = ({ program, recipe, inputs }: Fusable): Prepared => {
  const parameters = initialParameters(program.graph, recipe.seed);
  const outputs = Object.keys(program.graph.outputs);
  const fused = fusedOf(program, parameters);
  assert.ok(fused.fits(outputs), 'every output can be fused');
  return { fused, inputs: inputs(samples), parameters, outputs };
};

describe('fused kernels of random programs', () => {
  let engine: Engine;
  before(async () => {
    engine = opByOp(await wasm());
  });

  it('compute what the reference computes in float64', () => {
    fc.assert(
      fc.property(fusableArbitrary(), (made) => {
        const { fused, inputs, parameters, outputs } = prepared(made);
        const options = referenceOptions(made.program, parameters, inputs, samples);
        const expected = Object.entries(runReference(made.program, options).outputs);
        const found = fused.infer({ count: samples, inputs }, outputs);
        isClose('value', found, Object.fromEntries(expected.map(([name, x]) => [name, x.data])), 3e-4);
      }),
      { numRuns: 60 },
    );
  });

  it('give the gradients that the tape of TensorFlow.js gives, to the same bits when asked again', () => {
    fc.assert(
      fc.property(fusableArbitrary(), (made) => {
        const { fused, inputs, parameters, outputs } = prepared(made);
        const cotangents = cotangentsOf(made.program, outputs, samples, made.recipe.seed);
        const part = { count: samples, inputs };
        const found = fused.pull(part, cotangents);
        const expected = tapePull(engine, made.program, parameters, inputs, samples, cotangents);
        isClose('gradient', found.parameters, expected.parameters, 2e-3);
        isClose('gradient', found.inputs, expected.inputs, 2e-3);
        assert.deepEqual(fused.pull(part, cotangents), found);
      }),
      { numRuns: 60 },
    );
  });

  it('give the gradients that central differences in float64 give where programs are smooth', () => {
    fc.assert(
      fc.property(fusableArbitrary(true), fc.nat(), (made, seed) => {
        const { fused, inputs, parameters, outputs } = prepared(made);
        const cotangents = cotangentsOf(made.program, outputs, samples, made.recipe.seed);
        const found = fused.pull({ count: samples, inputs }, cotangents);
        const options = referenceOptions(made.program, parameters, inputs, samples);
        isSlope(found, made.program, cotangents, options, { count: 8, seed, tolerance: 2e-3 });
      }),
      { numRuns: 25 },
    );
  });

  it('give the weighted cross-entropy and its gradient', () => {
    fc.assert(
      fc.property(fusableArbitrary(), fc.nat(), (made, seed) => {
        const { fused, inputs } = prepared(made);
        const random = stream(seed, 'programs.spec', 'labels');
        const pixels = made.recipe.grid.reduce((a, b) => a * b, 1);
        const labels = Uint8Array.from({ length: samples * pixels }, () => random.integer(made.classes));
        const weights = Array.from({ length: made.classes }, () => 0.5 + random.uniform());
        const found = fused.gradients({ count: samples, inputs, labels, weights, lossCount: 7 });
        const { logits } = fused.infer({ count: samples, inputs }, ['logits']);
        const slope = softmaxSlope(logits, labels, weights, made.classes, 7);
        assert.ok(Math.abs(found.loss - slope.loss) < 1e-4 * Math.max(1, slope.loss));
        const pulled = fused.pull({ count: samples, inputs }, { logits: slope.slope });
        isClose('gradient', found.gradients, pulled.parameters, 1e-4);
        assert.deepEqual(Object.keys(found.gradients), Object.keys(pulled.parameters));
      }),
      { numRuns: 40 },
    );
  });
});

describe('a scan inside a step', () => {
  it('is left to the op-by-op path, with the same values, beside fused waves', async () => {
    const turn = coupling();
    const nested = program({ y: [6, 6, 1] }, ({ y }) => ({
      waves: scan({
        steps: 3,
        init: { y },
        step: (outer) =>
          scanWithFinal({
            steps: 2,
            init: { y: outer.y },
            step: (inner) => ({ y: tanh(turn(inner.y)) }),
            observe: (inner) => inner.y,
          }).final,
        observe: (outer) => outer.y,
      }),
    }));
    const parameters = initialParameters(nested.graph, 0);
    const inputs = { y: Float32Array.from({ length: 72 }, (_, i) => Math.sin(i)) };
    const session = openSession({ ...(await wasm()), fused: true }, nested, parameters);
    if (E.isLeft(session)) return assert.fail(JSON.stringify(session.left));
    const { outputs } = await session.right.infer({ count: samples, inputs }, ['waves']);
    session.right.close();
    const expected = runReference(nested, referenceOptions(nested, parameters, inputs, samples)).outputs;
    isClose('value', outputs, { waves: expected.waves.data }, 1e-5);
  });
});

/** Softmax cross-entropy in float64, by its definition. */
const softmaxSlope = (
  logits: Float32Array,
  labels: Uint8Array,
  weights: readonly number[],
  classes: number,
  count: number,
): { readonly loss: number; readonly slope: Float32Array } => {
  let loss = 0;
  const slope = new Float32Array(logits.length);
  for (const [pixel, label] of labels.entries()) {
    const here = Array.from(logits.subarray(pixel * classes, (pixel + 1) * classes));
    const largest = Math.max(...here);
    const powers = here.map((v) => Math.exp(v - largest));
    const total = powers.reduce((a, b) => a + b, 0);
    loss += (weights[label] * (Math.log(total) - (here[label] - largest))) / count;
    for (const [k, power] of powers.entries())
      slope[pixel * classes + k] = (weights[label] * (power / total - (k === label ? 1 : 0))) / count;
  }
  return { loss, slope };
};
