/** What a person reads of a fusion plan: the facts of the plan, whatever its layout. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { cost } from '../../../../src/compile/cost/index.js';
import {
  type FusionPlan,
  fusionPlan,
  fusionPlanCodec,
} from '../../../../src/compile/fuse/coverage/fusion-plan.js';
import { showPlan, showPlans } from '../../../../src/compile/fuse/coverage/show.js';
import {
  batchNorm,
  conv,
  coupling,
  type Program,
  program,
  relu,
  reshape,
  scan,
  select,
  sin,
  tanh,
} from '../../../../src/dsl/index.js';
import { buildModel, type ModelSpec } from '../../../../src/models/catalogue.js';
import { right } from '../../../support/either.js';
import { fusableArbitrary } from '../fusable/program.js';

const model = (spec: ModelSpec): Program => {
  const made = buildModel(spec, { height: 32, width: 32, channels: 3, classes: 4 });
  return select(right(made), 'logits');
};

const machine = model({
  name: 'nwm',
  mid: 4,
  channels: 2,
  steps: 8,
  dt: 0.1,
  readout: 'linear',
  hidden: [16],
});
const unet = model({ name: 'unet', base: 2, momentum: 0.1, epsilon: 1e-5 });
/** Waves, which are fused, and beside them a pool and what reads it, which are not. */
const normed = program({ image: [12, 12, 2] }, ({ image }) => {
  const turn = coupling();
  const waves = scan({
    steps: 4,
    init: { y: image },
    step: ({ y }) => ({ y: tanh(turn(y)) }),
    observe: ({ y }) => y,
  });
  return { waves, small: relu(conv(8)(batchNorm()(image))) };
});

/** The rows of a plan's table, as they are read: columns stand apart by two spaces. */
const rowsOf = (text: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/))
    .filter(([first]) => /^\d+$/.test(first));

const mega = (text: string): number => 1e6 * Number(text.replaceAll(',', ''));

const says = (plan: FusionPlan, words: string): void => {
  const [, percent] =
    /^([\d.]+) % of the FLOPs of a step of training are in fused segments/.exec(words) ?? [];
  assert.ok(Math.abs(Number(percent) - 100 * plan.fusedShare) <= 0.05, words);
  const rows = rowsOf(words);
  assert.equal(rows.length, plan.segments.length);
  for (const [i, [number, runs, nodes, flops, bytes, share]] of rows.entries()) {
    const segment = plan.segments[i];
    assert.equal(Number(number), i + 1);
    assert.equal(runs, segment.fused ? 'fused' : 'op by op');
    assert.equal(Number(nodes), segment.nodes.length);
    assert.ok(Math.abs(mega(flops) - segment.flops) <= 0.05e6);
    assert.ok(Math.abs(mega(bytes) - segment.bytes) <= 0.05e6);
    assert.ok(Math.abs(Number.parseFloat(share) - 100 * segment.share) <= 0.05);
  }
  const reasons = words.split('\n').slice(words.split('\n').indexOf('op by op:') + 1);
  for (const { node, operation, why } of plan.leftOut)
    assert.ok(
      reasons.some(
        (line) =>
          line.trim().startsWith(`${why}: `) &&
          new RegExp(`${operation} \\(nodes?[^)]* ${node}[,)]`).test(line),
      ),
      `node ${node}, ${operation}: ${why}: is not in\n${words}`,
    );
};

/** Everything that a step computes but Adam's arithmetic is in one of the segments. */
const isAll = (plan: FusionPlan, of: Program): void => {
  const { nodes } = cost(of, { batch: 1 });
  const all = nodes.reduce((sum, { forwardFlops, backwardFlops }) => sum + forwardFlops + backwardFlops, 0);
  assert.equal(
    plan.segments.reduce((sum, { flops }) => sum + flops, 0),
    all,
  );
};

describe('a fusion plan as text', () => {
  it('of a wave machine has one segment and nothing left out', () => {
    const plan = fusionPlan(machine);
    const words = showPlan(plan);
    says(plan, words);
    isAll(plan, machine);
    assert.match(words, /^100 % of/);
    assert.deepEqual(
      rowsOf(words).map(([, runs]) => runs),
      ['fused'],
    );
    assert.doesNotMatch(words, /op by op:/);
  });

  it('of a program with parts that have no kernel says which, and why each', () => {
    const whole = fusionPlan(normed);
    const [{ nodes, ...segment }] = whole.segments;
    const node = normed.graph.nodes.findIndex(({ op }) => op.op === 'batchNorm');
    const why = 'statistics of a batch are fused only in a program that is fused as a whole';
    const plan = {
      ...whole,
      segments: [
        { ...segment, nodes: nodes.filter((one) => one !== node), share: 0.75 },
        { ...segment, fused: false, nodes: [node], operations: ['batchNorm'], share: 0.25 },
      ],
      leftOut: [{ node, operation: 'batchNorm', why }],
      fusedShare: 0.75,
    };
    const words = showPlan(plan);
    assert.match(words, /^75\.0 % of/);
    assert.ok(words.includes(`${why}: batchNorm (node ${node})`), words);
  });

  it('of a U-Net is one segment with its batch statistics, pools and transposed convolutions', () => {
    const plan = fusionPlan(unet);
    const words = showPlan(plan);
    says(plan, words);
    isAll(plan, unet);
    assert.match(words, /^100 % of/);
    assert.deepEqual(plan.leftOut, []);
  });

  it('says what the shares are of: a step of training, one evaluation, or nothing', () => {
    const fixed = program({ x: [8, 8, 1] }, ({ x }) => ({ y: sin(x) }));
    const moved = program({ x: [8, 8, 1] }, ({ x }) => ({ y: reshape(64)(x) }));
    assert.match(showPlan(fusionPlan(fixed)), / % of the FLOPs of one evaluation are in fused segments\n/);
    assert.match(
      showPlan(fusionPlan(moved)),
      /^there are no FLOPs: values are moved, and nothing is computed\n/,
    );
    assert.doesNotMatch(showPlans([['moved', fusionPlan(moved)]]), /%/);
  });

  it('of several is a line each', () => {
    const plans = [machine, unet].map((one, i) => [`member ${i}`, fusionPlan(one)] as const);
    const [, first, second] = showPlans(plans).split('\n');
    assert.match(first, /^member 0 +100 % +1$/);
    assert.match(second, /^member 1 +100 % +1$/);
  });
});

describe('a fusion plan as data', () => {
  const read = (value: unknown) => fusionPlanCodec.decode(value);

  it('comes back from JSON, of any program', () => {
    for (const one of [machine, normed, unet]) {
      const plan = fusionPlan(one);
      assert.deepEqual(read(JSON.parse(JSON.stringify(plan))), E.right(plan));
    }
    fc.assert(
      fc.property(fusableArbitrary(), ({ program: made }) => {
        const plan = fusionPlan(made);
        assert.deepEqual(read(JSON.parse(JSON.stringify(plan))), E.right(plan));
      }),
      { numRuns: 20 },
    );
  });

  it('is refused where a field is missing, strange or of another kind', () => {
    const plan = fusionPlan(unet);
    const { fusedShare: _, ...without } = plan;
    for (const wrong of [without, { ...plan, more: 1 }, { ...plan, fusedShare: '1' }, [], null])
      assert.ok(E.isLeft(read(wrong)), JSON.stringify(wrong)?.slice(0, 40));
    const [first] = plan.segments;
    assert.ok(E.isLeft(read({ ...plan, segments: [{ ...first, nodes: [0.5] }] })));
  });
});
