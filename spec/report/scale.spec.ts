import { ok, strictEqual } from 'node:assert/strict';
import * as fc from 'fast-check';
import { roundUp, scaleText, symmetricScale } from '../../src/report/scale.js';

describe('report/scale', () => {
  it('rounds up to two digits, by less than a tenth', () => {
    strictEqual(roundUp(0.123), 0.13);
    strictEqual(roundUp(0.12), 0.12);
    strictEqual(roundUp(987), 990);
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1e12, noNaN: true }), (value) => {
        const up = roundUp(value);
        ok(up >= value * (1 - 1e-9) && up <= value * 1.1 + 1e-300);
        strictEqual(roundUp(up), up);
      }),
    );
  });

  it('is the same for a wave and its mirror image, and covers what it should', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true, min: -100, max: 100 }), { minLength: 1 }), (values) => {
        const scale = symmetricScale(values, 1);
        strictEqual(
          symmetricScale(
            values.map((v) => -v),
            1,
          ),
          scale,
        );
        ok(scale > 0);
        ok(values.every((v) => Math.abs(v) <= scale * (1 + 1e-9)));
      }),
    );
  });

  it('is not bleached by a runaway pixel', () => {
    const wave = Float32Array.from({ length: 10_000 }, (_, i) => Math.sin(i));
    wave[17] = 1e6;
    ok(symmetricScale(wave) <= 1);
  });

  it('still shows a wave that is zero nearly everywhere', () => {
    const spark = new Float32Array(10_000);
    spark[3] = -0.25;
    strictEqual(symmetricScale(spark), 0.25);
  });

  it('is 1 where there is nothing to scale', () => {
    strictEqual(symmetricScale(new Float32Array(8)), 1);
    strictEqual(symmetricScale([]), 1);
    strictEqual(symmetricScale([Number.NaN, Number.POSITIVE_INFINITY]), 1);
  });

  it('writes numbers in few characters', () => {
    strictEqual(scaleText(0.35), '0.35');
    strictEqual(scaleText(12), '12');
    strictEqual(scaleText(0.000012), '1.2e-5');
    fc.assert(
      fc.property(fc.double({ min: 1e-30, max: 1e30, noNaN: true }), (v) => {
        ok(scaleText(roundUp(v)).length <= 7);
      }),
    );
  });
});
