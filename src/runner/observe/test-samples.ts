/** Test samples of any task in two forms: for a session, and for pictures. */

import type { ArrayValues, NamedArrays } from '../../data/arrays.js';
import type { Dataset } from '../../data/dataset.js';
import { inputsOf, type Program } from '../../dsl/index.js';
import { inputsBehind } from '../../dsl/joining.js';
import { arrayPanel, colouringOf } from '../../report/array-panels.js';
import type { Sample } from '../../report/index.js';
import { testImage } from './test-image.js';

/** One sample. */
export interface TestSample {
  readonly batch: {
    readonly count: 1;
    readonly inputs: ArrayValues;
    readonly samples: readonly [number];
  };
  /** Without a prediction; for arrays also without a target. */
  readonly shown: Sample;
}

/** The test samples of a task. */
export interface TestSamples {
  readonly count: number;
  /** The word for one of them. */
  readonly noun: 'image' | 'sample';
  /** The names of the classes of pixels; empty for arrays. */
  readonly classes: readonly string[];
  /** An existing sample, with the arrays that the program takes. */
  readonly read: (program: Program, index: number) => Promise<TestSample>;
}

/** Images with a class for each pixel. */
export const imageSamples = ({ test, classes }: Dataset): TestSamples => ({
  count: test.count,
  noun: 'image',
  classes,
  read: async (_, index) => testImage(test, index),
});

/** An array as the image of a sample without classes of pixels. */
const pictured = (
  values: Float32Array,
  shape: readonly number[],
  form: Parameters<typeof colouringOf>[0],
  name: string,
): Sample | null => {
  const raster = arrayPanel(values, shape, colouringOf(form, values));
  return raster === null
    ? null
    : {
        height: raster.height,
        width: raster.width,
        channels: 3,
        image: raster.rgb,
        target: new Int8Array(raster.height * raster.width).fill(-1),
        name,
      };
};

/** Arrays; their picture is the input of the waves with the most values. */
export const arraySamples = ({ forms, test }: NamedArrays): TestSamples => ({
  count: test.count,
  noun: 'sample',
  classes: [],
  read: async (program, index) => {
    const inputs = await test.read(Object.keys(inputsOf(program.graph)), [index]);
    const name = `test sample ${index}`;
    const behind = inputsBehind(program.graph, 'waves');
    const [shown] = Object.entries(inputs)
      .filter(([input]) => behind.has(input))
      .sort(([, a], [, b]) => b.length - a.length)
      .flatMap(([input, values]) => pictured(values, forms[input].shape, forms[input], name) ?? []);
    return {
      batch: { count: 1, inputs, samples: [index] },
      shown: shown ?? {
        height: 1,
        width: 1,
        channels: 1,
        image: [0],
        target: Int8Array.from([-1]),
        name,
      },
    };
  },
});

/** The test samples of loaded data. */
export const samplesOf = (arrays: NamedArrays, images: Dataset | null): TestSamples =>
  images === null ? arraySamples(arrays) : imageSamples(images);
