/** The convolutional GRU that the waves are compared with. */

import { add, complement, concat, conv, mul, program, scan, sigmoid, tanh } from '../dsl/index.js';
import { classify, firstInput, type RecurrentOptions, startState, transform } from './recurrent.js';

/**
 * ConvGRU (Ballas et al. 2016, arXiv 1511.06432) that receives its own output as input, as in arXiv 2502.06034: the
 * gated unit of Cho et al. 2014 (arXiv 1406.1078, eqs. 5 to 7, z and 1 - z exchanged) with convolutions for its
 * matrices.
 *
 * With circular 3x3 convolutions: z = sigmoid(conv(y, h)), r = sigmoid(conv(y, h)), h~ = tanh(conv(y, r h)), h' = (1 -
 * z) h + z h~. The observed output y' = MLP(h') at each pixel is the next input. Encoders compute the first input y0
 * (through tanh) and the state hidden0. (The original also allocates an encoder for a cell state that a GRU does not
 * have; it is left out here.)
 *
 * Outputs: logits [H, W, classes]; waves [T, H, W, C], the y' of each step; y0, hidden0 [H, W, C].
 *
 * @example
 * const p = convGru({ height: 64, width: 64, input: 3, mid: 16, channels: 2, steps: 20,
 *                     readout: 'fft', hidden: [256, 256, 256], classes: 6 });
 */
export const convGru = <
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
    const update = conv(o.channels, { boundary: 'circular', name: 'update' });
    const reset = conv(o.channels, { boundary: 'circular', name: 'reset' });
    const candidate = conv(o.channels, { boundary: 'circular', name: 'candidate' });
    const speak = transform(o.channels);
    const waves = scan({
      steps: o.steps,
      init: { y: y0, hidden: hidden0 },
      step: ({ y, hidden }) => {
        const seen = concat(y, hidden);
        const z = sigmoid(update(seen));
        const proposed = tanh(candidate(concat(y, mul(sigmoid(reset(seen)), hidden))));
        const next = add(mul(complement(1, z), hidden), mul(z, proposed));
        return { y: speak(next), hidden: next };
      },
      observe: ({ y }) => y,
    });
    return { logits: classify(waves, o.readout, o.hidden, o.classes), waves, y0, hidden0 };
  });
