/** Answers about open programs: one without fused kernels, loads that fail, and parts that do not fit. */

import assert from 'node:assert/strict';
import { asks } from '../../../src/browser/asks.js';
import { Handles } from '../../../src/browser/served/handles.js';
import { programAnswers } from '../../../src/browser/served/program-answers.js';
import { type Open, openSession } from '../../../src/browser/served/programs.js';
import { type Answered, received, type Same } from '../../../src/browser/wire.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { erf as reference } from '../../../src/compile/reference/erf.js';
import { engineFault } from '../../../src/compile/tfjs/session/fault.js';
import { sessionOver } from '../../../src/compile/tfjs/session/share.js';
import { erf, type Program, parameter, program, sum } from '../../../src/dsl/index.js';
import { nwm } from '../../../src/models/nwm.js';
import { left, right } from '../../support/either.js';

const opened = () => {
  let last = 0;
  const programs = new Handles<Open>('program', () => ++last);
  const table = new Map(programAnswers(programs));
  const ask = (name: string, asked: object): Promise<Answered<unknown>> =>
    (table.get(name) ?? assert.fail(name))(asked, () => {});
  return { programs, ask };
};

const answerOf = <B>(
  { name, answer }: { readonly name: string; readonly answer: Same<B> },
  found: Answered<unknown>,
): B => right(received(answer, name, right(found)));

const size = 4;
const pixels = nwm({
  height: size,
  width: size,
  input: 1,
  mid: 2,
  channels: 1,
  steps: 3,
  dt: 0.1,
  readout: 'linear',
  hidden: [2],
  classes: 2,
});
const image = new Float32Array(size * size).fill(0.5);

describe('answers about programs', () => {
  it('compute and differentiate op by op what has no fused kernel', async () => {
    const { ask } = opened();
    // without a grid and without inputs there is nothing that kernels go over
    const list: readonly number[] = [8];
    const bent: Program = program({}, () => {
      const y = erf(parameter('w', list, { init: 'zeros' }));
      return { y, total: sum()(y) };
    });
    const w = Float32Array.from({ length: 8 }, (_, i) => (i - 3) / 2);
    const asked = { program: bent.graph, weights: { w } };
    const { tag, sentence } = left(await ask('open', asked));
    assert.equal(tag, 'EngineError');
    assert.match(sentence, /no fused kernels.*`worker\.open\(p, \{ engine: 'cpu' \}\)` computes it/);
    const { handle, fused } = answerOf(asks.open, await ask('open', { ...asked, engine: 'cpu' }));
    assert.deepEqual(fused, []);
    const ofOne = { handle, count: 1, inputs: {} };
    const { y } = answerOf(asks.infer, await ask('infer', { ...ofOne, outputs: ['y'] }));
    const { loss, gradients } = answerOf(
      asks.gradients,
      await ask('gradients', { ...ofOne, output: 'total' }),
    );
    for (const [i, x] of w.entries()) {
      assert.ok(Math.abs(y[i] - reference(x)) < 1e-6, `erf(${x}) is ${y[i]}`);
      const slope = (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x);
      assert.ok(Math.abs(gradients.w[i] - slope) < 1e-5, `its slope at ${x} is ${gradients.w[i]}`);
    }
    assert.ok(Math.abs(loss - y.reduce((a, b) => a + b, 0)) < 1e-5);
  });

  it('say that a load failed, and keep the weights', async () => {
    const { programs, ask } = opened();
    const weights = initialParameters(pixels.graph, 0);
    const { lane } = right(openSession(pixels, weights, 'nothing'));
    const session = sessionOver(pixels, {
      engine: 'wasm',
      lanes: [lane],
      load: () => {
        throw engineFault('wasm', 'its memory is full');
      },
      close: lane.close,
    });
    const handle = programs.put({ program: pixels, session, lane, weights });
    const loaded = ask('load', { handle, weights: initialParameters(pixels.graph, 1) });
    const kept = ask('weights', { handle });
    assert.match(left(await loaded).sentence, /its memory is full/);
    assert.deepEqual(right(await kept), weights);
    session.close();
  });

  it('have the weights of a load that was asked before', async () => {
    const { ask } = opened();
    const { handle } = answerOf(asks.open, await ask('open', { program: pixels.graph, seed: 0 }));
    const weights = initialParameters(pixels.graph, 1);
    const loaded = ask('load', { handle, weights });
    const found = await ask('weights', { handle });
    right(await loaded);
    assert.deepEqual(right(found), weights);
  });

  it('refuse a part of a batch that is not one, or does not fit', async () => {
    const { ask } = opened();
    const { handle } = answerOf(asks.open, await ask('open', { program: pixels.graph }));
    const part: object = { count: 1, samples: [0], noiseSeed: 0, inputs: { image } };
    const loss = { name: 'cross-entropy', weights: [], target: 'pixel' };
    const lossy: object = { ...part, labels: new Uint8Array(size * size), loss, lossCount: size * size };
    const gradients = async (microBatch: object) => ask('part gradients', { handle, microBatch });
    const outputs = async (microBatch: object) =>
      ask('part outputs', { handle, microBatch, outputs: ['logits'], training: false });
    right(await gradients(lossy));
    right(await outputs(part));
    const strange: readonly object[] = [
      { count: '1' },
      { samples: 0 },
      { noiseSeed: undefined },
      { inputs: { image: [0.5] } },
    ];
    for (const wrong of strange) {
      assert.match(left(await gradients({ ...lossy, ...wrong })).sentence, /microBatch/);
      assert.match(left(await outputs({ ...part, ...wrong })).sentence, /microBatch/);
    }
    const lossless: readonly object[] = [
      { lossCount: '1' },
      { labels: [0] },
      { loss: { name: 'beauty', weights: [] } },
    ];
    for (const wrong of lossless)
      assert.match(left(await gradients({ ...lossy, ...wrong })).sentence, /microBatch/);
    const short = { inputs: { image: image.subarray(1) } };
    for (const found of [await gradients({ ...lossy, ...short }), await outputs({ ...part, ...short })])
      assert.match(left(found).sentence, /image: it has 15 values, not 16/);
  });
});
