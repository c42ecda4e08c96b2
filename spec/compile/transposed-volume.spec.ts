/** Transposed convolutions of volumes, in every interpreter, against plain sums. */

import assert from 'node:assert/strict';
import { initialParameters } from '../../src/compile/parameters.js';
import { numericalGradient, randomCoordinates } from '../../src/compile/reference/index.js';
import { openSession } from '../../src/compile/tfjs/session/session.js';
import { convTranspose3d, mean, type Program, program, shapeOf, tanh, zeros } from '../../src/dsl/index.js';
import { openEngine } from '../../src/engine/index.js';
import { right } from '../support/either.js';
import { fusedOf } from './fuse/oracles.js';
import { assertEqual, backends, exactly, exported, fed, openOurs, waving } from './graph-model/against.js';
import { plainTensorFlow } from './graph-model/plain.js';
import { adjoints, caseOf, inner, randoms, reverse } from './transform/differentiate.js';

const sizes = [2, 3, 2, 2] as const;
const inputs = { image: waving(2 * 24) };

/** Kernels shorter than, as long as, and longer than their stride, the last with taps that meet in three planes. */
const kinds = [
  { kernel: 1, stride: 2 },
  { kernel: 2, stride: 2 },
  { kernel: 3, stride: 2 },
  { kernel: 3, stride: 1 },
] as const;

const written = (options: { readonly kernel: number; readonly stride: number }): Program =>
  program({ image: sizes }, ({ image }) => {
    const volume = tanh(convTranspose3d(3, options)(image));
    return { logits: mean(0)(volume), volume };
  });

/** out[i stride + k, o] = bias[o] + the sum of x[i, c] w[k, o, c]. */
const summed = (
  { kernel, stride }: { readonly kernel: number; readonly stride: number },
  x: Float32Array,
  w: Float32Array,
  bias: Float32Array,
): readonly number[] => {
  const [d, h, v, channels] = sizes;
  const after = [d, h, v].map((n) => (n - 1) * stride + kernel);
  const out: number[] = Array.from({ length: after[0] * after[1] * after[2] * 3 }, (_, i) => bias[i % 3]);
  const each = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);
  for (const i of each(d * h * v))
    for (const k of each(kernel ** 3)) {
      const site = [Math.floor(i / (h * v)), Math.floor(i / v) % h, i % v];
      const tap = [Math.floor(k / kernel ** 2), Math.floor(k / kernel) % kernel, k % kernel];
      const [a, b, c] = site.map((s, axis) => s * stride + tap[axis]);
      for (const o of each(3))
        for (const from of each(channels))
          out[((a * after[1] + b) * after[2] + c) * 3 + o] +=
            x[i * channels + from] * w[(k * 3 + o) * channels + from];
    }
  return out.map(Math.tanh);
};

describe('transposed convolutions of volumes', () => {
  it('have the sizes of lines and planes', () => {
    assert.deepEqual(shapeOf(convTranspose3d(4)(zeros(2, 3, 4, 1))), [4, 6, 8, 4]);
    assert.deepEqual(shapeOf(convTranspose3d(4, { kernel: 3, stride: 1 })(zeros(2, 3, 4, 1))), [4, 5, 6, 4]);
  });

  for (const kind of kinds) {
    const p = written(kind);
    const parameters = initialParameters(p.graph, 1);
    const name = `a kernel of ${kind.kernel} and a stride of ${kind.stride}`;

    it(`${name}: the reference adds up what each site spreads`, () => {
      const { 'convTranspose1/weight': w, 'convTranspose1/bias': bias } = parameters;
      const found = exactly(p, parameters, inputs, 2).volume.data;
      const half = summed(kind, inputs.image.subarray(0, 24), w, bias);
      half.forEach((v, i) => {
        assert.ok(Math.abs(v - found[i]) < 1e-12);
      });
    });

    it(`${name}: fused and op by op, on wasm and cpu, values and gradients are the reference's`, async () => {
      const exact = exactly(p, parameters, inputs, 2).logits.data;
      const labels = Uint8Array.from({ length: exact.length / 3 }, (_, i) => i % 3);
      const found: Record<string, Float32Array>[] = [];
      for (const backend of ['wasm', 'cpu'] as const) {
        const session = right(openSession(right(await openEngine(backend)()), p, parameters));
        const { logits } = (await session.infer({ count: 2, inputs }, ['logits'])).outputs;
        found.push({ ...(await session.gradients({ count: 2, inputs, labels }, [2])).gradients });
        session.close();
        logits.forEach((v, i) => {
          assert.ok(Math.abs(v - exact[i]) < 1e-5, `${v}, exactly ${exact[i]}, on ${backend}`);
        });
      }
      for (const [parameter, values] of Object.entries(found[0]))
        values.forEach((v, i) => {
          assert.ok(Math.abs(v - found[1][parameter][i]) < 1e-5, `${parameter}: ${v}`);
        });
    });

    it(`${name}: forward and reverse mode are adjoint, and reverse mode is the difference quotient`, () => {
      const c = caseOf(p, 3);
      const { left, right } = adjoints(c, 1);
      assert.ok(Math.abs(left.value - right.value) < 1e-11 * Math.max(1, left.size), `${left.value}`);
      const shapes = Object.fromEntries(
        Object.entries(p.graph.outputs).map(([output, n]) => [output, p.graph.nodes[n].shape]),
      );
      const cotangents = randoms(shapes, [1], 5, 'cotangent');
      const back = reverse(c, cotangents);
      const coordinates = randomCoordinates(p, 1, 8, 2);
      const quotients = numericalGradient(p, (outputs) => inner([cotangents, outputs]).value, c, coordinates);
      coordinates.forEach(({ of, name: parameter, index }, i) => {
        assert.ok(Math.abs(back[of][parameter].data[index] - quotients[i]) < 1e-5, parameter);
      });
    });
  }

  it('are fused whole', () => {
    for (const kind of kinds) {
      const p = written(kind);
      assert.ok(fusedOf(p, initialParameters(p.graph, 1)).fits(['logits', 'volume']));
    }
  });

  it('graphs in plain TensorFlow.js give the same, for batches of any size', async () => {
    const [plain, ours] = [await plainTensorFlow(), await openOurs()];
    for (const kind of kinds) {
      const p = written(kind);
      const parameters = initialParameters(p.graph, 1);
      const exact = exactly(p, parameters, inputs, 2);
      for (const backend of backends) {
        const model = exported(p, parameters);
        const expected = ours(backend, p, { parameters, inputs, batch: 2 }, ['logits']);
        const { values } = await plain.run({
          backend,
          model,
          inputs: fed(p, model, inputs, 2),
          sync: true,
        });
        assertEqual(values, expected, exact, `${backend}, ${kind.kernel} by ${kind.stride}`);
      }
    }
  });
});
