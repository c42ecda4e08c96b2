/** What `npm run bench:compare` says of times that were measured in turn. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { cases } from '../bench/cases.js';
import {
  baselineCodec,
  compared,
  comparisonRows,
  encodeBaseline,
  passes,
  type Ratio,
  ratiosOf,
} from '../bench/compare/compare.js';
import type { Contender } from '../bench/contenders/protocol.js';
import type { Timed } from '../bench/measure.js';

const timed = (contender: Contender, seconds: readonly number[], batch = 4, name = 'a'): Timed => ({
  row: {
    case: name,
    contender,
    phase: 'train',
    batch,
    secondsMedian: 0,
    secondsMin: 0,
    peakBytes: 0,
    gflops: 0,
  },
  seconds,
});

const pair: Ratio = { case: 'a', phase: 'train', contender: 'fused-2', over: 'stock', ratio: 0.5 };
const now = (ratio: number): readonly Ratio[] => [{ ...pair, ratio }];

describe('a comparison of benchmarks', () => {
  it('takes the ratio of neighbours for one sample, so that a busy machine slows both of a pair', () => {
    const quiet = ratiosOf([timed('fused-2', [1, 1, 1]), timed('stock', [2, 2, 2])]);
    const busy = ratiosOf([timed('fused-2', [1, 7, 1]), timed('stock', [2, 14, 2])]);
    assert.deepEqual(quiet, [pair]);
    assert.deepEqual(busy, quiet);
    assert.equal(ratiosOf([timed('fused-2', [1], 16), timed('stock', [1], 1)])[0].ratio, 1 / 16);
  });

  it('sets ours against others of the same case, and nothing else', () => {
    const found = ratiosOf([
      timed('fused-2', [1]),
      timed('fused-1', [2]),
      timed('op-by-op', [3]),
      timed('stock', [4]),
      timed('torch', [5]),
      timed('stock', [4], 4, 'b'),
    ]);
    assert.deepEqual(
      found.map(({ contender, over }) => `${contender} / ${over}`),
      ['fused-2 / stock', 'fused-2 / torch', 'fused-1 / stock', 'fused-1 / torch'],
    );
  });

  it('flags a ratio that grew by more than a tenth, whatever it was', () => {
    const verdict = (ratio: number): string => compared([pair], now(ratio))[0].verdict;
    assert.equal(verdict(0.549), 'same');
    assert.equal(verdict(0.551), 'slower');
    assert.equal(verdict(0.46), 'same');
    assert.equal(verdict(0.45), 'faster');
    fc.assert(
      fc.property(
        fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        (ratio, factor) => {
          fc.pre(Math.abs(factor - 1.1) > 1e-9);
          const [one] = compared([{ ...pair, ratio }], now(ratio * factor));
          assert.equal(one.verdict === 'slower', factor > 1.1);
        },
      ),
    );
  });

  it('passes where something was compared and nothing is slower', () => {
    assert.ok(passes(compared([pair], now(0.5))));
    assert.ok(passes(compared([pair], now(0.1))));
    assert.ok(!passes(compared([pair], now(0.6))));
    // A run that measured nothing has shown nothing.
    assert.ok(!passes(compared([pair], [])));
    assert.ok(!passes(compared([pair], now(Number.NaN))));
    assert.ok(!passes(compared([], now(0.5))));
    // A case that was left out does not fail the others, and is said.
    const both = compared([pair, { ...pair, over: 'torch' }], now(0.5));
    assert.ok(passes(both));
    assert.deepEqual(
      comparisonRows(both).map((row) => row.at(-1)),
      ['', 'same', 'not measured'],
    );
    assert.ok(comparisonRows(compared([pair], now(0.6)))[1].includes('+20 %'));
  });

  it('has a baseline of cases that there are, which comes back as it is written', () => {
    const text = readFileSync(new URL('../bench/baseline.json', import.meta.url), 'utf8');
    const read = baselineCodec.decode(JSON.parse(text));
    assert.ok(E.isRight(read));
    assert.equal(encodeBaseline(read.right), text);
    assert.ok(read.right.ratios.length > 0);
    for (const { case: name, ratio } of read.right.ratios) {
      assert.ok(
        cases.some((one) => one.name === name),
        name,
      );
      assert.ok(ratio > 0 && Number.isFinite(ratio));
    }
  });
});
