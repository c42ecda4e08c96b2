/** The plain convolutional recurrent network that the waves are compared with. */

import { add, conv, program, relu, scan } from '../dsl/index.js';
import { classify, firstInput, type RecurrentOptions, startState, transform } from './recurrent.js';

/**
 * A convolutional RNN that receives its own output as input, as in arXiv 2502.06034; eq. 3 of arXiv 2309.08045v2
 * (`waveRnn`) in the plane, with a convolution of the input too.
 *
 * h' = ReLU(conv_in(y) + conv_hidden(h)), both 3x3 and circular. The observed output y' = MLP(h') at each pixel is the
 * next input. Encoders compute the first input y0 (through tanh) and the state hidden0. (The original also allocates an
 * encoder for a cell state that a plain RNN does not have; it is left out here.)
 *
 * Outputs: logits [H, W, classes]; waves [T, H, W, C], the y' of each step; y0, hidden0 [H, W, C].
 *
 * @example
 * const p = convRnn({ height: 64, width: 64, input: 3, mid: 16, channels: 2, steps: 20,
 *                     readout: 'last', hidden: [256, 256, 256], classes: 6 });
 */
export const convRnn = <
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
    const fromInput = conv(o.channels, { boundary: 'circular', name: 'fromInput' });
    const fromHidden = conv(o.channels, { boundary: 'circular', name: 'fromHidden' });
    const speak = transform(o.channels);
    const waves = scan({
      steps: o.steps,
      init: { y: y0, hidden: hidden0 },
      step: ({ y, hidden }) => {
        const next = relu(add(fromInput(y), fromHidden(hidden)));
        return { y: speak(next), hidden: next };
      },
      observe: ({ y }) => y,
    });
    return { logits: classify(waves, o.readout, o.hidden, o.classes), waves, y0, hidden0 };
  });
