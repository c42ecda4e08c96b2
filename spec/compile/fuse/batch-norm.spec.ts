/** Batch norm in fused kernels: a program in stages, between which the whole batch is added up. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../../src/base/error.js';
import { fusionPlan } from '../../../src/compile/fuse/coverage/fusion-plan.js';
import { showPlan } from '../../../src/compile/fuse/coverage/show.js';
import { type PlanGoal, stagedPlan } from '../../../src/compile/fuse/execute/plan.js';
import { runStagedPlan } from '../../../src/compile/fuse/execute/plan-run.js';
import { alone, inStep } from '../../../src/compile/fuse/execute/stages.js';
import { decodeStagedPlan, encodePlan } from '../../../src/compile/fuse/plan/codec.js';
import { keptBytes, type StagedPlan } from '../../../src/compile/fuse/plan/plan.js';
import { printStagedPlan } from '../../../src/compile/fuse/plan/print.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { runReference } from '../../../src/compile/reference/index.js';
import { openPool } from '../../../src/compile/tfjs/session/pool.js';
import { openSession } from '../../../src/compile/tfjs/session/session.js';
import {
  add,
  batchNorm,
  broadcast,
  conv,
  coupling,
  dense,
  dropout,
  fill,
  groupNorm,
  layerNorm,
  mean,
  mul,
  outputsOf,
  type Program,
  program,
  relu,
  reshape,
  scan,
  tanh,
  training,
  where,
} from '../../../src/dsl/index.js';
import { inPhase } from '../../../src/dsl/phase.js';
import { volume } from '../../../src/dsl/shape.js';
import { type Engine, opByOp } from '../../../src/engine/index.js';
import { left, right } from '../../support/either.js';
import {
  type Arrays,
  cotangentsOf,
  distance,
  fusedOf,
  inputsFor,
  isClose,
  isSlope,
  referenceOptions,
  tapePull,
  wasm,
} from './oracles.js';

const residual: Program = program({ x: [5, 6, 2] }, ({ x }) => {
  const first = relu(batchNorm()(conv(4, { bias: false })(x)));
  const second = batchNorm()(conv(4)(dropout(0.2)(first)));
  // one layer used twice, with values of several stages between
  const twice = batchNorm({ name: 'shared', momentum: 0.3 });
  const joined = twice(add(first, second));
  return { logits: conv(3)(tanh(twice(mul(joined, first)))), second };
});

const waves: Program = program({ x: [4, 7, 2] }, ({ x }) => {
  const neighbours = coupling();
  const start = batchNorm()(conv(3)(x));
  const sequence = scan({
    steps: 5,
    init: { y: tanh(start), z: start },
    step: ({ y, z }) => {
      const faster = add(z, tanh(neighbours(y)));
      return { y: add(y, faster), z: faster };
    },
    observe: ({ y }) => tanh(y),
  });
  // over time and space at once, then of a list
  const normal = batchNorm({ epsilon: 1e-3 })(sequence);
  const level = batchNorm()(dense(3)(mean(0, 1, 2)(normal)));
  const back = broadcast(4, 7, 3)(reshape(1, 1, 3)(tanh(level)));
  return { logits: groupNorm(3)(add(layerNorm()(conv(3)(start)), back)), normal, level };
});

describe('batch norm in fused kernels', () => {
  const count = 4;
  const samples = [4, 9, 2, 0];
  const noiseSeed = 8;
  let engine: Engine;
  before(async () => {
    engine = opByOp(await wasm());
  });

  const given = (made: Program) => {
    const p = inPhase(made, 'training');
    const parameters = initialParameters(p.graph, 3);
    for (const [name, values] of Object.entries(parameters))
      if (/scale|shift|mean|variance/.test(name))
        for (const i of values.keys()) values[i] += 0.3 * Math.sin(1 + i);
    const inputs = inputsFor(p, count, 4);
    const run = { training: true, samples, noiseSeed };
    const options = { ...referenceOptions(p, parameters, inputs, count), ...run };
    return { p, parameters, inputs, run, options, outputs: Object.keys(p.graph.outputs) };
  };

  for (const [name, made] of Object.entries({ residual, waves })) {
    it(`has the values, statistics and gradients of the reference and of the tape: ${name}`, () => {
      assert.deepEqual(fusionPlan(made).leftOut, []);
      const { p, parameters, inputs, run, options, outputs } = given(made);
      const fused = fusedOf(p, parameters, true);
      const part = { count, inputs, samples, noiseSeed };
      const expected = runReference(p, options);
      const found = alone(fused.passages.infer(part, outputs));
      assert.deepEqual(alone(fused.passages.infer(part, outputs)), found);
      const plain = (arrays: typeof expected.outputs) =>
        Object.fromEntries(Object.entries(arrays).map(([one, { data }]) => [one, data]));
      isClose('value', found.outputs, plain(expected.outputs), 2e-5);
      isClose('statistic', found.statistics, plain(expected.statistics), 1e-6);
      assert.equal(Object.keys(found.statistics).length, Object.keys(expected.statistics).length);
      const cotangents = cotangentsOf(p, outputs, count, 6);
      const pulled = fused.vjp(part, cotangents);
      const tape = tapePull(engine, p, parameters, inputs, count, cotangents, run);
      isClose('gradient', pulled.parameters, tape.parameters, 3e-4);
      isClose('gradient', pulled.inputs, tape.inputs, 3e-4);
      assert.deepEqual(fused.vjp(part, cotangents), pulled);
      if (name === 'waves') isSlope(pulled, p, cotangents, options, { count: 16, seed: 1, tolerance: 2e-3 });
    });

    it(`in inference takes the running statistics: ${name}`, () => {
      const { parameters, inputs } = given(made);
      const p = inPhase(made, 'inference');
      const outputs = Object.keys(p.graph.outputs);
      const expected = runReference(p, referenceOptions(p, parameters, inputs, count)).outputs;
      const found = fusedOf(p, parameters).infer({ count, inputs }, outputs);
      isClose('value', found, Object.fromEntries(outputs.map((one) => [one, expected[one].data])), 2e-5);
    });
  }

  it('is a plan in stages, which gives the same bits from JSON in both machines', () => {
    const sameBits = (found: Arrays, expected: Arrays): void => {
      for (const [one, values] of Object.entries(found))
        for (const [i, value] of values.entries()) assert.ok(Object.is(value, expected[one][i]), one);
    };
    const planFor = (p: Program, goal: PlanGoal, together = 1): StagedPlan =>
      right(decodeStagedPlan(JSON.parse(encodePlan(stagedPlan(p, goal, together) ?? assert.fail('none')))));
    const { p, parameters, inputs, outputs } = given(waves);
    const fused = fusedOf(p, parameters, true);
    const cotangents = cotangentsOf(p, outputs, count, 6);
    const classes = outputsOf(p.graph).logits.at(-1) ?? 1;
    const size = (count * volume(outputsOf(p.graph).logits)) / classes;
    const labels = Uint8Array.from({ length: size }, (_, i) => (7 * i) % classes);
    const part = { count, inputs };
    const forward = alone(fused.passages.infer(part, outputs));
    const trained = fused.gradients({ ...part, labels, weights: [], lossCount: size });
    const pulled = fused.vjp(part, cotangents);
    const run = { count, parameters, inputs, cotangents, labels, lossCount: size };
    const plans = [{ outputs }, 'gradients' as const, { cotangents: outputs }].map((goal) =>
      planFor(p, goal),
    );
    for (const machine of ['wasm', 'loops'] as const) {
      const [values, loss, slopes] = plans.map((plan) => runStagedPlan(plan, machine, run));
      assert.deepEqual(Object.keys(values.outputs).sort(), [...outputs].sort());
      sameBits(values.outputs, forward.outputs);
      sameBits(forward.statistics, values.statistics);
      sameBits(loss.gradients, trained.gradients);
      assert.equal(loss.loss, trained.loss);
      sameBits(slopes.gradients, pulled.parameters);
      sameBits(slopes.inputGradients, pulled.inputs);
    }
    assert.equal(Math.max(...plans.map(keptBytes)), fused.bytesPerSample());
    assert.match(
      printStagedPlan(plans[0]),
      /^\d+ stages, each over all samples; \d+ bytes are kept of each sample\n\nstage 1\nmemory/,
    );
    // of vectors, whose samples lie in the lanes
    const vectors: Program = program({ x: [6] }, ({ x }) => ({
      y: dense(3)(relu(batchNorm()(dense(5)(x)))),
    }));
    const own = initialParameters(vectors.graph, 3);
    const x = inputsFor(vectors, count, 4);
    const found = runStagedPlan(planFor(vectors, { outputs: ['y'] }, count), 'loops', {
      count,
      parameters: own,
      inputs: x,
    });
    sameBits(found.outputs, fusedOf(vectors, own, true).infer({ count, inputs: x }, ['y']));
  });

  it('states its passes and its memory in what is shown of a program', () => {
    const { p, parameters, inputs } = given(residual);
    const fused = fusedOf(p, parameters, true);
    fused.vjp({ count, inputs }, cotangentsOf(p, ['logits'], count, 6));
    const { batch } = fusionPlan(residual);
    assert.deepEqual(batch, { passes: fused.passes(), bytesPerSample: fused.bytesPerSample() });
    assert.match(
      showPlan(fusionPlan(residual)),
      /\nbatch statistics: a step of training passes \d+ times over all samples, and keeps [\d.,]+ kB of each of them between the passes$/,
    );
    assert.equal(fusionPlan(program({ x: [4, 4, 2] }, ({ x }) => ({ y: conv(2)(x) }))).batch, null);
  });

  it('in a plan from outside reads what was kept, and only statistics that there are', () => {
    const plan = stagedPlan(residual, { outputs: ['logits'] }) ?? assert.fail('none');
    const problem = (changed: StagedPlan): string =>
      E.isLeft(decodeStagedPlan(JSON.parse(encodePlan(changed)), 'p'))
        ? errorMessage(left(decodeStagedPlan(JSON.parse(encodePlan(changed)), 'p')))
        : 'none';
    const [first, ...others] = plan.stages;
    assert.equal(problem(plan), 'none');
    assert.match(
      problem({ ...plan, stages: [{ ...first, keeps: [] }, ...others] }),
      /^p: in stage 2, slot \d+ is read before it is kept$/,
    );
    assert.match(
      problem({ ...plan, stages: [{ ...first, gives: [] }, ...others] }),
      /^p: in stage 2, statistic \d+ is not one of \d+ numbers that an earlier stage gives$/,
    );
    assert.match(
      problem({ ...plan, slots: plan.slots.map(() => 1) }),
      /^p: in stage 1, slot \d+ has not \d+ numbers$/,
    );
    assert.match(
      problem({ ...plan, stages: [{ ...first, keeps: [{ slot: 0, at: 2 ** 40, floats: 1 }] }, ...others] }),
      /lies beyond its memory$/,
    );
  });

  it('of what no sample enters is not fused in training, which samples in lanes say as others do', () => {
    const p: Program = program({ x: [3] }, ({ x }) => ({ y: dense(2)(x), flat: batchNorm()(fill(1, 3)) }));
    const parameters = initialParameters(p.graph, 0);
    assert.deepEqual(
      [false, true].map((training) => fusedOf(p, parameters, training).fits(['flat'])),
      [true, false],
    );
  });

  it('of what no sample enters has its statistics, also where only a scan beside it could be fused', async () => {
    const p: Program = program({ x: [3] }, ({ x }) => {
      const flat = batchNorm()(fill(2, 3));
      return {
        y: scan({
          steps: 2,
          init: { y: x },
          step: ({ y }) => ({ y: mul(tanh(y), flat) }),
          observe: ({ y }) => y,
        }),
      };
    });
    const parameters = initialParameters(p.graph, 0);
    const inputs = inputsFor(p, 2, 1);
    const [fused, plain] = await Promise.all(
      [{ ...engine, fused: true }, engine].map(async (on) => {
        const session = right(openSession(on, p, parameters));
        const found = await session.infer({ count: 2, inputs }, ['y'], { training: true });
        session.close();
        return found;
      }),
    );
    assert.equal(Object.keys(plain.statistics).length, 2);
    isClose('statistic', fused.statistics, plain.statistics, 1e-6);
    isClose('value', fused.outputs, plain.outputs, 1e-6);
  });

  it('moves its statistics where training does not choose it, in sessions as in the reference', async () => {
    const p: Program = program({ x: [4, 4, 2] }, ({ x }) => {
      const first = batchNorm({ name: 'first' })(conv(2)(x));
      const still = batchNorm({ name: 'still' })(x);
      const chosen = where(training, relu(conv(3)(first)), relu(conv(3)(add(still, first))));
      // in the step of a scan too, behind what one of two observations reads
      const inside = batchNorm({ name: 'inside' })(chosen);
      const sequences = scan({
        steps: 2,
        init: { s: chosen },
        step: ({ s }) => ({ s: tanh(s) }),
        observe: ({ s }) => ({ a: s, b: where(training, s, mul(s, inside)) }),
      });
      const { a, b } = sequences;
      // `first` is behind both branches, so this one is decided
      return { logits: add(mean(0)(where(training, a, b)), where(training, relu(chosen), tanh(chosen))) };
    });
    const norms = (made: Program): number =>
      made.graph.nodes.filter(({ op }) => op.op === 'batchNorm').length;
    const choices = JSON.stringify(inPhase(p, 'training').graph).match(/"where"/g) ?? [];
    assert.deepEqual([norms(p), norms(inPhase(p, 'training')), choices.length], [3, 3, 3]);
    const parameters = initialParameters(p.graph, 2);
    const inputs = inputsFor(p, count, 1);
    const options = { ...referenceOptions(p, parameters, inputs, count), training: true };
    const reference = runReference(p, options);
    const plain = (arrays: typeof reference.outputs) =>
      Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, data]));
    const labels = Uint8Array.from({ length: 16 * count }, (_, i) => i % 3);
    const loss = { name: 'cross-entropy', weights: [1, 1, 1] } as const;
    const slopes = [];
    for (const on of [{ ...engine, fused: true }, engine]) {
      const session = right(openSession(on, p, parameters));
      const found = await session.infer({ count, inputs }, ['logits'], { training: true });
      const trained = await session.gradients({ count, inputs, labels, loss }, [count]);
      slopes.push(trained.gradients);
      session.close();
      isClose('value', found.outputs, plain(reference.outputs), 2e-5);
      for (const { statistics } of [found, trained]) {
        assert.equal(Object.keys(statistics).length, 6);
        isClose('statistic', statistics, plain(reference.statistics), 1e-5);
      }
    }
    const [fused, tape] = slopes;
    isClose('gradient', fused, tape, 3e-4);
    // what only inference chooses learns nothing
    for (const name of ['still/scale', 'inside/shift']) assert.ok(fused[name].every((slope) => slope === 0));
  });

  it('of vectors, whose samples lie in the lanes, is over all blocks of them', () => {
    const p: Program = program({ x: [6] }, ({ x }) => ({
      logits: dense(3)(relu(batchNorm()(dense(5)(relu(batchNorm()(dense(8)(x))))))),
    }));
    const parameters = initialParameters(p.graph, 3);
    const many = 37;
    const inputs = inputsFor(p, many, 4);
    const expected = runReference(p, { ...referenceOptions(p, parameters, inputs, many), training: true });
    const fused = fusedOf(p, parameters, true);
    const found = alone(fused.passages.infer({ count: many, inputs }, ['logits']));
    isClose('value', found.outputs, { logits: expected.outputs.logits.data }, 1e-5);
    isClose(
      'statistic',
      found.statistics,
      Object.fromEntries(Object.entries(expected.statistics).map(([one, { data }]) => [one, data])),
      1e-6,
    );
    const cotangents = cotangentsOf(p, ['logits'], many, 6);
    const pulled = fused.vjp({ count: many, inputs }, cotangents);
    const tape = tapePull(engine, p, parameters, inputs, many, cotangents, { training: true });
    isClose('gradient', pulled.parameters, tape.parameters, 3e-4);
    isClose('gradient', pulled.inputs, tape.inputs, 3e-4);
  });

  it('of micro-batches that go through the stages together is that of the whole batch', () => {
    const { p, parameters, inputs } = given(residual);
    const fused = fusedOf(p, parameters, true);
    const labels = Uint8Array.from({ length: count * 30 }, (_, i) => (7 * i) % 3);
    const part = (begin: number, end: number) => ({
      count: end - begin,
      inputs: { x: inputs.x.subarray(begin * 60, end * 60) },
      labels: labels.subarray(begin * 30, end * 30),
      samples: samples.slice(begin, end),
      noiseSeed,
      weights: [1, 2, 0.5],
      lossCount: 120,
    });
    const whole = fused.gradients(part(0, count));
    const run = (program: typeof fused) =>
      alone(inStep([part(0, 1), part(1, count)].map((one) => program.passages.gradients(one))));
    const parts = run(fused);
    assert.ok(Math.abs(parts[0].loss + parts[1].loss - whole.loss) < 1e-6);
    for (const { statistics } of parts) isClose('statistic', statistics, whole.statistics, 1e-7);
    isClose(
      'gradient',
      Object.fromEntries(
        Object.entries(parts[0].gradients).map(([one, values]): [string, Float32Array] => [
          one,
          values.map((v, i) => v + parts[1].gradients[one][i]),
        ]),
      ),
      whole.gradients,
      1e-5,
    );
    // to the bit, however many programs share the work
    assert.deepEqual(run(fusedOf(p, parameters, true)), parts);
  });

  it('in a session trains to the same bits with one thread and two, as op by op, also by segments and with every loss', async () => {
    const parts: Program = program({ x: [6, 6, 1] }, ({ x }) => {
      const first = relu(batchNorm()(conv(4, { bias: false })(x)));
      // a sum over lines of pixels has no fused kernel: what stands before and after it are segments
      const level = mean(0)(first);
      const all = add(first, broadcast(6, 6, 4)(reshape(1, 6, 4)(level)));
      return { logits: conv(3)(relu(batchNorm()(conv(4)(all)))) };
    });
    const fusedEngine = await wasm();
    for (const [made, staged] of [
      [residual, true],
      [parts, false],
    ] as const) {
      const { p, parameters, inputs } = given(made);
      const pixels = volume(outputsOf(p.graph).logits) / 3;
      const labels = Int32Array.from({ length: count * pixels }, (_, i) => ((7 * i) % 4) - 1);
      const sessions = [
        right(openSession(fusedEngine, made, parameters)),
        right(openSession(engine, made, parameters)),
        right(await openPool(fusedEngine, made, parameters, 2)()),
      ];
      for (const loss of [
        { name: 'cross-entropy', weights: [1, 2, 0.5] },
        { name: 'focal', weights: [1, 2, 0.5], gamma: 1.5 },
        { name: 'dice', weights: [], smoothing: 0.5 },
      ] as const) {
        const batch = { count, inputs, labels, loss, samples, noiseSeed };
        const sizes = staged ? [3, 1] : [count];
        const [ours, theirs, two] = [
          await sessions[0].gradients(batch, sizes),
          await sessions[1].gradients(batch, [count]),
          await sessions[2].gradients(batch, sizes),
        ];
        assert.deepEqual(two, ours);
        assert.ok(
          Math.abs(ours.loss - theirs.loss) < 1e-5 * (1 + theirs.loss),
          `${loss.name} ${staged}: ${ours.loss} ${theirs.loss}`,
        );
        isClose('gradient', ours.gradients, theirs.gradients, 1e-4);
        isClose('statistic', ours.statistics, theirs.statistics, 1e-5);
        assert.deepEqual(Object.keys(ours.statistics).sort(), Object.keys(theirs.statistics).sort());
      }
      for (const one of sessions) one.close();
    }
  });

  it('keeps the variance of values far from zero, and gives 0 for what is constant', () => {
    const p: Program = program({ x: [8, 9, 2] }, ({ x }) => ({ y: batchNorm({ epsilon: 1e-9 })(x) }));
    const parameters: Arrays = initialParameters(p.graph, 3);
    const inputs = {
      x: Float32Array.from({ length: 3 * 144 }, (_, i) => (i % 2 === 0 ? 3000 + Math.sin(i) : -7.25)),
    };
    const options = { ...referenceOptions(p, parameters, inputs, 3), training: true };
    const expected = runReference(p, options);
    const { outputs, statistics } = alone(
      fusedOf(p, parameters, true).passages.infer({ count: 3, inputs }, ['y']),
    );
    assert.ok(distance(outputs.y, expected.outputs.y.data) < 1e-3);
    isClose(
      'statistic',
      statistics,
      Object.fromEntries(Object.entries(expected.statistics).map(([one, { data }]) => [one, data])),
      2e-7,
    );
  });
});
