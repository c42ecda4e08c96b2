/** Losses: what they are, their gradients against central differences of the reference, and that shares add up. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pipe } from 'fp-ts/lib/function.js';
import { noClass } from '../../../../src/base/no-class.js';
import { stream } from '../../../../src/base/random.js';
import { crossEntropy, type Loss, lossCount, lossOfImage } from '../../../../src/compile/loss.js';
import { equalParts } from '../../../../src/compile/micro-batches.js';
import { initialParameters } from '../../../../src/compile/parameters.js';
import {
  type NdArray,
  ndarray,
  numericalGradient,
  parameterArrays,
  runReference,
} from '../../../../src/compile/reference/index.js';
import { openPool, type Pool } from '../../../../src/compile/tfjs/session/pool.js';
import { openSession } from '../../../../src/compile/tfjs/session/session.js';
import type { Labelled } from '../../../../src/compile/tfjs/session/values.js';
import { conv, mean, type Program, program, tanh } from '../../../../src/dsl/index.js';
import { type Engine, openEngine } from '../../../../src/engine/index.js';
import { right } from '../../../support/either.js';

const classes = 3;
const pixels = 16;
const ofPixels = program({ image: [4, 4, 1] }, ({ image }) => ({
  logits: pipe(image, conv(2), tanh, conv(classes)),
}));
const ofImages = program({ image: [4, 4, 1] }, ({ image }) => ({
  logits: pipe(image, conv(2), tanh, conv(classes), mean(0, 1)),
}));

const weights = fc.oneof(
  fc.constant<readonly number[]>([]),
  fc.array(fc.double({ min: 0.1, max: 4, noNaN: true }), { minLength: classes, maxLength: classes }),
);
const ofRows: fc.Arbitrary<Loss> = fc.oneof(
  fc.record({ name: fc.constant('cross-entropy' as const), weights }),
  fc.record({ name: fc.constant('focal' as const), weights, gamma: fc.constantFrom(0, 0.5, 1, 2, 3.5) }),
);
const anyLoss: fc.Arbitrary<Loss> = fc.oneof(
  ofRows,
  fc.record({ name: fc.constant('dice' as const), weights, smoothing: fc.constantFrom(0.1, 1) }),
);

const batchOf = (loss: Loss, count: number, labelled: number, seed: number): Labelled => {
  const random = stream(seed, 'loss.spec');
  return {
    count,
    inputs: { image: Float32Array.from({ length: count * pixels }, random.normal) },
    labels: Uint8Array.from({ length: count * labelled }, () => random.integer(classes)),
    loss,
  };
};

/** The same with every third label of no class, and all labels of the second image. */
const withIgnored = (batch: Labelled): Labelled => {
  const each = batch.labels.length / batch.count;
  const labels = Int32Array.from(batch.labels, (label, i) =>
    i % 3 === 1 || Math.floor(i / each) === 1 ? noClass : label,
  );
  return { ...batch, labels };
};

/** The batch's loss by the definition, from logits of all images. */
const byDefinition = (loss: Loss, { data }: Pick<NdArray, 'data'>, { labels, count }: Labelled): number => {
  const each = labels.length / count;
  const shares = Array.from({ length: count }, (_, i) =>
    lossOfImage(
      loss,
      data.subarray(i * each * classes, (i + 1) * each * classes),
      classes,
      labels.subarray(i * each, (i + 1) * each),
    ),
  );
  const sum = (of: 'total' | 'count'): number => shares.reduce((all, share) => all + share[of], 0);
  return sum('total') / (sum('count') || 1);
};

const near = (a: number, b: number, within: number): void =>
  assert.ok(Math.abs(a - b) <= within * Math.max(1, Math.abs(b)), `${a} is not within ${within} of ${b}`);

describe('a loss', () => {
  it('is what its definition says, worked out by hand', () => {
    const even = [0, 0];
    const half = Math.LN2;
    near(lossOfImage(crossEntropy, [...even, ...even], 2, [0, 1]).total, 2 * half, 1e-15);
    const weighted: Loss = { name: 'cross-entropy', weights: [1, 3] };
    assert.deepEqual(lossOfImage(weighted, [...even, ...even], 2, [0, 1]), { total: 4 * half, count: 4 });
    near(lossOfImage({ name: 'focal', weights: [], gamma: 2 }, even, 2, [1]).total, half / 4, 1e-15);
    // Two pixels, one of each class, half sure of both: overlap 2 * .5 of 1 + 1, in both classes.
    const dice: Loss = { name: 'dice', weights: [], smoothing: 0 };
    near(lossOfImage(dice, [...even, ...even], 2, [0, 1]).total, 0.5, 1e-15);
    near(lossOfImage(dice, [60, 0, 0, 60], 2, [0, 1]).total, 0, 1e-15);
  });

  it('is over the pixels that have a class', () => {
    const logits = [0, 0, 9, -9, 0, 0, 3, 1];
    for (const loss of [crossEntropy, { name: 'focal', weights: [1, 3], gamma: 2 }] as const)
      assert.deepEqual(
        lossOfImage(loss, logits, 2, [0, noClass, 1, noClass]),
        lossOfImage(loss, [0, 0, 0, 0], 2, [0, 1]),
      );
    const dice: Loss = { name: 'dice', weights: [], smoothing: 1 };
    assert.deepEqual(
      lossOfImage(dice, logits, 2, [0, noClass, 1, noClass]),
      lossOfImage(dice, [0, 0, 0, 0], 2, [0, 1]),
    );
    for (const loss of [crossEntropy, dice])
      assert.deepEqual(lossOfImage(loss, [1, 2], 2, [noClass]), { total: 0, count: 0 });
    assert.equal(lossCount(dice, [noClass, noClass, noClass, 0], 2), 1);
  });

  it('is the cross-entropy when focal with gamma 0, and Dice does not see how many images there are', () => {
    fc.assert(
      fc.property(weights, fc.nat(), (some, seed) => {
        const batch = batchOf(crossEntropy, 1, pixels, seed);
        const logits = Float64Array.from({ length: pixels * classes }, stream(seed, 'logits').normal);
        const plain = lossOfImage({ name: 'cross-entropy', weights: some }, logits, classes, batch.labels);
        const focal = lossOfImage({ name: 'focal', weights: some, gamma: 0 }, logits, classes, batch.labels);
        near(focal.total, plain.total, 1e-12);
        assert.equal(focal.count, plain.count);
        assert.equal(lossCount({ name: 'dice', weights: some, smoothing: 1 }, batch.labels, 7), 7);
      }),
    );
  });

  for (const name of ['wasm', 'cpu'] as const)
    describe(`on ${name}`, () => {
      let engine: Engine;
      before(async () => {
        engine = right(await openEngine(name)());
      });

      const agrees = async (
        p: Program,
        loss: Loss,
        labelled: number,
        seed: number,
        change: (batch: Labelled) => Labelled = (batch) => batch,
      ): Promise<void> => {
        const batch = change(batchOf(loss, 3, labelled, seed));
        const start = initialParameters(p.graph, seed);
        const session = right(openSession(engine, p, start));
        const found = await session.gradients(batch, equalParts(3, 1 + (seed % 3)));
        session.close();
        const options = {
          parameters: parameterArrays(p, start),
          inputs: { image: ndarray([3, 4, 4, 1], batch.inputs.image) },
          batch: 3,
        };
        near(found.loss, byDefinition(loss, runReference(p, options).outputs.logits, batch), 1e-5);
        const random = stream(seed, 'places');
        const places = Object.entries(start).map(([array, values]) => ({
          of: 'parameters' as const,
          name: array,
          index: random.integer(values.length),
        }));
        const slopes = numericalGradient(
          p,
          ({ logits }) => byDefinition(loss, logits, batch),
          options,
          places,
        );
        for (const [i, { name: array, index }] of places.entries())
          near(found.gradients[array][index], slopes[i], 2e-5);
      };

      it('and its gradient are those of the reference, over pixels', () =>
        fc.assert(
          fc.asyncProperty(anyLoss, fc.nat(), (loss, seed) => agrees(ofPixels, loss, pixels, seed)),
          { numRuns: name === 'wasm' ? 18 : 8 },
        ));

      it('and its gradient are those of the reference, over whole images', () =>
        fc.assert(
          fc.asyncProperty(ofRows, fc.nat(), (loss, seed) => agrees(ofImages, loss, 1, seed)),
          { numRuns: 8 },
        ));

      it('and its gradient are those of the reference where pixels or images are of no class', () =>
        fc.assert(
          fc.asyncProperty(anyLoss, ofRows, fc.nat(), async (loss, ofWhole, seed) => {
            await agrees(ofPixels, loss, pixels, seed, withIgnored);
            await agrees(ofImages, ofWhole, 1, seed, withIgnored);
          }),
          { numRuns: 10 },
        ));

      it('does not see what is at an ignored pixel, and is 0 where there is no other', async () => {
        const start = initialParameters(ofPixels.graph, 3);
        const session = right(openSession(engine, ofPixels, start));
        const losses: readonly Loss[] = [
          crossEntropy,
          { name: 'cross-entropy', weights: [1, 2, 3] },
          { name: 'focal', weights: [], gamma: 2 },
          { name: 'dice', weights: [], smoothing: 1 },
        ];
        for (const loss of losses) {
          const none = { ...batchOf(loss, 2, pixels, 4), labels: new Int32Array(2 * pixels).fill(noClass) };
          const found = await session.gradients(none, [1, 1]);
          assert.equal(found.loss, 0, loss.name);
          for (const slopes of Object.values(found.gradients))
            assert.ok(
              slopes.every((slope) => slope === 0),
              loss.name,
            );
          // Beside images of their own, ignored ones change nothing, to the bit, however the batch is cut.
          const one = batchOf(loss, 1, pixels, 5);
          const alone = await session.gradients(one, [1]);
          const image = Float32Array.from([...one.inputs.image, ...none.inputs.image]);
          const labels = Int32Array.from([...one.labels, ...none.labels]);
          const beside = { ...one, count: 3, inputs: { image }, labels };
          assert.deepEqual(await session.gradients(beside, [1, 1, 1]), alone, loss.name);
        }
        session.close();
      });

      it('stays finite where a class is right or wrong beyond doubt, or counts nothing', async () => {
        const sure = program({ image: [4, 4, 1] }, ({ image }) => ({ logits: conv(classes)(image) }));
        const start = initialParameters(sure.graph, 0);
        const far = Object.fromEntries(Object.entries(start).map(([key, v]) => [key, v.map((x) => 1e3 * x)]));
        const session = right(openSession(engine, sure, far));
        const losses: readonly Loss[] = [
          crossEntropy,
          { name: 'cross-entropy', weights: [0, 0, 0] },
          { name: 'focal', weights: [], gamma: 0.5 },
          { name: 'dice', weights: [0, 1, 1], smoothing: 1 },
        ];
        for (const loss of losses) {
          const { loss: total, gradients } = await session.gradients(batchOf(loss, 2, pixels, 1), [1, 1]);
          assert.ok(Number.isFinite(total), loss.name);
          for (const slopes of Object.values(gradients)) assert.ok(slopes.every(Number.isFinite), loss.name);
        }
        session.close();
      });
    });

  describe('shared among workers', () => {
    let here: Pool;
    let shared: Pool;
    before(async () => {
      const engine = right(await openEngine('wasm')());
      const start = initialParameters(ofPixels.graph, 1);
      here = right(await openPool(engine, ofPixels, start, 1)());
      shared = right(await openPool(engine, ofPixels, start, 2)());
      assert.equal(shared.workers, 2, shared.why);
    });
    after(() => {
      here.close();
      shared.close();
    });

    it('has the same bits, and over shares the sum of the whole', () =>
      fc.assert(
        fc.asyncProperty(anyLoss, fc.nat(), fc.integer({ min: 1, max: 5 }), async (loss, seed, parts) => {
          const all = batchOf(loss, 5, pixels, seed);
          const batch = seed % 2 === 0 ? all : withIgnored(all);
          const cut = equalParts(5, parts);
          const expected = await here.gradients(batch, cut);
          assert.deepEqual(await shared.gradients(batch, cut), expected);
          const whole = await here.gradients(batch, [5]);
          near(expected.loss, whole.loss, 1e-5);
          for (const [name, slopes] of Object.entries(whole.gradients))
            for (const [i, slope] of slopes.entries()) near(expected.gradients[name][i], slope, 1e-5);
        }),
        { numRuns: 12 },
      ));
  });
});
