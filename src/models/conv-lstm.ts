/** The convolutional LSTM that the waves are compared with. */

import { add, channels, concat, conv, mul, program, scan, sigmoid, tanh } from '../dsl/index.js';
import { classify, firstInput, type RecurrentOptions, startState, transform } from './recurrent.js';

/**
 * ConvLSTM (Shi et al. 2015, arXiv 1506.04214, eq. 3 without its peepholes) that receives its own output as input, as
 * in arXiv 2502.06034.
 *
 * One circular 3x3 convolution over concat(y, hidden) computes the gates input, forget, candidate, output: cell' = f
 * cell + i tanh(g), hidden' = o tanh(cell'). The observed output y' = MLP(hidden') at each pixel is the next input.
 * Encoders compute the first input y0 (through tanh) and the states hidden0 and cell0.
 *
 * Outputs: logits [H, W, classes]; waves [T, H, W, C], the y' of each step; y0, hidden0, cell0 [H, W, C].
 *
 * @example
 * const p = convLstm({ height: 64, width: 64, input: 3, mid: 16, channels: 2, steps: 20,
 *                      readout: 'linear', hidden: [256, 256, 256], classes: 6 });   // 151,046 parameters
 */
export const convLstm = <
  const H extends number,
  const W extends number,
  const I extends number,
  const C extends number,
  const T extends number,
  const K extends number,
>(
  o: RecurrentOptions<H, W, I, C, T, K>,
) =>
  program({ image: [o.height, o.width, o.input] }, ({ image }) => {
    const y0 = firstInput(image, o.mid, o.channels);
    const hidden0 = startState('hidden0', image, o.mid, o.channels);
    const cell0 = startState('cell0', image, o.mid, o.channels);
    const gates = conv(4 * o.channels, { boundary: 'circular', name: 'gates' });
    const speak = transform(o.channels);
    const waves = scan({
      steps: o.steps,
      init: { y: y0, hidden: hidden0, cell: cell0 },
      step: ({ y, hidden, cell }) => {
        const all = gates(concat(y, hidden));
        const gate = (index: number) => channels(all, index * o.channels, o.channels);
        const kept = mul(sigmoid(gate(1)), cell);
        const written = mul(sigmoid(gate(0)), tanh(gate(2)));
        const nextCell = add(kept, written);
        const nextHidden = mul(sigmoid(gate(3)), tanh(nextCell));
        return { y: speak(nextHidden), hidden: nextHidden, cell: nextCell };
      },
      observe: ({ y }) => y,
    });
    return { logits: classify(waves, o.readout, o.hidden, o.classes), waves, y0, hidden0, cell0 };
  });
