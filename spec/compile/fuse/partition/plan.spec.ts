import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { type FusionPlan, fusionPlan } from '../../../../src/compile/fuse/partition/plan.js';
import { showPlan } from '../../../../src/compile/fuse/partition/show.js';
import {
  conv,
  conv3d,
  coupling3d,
  dense,
  maxPool,
  type Program,
  program,
  relu,
  scanWithFinal,
  select,
  tanh,
} from '../../../../src/dsl/index.js';
import { experimentNamed, experimentNames } from '../../../../src/experiments/catalogue.js';
import { buildModel, type ModelSpec, type Sizes } from '../../../../src/models/catalogue.js';
import { fusableArbitrary } from '../fusable/program.js';

const least = 0.8;

const wavesAndStacks: ReadonlySet<ModelSpec['name']> = new Set([
  'nwm',
  'conv-lstm',
  'conv-gru',
  'conv-rnn',
  'cnn',
]);

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
    const pooled = program({ x: [16, 16, 8] }, ({ x }) => ({ y: conv(8)(maxPool(2)(x)) }));
    if (fusionPlan(pooled).segments.every(({ fused }) => !fused))
      assert.deepEqual(fusionPlan(pooled).spreads, []);
  });

  it(`has ${100 * least} % and more of the FLOPs of every wave network, recurrent network and CNN of the catalogue`, () => {
    const seen = new Set<string>();
    const tried = new Set<string>();
    for (const name of experimentNames) {
      const found = experimentNamed(name, 'small');
      if (
        E.isLeft(found) ||
        found.right.model.name === 'program' ||
        !wavesAndStacks.has(found.right.model.name)
      )
        continue;
      const sizes: Sizes = {
        height: 32,
        width: 32,
        channels: name.startsWith('tetrominoes') ? 3 : 1,
        classes: 7,
      };
      const made = buildModel(found.right.model, sizes);
      assert.ok(E.isRight(made), name);
      const trained = select(made.right, 'logits');
      const plan = fusionPlan(trained);
      assert.ok(plan.fusedShare >= least, `${name}: ${plan.fusedShare}\n${showPlan(plan)}`);
      isWhole(plan, trained);
      tried.add(name);
      seen.add(found.right.model.name);
    }
    assert.ok(tried.size > 30, `${tried.size} experiments`);
    assert.ok(seen.has('nwm') && seen.has('conv-lstm') && seen.has('cnn'), [...seen].join());
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

  it('has them of 200 random programs of scans, chains at each pixel and stacks of convolutions', () => {
    fc.assert(
      fc.property(fusableArbitrary(), (made) => {
        const plan = fusionPlan(made.program);
        isWhole(plan, made.program);
        // one in a while only moves what it was given, or computes nothing from it
        fc.pre(plan.segments.some(({ flops }) => flops > 0));
        assert.ok(plan.fusedShare >= least, `${plan.fusedShare}\n${showPlan(plan)}`);
      }),
      { numRuns: 200 },
    );
  });

  it('says what is left out and why', () => {
    const pooled = program({ image: [16, 16, 2] }, ({ image }) => ({
      logits: conv(3)(maxPool(2)(relu(conv(8)(relu(conv(8)(image)))))),
    }));
    const plan = fusionPlan(pooled);
    isWhole(plan, pooled);
    const left = plan.leftOut.map(({ node }) => pooled.graph.nodes[node].op.op);
    assert.ok(left.includes('pool'), left.join());
    for (const { why } of plan.leftOut) assert.ok(why.length > 5);
    const words = showPlan(plan);
    assert.match(words, /% of the FLOPs of a step of training are in fused segments/);
    for (const { why } of plan.leftOut) assert.ok(words.includes(why), `${why} is not in\n${words}`);
  });

  it('says why volumes, dilation and groups run op by op', () => {
    const why = (p: Program): readonly string[] =>
      fusionPlan(p).leftOut.flatMap(({ operation, why: reason }) => (operation === 'conv' ? [reason] : []));
    const plane = [16, 16, 4] as const;
    assert.deepEqual(why(program({ x: plane }, ({ x }) => ({ y: conv(4, { dilation: 2 })(x) }))), [
      'a dilated convolution has no fused kernel',
    ]);
    assert.deepEqual(why(program({ x: plane }, ({ x }) => ({ y: conv(4, { groups: 2 })(x) }))), [
      'a convolution in groups has no fused kernel',
    ]);
    assert.deepEqual(why(program({ x: [6, 8, 8, 2] }, ({ x }) => ({ y: tanh(conv3d(4)(tanh(x))) }))), [
      'a convolution of volumes has no fused kernel',
    ]);
    const waves = program({ y: [6, 8, 8, 1] }, ({ y }) => ({
      end: scanWithFinal({
        steps: 3,
        init: { y },
        step: (s) => ({ y: tanh(coupling3d()(s.y)) }),
        observe: (s) => s.y,
      }).final.y,
    }));
    assert.ok(
      fusionPlan(waves).segments.every(({ fused, operations }) => !fused || !operations.includes('scan')),
    );
    assert.match(showPlan(fusionPlan(waves)), /a convolution of volumes has no fused kernel/);
  });
});
