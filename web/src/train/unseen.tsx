/** Images that are not trained on, their classes, and those that the program says. */

import { classColour } from '../../../src/data/classes/colours.js';
import { Field } from '../parts/field.js';
import type { TrainHandlers } from './worker.js';

export type Judged = Awaited<ReturnType<TrainHandlers['judge']>>;
export type Opened = Awaited<ReturnType<TrainHandlers['open']>>;

const paintImage =
  (values: Float32Array, pixels: number, channels: number, index: number) =>
  (out: Uint8ClampedArray): void => {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const at = (index * pixels + pixel) * channels;
      for (let c = 0; c < 3; c++) out[4 * pixel + c] = 255 * values[at + (channels === 3 ? c : 0)];
      out[4 * pixel + 3] = 255;
    }
  };
const paintLabels =
  (labels: Uint8Array, pixels: number, index: number) =>
  (out: Uint8ClampedArray): void => {
    for (let pixel = 0; pixel < pixels; pixel++) {
      out.set(classColour(labels[index * pixels + pixel]), 4 * pixel);
      out[4 * pixel + 3] = 255;
    }
  };

export const Unseen = ({
  judged,
  opened,
}: {
  readonly judged: Judged | undefined;
  readonly opened: Opened | undefined;
}) => {
  if (judged === undefined || opened === undefined)
    return <p class="muted small">After the first step: images, their classes, and what the program says.</p>;
  const { width, height } = opened;
  const pixels = height * width;
  const channels = judged.images.length / judged.shown / pixels;
  return (
    <>
      <div class="unseen-images">
        {Array.from({ length: judged.shown }, (_, i) => (
          <div class="stack" key={i}>
            <Field
              label={`Image ${i + 1}`}
              width={width}
              height={height}
              paint={paintImage(judged.images, pixels, channels, i)}
            />
            <Field
              label={`Classes of image ${i + 1}`}
              width={width}
              height={height}
              paint={paintLabels(judged.masks, pixels, i)}
            />
            <Field
              label={`Classes that the program says of image ${i + 1}`}
              width={width}
              height={height}
              paint={paintLabels(judged.found, pixels, i)}
            />
          </div>
        ))}
      </div>
      <p class="caption">Above the images, then their classes, then those of the program.</p>
    </>
  );
};
