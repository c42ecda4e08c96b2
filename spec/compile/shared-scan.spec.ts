/** Weights that a scan over weights alone computes, such as by power iteration: in every interpreter. */

import assert from 'node:assert/strict';
import { cost } from '../../src/compile/cost/index.js';
import { fusionPlan } from '../../src/compile/fuse/coverage/fusion-plan.js';
import { graphModel } from '../../src/compile/graph-model/index.js';
import { initialParameters } from '../../src/compile/parameters.js';
import { ndarray, numericalGradient } from '../../src/compile/reference/index.js';
import { compileSegments } from '../../src/compile/tfjs/segmented.js';
import {
  conv,
  convolveWith,
  data,
  gaussian,
  matmul,
  mul,
  outputsOf,
  type Program,
  parameter,
  program,
  relu,
  scanWithFinal,
  spectralNorm,
  zeros,
} from '../../src/dsl/index.js';
import type { Engine } from '../../src/engine/index.js';
import { right } from '../support/either.js';
import { oursOn } from './graph-model/against.js';
import { plainTensorFlow } from './graph-model/plain.js';
import { adjoints, caseOf, randoms, reverse, run } from './transform/differentiate.js';
import { distance, opened, runOn, tapeGradient } from './transform/tape.js';

const weight = parameter('weight', [3, 3], { init: { normal: 1 } });
const kernel = parameter('kernel', [3, 3, 2, 2], { init: { normal: 1 } });

const normalised = (): Program =>
  program({ x: [5, 3] }, ({ x }) => ({ y: matmul(x, spectralNorm({ steps: 30 })(weight)) }));

/** A kernel that a scan makes, in a convolution that the kernels of the fused path know. */
const convolved = (): Program =>
  program({ x: [8, 8, 2] }, ({ x }) => {
    const smooth = scanWithFinal({
      steps: 3,
      init: { w: kernel },
      step: ({ w }) => ({ w: mul(w, w) }),
      observe: ({ w }) => w,
    }).final.w;
    return { y: relu(conv(2)(relu(convolveWith(relu(conv(2)(x)), smooth)))) };
  });

describe('a scan over weights alone', () => {
  let engines: readonly Engine[];
  before(async () => {
    engines = [await opened('cpu'), await opened('wasm')];
  });

  it('normalises by the largest singular value: a diagonal by its largest entry, and what is normal stays', () => {
    const p = program({ x: [3] }, ({ x }) => {
      const once = spectralNorm()(data([3, 0, 0, 0, -5, 0, 0, 0, 1], 3, 3));
      return { once: matmul(x, once), twice: matmul(x, spectralNorm()(once)) };
    });
    const { once, twice } = run({ ...caseOf(p), inputs: { x: ndarray([1, 3], [1, 1, 1]) } });
    [0.6, -1, 0.2].forEach((expected, i) => {
      assert.ok(Math.abs(once.data[i] - expected) < 1e-6);
      assert.ok(Math.abs(twice.data[i] - expected) < 1e-6);
    });
    const zero = program({ x: [3] }, ({ x }) => ({ y: matmul(x, spectralNorm()(zeros(3, 3))) }));
    assert.deepEqual([...run(caseOf(zero)).y.data], [0, 0, 0]);
    assert.throws(() => spectralNorm()(zeros(3)), /takes a weight of at least two axes, got \[3\]/);
  });

  for (const [name, make] of Object.entries({ matrix: normalised, kernel: convolved })) {
    it(`${name}: engines, segments and derivatives agree`, () => {
      const c = caseOf(make(), 1, 3);
      const cotangents = randoms(outputsOf(c.program.graph), [3], 5, 'cotangent');
      const found = reverse(c, cotangents);
      const { left, right: moved } = adjoints(c, 4);
      for (const engine of engines) {
        assert.ok(distance(runOn(engine, c), run(c)) < 1e-5);
        const tape = tapeGradient(engine, c, cotangents);
        assert.ok(distance(tape.inputs, found.inputs) < 1e-5);
        assert.ok(distance(tape.parameters, found.parameters) < 1e-5);
        assert.ok(right(compileSegments(engine.tf, c.program)) !== undefined);
      }
      assert.ok(Math.abs(left.value - moved.value) < 1e-3 * (1 + left.size + moved.size));
      const [parameterName] = Object.keys(c.parameters).filter((one) => one === 'weight' || one === 'kernel');
      const places = [0, 4].map((index) => ({ of: 'parameters', name: parameterName, index }) as const);
      const loss = (outputs: ReturnType<typeof run>): number =>
        outputs.y.data.reduce((sum, v, i) => sum + v * cotangents.y.data[i], 0);
      numericalGradient(c.program, loss, c, places).forEach((expected, i) => {
        const gradient = found.parameters[parameterName].data[places[i].index];
        assert.ok(Math.abs(gradient - expected) < 1e-6 * (1 + Math.abs(expected)));
      });
    });

    it(`${name}: a GraphModel holds the weights that come out`, async () => {
      const p = make();
      const parameters = initialParameters(p.graph, 1);
      const plain = await plainTensorFlow();
      const c = caseOf(p, 1, 2);
      const inputs = { x: Float32Array.from(c.inputs.x.data) };
      const model = right(graphModel(p, parameters));
      assert.ok(!JSON.stringify(model).includes('StatelessWhile'));
      const expected = oursOn(engines)('cpu', p, { parameters, inputs, batch: 2 }, ['y']);
      const { values } = await plain.run({
        backend: 'cpu',
        model,
        inputs: { x: { shape: [2, ...c.inputs.x.shape.slice(1)], data: inputs.x } },
        sync: true,
      });
      assert.ok(values.y.data.every((v, i) => Math.abs(v - expected.y[i]) < 1e-5 * (1 + Math.abs(v))));
    });
  }

  it('is computed once for a batch, and fused with what reads it', () => {
    const flops = (batch: number): number => cost(normalised(), { batch }).inference.flops;
    const each = flops(2) - flops(1);
    assert.equal(each, 2 * 5 * 3 * 3);
    assert.deepEqual(fusionPlan(convolved()).leftOut, []);
  });

  it('is not one if it draws noise', () => {
    const noise = gaussian('thermal');
    const { w } = scanWithFinal({
      steps: 2,
      init: { w: kernel },
      step: (s, clock) => ({ w: mul(s.w, noise(clock, 3, 3, 2, 2)) }),
      observe: (s) => s.w,
    }).final;
    assert.equal(w.expr.facts.perSample, true);
  });
});
