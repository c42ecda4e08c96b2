/** Noise in fused kernels: the draws of every other interpreter, in fields and lists, before a scan and in its steps. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { fusionPlan } from '../../../src/compile/fuse/coverage/fusion-plan.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { runReference } from '../../../src/compile/reference/index.js';
import { openSession } from '../../../src/compile/tfjs/session/session.js';
import {
  add,
  broadcastLike,
  conv,
  coupling,
  dropout,
  erf,
  gaussian,
  last,
  mul,
  type Program,
  parameter,
  program,
  relu,
  scale,
  scan,
  softmax,
  tanh,
  uniformNoise,
} from '../../../src/dsl/index.js';
import { inPhase } from '../../../src/dsl/phase.js';
import { type Engine, opByOp } from '../../../src/engine/index.js';
import {
  cotangentsOf,
  fusedOf,
  inputsFor,
  isClose,
  isSlope,
  referenceOptions,
  tapePull,
  wasm,
} from './oracles.js';

/** Sizes that the types need not know, which is quicker to check. */
const open: readonly number[] = [5, 6, 2, 3];
const [rows, columns, two, three] = open;

const noisy: Program = program({ x: [rows, columns, two] }, ({ x }) => {
  const [jitter, spark, thermal] = [gaussian('jitter'), uniformNoise('spark'), gaussian('thermal')];
  const neighbours = coupling();
  const start = add(x, scale(0.3, jitter(rows, columns, two)));
  const waves = scan({
    steps: 4,
    init: { z: tanh(conv(3)(start)) },
    step: ({ z }, clock) => {
      const kick = mul(spark(clock, rows, columns, three), tanh(neighbours(z)));
      return { z: tanh(add(add(z, kick), scale(0.1, mul(thermal(clock, rows, columns, three), z)))) };
    },
    observe: ({ z }) => z,
  });
  return { waves, start, drawn: jitter(rows, columns, two) };
});

const dropped: Program = program({ x: [4, 7, 2] }, ({ x }) => {
  const thin = dropout(0.4);
  const waves = scan({
    steps: 3,
    init: { z: relu(conv(3)(dropout(0.25)(x))) },
    step: ({ z }, clock) => ({ z: tanh(conv(3)(thin(z, clock))) }),
    observe: ({ z }) => z,
  });
  return { logits: softmax()(waves) };
});

/** Channels that nothing of a sample pushes but its noise; their field is a list of numbers on a grid. */
const pushed: Program = program({ x: [rows, columns, two] }, ({ x }) => {
  const [kick, walk] = [gaussian('kick'), parameter('walk', [two], { init: { uniform: 1 } })];
  const steps = scan({
    steps: 3,
    init: { z: scale(0.5, walk) },
    step: ({ z }, clock) => {
      const inner = scan({
        steps: 2,
        init: { u: z },
        step: ({ u }) => ({ u: tanh(add(mul(walk, u), kick(clock, two))) }),
        observe: ({ u }) => u,
      });
      return { z: last(inner) };
    },
    observe: ({ z }) => z,
  });
  return { moved: mul(x, broadcastLike(x)(last(steps))), steps };
});

describe('noise in fused kernels', () => {
  const count = 3;
  const samples = [7, 2, 40];
  const noiseSeed = 5;
  let engine: Engine;
  before(async () => {
    engine = opByOp(await wasm());
  });

  for (const [name, made, phase] of [
    ['fields, numbers and steps', noisy, 'inference'],
    ['dropout', dropped, 'training'],
    ['a scan that differs between samples by its noise alone', pushed, 'inference'],
  ] as const)
    it(`has the values and gradients of the reference and of the tape: ${name}`, () => {
      const p = inPhase(made, phase);
      assert.deepEqual(fusionPlan(made).leftOut, []);
      const parameters = initialParameters(p.graph, 3);
      const inputs = inputsFor(p, count, 4);
      const fused = fusedOf(p, parameters);
      const outputs = Object.keys(p.graph.outputs);
      const options = { ...referenceOptions(p, parameters, inputs, count), samples, noiseSeed };
      const part = { count, inputs, samples, noiseSeed };
      const expected = runReference(p, options).outputs;
      const found = fused.infer(part, outputs);
      isClose('value', found, Object.fromEntries(outputs.map((one) => [one, expected[one].data])), 1e-5);
      const cotangents = cotangentsOf(p, outputs, count, 6);
      const pulled = fused.vjp(part, cotangents);
      const tape = tapePull(engine, p, parameters, inputs, count, cotangents, { samples, noiseSeed });
      isClose('gradient', pulled.parameters, tape.parameters, 2e-4);
      isClose('gradient', pulled.inputs, tape.inputs, 2e-4);
      if (phase === 'inference')
        isSlope(pulled, p, cotangents, options, { count: 12, seed: 1, tolerance: 2e-3 });
    });

  it('draws the very bits that op by op draws', () => {
    const parameters = initialParameters(noisy.graph, 3);
    const part = { count, inputs: inputsFor(noisy, count, 4), samples, noiseSeed };
    const { outputs } = runReference(noisy, {
      ...referenceOptions(noisy, parameters, part.inputs, count),
      samples,
      noiseSeed,
    });
    const { drawn } = fusedOf(noisy, parameters).infer(part, ['drawn']);
    assert.deepEqual(Array.from(drawn), Array.from(outputs.drawn.data));
  });

  it('of a session in training and inference is the same with fused kernels and op by op', async () => {
    const bending: Program = program({ x: [4, 6, 1] }, ({ x }) => {
      const thinned = dropout(0.5)(conv(4)(x));
      const bent = erf(conv(4)(thinned));
      return { logits: conv(3)(relu(conv(4)(dropout(0.5)(bent)))) };
    });
    const fusedEngine = await wasm();
    for (const made of [dropped, bending]) {
      const parameters = initialParameters(made.graph, 3);
      const inputs = inputsFor(made, count, 4);
      const [ours, theirs] = [fusedEngine, engine].map((one) =>
        E.getOrElseW((error) => assert.fail(JSON.stringify(error)))(openSession(one, made, parameters)),
      );
      for (const training of [true, false]) {
        const [a, b] = await Promise.all(
          [ours, theirs].map((one) =>
            one.infer({ count, inputs, samples, noiseSeed }, ['logits'], { training, microBatches: [2, 1] }),
          ),
        );
        isClose('value', a.outputs, b.outputs, 1e-5);
      }
      ours.close();
      theirs.close();
    }
  });
});
