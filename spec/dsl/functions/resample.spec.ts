/** Resampled fields: places, values between sites, derivatives, engines, and what is refused. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  parameter,
  program,
  type Resampling,
  resample,
  type Shape,
  type Tensor,
  upsample,
} from '../../../src/index.js';
import { agrees } from '../agrees.js';
import { near, refused, valuesOfProgram } from '../refusal.js';

const wave = (size: number): readonly number[] => Array.from({ length: size }, (_, i) => Math.sin(1 + i * i));

const outputOf = <const S extends Shape>(
  shape: S,
  f: (x: Tensor<S>) => Tensor,
  x: readonly number[],
): readonly number[] =>
  valuesOfProgram(
    program({ x: shape }, (inputs) => ({ y: f(inputs.x) })),
    { x },
  );

/** The value of a line at a place, half a site from each end, by its definition. */
const at = (x: readonly number[], place: number, how: Resampling): number => {
  const held = Math.min(Math.max(place, 0), x.length - 1);
  if (how === 'nearest') return x[Math.min(Math.floor(place + 0.5), x.length - 1)];
  const lower = Math.min(Math.floor(held), x.length - 2);
  return x.length === 1 ? x[0] : (1 - (held - lower)) * x[lower] + (held - lower) * x[lower + 1];
};

describe('resample', () => {
  for (const how of ['nearest', 'linear'] as const)
    it(`takes lines by the places of their sites: ${how}`, () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 20 }), (n, m) => {
          const x = wave(n);
          near(
            outputOf([n, 1], resample([m], how), x),
            Array.from({ length: m }, (_, i) => at(x, ((i + 0.5) * n) / m - 0.5, how)),
            1e-12,
          );
        }),
        { numRuns: 60, seed: 1 },
      );
    });

  it('is bilinear on grids: what is linear along each axis is met between the outer sites', () => {
    const [h, w, tall, wide] = [4, 5, 7, 3];
    const f = (i: number, j: number): number => 2 + 3 * i - j + 0.5 * i * j;
    const x = Array.from({ length: h * w }, (_, flat) => f(Math.floor(flat / w), flat % w));
    const place = (i: number, n: number, m: number): number =>
      Math.min(Math.max(((i + 0.5) * n) / m - 0.5, 0), n - 1);
    near(
      outputOf([h, w, 1], resample([tall, wide]), x),
      Array.from({ length: tall * wide }, (_, flat) =>
        f(place(Math.floor(flat / wide), h, tall), place(flat % wide, w, wide)),
      ),
    );
  });

  it('has the values of PyTorch where a size doubles: 1/4 and 3/4, the ends held', () =>
    assert.deepEqual(outputOf([3, 1], resample([6]), [0, 4, 8]), [0, 1, 3, 5, 7, 8]));

  it('repeats as upsample does, for the nearest site at a multiple of the size', () =>
    assert.deepEqual(
      outputOf([3, 2, 2], resample([9, 6], 'nearest'), wave(12)),
      outputOf([3, 2, 2], upsample(3), wave(12)),
    ));

  it('keeps constant fields to the bit, and writes nothing if sizes stay', () => {
    const level = new Array<number>(15).fill(0.1);
    assert.deepEqual(new Set(outputOf([5, 3, 1], resample([7, 11]), level)), new Set([0.1]));
    const p = program({ x: [5, 3, 1] }, ({ x }) => ({ y: resample([5, 3])(x) }));
    assert.deepEqual(
      p.graph.nodes.map(({ op }) => op.op),
      ['input'],
    );
  });

  it('has derivatives, and the same values on every engine', async () => {
    await agrees({ x: [6, 2] }, ({ x }) => resample([9])(x));
    await agrees({ x: [6, 2] }, ({ x }) => resample([4], 'nearest')(x));
    await agrees({ x: [3, 5, 2] }, ({ x }) => resample([5, 4])(x));
    await agrees({ x: [2, 3, 2, 2] }, ({ x }) => resample([3, 2, 5])(x));
  });

  it('refuses sizes that are none', () => {
    const line: Tensor<readonly [3, 2]> = parameter('x', [3, 2], { init: 'zeros' });
    assert.match(
      refused(() => resample([0])(line)),
      /^resample: a size is a whole number of at least 1, got 0/,
    );
    const two: Shape = [2, 2];
    const anyway: Tensor<readonly [...number[], number]> = line;
    assert.match(
      refused(() => resample(two)(anyway)),
      /^resample: 2 sizes do not go with a field of \[3,2\]/,
    );
    assert.match(
      refused(() => resample([2], JSON.parse('"cubic"'))(line)),
      /^resample: 'cubic' is no way to resample/,
    );
  });
});
