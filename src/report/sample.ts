/** One sample for the pictures: plain arrays and their sizes, and the check that they agree. */

/** An image, its target, and the prediction of a model. Arrays are in rows from the top left. */
export interface Sample {
  readonly height: number;
  readonly width: number;
  /**
   * Channels of the image: 1 is drawn grey, 3 in colour; with 2 the second is drawn blue, with more the first three are
   * drawn.
   */
  readonly channels: number;
  /** `[height, width, channels]`, 0..255; values outside are clamped. */
  readonly image: ArrayLike<number>;
  /** `[height, width]`, class labels, 0 being the background; below 0 for ignored pixels. */
  readonly target: ArrayLike<number>;
  /** `[height, width]`; left out if there is no model yet, as in a picture of the data. */
  readonly prediction?: ArrayLike<number>;
  /** Its name, e.g. `test image 17`. */
  readonly name?: string;
  /** A note on it, e.g. `test foreground IoU 0.83`. */
  readonly note?: string;
}

/** A sample with the observed hidden states of the model that sees it. */
export interface WaveSample extends Sample {
  /** `[steps, waveHeight, waveWidth, waveChannels]`. */
  readonly waves: ArrayLike<number>;
  readonly steps: number;
  readonly waveChannels: number;
  /** The lattice of the waves, which a stride makes smaller than the image; default: that of the image. */
  readonly waveHeight?: number;
  readonly waveWidth?: number;
}

/** The lattice of the waves: their own, or the image's. */
export const waveSizeOf = ({
  height,
  width,
  waveHeight = height,
  waveWidth = width,
}: WaveSample): { readonly height: number; readonly width: number } => ({
  height: waveHeight,
  width: waveWidth,
});

const isOne = (labels: ArrayLike<number>): boolean =>
  Array.from(labels).every((label) => label === labels[0]);

/** Whether whole images are classified: one class fills each target and each prediction, and the notes say which. */
export const areWhole = (samples: readonly Sample[]): boolean =>
  samples.length > 0 &&
  samples.every(
    ({ target, prediction, note }) =>
      note !== undefined && prediction !== undefined && target[0] >= 0 && isOne(target) && isOne(prediction),
  );

/** Whether all pixels of a sample are ignored, so that its target has no information. */
export const asksNothing = ({ target }: Sample): boolean => Array.from(target).every((label) => label < 0);

const sizeProblems = (where: string, sizes: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(sizes)
    .filter(([, size]) => !Number.isInteger(size) || size < 1)
    .map(([name, size]) => `${where}.${name}: ${size} is not a whole number of at least 1`);

const lengthProblem = (
  where: string,
  values: ArrayLike<number>,
  shape: readonly number[],
): readonly string[] => {
  const expected = shape.reduce((product, size) => product * size, 1);
  return values.length === expected
    ? []
    : [`${where}: ${values.length} values, but [${shape.join(', ')}] needs ${expected}`];
};

const labelProblem = (
  where: string,
  labels: ArrayLike<number>,
  classes: number,
  mayBeIgnored: boolean,
): readonly string[] => {
  for (let i = 0; i < labels.length; i++) {
    if (mayBeIgnored && labels[i] < 0) continue;
    if (!Number.isInteger(labels[i]) || labels[i] < 0 || labels[i] >= classes) {
      return [`${where}: label ${labels[i]} at index ${i} is not one of the ${classes} classes`];
    }
  }
  return [];
};

/** All problems of a sample, one line each; none if it can be drawn. */
export const sampleProblems = (where: string, sample: Sample, classes: number): readonly string[] => {
  const { height, width, channels, image, target, prediction } = sample;
  const sizes = sizeProblems(where, { height, width });
  if (sizes.length > 0) return sizes;
  return [
    ...(Number.isInteger(channels) && channels >= 1
      ? lengthProblem(`${where}.image`, image, [height, width, channels])
      : [`${where}.channels: ${channels} is not a whole number of at least 1`]),
    ...lengthProblem(`${where}.target`, target, [height, width]),
    ...labelProblem(`${where}.target`, target, classes, true),
    ...(prediction === undefined
      ? []
      : [
          ...lengthProblem(`${where}.prediction`, prediction, [height, width]),
          ...labelProblem(`${where}.prediction`, prediction, classes, false),
        ]),
  ];
};

/** The same for a sample with waves. */
export const waveSampleProblems = (where: string, sample: WaveSample, classes: number): readonly string[] => {
  const { steps, waveChannels, waves } = sample;
  const { height: waveHeight, width: waveWidth } = waveSizeOf(sample);
  const own = sampleProblems(where, sample, classes);
  const sizes = sizeProblems(where, { steps, waveChannels, waveHeight, waveWidth });
  return [
    ...own,
    ...sizes,
    ...(sizes.length === 0
      ? lengthProblem(`${where}.waves`, waves, [steps, waveHeight, waveWidth, waveChannels])
      : []),
  ];
};
