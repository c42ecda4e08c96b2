/** Batch normalisation in one kernel: against the JavaScript backend's parts, and against plain loops in float64. */

import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { stream } from '../../../../src/base/random.js';
import { batchNorm, normaliseBy } from '../../../../src/engine/index.js';
import { agree, open } from '../../compare.js';

/** Rows that fill no vector, no block, several blocks; channels that do and do not fill vectors. */
const anyShape = fc.tuple(
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 2, max: 700 }),
  fc.integer({ min: 1, max: 21 }),
);
const [epsilon, momentum] = [1e-5, 0.1];

interface Statistics {
  readonly mean: readonly number[];
  readonly variance: readonly number[];
}

const statisticsOf = (x: Float32Array, channels: number): Statistics => {
  const rows = x.length / channels;
  const mean = Array.from({ length: channels }, () => 0);
  for (const [i, value] of x.entries()) mean[i % channels] += value / rows;
  const variance = mean.map(() => 0);
  for (const [i, value] of x.entries()) variance[i % channels] += (value - mean[i % channels]) ** 2 / rows;
  return { mean, variance };
};

const isNear = (found: Float32Array, expected: readonly number[], tolerance: number, what: string): void => {
  for (const [i, value] of expected.entries())
    assert.ok(
      Math.abs(found[i] - value) <= tolerance * Math.max(1, Math.abs(value)),
      `${what} ${i}: ${found[i]} instead of ${value}`,
    );
};

describe('batch normalisation on wasm', () => {
  it('has the values and gradients that its parts have', () =>
    fc.assert(
      fc.asyncProperty(anyShape, fc.nat(), ([batch, sites, channels], seed) =>
        agree(
          {
            shapes: [[batch, sites, channels], [channels], [channels]],
            run: (tf, [x, scale, shift]) => {
              const running = { mean: tf.zeros([channels]), variance: tf.ones([channels]) };
              return batchNorm(tf, x, { ...running, scale, shift, epsilon, momentum }).value;
            },
          },
          seed,
          // of two rows that happen to be close the variance is small, and what is divided by it not known so well
          batch * sites < 8 ? 1e-2 : 2e-5,
        ),
      ),
      { numRuns: 25 },
    ));

  it('goes by given statistics as its parts do', () =>
    fc.assert(
      fc.asyncProperty(anyShape, fc.nat(), ([batch, sites, channels], seed) =>
        agree(
          {
            shapes: [[batch, sites, channels], [channels], [channels], [channels], [channels]],
            run: (tf, [x, scale, shift, mean, variance]) =>
              normaliseBy(tf, x, { scale, shift, mean, variance, epsilon }),
            between: [0.5, 2],
          },
          seed,
          2e-5,
        ),
      ),
      { numRuns: 15 },
    ));

  it('has the statistics of float64 also where the mean is far larger than the spread', async () => {
    const { tf } = await open('wasm');
    fc.assert(
      fc.property(anyShape, fc.constantFrom(0, 3, 1000), fc.nat(), ([batch, sites, channels], mean, seed) => {
        const random = stream(seed, 'batch-norm.spec');
        const x = Float32Array.from({ length: batch * sites * channels }, () => mean + random.normal());
        const rows = batch * sites;
        const expected = statisticsOf(x, channels);
        const [value, runningMean, runningVariance] = tf.tidy(() => {
          const made = batchNorm(tf, tf.tensor(x, [batch, sites, channels]), {
            mean: tf.fill([channels], 2),
            variance: tf.fill([channels], 3),
            scale: tf.ones([channels]),
            shift: tf.zeros([channels]),
            epsilon,
            momentum,
          });
          return [made.value, made.mean, made.variance].map((tensor) => Float32Array.from(tensor.dataSync()));
        });
        isNear(
          runningMean,
          expected.mean.map((m) => 0.9 * 2 + 0.1 * m),
          1e-6,
          'running mean',
        );
        // the mean that is taken off is rounded to a float
        const rounded = (mean * 2 ** -23) ** 2;
        isNear(
          runningVariance,
          expected.variance.map((v) => 0.9 * 3 + (0.1 * v * rows) / (rows - 1)),
          1e-6 + rounded,
          'running variance',
        );
        const apart = Array.from(x, (v, i) => {
          const c = i % channels;
          return (v - expected.mean[c]) / Math.sqrt(expected.variance[c] + epsilon);
        });
        const least = Math.sqrt(Math.min(...expected.variance) + epsilon);
        isNear(value, apart, 4e-6 + (Math.max(1, mean) * 2 ** -22) / least, 'value');
      }),
      { numRuns: 25 },
    );
  });
});
