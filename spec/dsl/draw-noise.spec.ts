import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stream } from '../../src/base/random.js';
import { drawNoise } from '../../src/dsl/draw-noise.js';

describe('noise', () => {
  const draw = (seed: number, name: string, sample: number, step: number): Float32Array =>
    drawNoise(seed, name, 'normal', 4, sample, step);

  it('depends on the seed, the name, the sample and the step, and on nothing else', () => {
    const base = draw(1, 'a', 2, 3);
    assert.deepEqual(draw(1, 'a', 2, 3), base);
    const others = [
      draw(2, 'a', 2, 3),
      draw(1, 'b', 2, 3),
      draw(1, 'a', 3, 3),
      draw(1, 'a', 2, 4),
      draw(1, 'a', 3, 2),
    ];
    for (const other of others) assert.notDeepEqual(other, base);
  });

  it('has the bits of the named stream, draw by draw', () => {
    for (const size of [0, 1, 6, 7]) {
      const { normal } = stream(4, 'noise', 'a', 9, 2);
      assert.deepEqual(drawNoise(4, 'a', 'normal', size, 9, 2), Float32Array.from({ length: size }, normal));
      const { uniform } = stream(4, 'noise', 'a', 9);
      assert.deepEqual(
        drawNoise(4, 'a', 'uniform', size, 9),
        Float32Array.from({ length: size }, () => Math.floor(uniform() * 2 ** 24) / 2 ** 24),
      );
    }
  });

  it('of a smaller field is the beginning of that of a larger one', () => {
    assert.deepEqual(
      drawNoise(0, 'a', 'uniform', 9, 0, 0).slice(0, 4),
      drawNoise(0, 'a', 'uniform', 4, 0, 0),
    );
  });

  it('uniform lies in [0, 1) in float32 too: multiples of 2^-24', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (seed, step) => {
        for (const value of drawNoise(seed, 'a', 'uniform', 32, 0, step)) {
          assert.ok(value >= 0 && value < 1);
          assert.ok(Number.isInteger(value * 2 ** 24));
        }
      }),
    );
  });

  it('has the moments of its distribution', () => {
    const moments = (values: Float32Array): readonly [number, number] => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return [mean, values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length];
    };
    // 40,000 draws: five standard errors of the mean are 0.025 and 0.0072, of the variance 0.035 and 0.0019.
    const [mean, variance] = moments(drawNoise(3, 'a', 'normal', 40_000, 0, 0));
    assert.ok(Math.abs(mean) < 0.025 && Math.abs(variance - 1) < 0.035, `${mean}, ${variance}`);
    const [middle, spread] = moments(drawNoise(3, 'a', 'uniform', 40_000, 0, 0));
    assert.ok(Math.abs(middle - 0.5) < 0.0072 && Math.abs(spread - 1 / 12) < 0.0019, `${middle}, ${spread}`);
  });
});
