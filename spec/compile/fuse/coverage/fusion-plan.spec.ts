import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { canonical } from '../../../../src/base/canonical.js';
import { type FusionPlan, fusionPlan } from '../../../../src/compile/fuse/coverage/fusion-plan.js';
import { showPlan } from '../../../../src/compile/fuse/coverage/show.js';
import { fuse } from '../../../../src/compile/fuse/execute/fused.js';
import { statedData } from '../../../../src/data/task.js';
import {
  add,
  batchNorm,
  concat,
  conv,
  conv3d,
  convTranspose,
  coupling3d,
  dense,
  maxPool,
  maxPool3d,
  meanPool,
  type Program,
  pad,
  program,
  relu,
  resample,
  reverse,
  roll,
  scanWithFinal,
  select,
  sin,
  slice,
  tanh,
} from '../../../../src/dsl/index.js';
import { experimentNamed, experimentNames } from '../../../../src/experiments/catalogue.js';
import type { Experiment } from '../../../../src/experiments/experiment.js';
import { learningFor } from '../../../../src/experiments/model.js';
import { programArbitrary } from '../../../../src/laws/arbitraries/program.js';
import { buildModel, type Sizes } from '../../../../src/models/catalogue.js';
import { buildSystem, systemNamed, systemNames } from '../../../../src/models/systems/index.js';
import { zooModels } from '../../../../src/runner/parity/zoo/cases/index.js';
import { listCases, readCase } from '../../../../src/runner/parity/zoo/manifest.js';
import { fusableArbitrary } from '../fusable/program.js';

const least = 0.95;

/** Every node is in one segment, shares are of one whole, and what is not fused is said with its reason. */
const isWhole = (plan: FusionPlan, { graph }: Program): void => {
  const numbers = plan.segments.flatMap(({ nodes }) => nodes);
  assert.equal(new Set(numbers).size, numbers.length, 'a node is in two segments');
  const share = plan.segments.reduce((sum, segment) => sum + segment.share, 0);
  assert.ok(
    Math.abs(share - 1) < 1e-9 || plan.segments.every(({ flops }) => flops === 0),
    `shares add up to ${share}`,
  );
  for (const { fused, nodes } of plan.segments)
    for (const number of nodes) {
      assert.ok(graph.nodes[number] !== undefined);
      if (fused)
        assert.ok(!plan.leftOut.some(({ node }) => node === number), `node ${number} is fused and left out`);
    }
};

const isMostly = (name: string, trained: Program): void => {
  const plan = fusionPlan(trained);
  assert.ok(plan.fusedShare >= least, `${name}: ${plan.fusedShare}\n${showPlan(plan)}`);
  isWhole(plan, trained);
};

/** What an experiment trains, whose model is a program. */
const programOf = (experiment: Experiment): Program => {
  const data = statedData(experiment.task);
  assert.ok(data !== null, experiment.name);
  const learning = learningFor(experiment, data);
  return E.isRight(learning) ? learning.right.program : assert.fail(experiment.name);
};

describe('the plan of what is fused', () => {
  it('says how far what is no number reaches, where layers share products among pixels', () => {
    const convolved = (channels: number): FusionPlan =>
      fusionPlan(
        program({ x: [16, 16, channels] }, ({ x }) => ({ y: relu(conv(channels)(relu(conv(channels)(x)))) })),
      );
    assert.deepEqual(convolved(4).spreads, []);
    const [lines, ...none] = convolved(8).spreads;
    assert.match(lines, /^fused convolutions of 8 channels and more .* two lines beyond the window$/);
    assert.deepEqual(none, []);
    assert.ok(showPlan(convolved(8)).endsWith(`${lines}; not with --fuse off`));
    const wide = program({ x: [16, 16, 128] }, ({ x }) => ({ y: relu(dense(128)(relu(dense(128)(x)))) }));
    assert.match(
      fusionPlan(wide).spreads.join(),
      /^fused dense layers of 128 features and more .* 32 further/,
    );
    // a convolution that leaves pixels out takes its lines one by one
    const strided = program({ x: [16, 16, 8] }, ({ x }) => ({ y: relu(conv(8, { stride: 2 })(x)) }));
    assert.deepEqual(fusionPlan(strided).spreads, []);
  });

  it('says that a roll spreads what is no number, which is so, and no further than it says', () => {
    const rolled = program({ x: [12, 1] }, ({ x }) => ({ y: sin(roll(0, 2)(x)) }));
    assert.match(fusionPlan(rolled).spreads.join(), /^fused rolls are windows .* as far as the roll goes$/);
    const x = Float32Array.from({ length: 12 }, (_, i) => (i === 6 ? Number.NaN : i / 12));
    const fused = fuse(rolled.graph, {})?.infer({ count: 1, inputs: { x } }, ['y']).y ?? assert.fail();
    // the value at place 6 goes to place 8: op by op that alone is no number
    const places = [...fused.keys()].filter((i) => Number.isNaN(fused[i]));
    assert.ok(places.includes(8) && places.length > 1, places.join());
    assert.ok(
      places.every((i) => Math.abs(i - 6) <= 2),
      places.join(),
    );
    const still = program({ x: [12, 1] }, ({ x }) => ({ y: sin(x) }));
    assert.deepEqual(fusionPlan(still).spreads, []);
  });

  it(`has ${100 * least} % and more of the FLOPs of every model of the catalogue`, () => {
    const seen = new Set<string>();
    const tried = new Set<string>();
    const planned = new Set<string>();
    for (const name of experimentNames) {
      const found = experimentNamed(name, 'small');
      assert.ok(E.isRight(found), name);
      tried.add(name);
      seen.add(found.right.model.name);
      if (found.right.model.name === 'program') {
        isMostly(name, programOf(found.right));
        continue;
      }
      const sizes: Sizes = {
        height: 32,
        width: 32,
        channels: name.startsWith('tetrominoes') ? 3 : 1,
        classes: 7,
      };
      // Experiments of one model differ in what it is trained on.
      const model = canonical({ ...found.right.model, channels: sizes.channels });
      if (planned.has(model)) continue;
      planned.add(model);
      const made = buildModel(found.right.model, sizes);
      assert.ok(E.isRight(made), name);
      isMostly(name, select(made.right, 'logits'));
    }
    assert.equal(tried.size, experimentNames.length);
    assert.ok(
      seen.has('nwm') && seen.has('conv-lstm') && seen.has('cnn') && seen.has('unet') && seen.has('program'),
      [...seen].join(),
    );
  });

  it('has them of the recurrent networks that the publication did not run', () => {
    for (const name of ['conv-gru', 'conv-rnn'] as const)
      for (const readout of ['linear', 'fft', 'last', 'mean', 'max'] as const) {
        const spec = { name, channels: 2, mid: 16, steps: 20, readout, hidden: [256, 256, 256] };
        const made = buildModel(spec, { height: 32, width: 32, channels: 3, classes: 6 });
        assert.ok(E.isRight(made));
        const { fusedShare } = fusionPlan(select(made.right, 'logits'));
        assert.ok(fusedShare >= least, `${name} ${readout}: ${fusedShare}`);
      }
  });

  it('has them of random programs of scans, chains at each pixel and stacks of convolutions', () => {
    fc.assert(
      fc.property(fusableArbitrary(), (made) => {
        const plan = fusionPlan(made.program);
        isWhole(plan, made.program);
        // one in a while only moves what it was given, or computes nothing from it
        fc.pre(plan.segments.some(({ flops }) => flops > 0));
        assert.ok(plan.fusedShare >= least, `${plan.fusedShare}\n${showPlan(plan)}`);
      }),
      { numRuns: 80 },
    );
  });

  it('has them of random programs of every operation', () => {
    fc.assert(
      fc.property(programArbitrary(), ({ program: made }) => {
        const plan = fusionPlan(made);
        isWhole(plan, made);
        assert.ok(plan.flops === 0 || plan.fusedShare >= least, `${plan.fusedShare}\n${showPlan(plan)}`);
      }),
      { numRuns: 80 },
    );
  });

  it('has them of the systems, the examples and the published networks', async () => {
    const isMost = (name: string, made: Program): void => {
      const plan = fusionPlan(made);
      assert.ok(
        plan.flops === 0 || plan.fusedShare >= least,
        `${name}: ${plan.fusedShare}\n${showPlan(plan)}`,
      );
    };
    for (const name of systemNames) {
      const made = pipe(systemNamed(name), E.flatMap(buildSystem));
      isMost(name, E.isRight(made) ? made.right : assert.fail(name));
    }
    const examples = new URL('../../../../examples/', import.meta.url);
    for (const file of readdirSync(examples).filter((each) => each.endsWith('.ts'))) {
      const { default: draft } = await import(new URL(file, examples).href);
      if (draft?.model?.graph !== undefined) isMost(file, draft.model);
    }
    const listed = await listCases('fixtures/networks')();
    assert.ok(E.isRight(listed) && listed.right.length > 0);
    for (const one of listed.right) {
      const read = await readCase('fixtures/networks', one)();
      assert.ok(E.isRight(read), one.name);
      const written = zooModels[read.right.model]?.(read.right);
      if (written === undefined) continue;
      isMost(one.name, E.isRight(written) ? written.right.program : assert.fail(one.name));
    }
  });

  it('has batch statistics in one segment', () => {
    const normed = program({ image: [16, 16, 2] }, ({ image }) => ({
      logits: conv(3)(batchNorm()(relu(conv(8)(relu(conv(8)(image)))))),
    }));
    const plan = fusionPlan(normed);
    isWhole(plan, normed);
    assert.deepEqual(plan.leftOut, []);
    assert.match(showPlan(plan), /^100 % of the FLOPs of a step of training are in fused segments/);
  });

  it('has strides, pools, dilation, groups, volumes and other grids in one segment', () => {
    const isOne = (p: Program): void => {
      const { segments, leftOut, fusedShare } = fusionPlan(p);
      assert.deepEqual(leftOut, []);
      assert.equal(segments.length, 1);
      assert.ok(fusedShare === 1);
    };
    // Sizes that the types do not know: their arithmetic is not what is tested here.
    type Plane = readonly [number, number, number];
    const plane: Plane = [16, 16, 4];
    const odd: Plane = [15, 13, 2];
    const even: Plane = [10, 16, 2];
    const space: readonly [number, number, number, number] = [6, 8, 8, 2];
    const single: typeof space = [6, 8, 8, 1];
    isOne(program({ x: plane }, ({ x }) => ({ y: conv(4, { dilation: 2 })(conv(4, { groups: 2 })(x)) })));
    isOne(program({ x: space }, ({ x }) => ({ y: tanh(conv3d(4)(tanh(maxPool3d(2)(x)))) })));
    isOne(
      program({ y: single }, ({ y }) => ({
        end: scanWithFinal({
          steps: 3,
          init: { y },
          step: (s) => ({ y: tanh(coupling3d()(s.y)) }),
          observe: (s) => s.y,
        }).final.y,
      })),
    );
    isOne(
      program({ x: odd }, ({ x }) => {
        const small = meanPool(3, 2, 'replicate')(relu(conv(4, { stride: 2, boundary: 'reflect' })(x)));
        return {
          y: add(
            resample([15, 13])(conv(2)(small)),
            reverse(0)(pad([[1, 0], 0], 'circular')(slice(x, [1, 0, 0], [14, 13, 2]))),
          ),
        };
      }),
    );
    // an encoder and a decoder, joined at each level
    isOne(
      program({ x: even }, ({ x }) => {
        const wide = relu(conv(4)(x));
        const small = relu(conv(8)(maxPool(2)(wide)));
        return { logits: conv(3, { kernel: 1 })(relu(conv(4)(concat(wide, convTranspose(4)(small))))) };
      }),
    );
  });
});
