import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { PNG } from 'pngjs';
import { errorMessage } from '../../src/base/error.js';
import { dark, light, rgb, type StatesPicture, statesPng } from '../../src/report/index.js';

const field = (caption: string, length = 36) => ({
  caption,
  values: Float32Array.from({ length }, (_, i) => i - 17.5),
});
const model = {
  name: 'NWM',
  prediction: new Uint8Array(36),
  states: [field('t = 0.1'), field('t = 0.2')],
  statesName: 'hidden state',
  features: [field('bin 0')],
  featuresName: 'projected',
};
const picture: StatesPicture = {
  sample: { height: 6, width: 6, channels: 1, image: new Float32Array(36), target: new Uint8Array(36) },
  models: [model, { ...model, name: 'ConvLSTM' }],
  classes: ['background', 'one'],
  title: 'NWM and ConvLSTM',
};

describe('models beside each other', () => {
  it('are drawn on the paper of the theme, each strip on its own scale', () => {
    for (const theme of [light, dark]) {
      const drawn = statesPng({ ...picture, theme, density: 1 });
      assert.ok(E.isRight(drawn));
      const { data, width, height } = PNG.sync.read(Buffer.from(drawn.right));
      assert.deepEqual([data[0], data[1], data[2]], [...theme.paper]);
      assert.ok(width > 250 && height > 250);
      // Both ends of the scale are there: the strip is drawn on its own symmetric scale.
      const colours = new Set<string>();
      for (let i = 0; i < data.length; i += 4) colours.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
      for (const end of ['#67001f', '#053061']) assert.ok(colours.has(rgb(end).join(',')), end);
    }
  });

  it('are refused with every array that does not fit', () => {
    const refused = statesPng({
      ...picture,
      models: [
        { ...model, states: [field('t = 9', 35)] },
        { ...model, features: [], prediction: new Uint8Array(3) },
      ],
    });
    assert.ok(E.isLeft(refused));
    for (const words of [
      /t = 9: it is not one value a pixel/,
      /models\[1\].prediction/,
      /models\[1\]: no states/,
    ])
      assert.match(errorMessage(refused.left), words);
  });
});
