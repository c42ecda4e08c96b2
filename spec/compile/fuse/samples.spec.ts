import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fusionPlan } from '../../../src/compile/fuse/coverage/fusion-plan.js';
import { fuse } from '../../../src/compile/fuse/execute/fused.js';
import type { FusedProgram } from '../../../src/compile/fuse/execute/program.js';
import { equalParts } from '../../../src/compile/micro-batches.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { runReference } from '../../../src/compile/reference/index.js';
import { openPool } from '../../../src/compile/tfjs/session/pool.js';
import { openSession } from '../../../src/compile/tfjs/session/session.js';
import type { Labelled } from '../../../src/compile/tfjs/session/values.js';
import {
  dense,
  fill,
  last,
  log,
  type OpName,
  type Program,
  program,
  select,
  type Tensor,
} from '../../../src/dsl/index.js';
import { type Engine, opByOp } from '../../../src/engine/index.js';
import { programArbitrary } from '../../../src/laws/arbitraries/program.js';
import { cornnLayer, hornLayer, unicornnLayer } from '../../../src/models/networks/index.js';
import { right } from '../../support/either.js';
import {
  type Arrays,
  cotangentsOf,
  inputsFor,
  isClose,
  isSlope,
  referenceOptions,
  tapePull,
  wasm,
} from './oracles.js';

/** What has pixels in a program of the language, and what is drawn: none of it runs with samples as pixels. */
const exclude: readonly OpName[] = ['conv', 'convTranspose', 'pool', 'batchNorm'];

/** More samples than one block has, not a whole number of blocks, and the last one not a whole number of strips. */
const many = 35;

const bySamples = (p: Program, parameters: Arrays): FusedProgram =>
  fuse(p.graph, parameters, 'samples') ?? assert.fail('it has no samples');

describe('programs whose pixels are samples', () => {
  let engine: Engine;
  before(async () => {
    engine = opByOp(await wasm());
  });

  it('compute what the reference computes in float64, and its gradients', () => {
    let tried = 0;
    fc.assert(
      fc.property(
        programArbitrary({ exclude }),
        fc.constantFrom(1, 3, many),
        ({ program: whole, inputs: feed, seed }, count) => {
          const parameters = initialParameters(whole.graph, seed);
          const fitting = bySamples(whole, parameters);
          const names = Object.keys(whole.graph.outputs).filter((name) => fitting.fits([name]));
          const [first, ...others] = names;
          if (first === undefined) return;
          tried++;
          const p = select(whole, first, ...others);
          const all = feed(count);
          const own = initialParameters(p.graph, seed);
          const fused = bySamples(p, own);
          const inputs = Object.fromEntries(
            Object.keys(inputsFor(p, 1, 0)).map((name) => [name, all[name]] as const),
          );
          const options = referenceOptions(p, own, inputs, count);
          const expected = Object.entries(runReference(p, options).outputs);
          const found = fused.infer({ count, inputs }, names);
          isClose('value', found, Object.fromEntries(expected.map(([name, x]) => [name, x.data])), 3e-4);
          const cotangents = cotangentsOf(p, names, count, seed);
          const pulled = fused.vjp({ count, inputs }, cotangents);
          const tape = tapePull(engine, p, own, inputs, count, cotangents);
          isClose('gradient', pulled.parameters, tape.parameters, 2e-3);
          isClose('gradient', pulled.inputs, tape.inputs, 2e-3);
        },
      ),
      { numRuns: 60 },
    );
    assert.ok(tried > 50, `only ${tried} programs had an output without a grid`);
  });

  /** Classes of sequences by networks of oscillators. */
  const classes = 3;
  const [steps, features, units] = [11, 2, 6];
  const all = (value: number) => fill(value, units);
  type Sequence = Tensor<readonly [typeof steps, typeof features]>;
  const networks: Readonly<Record<string, (x: Sequence) => Tensor<readonly [typeof units]>>> = {
    horn: (x) =>
      last(
        hornLayer({ units, dt: 1, alpha: all(0.4), omega: all(0.22), gamma: all(0.01), feedback: all(0.2) })(
          x,
        ).x,
      ),
    cornn: (x) => last(cornnLayer({ units, dt: 0.1, gamma: 2.7, epsilon: 4.7 })(x).y),
    unicornn: (x) => last(unicornnLayer({ units, dt: 0.1, alpha: 0.9 })(x).y),
  };
  const programs = Object.entries(networks).map(([name, heard]) => ({
    name,
    program: program({ x: [steps, features] }, ({ x }) => ({ logits: dense(classes)(heard(x)) })),
  }));

  const labelled = (p: Program, count: number): Labelled => ({
    count,
    inputs: inputsFor(p, count, 5),
    labels: Uint8Array.from({ length: count }, (_, i) => (i * 7) % classes),
  });

  it('train networks of oscillators as op by op, and as central differences say', async () => {
    for (const { name, program: p } of programs) {
      const parameters = initialParameters(p.graph, 1);
      const batch = labelled(p, many);
      const cut = [20, 15];
      const [found, expected] = await Promise.all(
        [{ ...engine, fused: true }, engine].map(async (on) => {
          const session = right(openSession(on, p, parameters));
          const made = [
            await session.gradients(batch, cut),
            (await session.infer(batch, ['logits'])).outputs,
          ] as const;
          session.close();
          return made;
        }),
      );
      assert.ok(Math.abs(found[0].loss - expected[0].loss) < 1e-5, `${name}: ${found[0].loss}`);
      isClose(`gradient of ${name}`, found[0].gradients, expected[0].gradients, 1e-4);
      isClose(`value of ${name}`, found[1], expected[1], 1e-5);
      const cotangents = cotangentsOf(p, ['logits'], 3, 2);
      const few = inputsFor(p, 3, 6);
      const pulled = bySamples(p, parameters).vjp({ count: 3, inputs: few }, cotangents);
      const options = referenceOptions(p, parameters, few, 3);
      isSlope(pulled, p, cotangents, options, { count: 12, seed: 4, tolerance: 2e-3 });
    }
  });

  it('give the same bits on one thread and on two, and outputs of the same bits whatever is computed at once', async () => {
    const [{ program: p }] = programs;
    const on = { ...engine, fused: true };
    const parameters = initialParameters(p.graph, 1);
    const one = right(openSession(on, p, parameters));
    const two = right(await openPool(on, p, parameters, 2)());
    const batch = labelled(p, 41);
    const { outputs: whole } = await one.infer(batch, ['logits']);
    for (const parts of [1, 2, 3, 41]) {
      const cut = equalParts(41, parts);
      assert.deepEqual(await two.gradients(batch, cut), await one.gradients(batch, cut));
      const { outputs } = await two.infer(batch, ['logits'], { microBatches: cut });
      assert.deepEqual(outputs, whole);
    }
    one.close();
    two.close();
  });

  it('keep a sample that is not a number to itself, and let nothing beside the last one reach a sum', () => {
    // the logarithm of what lies beside the last sample, zero or not, would spoil the sums over samples
    const p = program({ x: [4] }, ({ x }) => ({ y: dense(17)(dense(16)(log(x))) }));
    const parameters = initialParameters(p.graph, 0);
    const fused = bySamples(p, parameters);
    for (const count of [1, 5, 33]) {
      const inputs = { x: Float32Array.from({ length: 4 * count }, (_, i) => 1 + (i % 3)) };
      const y = new Float32Array(17 * count).fill(1);
      fused.infer({ count: 32, inputs: { x: new Float32Array(4 * 32).fill(NaN) } }, ['y']);
      const { parameters: gradients } = fused.vjp({ count, inputs }, { y });
      for (const [name, values] of Object.entries(gradients))
        assert.ok(values.every(Number.isFinite), `${name} of ${count} samples`);
      const spoiled = { x: inputs.x.slice() };
      spoiled.x[0] = NaN;
      const [before, after] = [inputs, spoiled].map(
        (given) => fused.infer({ count, inputs: given }, ['y']).y,
      );
      assert.ok(after.subarray(0, 17).every(Number.isNaN));
      assert.deepEqual(after.subarray(17), before.subarray(17));
    }
  });

  it('have memory that does not grow with the batch', () => {
    const [{ program: p }] = programs;
    const fused = bySamples(p, initialParameters(p.graph, 0));
    const bytesAfter = (count: number): number => {
      const { inputs, labels } = labelled(p, count);
      fused.gradients({ count, inputs, labels, weights: [], lossCount: count });
      return fused.bytes();
    };
    const first = bytesAfter(40);
    assert.deepEqual([bytesAfter(72), bytesAfter(136)], [first, first]);
  });

  it('are planned where a program has no grid', () => {
    for (const { program: p } of programs) assert.deepEqual(fusionPlan(p).leftOut, []);
  });
});
