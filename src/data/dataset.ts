/** Segmentation data in memory: still images, and for every pixel the class it belongs to. */

export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/** Sizes that a program for this data must have. */
export interface TaskShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** How many classes, background among them. */
  readonly classes: number;
}

/** How many images each split has, for people: '10,000 / 1,000 / 1,000 images'. */
export const describeCounts = (counts: Readonly<Record<SplitName, number>>): string =>
  `${splitNames.map((name) => counts[name].toLocaleString('en-US')).join(' / ')} images`;

/** Some images of one size and their masks. Read-only by agreement: the arrays are shared, never changed. */
export interface Split {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** (count, height, width, channels), 0 to 255. */
  readonly images: Uint8Array;
  /** (count, height, width), class labels; 0 is background. */
  readonly masks: Uint8Array;
}

export interface Dataset {
  readonly train: Split;
  /** May hold no images, where a person asked for none. */
  readonly validation: Split;
  readonly test: Split;
  /** Name of every class in the order of its label, 'background' first. */
  readonly classes: readonly string[];
}

/** The sizes of a dataset. */
export const shapeOfDataset = ({ train, classes }: Dataset): TaskShape => ({
  height: train.height,
  width: train.width,
  channels: train.channels,
  classes: classes.length,
});

/** Image i as a network sees it: (height, width, channels), 0 to 1. */
export const imageOf = (split: Split, i: number): Float32Array => imagesOf(split, [i]);

/** Mask i: (height, width), class labels. */
export const maskOf = (split: Split, i: number): Uint8Array => masksOf(split, [i]);

/** The images with these indices, one after the other: (indices.length, height, width, channels), 0 to 1. */
export const imagesOf = (split: Split, indices: readonly number[]): Float32Array => {
  const size = split.height * split.width * split.channels;
  const out = new Float32Array(indices.length * size);
  for (const [at, i] of indices.entries()) {
    for (let p = 0; p < size; p++) out[at * size + p] = split.images[i * size + p] / 255;
  }
  return out;
};

/** The masks with these indices, one after the other: (indices.length, height, width), class labels. */
export const masksOf = (split: Split, indices: readonly number[]): Uint8Array => {
  const size = split.height * split.width;
  return joined(indices.map((i) => split.masks.subarray(i * size, (i + 1) * size)));
};

/** The split of only these images, in this order. */
export const select = (split: Split, indices: readonly number[]): Split => {
  const size = split.height * split.width * split.channels;
  return {
    ...split,
    count: indices.length,
    images: joined(indices.map((i) => split.images.subarray(i * size, (i + 1) * size))),
    masks: masksOf(split, indices),
  };
};

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

/**
 * The share of all pixels that each class has, in the order of the labels; sums to 1 where there are pixels.
 *
 * @param classes how many classes there are
 */
export const classShares = (split: Split, classes: number): readonly number[] => {
  const counts = new Float64Array(classes);
  for (const label of split.masks) counts[label]++;
  return Array.from(counts, (pixels) => (split.masks.length === 0 ? 0 : pixels / split.masks.length));
};

/** How many background pixels each image has. */
const backgroundCounts = (split: Split): readonly number[] => {
  const size = split.height * split.width;
  return Array.from({ length: split.count }, (_, i) => {
    let background = 0;
    for (let p = i * size; p < (i + 1) * size; p++) if (split.masks[p] === 0) background++;
    return background;
  });
};

/** How many images have nothing but background: they have no foreground score. */
export const imagesWithoutForeground = (split: Split): number =>
  backgroundCounts(split).filter((background) => background === split.height * split.width).length;

/**
 * What a model scores that answers 'background' everywhere; the floor that any score must be read against.
 *
 * Per image, then averaged over images. With c correct pixels of n, accuracy is c / n and IoU, micro-averaged over
 * one-hot classes, c / (2n - c). Zero for a split without images.
 */
export const allBackgroundScore = (split: Split): { readonly accuracy: number; readonly iou: number } => {
  const n = split.height * split.width;
  const counts = backgroundCounts(split);
  const mean = (score: (c: number) => number): number =>
    counts.reduce((sum, c) => sum + score(c), 0) / Math.max(1, counts.length);
  return { accuracy: mean((c) => c / n), iou: mean((c) => c / (2 * n - c)) };
};
