import assert from 'node:assert/strict';
import fc from 'fast-check';
import { noClass } from '../../../src/base/no-class.js';
import { otherChief } from '../../../src/experiments/scores/measures.js';
import {
  imageScores,
  predictedClasses,
  scoresOf,
  tallies,
  tallyBatch,
  tallyLogits,
  tallyMap,
} from '../../../src/experiments/scores/scores.js';
import { shownScores } from '../../../src/experiments/shown-scores.js';

const classes = 4;
const pixels = 12;
const map = fc
  .array(fc.integer({ min: 0, max: classes - 1 }), { minLength: pixels, maxLength: pixels })
  .map((values) => Uint8Array.from(values));
const logits = fc
  .array(fc.float({ min: -50, max: 50, noNaN: true }), {
    minLength: pixels * classes,
    maxLength: pixels * classes,
  })
  .map((values) => Float32Array.from(values));

/** Logits that say these classes without doubt. */
const sure = (said: Uint8Array): Float32Array =>
  Float32Array.from({ length: said.length * classes }, (_, i) =>
    said[Math.floor(i / classes)] === i % classes ? 30 : 0,
  );

/** The one-hot definition, spelled out: intersections summed over classes over unions summed over classes. */
const slowIou = (predicted: Uint8Array, target: Uint8Array, counts: (pixel: number) => boolean): number => {
  let intersection = 0;
  let union = 0;
  for (let k = 0; k < classes; k++)
    for (let i = 0; i < target.length; i++)
      if (counts(i)) {
        const [a, b] = [predicted[i] === k, target[i] === k];
        if (a && b) intersection++;
        if (a || b) union++;
      }
  return intersection / union;
};

const close = (a: number | null, b: number | null): void => {
  if (a === null || b === null) assert.equal(a, b);
  else assert.ok(Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b)), `${a} is not ${b}`);
};

describe('scores', () => {
  it('equal the one-hot definition, over all pixels and over the foreground', () => {
    fc.assert(
      fc.property(map, map, (predicted, target) => {
        const scores = imageScores(predicted, target);
        close(
          scores.iou,
          slowIou(predicted, target, () => true),
        );
        close(
          scores.foregroundIou,
          target.some((k) => k !== 0) ? slowIou(predicted, target, (i) => target[i] !== 0) : null,
        );
      }),
    );
  });

  it('work out by hand', () => {
    const predicted = Uint8Array.of(0, 1, 1, 2, 0, 0);
    const target = Uint8Array.of(0, 1, 2, 2, 0, 1);
    assert.deepEqual(imageScores(predicted, target), {
      accuracy: 4 / 6,
      iou: 4 / 8,
      foregroundAccuracy: 2 / 4,
      foregroundIou: 2 / 6,
    });
    const scores = scoresOf(tallyMap(predicted, target));
    close(scores.classMeanIou, (1 / 3 + 1 / 2) / 2);
    close(scores.dice, (2 / 4 + 2 / 3) / 2);
    assert.equal(scores.loss, null);
  });

  it('leave an image without foreground out of the foreground means, and count it', () => {
    const empty = new Uint8Array(pixels);
    const full = Uint8Array.from({ length: pixels }, (_, i) => i % 3);
    const scores = scoresOf(tallies.concat(tallyMap(full, full), tallyMap(empty, empty)));
    assert.equal(scores.foregroundIou, 1);
    assert.equal(scores.foregroundAccuracy, 1);
    assert.equal(scores.imagesWithoutForeground, 1);
    assert.equal(scores.images, 2);
  });

  it('have no foreground score, rather than NaN, where no image has foreground', () => {
    const empty = new Uint8Array(pixels);
    const scores = scoresOf(tallyLogits(sure(empty), classes, empty));
    assert.equal(scores.foregroundIou, null);
    assert.equal(scores.foregroundAccuracy, null);
    assert.equal(scores.foregroundLoss, null);
    assert.equal(scores.dice, null);
    assert.equal(scores.accuracy, 1);
    assert.match(JSON.stringify(scores), /"foregroundIou":null/);
  });

  it('see false positives in class-mean IoU and Dice alone', () => {
    const target = Uint8Array.from({ length: pixels }, (_, i) => (i < 4 ? 1 : 0));
    const generous = new Uint8Array(pixels).fill(1);
    const scores = scoresOf(tallyMap(generous, target));
    assert.equal(scores.foregroundIou, 1);
    close(scores.classMeanIou, 4 / 12);
    close(scores.dice, 8 / 16);
  });

  it('give zero for all background and one for a perfect answer', () => {
    fc.assert(
      fc.property(
        map.filter((m) => m.some((k) => k !== 0)),
        (target) => {
          const perfect = scoresOf(tallyMap(target, target));
          const nothing = scoresOf(tallyMap(new Uint8Array(pixels), target));
          for (const score of ['iou', 'foregroundIou', 'classMeanIou', 'dice'] as const)
            close(perfect[score], 1);
          for (const score of ['foregroundIou', 'foregroundAccuracy', 'classMeanIou', 'dice'] as const)
            assert.equal(nothing[score], 0);
        },
      ),
    );
  });

  it('do not depend on how the images are cut into batches', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(logits, map), { minLength: 2, maxLength: 5 }),
        fc.nat(4),
        (images, at) => {
          const cut = Math.min(at, images.length - 1);
          const whole = images.reduce((sum, [l, t]) => tallyBatch(l, classes, t, 1, sum), tallies.empty);
          const parts = [images.slice(0, cut), images.slice(cut)]
            .filter((part) => part.length > 0)
            .reduce(
              (sum, part) =>
                tallyBatch(
                  Float32Array.from(part.flatMap(([l]) => [...l])),
                  classes,
                  Uint8Array.from(part.flatMap(([, t]) => [...t])),
                  part.length,
                  sum,
                ),
              tallies.empty,
            );
          assert.deepEqual(scoresOf(parts), scoresOf(whole));
        },
      ),
    );
  });

  it('weigh every foreground pixel alike in the foreground loss', () => {
    const one = Uint8Array.from({ length: pixels }, (_, i) => (i === 0 ? 1 : 0));
    const many = new Uint8Array(pixels).fill(1);
    const flat = new Float32Array(pixels * classes);
    const sum = tallies.concat(tallyLogits(sure(one), classes, one), tallyLogits(flat, classes, many));
    close(
      scoresOf(sum).foregroundLoss,
      (pixels * Math.log(classes) + Math.log(1 + 3 * Math.exp(-30))) / (pixels + 1),
    );
  });

  it('take the cross-entropy without overflow', () => {
    const scores = scoresOf(tallyLogits(Float32Array.of(3e38, -3e38, 0, 0), classes, Uint8Array.of(0)));
    assert.equal(scores.loss, 0);
    close(
      scoresOf(tallyLogits(Float32Array.of(1, 2, 3, 4), classes, Uint8Array.of(1))).loss,
      Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3) + Math.exp(4)) - 2,
    );
  });

  it('take the first of equal logits', () => {
    assert.deepEqual(predictedClasses(Float32Array.of(1, 2, 2, 0, 5, 5, 5, 5), 4), Int32Array.of(1, 0));
  });

  it('do not see ignored pixels, and are null where there are no others', () => {
    const logits = Float32Array.from({ length: 12 }, (_, i) => Math.sin(7 * i));
    const target = Int32Array.of(0, noClass, 2, noClass);
    const counted = Float32Array.of(...logits.subarray(0, 3), ...logits.subarray(6, 9));
    assert.deepEqual(tallyLogits(logits, 3, target), tallyLogits(counted, 3, Int32Array.of(0, 2)));
    // Whatever is answered there, and however images are put together.
    const other = logits.map((value, i) => (Math.floor(i / 3) % 2 === 1 ? -5 * value : value));
    assert.deepEqual(tallyLogits(other, 3, target), tallyLogits(logits, 3, target));
    const nothing = tallyLogits(logits, 3, new Int32Array(4).fill(noClass));
    const scores = scoresOf(nothing);
    for (const key of [
      'loss',
      'foregroundLoss',
      'accuracy',
      'iou',
      'foregroundIou',
      'classMeanIou',
      'dice',
    ] as const)
      assert.equal(scores[key], null, key);
    assert.deepEqual([scores.images, scores.imagesWithoutForeground], [1, 1]);
    const both = tallies.concat(tallyLogits(logits, 3, target), nothing);
    assert.equal(scoresOf(both).loss, scoresOf(tallyLogits(logits, 3, target)).loss);
    assert.equal(scoresOf(both).iou, scoresOf(tallyLogits(logits, 3, target)).iou);
  });

  it('of single objects have the foreground ARI, over the pixels of one object alone', () => {
    const target = Uint8Array.from([0, 1, 1, 2, 2, 3, 3, 0]);
    const score = (...predicted: number[]) =>
      scoresOf(tallyMap(Uint8Array.from(predicted), target, 2)).foregroundAri;
    assert.equal(score(0, 2, 2, 1, 1, 0, 1, 2), 1);
    close(score(0, 1, 2, 1, 2, 3, 3, 0) ?? null, -0.5);
    const none = tallyMap(Uint8Array.from([1, 1]), Uint8Array.from([0, 3]), 2);
    assert.equal(scoresOf(none).foregroundAri, null);
    assert.equal(scoresOf(tallies.concat(none, tallyMap(target, target, 2))).foregroundAri, 1);
    assert.ok(!('foregroundAri' in scoresOf(tallyMap(target, target))));
  });

  it('of whole images begin with the accuracy, of pixels with the foreground', () => {
    const kept = { ...scoresOf(tallyMap(Uint8Array.of(1, 2), Uint8Array.of(1, 1))) };
    const first = (target: 'pixel' | 'image') =>
      shownScores({ loss: { name: 'cross-entropy', target, weights: [] }, scores: [] }, [kept]).names[0];
    assert.deepEqual([first('image'), first('pixel')], ['accuracy', 'foregroundIou']);
    assert.deepEqual(otherChief(kept, true), { chief: { name: 'accuracy', value: 0.5 } });
    assert.deepEqual(otherChief(kept, false), {});
  });
});
