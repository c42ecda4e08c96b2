/** Readers of sequences: networks of units, from [T, I] to features at the end, [F]. */

import { pipe } from 'fp-ts/lib/function.js';
import { power } from '../../base/power.js';
import {
  add,
  data,
  dense,
  fill,
  gelu,
  last,
  mean,
  mergeChannels,
  mul,
  scope,
  sigmoid,
  type Tensor,
} from '../../dsl/index.js';
import { cornnLayer, hornLayer, linossLayer, unicornnLayer, waveRnnLayer } from '../networks/index.js';

/** A map from a sequence to the features from which an answer is read. */
export type SequenceReader = (sequence: Tensor<readonly [number, number]>) => Tensor<readonly [number]>;

/** Frequencies with periods from `slowest` to `fastest` steps, in geometric progression. */
const frequencies = (units: number, [slowest, fastest]: readonly [number, number]) =>
  data(
    Array.from(
      { length: units },
      (_, i) => ((2 * Math.PI) / slowest) * power(slowest / fastest, i / (units - 1)),
    ),
    units,
  );

/**
 * HORN whose units have periods from `slowest` to `fastest` steps. Gives its amplitudes at the end.
 *
 * @example
 * const heard = hornReader(16, [56, 4])(stimulus);   // Tensor<readonly [number]>
 */
export const hornReader =
  (units: number, periods: readonly [slowest: number, fastest: number]): SequenceReader =>
  (sequence) => {
    const all = (value: number) => fill(value, units);
    const omega = frequencies(units, periods);
    return last(hornLayer({ units, dt: 1, alpha: all(0.2), omega, gamma: all(0.01) })(sequence).x);
  };

/** coRNN. Gives its displacements at the end. */
export const cornnReader =
  (o: {
    readonly units: number;
    readonly dt: number;
    readonly gamma: number;
    readonly epsilon: number;
  }): SequenceReader =>
  (sequence) =>
    last(cornnLayer(o)(sequence).y);

/** Two layers of UnICORNN. Gives the displacements of the second at the end. */
export const unicornnReader =
  (o: { readonly units: number; readonly dt: number; readonly alpha: number }): SequenceReader =>
  (sequence) => {
    const [first, second] = [scope('first', unicornnLayer(o)), scope('second', unicornnLayer(o))];
    return last(second(first(sequence).y).y);
  };

/** Wave-RNN that begins as a shift. Gives the whole ring at the end. */
export const waveRnnReader =
  (o: { readonly sites: number; readonly channels: number }): SequenceReader =>
  (sequence) =>
    mergeChannels(last(waveRnnLayer({ ...o, activation: 'relu', init: 'shift' })(sequence)));

/** A block of LinOSS: linear oscillators between dense layers, with a gate. Gives its mean over the sequence. */
export const linossReader =
  (o: { readonly oscillators: number; readonly features: number }): SequenceReader =>
  (sequence) => {
    const encoded = dense(o.features, { name: 'encoder' })(sequence);
    const heard = gelu(linossLayer({ oscillators: o.oscillators })(encoded).output);
    const [value, gate] = [dense(o.features, { name: 'value' }), dense(o.features, { name: 'gate' })];
    return pipe(add(encoded, mul(value(heard), sigmoid(gate(heard)))), mean(0));
  };
