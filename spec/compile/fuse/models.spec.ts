import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stream } from '../../../src/base/random.js';
import { fuse } from '../../../src/compile/fuse/execute/fused.js';
import { crossEntropy, type Loss } from '../../../src/compile/loss.js';
import { equalParts } from '../../../src/compile/micro-batches.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { openPool } from '../../../src/compile/tfjs/session/pool.js';
import { openSession } from '../../../src/compile/tfjs/session/session.js';
import type { Labelled, Session } from '../../../src/compile/tfjs/session/values.js';
import type { Program } from '../../../src/dsl/index.js';
import { type Engine, opByOp } from '../../../src/engine/index.js';
import { modelWithSizesArbitrary } from '../../../src/laws/arbitraries/model.js';
import { buildModel, type ModelSpec, type Sizes } from '../../../src/models/catalogue.js';
import { right } from '../../support/either.js';
import { isClose, wasm } from './oracles.js';

const batchOf = ({ height, width, channels, classes }: Sizes, count: number, seed: number): Labelled => {
  const random = stream(seed, 'models.spec');
  const pixels = count * height * width;
  return {
    count,
    inputs: { image: Float32Array.from({ length: pixels * channels }, random.uniform) },
    labels: Uint8Array.from({ length: pixels }, () => random.integer(classes)),
  };
};

const anyLoss = (classes: number): fc.Arbitrary<Loss> => {
  const weights = fc.array(fc.double({ min: 0.2, max: 2, noNaN: true }), {
    minLength: classes,
    maxLength: classes,
  });
  return fc.oneof(
    fc.constant(crossEntropy),
    fc.record({ name: fc.constant('cross-entropy' as const), weights }),
    fc.record({ name: fc.constant('focal' as const), weights, gamma: fc.constantFrom(0, 1.5, 2) }),
    fc.record({ name: fc.constant('dice' as const), weights, smoothing: fc.constant(1) }),
  );
};

const modelWithLoss = modelWithSizesArbitrary.chain(([spec, sizes]) =>
  fc.tuple(fc.constant(spec), fc.constant(sizes), anyLoss(sizes.classes), fc.nat(99)),
);

const nwmSpec: ModelSpec = {
  name: 'nwm',
  mid: 4,
  channels: 2,
  steps: 8,
  dt: 0.1,
  readout: 'linear',
  hidden: [16],
};
const sizes: Sizes = { height: 9, width: 7, channels: 3, classes: 4 };

describe('fused models', () => {
  let engine: Engine;
  before(async () => {
    engine = await wasm();
  });
  const sessionOf = (on: Engine, p: Program): Session =>
    right(openSession(on, p, initialParameters(p.graph, 3)));

  it('of every family give the losses, gradients and outputs of the op-by-op path, whatever the loss', async () => {
    await fc.assert(
      fc.asyncProperty(modelWithLoss, async ([spec, size, loss, seed]) => {
        const p = right(buildModel(spec, size));
        const [fused, plain] = [sessionOf({ ...engine, fused: true }, p), sessionOf(opByOp(engine), p)];
        const batch = { ...batchOf(size, 3, seed), loss };
        // batch statistics are of what is computed together
        const cut = spec.name === 'unet' ? [3] : [2, 1];
        const [a, b] = [await fused.gradients(batch, cut), await plain.gradients(batch, [3])];
        assert.ok(Math.abs(a.loss - b.loss) < 1e-4 * Math.max(1, b.loss), `loss ${a.loss} not ${b.loss}`);
        // and what they divide by can be tiny, so that their gradient is not known so well in float32
        if (spec.name !== 'unet') isClose('gradient', a.gradients, b.gradients, 1e-3);
        const outputs = Object.keys(p.graph.outputs);
        const [c, d] = [await fused.infer(batch, outputs), await plain.infer(batch, outputs)];
        isClose('output', c.outputs, d.outputs, 1e-3);
        fused.close();
        plain.close();
      }),
      { numRuns: 15 },
    );
  });

  it('give the same bits on one thread and on two, and outputs of the same bits whatever is computed at once', async () => {
    const p = right(buildModel(nwmSpec, sizes));
    const on = { ...engine, fused: true };
    const one = sessionOf(on, p);
    const two = right(await openPool(on, p, initialParameters(p.graph, 3), 2)());
    assert.equal(two.workers, 2, two.why);
    const batch = batchOf(sizes, 7, 1);
    for (const parts of [1, 2, 3, 7]) {
      const cut = equalParts(7, parts);
      assert.deepEqual(await two.gradients(batch, cut), await one.gradients(batch, cut));
      const { outputs } = await two.infer(batch, ['logits', 'waves'], { microBatches: cut });
      assert.deepEqual(outputs, (await one.infer(batch, ['logits', 'waves'])).outputs);
    }
    const [whole, single] = [await one.gradients(batch, [7]), await one.gradients(batch, [3, 3, 1])];
    isClose('gradient', whole.gradients, single.gradients, 1e-5);
    one.close();
    two.close();
  });

  it('need no more memory for a larger batch, and none for another step', () => {
    const p = right(buildModel(nwmSpec, sizes));
    const fused = fuse(p.graph, initialParameters(p.graph, 0)) ?? assert.fail('it is not fused');
    const step = (count: number): number => {
      const { inputs, labels } = batchOf(sizes, count, count);
      const part = { count, inputs, labels, weights: [], lossCount: labels.length };
      fused.gradients(part);
      fused.infer(part, ['logits']);
      return fused.bytes();
    };
    const after = step(1);
    assert.deepEqual([step(2), step(16), step(1)], [after, after, after]);
  });
});
