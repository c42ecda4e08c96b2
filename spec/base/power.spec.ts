/** Powers: the bits of these are those of correct rounding, whatever version of Node builds a program. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { power } from '../../src/base/power.js';

/** Every `**` of a text that is no comment, with what stands before and after it. */
const powersIn = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => !/^\s*(\*|\/\/|\/\*\*)/.test(line))
    .flatMap((line) => [...line.matchAll(/(\S+) \*\* (\S+)|Math\.pow\S*/g)])
    .map(([found]) => found);

describe('base: power', () => {
  it('is exact where the power is a whole number or a power of ten or two', () => {
    for (let n = 1; n < 30; n++)
      for (let k = 0, exact = 1; exact < 2 ** 53 && k < 40; k++, exact *= n) assert.equal(power(n, k), exact);
    for (let n = -30; n < 23; n++) assert.equal(power(10, n), Number(`1e${n}`));
    for (let n = -1074; n < 1024; n++) assert.equal(power(2, n), 2 ** n);
    for (const x of [2, 3, 0.7, 1e-9, 1e200]) assert.equal(power(x, 0.5), Math.sqrt(x));
  });

  it('gives the bits that arithmetic of 60 digits rounds to', () => {
    // Computed with Python's decimal, 60 digits, from the exact values of the doubles.
    for (const [base, exponent, expected] of [
      [0.9, 7, 0.4782969000000001],
      [0.999, 1234, 0.29094605365002846],
      [14.0, 0.2, 1.6952182030724354],
      [10000.0, -0.375, 0.03162277660168379],
      [3.0, -0.5, 0.5773502691896257],
      [0.1, 0.3, 0.5011872336272724],
      [31.145, 4.352, 3156647.1184843583],
      [39.76, 7.964, 5470045467923.888],
      [36.995, 7.602, 833725964192.4106],
      [1.451, -0.619, 0.7941963224174581],
      [47.168, 2.682, 30812.18470985064],
      [45.045, -6.962, 3.0712306388254842e-12],
      [23.454, -4.562, 5.611389397498025e-7],
      [27.188, 1.331, 81.1252661707075],
      [0.657, -5.099, 8.515971132900921],
      [13.975, 7.494, 383059743.2946045],
    ])
      assert.equal(power(base, exponent), expected);
  });

  it('at its edges is what ** is', () => {
    for (const base of [0, 1, Infinity, NaN, 5e-324, Number.MAX_VALUE])
      for (const exponent of [0, 1, -1, 2, Infinity, -Infinity, NaN, 1e300, -1e300])
        assert.equal(power(base, exponent), base ** exponent, `${base} ** ${exponent}`);
  });

  it('is what every room uses whose numbers become part of a program, its weights or its data', () => {
    const found = ['dsl', 'models', 'compile', 'engine', 'data', 'experiments', 'runner/training'].flatMap(
      (room) =>
        readdirSync(new URL(`../../src/${room}`, import.meta.url), { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.ts'))
          .flatMap((file) =>
            powersIn(readFileSync(new URL(`../../src/${room}/${file}`, import.meta.url), 'utf8'))
              .filter((text) => !/ \*\* 2\b/.test(text) && !/(^|\()2 \*\*/.test(text))
              .map((text) => `${room}/${file}: ${text}`),
          ),
    );
    assert.deepEqual(found, []);
  });
});
