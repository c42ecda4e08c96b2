/** What a report says of a program, against programs of which it would be untrue. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { lightCone, portrait } from '../../../../src/compile/light-cone/index.js';
import { taskNamed } from '../../../../src/data/task.js';
import {
  add,
  concat,
  conv,
  mlp,
  mul,
  type Program,
  program,
  readout,
  scan,
  scanWithFinal,
  scope,
  sigmoid,
  type Tensor,
  tanh,
  zeros,
} from '../../../../src/dsl/index.js';
import { buildModel } from '../../../../src/models/catalogue.js';
import { experimentWords, lossUnit, wavesWords } from '../../../../src/runner/run/report/report-words.js';

type Image = Tensor<readonly [12, 12, 3]>;
type Field = Tensor<readonly [12, 12, 2]>;

const ofImage = (logits: (image: Image) => Tensor): Program =>
  program({ image: [12, 12, 3] }, ({ image }) => ({ logits: logits(image) }));
const words = (p: Program): string => wavesWords(portrait(p, { output: 'logits', input: 'image' }), true);
const said = (logits: (image: Image) => Tensor): string => words(ofImage(logits));

const heard = (waves: Tensor<readonly [6, 12, 12, 2]>) => mlp([4], 6)(readout('fft')(waves));
const still = zeros(12, 12, 2);

/** State that is moved by a kernel of this side. */
const waving = (side: number, start: Field) =>
  scan({
    steps: 6,
    init: { h: start },
    step: ({ h }) => ({ h: tanh(conv(2, { kernel: side })(h)) }),
    observe: ({ h }) => h,
  });

describe('sentences of a report on waves', () => {
  it('of the Neural Wave Machine: neighbours on a torus, an image that enters every step', () => {
    const model = buildModel(
      { name: 'nwm', mid: 4, channels: 2, steps: 10, dt: 0.1, readout: 'linear', hidden: [8] },
      { height: 12, width: 12, channels: 3, classes: 6 },
    );
    assert.ok(E.isRight(model));
    const text = words(model.right);
    assert.match(
      text,
      /sets the hidden state before the first step, and each of its 10 steps reads what was computed/,
    );
    assert.match(text, /at most one row and one column away; what leaves at one edge/);
    assert.match(text, /observed over the steps/);
    assert.match(text, /up to 14 pixels away/);
  });

  it('never says that the image is looked at once where a gate reads it at each step', () => {
    const gated = said((image) => {
      const gate = sigmoid(conv(2)(image));
      return heard(
        scan({
          steps: 6,
          init: { h: tanh(conv(2)(image)) },
          step: ({ h }) => ({ h: mul(gate, tanh(conv(2)(h))) }),
          observe: ({ h }) => h,
        }),
      );
    });
    assert.doesNotMatch(gated, /nothing of it enters|once/);
    assert.match(gated, /each of its 6 steps reads/);
    const once = said((image) => heard(waving(3, tanh(conv(2)(image)))));
    assert.match(once, /nothing of it enters after that/);
  });

  it('says how far a kernel reaches, and nothing of neighbours where none is read', () => {
    assert.match(
      said((image) => heard(waving(5, conv(2)(image)))),
      /at most 2 rows and 2 columns away\./,
    );
    assert.match(
      said((image) => heard(waving(1, conv(2)(image)))),
      /by itself alone/,
    );
    // A torus is said only where every convolution of a step goes round.
    assert.doesNotMatch(
      said((image) => heard(waving(3, conv(2)(image)))),
      /opposite/,
    );
  });

  it('does not mention steps if there are none', () => {
    assert.equal(
      said((image) => conv(6)(image)),
      '',
    );
  });

  it('tells two scans apart, and an image that goes around them', () => {
    const two = said((image) => {
      const first = waving(3, conv(2)(image));
      const second = waving(5, conv(2, { name: 'other' })(image));
      return conv(6, { kernel: 1 })(concat(add(heard(first), scope('two', heard)(second)), image));
    });
    assert.match(two, /Scan 1 of 2:.*one row and one column/);
    assert.match(two, /Scan 2 of 2:.*2 rows and 2 columns/);
    assert.match(two, /sees the image directly too/);
  });

  it('tells the last state from all that was observed', () => {
    const last = said((image) => {
      const { final } = scanWithFinal({
        steps: 6,
        init: { h: conv(2)(image) },
        step: ({ h }) => ({ h: tanh(conv(2)(h)) }),
        observe: ({ h }) => h,
      });
      return conv(6, { kernel: 1 })(final.h);
    });
    assert.match(last, /state after the last step alone/);
    assert.doesNotMatch(last, /over the steps/);
  });

  it('says that steps are blind where the image does not reach them', () => {
    const blind = said((image) => add(heard(waving(3, still)), conv(6)(image)));
    assert.match(blind, /Nothing of the image enters the steps/);
  });

  it('claims no smaller view than a program has, whatever its kernels', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 3, 5), fc.constantFrom(1, 3, 5), (side, encoder) => {
        const p = ofImage((image) => heard(waving(side, conv(2, { kernel: encoder })(image))));
        const cone = lightCone(p, { output: 'logits', site: [6, 6] });
        assert.ok(E.isRight(cone));
        const { sight } = portrait(p, { output: 'logits', input: 'image' });
        assert.ok(sight !== null && sight >= (cone.right.image.radius ?? 0));
      }),
      { numRuns: 9 },
    );
  });
});

describe('sentences of a report on a training', () => {
  it('names the loss that was minimised, and its unit', () => {
    assert.equal(
      lossUnit({ name: 'cross-entropy', target: 'pixel', weights: [] }),
      'mean cross-entropy, nats per pixel',
    );
    assert.match(lossUnit({ name: 'cross-entropy', target: 'image', weights: [] }), /per image/);
    assert.match(lossUnit({ name: 'dice', target: 'pixel', weights: [], smoothing: 1 }), /Dice/);
    assert.match(
      lossUnit({ name: 'focal', target: 'pixel', weights: [1, 2], gamma: 2 }),
      /focal loss.*weighted/,
    );
  });

  it('says that shapes decide only where the task is known to be of shapes', () => {
    const pixel = { name: 'cross-entropy', target: 'pixel', weights: [] } as const;
    const task = (name: string, settings: object = {}) => {
      const found = taskNamed(name, { ...settings });
      return E.isRight(found) ? found.right : assert.fail(name);
    };
    assert.match(experimentWords('m', task('tetrominoes'), pixel), /whole shape/);
    assert.match(experimentWords('m', task('polygons'), pixel), /whole shape/);
    assert.doesNotMatch(experimentWords('m', task('polygons', { sides: [3] }), pixel), /whole shape/);
    assert.doesNotMatch(experimentWords('m', task('png', { folder: 'mine' }), pixel), /whole shape/);
    assert.doesNotMatch(experimentWords('m', task('mnist'), { ...pixel, target: 'image' }), /pixel/);
  });
});
