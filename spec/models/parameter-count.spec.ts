import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { buildModel, decodeModel, type Sizes } from '../../src/models/catalogue.js';
import { countParameters, unusedInOriginal } from '../../src/models/parameter-count.js';
import { right } from '../support/either.js';

const mnist: Sizes = { height: 56, width: 56, channels: 1, classes: 11 };
const tetrominoes: Sizes = { height: 64, width: 64, channels: 3, classes: 6 };
const multiMnist: Sizes = { height: 128, width: 128, channels: 1, classes: 11 };

interface Count {
  readonly trainable: number;
  readonly unused: number;
  readonly fixed: number;
}

const count = (settings: unknown, sizes: Sizes): Count => {
  const spec = right(decodeModel(settings));
  return pipe(
    buildModel(spec, sizes),
    E.map((program) => ({ ...countParameters(program), unused: unusedInOriginal(spec, sizes) })),
    right,
  );
};

const nwm = (readout: string) => ({ name: 'nwm', readout });
const lstm = (readout: string) => ({ name: 'conv-lstm', readout });
const cnn = (layers: number) => ({ name: 'cnn', layers });
const unet = (base: number) => ({ name: 'unet', base });

/** The published counts; with what the original allocates and does not use. */
const published: readonly (readonly [string, unknown, Sizes, number])[] = [
  ...(['linear', 'fft'] as const).flatMap((readout) => [
    [`NWM ${readout} on MNIST`, nwm(readout), mnist, 176_545] as const,
    [`NWM ${readout} on Tetrominoes`, nwm(readout), tetrominoes, 176_124] as const,
    [`LSTM ${readout} on MNIST`, lstm(readout), mnist, 151_467] as const,
    [`LSTM ${readout} on Tetrominoes`, lstm(readout), tetrominoes, 151_046] as const,
  ]),
  ...(['last', 'mean', 'max'] as const).flatMap((readout) => [
    [`NWM ${readout} on MNIST`, nwm(readout), mnist, 150_945] as const,
    [`NWM ${readout} on Tetrominoes`, nwm(readout), tetrominoes, 150_524] as const,
    [`LSTM ${readout} on MNIST`, lstm(readout), mnist, 146_347] as const,
    [`LSTM ${readout} on Tetrominoes`, lstm(readout), tetrominoes, 145_926] as const,
  ]),
  ...[
    [2, 160_499, 159_502],
    [4, 165_139, 164_142],
    [8, 174_419, 173_422],
    [16, 192_979, 191_982],
    [32, 230_099, 229_102],
  ].flatMap(([layers, onMnist, onTetrominoes]) => [
    [`CNN ${layers} on MNIST`, cnn(layers), mnist, onMnist] as const,
    [`CNN ${layers} on Tetrominoes`, cnn(layers), tetrominoes, onTetrominoes] as const,
  ]),
  [
    'NWM linear_smaller4 on Multi-MNIST',
    { name: 'nwm', channels: 16, hidden: 'linear_smaller4' },
    multiMnist,
    54_855,
  ],
  ...[
    [2, 30_745],
    [3, 68_834],
    [4, 122_071],
    [5, 190_456],
  ].map(
    ([base, parameters]) => [`U-Net ${base} on Multi-MNIST`, unet(base), multiMnist, parameters] as const,
  ),
];

describe('parameter counts', () => {
  for (const [title, settings, sizes, expected] of published)
    it(`${title}: ${expected} as published`, () => {
      const { trainable, unused } = count(settings, sizes);
      assert.equal(trainable + unused, expected);
    });

  it('count apart what the original allocates without using it', () => {
    assert.equal(count(nwm('linear'), mnist).unused, 0);
    assert.equal(count(nwm('fft'), mnist).unused, 5_100);
    assert.equal(count(lstm('max'), mnist).unused, 220);
    assert.equal(
      count({ name: 'conv-gru', readout: 'last' }, mnist).unused,
      220 + (9 * 16 + 16) + (9 * 16 * 16 + 16) + (9 * 16 * 2 + 2),
    );
    assert.equal(count(unet(2), multiMnist).unused, 0);
  });

  it('count running statistics apart: a mean and a variance a channel of batch norm', () => {
    // 2 norms a level, 9 levels of 2, 4, 8, 16, 32, 16, 8, 4, 2 channels.
    assert.equal(count(unet(2), multiMnist).fixed, 2 * 2 * (2 + 4 + 8 + 16 + 32 + 16 + 8 + 4 + 2));
    assert.equal(count(nwm('fft'), mnist).fixed, 0);
  });
});
