/** Tensors that the original allocates but never reads. PyTorch requires them when it loads weights strictly. */

import { bins, volume } from '../dsl/index.js';
import type { ModelSpec } from './catalogue.js';
import type { TorchTensor } from './torch-names.js';

const zeros = (shape: readonly number[]): TorchTensor => ({ shape, data: new Float32Array(volume(shape)) });

/**
 * Zeros for the unused tensors: the projection over time if the readout does not use it, and the encoder of a cell
 * state, which only an LSTM has.
 *
 * @param state the tensors that are used, by PyTorch's names
 * @example
 * idleTorch(gruSpec, state)['classifier.hc_encoder.0.bias']   // as long as that of hz_encoder
 */
export const idleTorch = (
  spec: ModelSpec,
  state: Readonly<Record<string, TorchTensor>>,
): Readonly<Record<string, TorchTensor>> => {
  const projection =
    'readout' in spec && spec.readout !== 'linear'
      ? { 'classifier.fc_time.weight': zeros([bins(spec.steps), spec.steps]) }
      : {};
  const hidden = 'classifier.hz_encoder.';
  const cell =
    spec.name === 'conv-gru' || spec.name === 'conv-rnn'
      ? Object.entries(state).flatMap(([name, { shape }]) =>
          name.startsWith(hidden)
            ? [[`classifier.hc_encoder.${name.slice(hidden.length)}`, zeros(shape)] as const]
            : [],
        )
      : [];
  return { ...projection, ...Object.fromEntries(cell) };
};
