import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stream } from '../../../src/base/random.js';
import { isWinograd } from '../../../src/compile/fuse/emit/convolution/winograd.js';
import {
  inputTransform,
  type Matrix,
  outputTransform,
  weightTransform,
} from '../../../src/compile/fuse/kernels/winograd.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { runReference } from '../../../src/compile/reference/index.js';
import { conv, program, relu, scan, tanh } from '../../../src/dsl/index.js';
import { type Engine, opByOp } from '../../../src/engine/index.js';
import { cotangentsOf, fusedOf, isClose, referenceOptions, tapePull, wasm } from './oracles.js';

const times = (matrix: Matrix, x: readonly number[]): number[] =>
  matrix.map((row) => row.reduce((sum, factor, j) => sum + factor * x[j], 0));

const boundaries = ['zero', 'circular', { fixed: -0.7 }, 'reflect'] as const;

/** Convolutions with enough channels to be mixed, one after another, and within a scan. */
const stack = (
  height: number,
  width: number,
  channels: readonly [number, number],
  boundary: (typeof boundaries)[number],
) =>
  program({ image: [height, width, channels[0]] }, ({ image }) => {
    const up = relu(conv(channels[1], { boundary, name: 'up' })(image));
    const step = conv(channels[1], { boundary, bias: false, name: 'step' });
    const waves = scan({
      steps: 3,
      init: { y: up },
      step: ({ y }) => ({ y: tanh(step(y)) }),
      observe: ({ y }) => y,
    });
    return { up, waves };
  });

describe('convolutions by mixed lines', () => {
  it('are the convolution: six products give four lines', () => {
    const numbers = (length: number) =>
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: length, maxLength: length });
    fc.assert(
      fc.property(numbers(6), numbers(3), (lines, window) => {
        const [d, g] = [times(inputTransform, lines), times(weightTransform, window)];
        const found = times(
          outputTransform,
          d.map((value, k) => value * g[k]),
        );
        for (const [i, value] of found.entries()) {
          const plain = window.reduce((sum, weight, j) => sum + weight * lines[i + j], 0);
          assert.ok(Math.abs(value - plain) < 1e-12);
        }
      }),
    );
  });

  let engine: Engine;
  before(async () => {
    engine = opByOp(await wasm());
  });

  const sizes = fc.record({
    height: fc.constantFrom(4, 8, 12, 20),
    width: fc.constantFrom(8, 12, 16, 20),
    channels: fc.constantFrom([8, 8] as const, [8, 12] as const, [10, 14] as const, [16, 9] as const),
    boundary: fc.constantFrom(...boundaries),
    seed: fc.nat(1000),
  });

  it('equal the reference forward, and the tape backward, at random sizes', () => {
    fc.assert(
      fc.property(sizes, ({ height, width, channels, boundary, seed }) => {
        const [from, to] = channels;
        const window = { height: 3, width: 3, from, to, depthwise: false, boundary };
        assert.ok(isWinograd(window, { height, width }));
        const p = stack(height, width, channels, boundary);
        const parameters = initialParameters(p.graph, seed);
        const fused = fusedOf(p, parameters);
        const random = stream(seed, 'image');
        const count = 2;
        const image = Float32Array.from(
          { length: count * height * width * from },
          () => 2 * random.uniform() - 1,
        );
        const outputs = ['up', 'waves'];
        const expected = Object.entries(
          runReference(p, referenceOptions(p, parameters, { image }, count)).outputs,
        );
        const found = fused.infer({ count, inputs: { image } }, outputs);
        isClose('value', found, Object.fromEntries(expected.map(([name, x]) => [name, x.data])), 3e-6);
        const cotangents = cotangentsOf(p, outputs, count, seed);
        const pulled = fused.vjp({ count, inputs: { image } }, cotangents);
        const tape = tapePull(engine, p, parameters, { image }, count, cotangents);
        isClose('gradient', pulled.parameters, tape.parameters, 2e-5);
        isClose('gradient', pulled.inputs, tape.inputs, 2e-5);
      }),
      { numRuns: 20 },
    );
  });
});
