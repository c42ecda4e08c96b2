import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { initialParameters } from '../../src/compile/parameters.js';
import { ndarray, parameterArrays, runReference } from '../../src/compile/reference/index.js';
import { conv, encodeProgram, mean, outputsOf, program, relu } from '../../src/dsl/index.js';
import { decodeExperiment } from '../../src/experiments/experiment.js';
import { programFor } from '../../src/experiments/model.js';
import { right, sentence } from '../support/either.js';

const mine = program({ image: [6, 5, 1] }, ({ image }) => ({ logits: pipe(image, conv(2), relu, conv(3)) }));
const sizes = { height: 6, width: 5, channels: 1, classes: 3 };
const draft = (more: object) => ({ name: 'x', task: { name: 'mnist' }, ...more });
const said = (result: ReturnType<typeof decodeExperiment> | ReturnType<typeof programFor>): string =>
  sentence(result);

describe('the model of an experiment', () => {
  it('may be a whole program: a value, its JSON, or what was written of it', () => {
    const value = right(decodeExperiment(draft({ model: mine })));
    const json: unknown = JSON.parse(encodeProgram(mine));
    for (const model of [json, { name: 'program', graph: json }])
      assert.deepEqual(right(decodeExperiment(draft({ model }))), value);
    const again: unknown = JSON.parse(JSON.stringify(value));
    assert.deepEqual(right(decodeExperiment(again)), value);
    assert.deepEqual(right(programFor(value.model, 'pixel', sizes)).graph, mine.graph);
  });

  it('is refused where the program is none, or does not fit the task', () => {
    const broken = { language: 1, nodes: [], outputs: { logits: 3 } };
    assert.match(said(decodeExperiment(draft({ model: broken }))), /model: output 'logits' names node 3/);
    const model = right(decodeExperiment(draft({ model: mine }))).model;
    const wide = said(programFor(model, 'pixel', { ...sizes, width: 8, classes: 4 }));
    assert.match(wide, /2 problems/);
    assert.match(wide, /image \[6,8,1\] alone/);
    assert.match(wide, /logits must be \[6,8,4\]/);
  });

  it('classifies whole images by the mean of its logits, or as it does itself', () => {
    const model = right(decodeExperiment(draft({ model: mine }))).model;
    const pooled = right(programFor(model, 'image', sizes));
    assert.deepEqual(outputsOf(pooled.graph).logits, [3]);
    const start = initialParameters(mine.graph, 0);
    const options = {
      parameters: parameterArrays(mine, start),
      inputs: {
        image: ndarray(
          [1, 6, 5, 1],
          Float64Array.from({ length: 30 }, (_, i) => Math.sin(i)),
        ),
      },
      batch: 1,
    };
    const each = runReference(mine, options).outputs.logits.data;
    const whole = runReference(pooled, options).outputs.logits.data;
    for (const k of [0, 1, 2]) {
      const all = Array.from({ length: 30 }, (_, pixel) => each[3 * pixel + k]);
      assert.ok(Math.abs(whole[k] - all.reduce((a, b) => a + b, 0) / 30) < 1e-12);
    }
    const own = program({ image: [6, 5, 1] }, ({ image }) => ({ logits: pipe(image, conv(3), mean(0, 1)) }));
    const itself = { name: 'program' as const, graph: own.graph };
    assert.deepEqual(right(programFor(itself, 'image', sizes)).graph, own.graph);
    assert.ok(E.isLeft(programFor(itself, 'pixel', sizes)));
  });
});

describe('the loss of an experiment', () => {
  const loss = (of: unknown) => decodeExperiment(draft({ model: { name: 'nwm' }, loss: of }));

  it('is the published one unless it says otherwise, and may be told by its name', () => {
    const plain = right(decodeExperiment(draft({ model: { name: 'nwm' } }))).loss;
    assert.deepEqual(plain, { name: 'cross-entropy', target: 'pixel', weights: [] });
    assert.deepEqual(right(loss('cross-entropy')).loss, plain);
    assert.deepEqual(right(loss('focal')).loss, { name: 'focal', target: 'pixel', weights: [], gamma: 2 });
    assert.deepEqual(right(loss({ name: 'dice' })).loss, {
      name: 'dice',
      target: 'pixel',
      weights: [],
      smoothing: 1,
    });
  });

  it('is refused with the path of what is wrong', () => {
    assert.match(said(loss('dize')), /loss\.name: unknown loss 'dize'; did you mean 'dice'/);
    assert.match(said(loss({ name: 'dice', target: 'image' })), /loss\.target: Dice is an overlap of pixels/);
    assert.match(said(loss({ name: 'dice', smoothing: 0 })), /loss\.smoothing/);
    assert.match(said(loss({ name: 'focal', gama: 1 })), /loss\.gama: .*did you mean 'gamma'/);
    assert.match(said(loss({ name: 'cross-entropy', weights: [0, 0] })), /at least one class must count/);
  });

  it('waits for no validation that there is not', () => {
    const waiting = {
      name: 'x',
      task: { name: 'mnist', validation: 0 },
      model: { name: 'nwm' },
      training: { patience: 2 },
    };
    assert.match(said(decodeExperiment(waiting)), /training\.patience waits/);
  });
});
