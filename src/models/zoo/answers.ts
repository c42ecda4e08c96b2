/** Programs for a task: a reader of sequences or of pictures, followed by a layer that gives the target. */

import { pipe } from 'fp-ts/lib/function.js';
import {
  concat,
  dense,
  gather,
  mean,
  mergeChannels,
  mlp,
  type Program,
  program,
  projection,
  reshape,
  type Tensor,
  transpose,
} from '../../dsl/index.js';
import type { PictureReader } from './pictures.js';
import type { SequenceReader } from './sequences.js';

/**
 * A class for each sequence: sequence [T, I] → logits [classes].
 *
 * @example
 * signature(classOfSequence(hornReader(16, [56, 4]), [196, 1], 10)); // => 'sequence [196,1] → logits [10]'
 */
export const classOfSequence = (
  reader: SequenceReader,
  shape: readonly [number, number],
  classes: number,
): Program =>
  program({ sequence: shape }, ({ sequence }) => ({
    logits: dense(classes, { name: 'readout' })(reader(sequence)),
  }));

/** A number for each sequence: sequence [T, I] → prediction []. */
export const numberOfSequence = (reader: SequenceReader, shape: readonly [number, number]): Program =>
  program({ sequence: shape }, ({ sequence }) => ({
    prediction: reshape()(dense(1, { name: 'readout' })(reader(sequence))),
  }));

type Picture = readonly [number, number, number];

/** The reader of pictures, and the number of classes. */
interface Asked {
  readonly image: Picture;
  readonly steps: number;
  readonly classes: number;
}

/** For each pixel, a few weighted sums of its states over time, and a perceptron on them. */
const perPixel = (classes: number) => {
  const [mix, answer] = [projection(4), mlp([32], classes)];
  return (waves: Tensor<readonly [number, number, number, number]>) => answer(mix(waves));
};

/** A class for each pixel: image [H, W, I] → logits [H, W, classes]. */
export const classesOfPixels = (reader: PictureReader, { image: shape, steps, classes }: Asked): Program =>
  program({ image: shape }, ({ image }) => {
    const waves = reader(steps)(image);
    return { logits: perPixel(classes)(waves), waves };
  });

/** A class for each picture, the mean over its pixels: image [H, W, I] → logits [classes]. */
export const classOfPicture = (reader: PictureReader, { image: shape, steps, classes }: Asked): Program =>
  program({ image: shape }, ({ image }) => {
    const waves = reader(steps)(image);
    return { logits: mean(0, 1)(perPixel(classes)(waves)), waves };
  });

/** The frames that follow the given ones: past [P, H, W, 1] and medium [H, W, 1] → prediction [future, H, W, 1]. */
export const framesAfter = (
  reader: PictureReader,
  o: { readonly size: number; readonly past: number; readonly future: number; readonly every: number },
): Program => {
  const { size, past: seen, future, every } = o;
  return program({ past: [seen, size, size, 1], medium: [size, size, 1] }, ({ past, medium }) => {
    const frames = pipe(past, transpose(1, 2, 0, 3), mergeChannels);
    const states = reader(future * every)(concat(frames, medium));
    const shown = Array.from({ length: future }, (_, frame) => (frame + 1) * every - 1);
    return { prediction: dense(1, { name: 'readout' })(gather(0, shown)(states)) };
  });
};
