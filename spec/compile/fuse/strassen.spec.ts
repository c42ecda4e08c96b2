import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stream } from '../../../src/base/random.js';
import { isStrassen } from '../../../src/compile/fuse/emit/dense/strassen.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { runReference } from '../../../src/compile/reference/index.js';
import { dense, program, relu } from '../../../src/dsl/index.js';
import { type Engine, opByOp } from '../../../src/engine/index.js';
import { cotangentsOf, fusedOf, isClose, referenceOptions, tapePull, wasm } from './oracles.js';

/** Layers of which the first and the second are computed by quarters where the sizes allow it. */
const layers = (height: number, width: number, from: number, middle: number, to: number) =>
  program({ image: [height, width, from] }, ({ image }) => {
    const first = relu(dense(middle, { name: 'first' })(image));
    return { all: dense(to, { name: 'last' })(relu(dense(middle, { name: 'second' })(first))) };
  });

describe('dense layers by quarters', () => {
  it('are those with many features, on tiles that are all whole', () => {
    const layer = { op: 'dense', outer: 1, inner: 1, count: 128, to: 256, transposed: false } as const;
    const tile = { most: 8, strips: () => 8 };
    assert.ok(isStrassen(layer, tile, 128));
    assert.ok(!isStrassen(layer, tile, 100), 'a tile with less than 64 pixels');
    assert.ok(!isStrassen({ ...layer, count: 124 }, tile, 128), 'features that cannot be halved');
    assert.ok(!isStrassen({ ...layer, inner: 2 }, tile, 128), 'a layer along an inner axis');
    assert.ok(!isStrassen(layer, { most: 1 }, 128), 'whole planes');
  });

  let engine: Engine;
  before(async () => {
    engine = opByOp(await wasm());
  });

  const sizes = fc.record({
    grid: fc.constantFrom([8, 8] as const, [16, 8] as const, [4, 32] as const, [9, 9] as const),
    from: fc.constantFrom(96, 102, 136, 20),
    middle: fc.constantFrom(128, 136, 152),
    to: fc.constantFrom(3, 100, 128),
    seed: fc.nat(1000),
  });

  it('equal the reference forward, and the tape backward, at random sizes', () => {
    fc.assert(
      fc.property(sizes, ({ grid: [height, width], from, middle, to, seed }) => {
        const p = layers(height, width, from, middle, to);
        const parameters = initialParameters(p.graph, seed);
        const fused = fusedOf(p, parameters);
        const random = stream(seed, 'image');
        const count = 2;
        const pixels = count * height * width;
        const image = Float32Array.from({ length: pixels * from }, () => 2 * random.uniform() - 1);
        const { all } = runReference(p, referenceOptions(p, parameters, { image }, count)).outputs;
        const found = fused.infer({ count, inputs: { image } }, ['all']);
        isClose('value', found, { all: all.data }, 3e-6);
        const cotangents = cotangentsOf(p, ['all'], count, seed);
        const pulled = fused.vjp({ count, inputs: { image } }, cotangents);
        const tape = tapePull(engine, p, parameters, { image }, count, cotangents);
        isClose('gradient', pulled.parameters, tape.parameters, 1e-5);
        isClose('gradient', pulled.inputs, tape.inputs, 1e-5);
      }),
      { numRuns: 8 },
    );
  });
});
