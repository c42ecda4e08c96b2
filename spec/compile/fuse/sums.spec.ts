/**
 * The error of sums over a grid, over time and over samples, against the exact sum of their terms. A fused sum adds blocks
 * of 64 terms in single precision, with at most 63 roundings; each term is a product, and the result is rounded. So the error
 * is at most 68 2^-24 times the sum of the absolute terms, for 64 terms as for millions, which is 12 log2(n) roundings from
 * 64 terms on. Op by op, a block has 128 terms, of which 32 are added in single precision, and the tape adds the
 * cotangents of successive steps of a scan in single precision.
 */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { openSession } from '../../../src/compile/tfjs/session/session.js';
import {
  add,
  conv,
  dense,
  fill,
  matmul,
  mean,
  type Program,
  parameter,
  program,
  scale,
  scanOver,
  scanWithFinal,
  sum,
} from '../../../src/dsl/index.js';
import { opByOp } from '../../../src/engine/index.js';
import { type Arrays, fusedOf, tapePull, wasm } from './oracles.js';

const rounding = 2 ** -24;

/** A sum, and the sum of the absolute terms. */
interface Sum {
  readonly exact: number;
  readonly sizes: number;
}

const sumOf = (terms: Iterable<number>): Sum => {
  let exact = 0;
  let sizes = 0;
  let lost = 0;
  for (const term of terms) {
    // Neumaier's sum, so that the oracle has no error of its own
    const next = exact + term;
    lost += Math.abs(exact) >= Math.abs(term) ? exact - next + term : term - next + exact;
    exact = next;
    sizes += Math.abs(term);
  }
  return { exact: exact + lost, sizes };
};

/** Whether a sum of these terms is near enough. */
const isSum = (what: string, found: number, terms: Iterable<number> | Sum, roundings = 68): void => {
  const { exact, sizes } = 'exact' in terms ? terms : sumOf(terms);
  const apart = Math.abs(found - exact);
  assert.ok(
    apart <= roundings * rounding * sizes,
    `${what}: ${found} instead of ${exact}, ${(apart / sizes / rounding).toFixed(1)} roundings`,
  );
};

/** Fields on which a sum carried along in single precision goes wrong. */
const fields: Readonly<Record<string, (i: number, n: number) => number>> = {
  constant: () => 1000.1,
  'small after large': (i) => (i === 0 ? 2 ** 24 : 1),
  alternating: (i) => (i % 2 === 0 ? 1000.1 : -999.9),
  'growing by powers of two': (i) => Math.fround(1.1 * 2 ** (i % 20)),
  'large in the middle': (i, n) => (Math.abs(i - n / 2) < 2 ? 1e6 : 0.1),
};

const eachField = (n: number, visit: (name: string, x: Float32Array) => void): void => {
  for (const [name, at] of Object.entries(fields))
    visit(
      name,
      Float32Array.from({ length: n }, (_, i) => at(i, n)),
    );
};

const sizes = [8, 64, 256, 1024] as const;

const roundings: Readonly<Record<string, number>> = { fused: 68, 'op by op': 164 };

/** The gradients by all parameters. */
type Way = (p: Program, inputs: Arrays, cotangents: Arrays, count?: number) => Arrays;

const ones = (n: number): Float32Array => new Float32Array(n).fill(1);

describe('long sums', () => {
  let engine: Awaited<ReturnType<typeof wasm>>;
  /** Compiled once for all fields that they are asked about. */
  const compiled = new WeakMap<Program, ReturnType<typeof fusedOf>>();
  const ways: Readonly<Record<string, Way>> = {
    fused: (p, inputs, cotangents, count = 1) => {
      const fused = compiled.get(p) ?? fusedOf(p, parametersFor(p));
      compiled.set(p, fused);
      return fused.vjp({ count, inputs }, cotangents).parameters;
    },
    'op by op': (p, inputs, cotangents, count = 1) =>
      tapePull(opByOp(engine), p, parametersFor(p), inputs, count, cotangents).parameters,
  };
  const parametersFor = (p: Program): Arrays =>
    Object.fromEntries(Object.entries(initialParameters(p.graph, 0)).map(([name, v]) => [name, v.fill(1)]));

  before(async () => {
    engine = await wasm();
  });

  it('of a field are right on every grid, and what is less its mean is 0', () => {
    for (const size of sizes)
      eachField(size * size, (name, x) => {
        const p = program({ x: [size, size, 1] }, ({ x }) => ({
          total: sum(0, 1, 2)(x),
          level: mean(0, 1)(x),
        }));
        const { total, level } = fusedOf(p, {}).infer({ count: 1, inputs: { x } }, ['total', 'level']);
        isSum(`sum of ${name} at ${size}`, total[0], x);
        isSum(`mean of ${name} at ${size}`, level[0] * size * size, x);
        if (name === 'constant') assert.ok(Math.abs(level[0] - x[0]) <= 2 * 1000.1 * rounding);
      });
  });

  it('of what is large do not overflow where the mean does not', () => {
    const p = program({ x: [64, 64, 1] }, ({ x }) => ({ level: mean(0, 1)(x) }));
    const { level } = fusedOf(p, {}).infer({ count: 1, inputs: { x: ones(4096).fill(1e38) } }, ['level']);
    assert.ok(Math.abs(level[0] / Math.fround(1e38) - 1) <= 2 * rounding, `${level[0]}`);
  });

  for (const [way, run] of Object.entries(ways)) {
    it(`in gradients of layers by weights and biases are right on every grid, ${way}`, () => {
      for (const size of sizes) {
        const n = size * size;
        const dense1 = program({ x: [size, size, 1] }, ({ x }) => ({ y: dense(1, { name: 'layer' })(x) }));
        const conv3 = program({ x: [size, size, 1] }, ({ x }) => ({
          y: conv(1, { kernel: 3, boundary: 'circular', name: 'layer' })(x),
        }));
        // eight channels: lines are mixed, six products for four lines
        const conv8 = program({ x: [size, size, 8] }, ({ x }) => ({
          y: conv(8, { boundary: 'circular', name: 'layer' })(x),
        }));
        // A million terms are added up alike by all; 65,536 by convolutions are many enough.
        const layers = { dense1, ...(size > 256 ? {} : { conv3 }), ...(size > 64 ? {} : { conv8 }) };
        eachField(n, (name, x) => {
          const wanted = sumOf(x);
          for (const [layer, p] of Object.entries(layers)) {
            const channels = layer === 'conv8' ? 8 : 1;
            const slopes = Float32Array.from({ length: n * channels }, (_, i) => x[Math.floor(i / channels)]);
            const parameters = run(p, { x: ones(n * channels) }, { y: slopes });
            for (const [which, found] of Object.entries(parameters))
              for (const [i, one] of found.entries())
                isSum(`${which}[${i}] of ${layer}, slopes ${name} at ${size}`, one, wanted, roundings[way]);
          }
        });
      }
    });

    it(`in gradients by weights that a scan uses 100 times, over 64 x 64 pixels and 3 samples, ${way}`, () => {
      const [size, steps, count] = [64, 100, 3];
      const n = size * size;
      const p = program({ y: [size, size, 1], x: [size, size, 1] }, ({ y, x }) => ({
        last: scanWithFinal({
          steps,
          init: { y },
          step: (state) => ({ y: add(state.y, scale(2 ** -20, dense(1, { name: 'push', bias: true })(x))) }),
          observe: (state) => state.y,
        }).final.y,
      }));
      eachField(n, (name, slopes) => {
        const all = Float32Array.from({ length: count * n }, (_, i) => slopes[i % n]);
        const given = { y: new Float32Array(count * n), x: ones(count * n) };
        const parameters = run(p, given, { last: all }, count);
        for (const [which, [one]] of Object.entries(parameters))
          isSum(
            `${which}, slopes ${name}`,
            one * 2 ** 20,
            repeated(slopes, steps * count),
            roundings[way] + (way === 'fused' ? 0 : steps),
          );
      });
    });
  }

  it('along time are right, however long it is', () => {
    for (const steps of [16, 100, 1000, 4096])
      eachField(steps, (name, x) => {
        const p = program({ x: [steps, 2, 2, 1], y: [2, 2, 1] }, ({ x, y }) => {
          const heard = scanOver({
            over: x,
            init: { y },
            step: (_, now) => ({ y: now }),
            observe: (s) => s.y,
          });
          return { total: sum(0)(heard), level: mean(0)(heard) };
        });
        const given = Float32Array.from({ length: 4 * steps }, (_, i) => x[Math.floor(i / 4)]);
        const { total, level } = fusedOf(p, {}).infer({ count: 1, inputs: { x: given, y: ones(4) } }, [
          'total',
          'level',
        ]);
        for (const one of total) isSum(`sum of ${name} over ${steps} steps`, one, x);
        for (const one of level) isSum(`mean of ${name} over ${steps} steps`, one * steps, x);
      });
  });

  it('over samples are right, of weights and of numbers at each pixel', () => {
    const p = program({ x: [8, 8, 1] }, ({ x }) => ({
      y: add(dense(1, { name: 'layer' })(x), parameter('place', [8, 8, 1], { init: { constant: 1 } })),
    }));
    const count = 300;
    eachField(count, (name, x) => {
      const slopes = Float32Array.from({ length: 64 * count }, (_, i) => x[Math.floor(i / 64)]);
      const parameters = ways.fused(p, { x: ones(64 * count) }, { y: slopes }, count);
      for (const one of parameters.place) isSum(`place, slopes ${name}`, one, x);
      isSum(`weight, slopes ${name}`, parameters['layer/weight'][0], slopes);
    });
  });

  it('over shares of a batch are right, however many there are', async () => {
    const p = program({ x: [4, 4, 1] }, ({ x }) => ({ logits: dense(2, { name: 'layer' })(x) }));
    const count = 256;
    const session = openSession({ ...engine, fused: true }, p, parametersFor(p));
    if (E.isLeft(session)) return assert.fail(JSON.stringify(session.left));
    const batch = {
      count,
      inputs: { x: Float32Array.from({ length: 16 * count }, (_, i) => (i < 16 ? 4000 : 0.001)) },
      labels: new Uint8Array(16 * count),
    };
    const whole = await session.right.gradients(batch, [count]);
    const shared = await session.right.gradients(batch, new Array<number>(count).fill(1));
    session.right.close();
    for (const [name, values] of Object.entries(whole.gradients))
      for (const [i, value] of values.entries()) {
        const apart = Math.abs(shared.gradients[name][i] - value);
        assert.ok(apart <= 3 * rounding * Math.abs(value), `${name}: ${shared.gradients[name][i]}, ${value}`);
      }
  });

  it('of the loss are right on every grid', () => {
    for (const size of sizes) {
      const n = size * size;
      const p = program({ x: [size, size, 2] }, ({ x }) => ({ logits: scale(1, x) }));
      const labels = Uint8Array.from({ length: n }, (_, i) => i % 2);
      const inputs = { x: Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? 12.3 : -1.7)) };
      const found = fusedOf(p, {}).gradients({ count: 1, inputs, labels, weights: [], lossCount: 1 });
      const high = Math.log1p(Math.exp(-14));
      isSum(
        `loss at ${size}`,
        found.loss,
        Array.from(labels, (label) => (label === 0 ? high : 14 + high)),
      );
    }
  });
});

function* repeated(values: Float32Array, times: number): Generator<number> {
  for (let i = 0; i < times; i++) yield* values;
}

describe('sums over very many channels', () => {
  // a copy of each channel was an argument of one call, of which JavaScript allows some hundred thousand
  it('are laid out where there are more than a call has arguments', () => {
    const n = 150_000;
    const made = program({ x: [2, 2, n] }, ({ x }) => ({ each: mean(2)(x), all: mean(0, 1, 2)(x) }));
    const { each, all } = fusedOf(made, {}).infer(
      { count: 1, inputs: { x: new Float32Array(4 * n).fill(1000.1) } },
      ['each', 'all'],
    );
    for (const found of [...each, ...all])
      assert.ok(Math.abs(found - 1000.1) < 68 * rounding * 1000.1, `${found}`);
  });

  it('of a product are off by no more than a rounding for each channel', () => {
    const n = 5000;
    const made = program({ x: [3, 3, n] }, ({ x }) => ({ y: matmul(x, fill(1, n, 2)) }));
    const x = new Float32Array(9 * n).fill(1000.1);
    for (const found of fusedOf(made, {}).infer({ count: 1, inputs: { x } }, ['y']).y)
      isSum('product', found, x.subarray(0, n), n);
  });
});
