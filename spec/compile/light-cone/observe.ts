/** What these specs share: dependence as it is observed, by changing one site of an input and looking at the output. */

import assert from 'node:assert/strict';
import { stream } from '../../../src/base/random.js';
import { type LightConeOptions, lightCone, type Sight } from '../../../src/compile/light-cone/index.js';
import { maskOf } from '../../../src/compile/light-cone/site.js';
import { type Arrays, ndarray, runReference } from '../../../src/compile/reference/index.js';
import {
  inputsOf,
  outputsOf,
  type Program,
  parametersOf,
  type Shape,
  volume,
} from '../../../src/dsl/index.js';
import { right } from '../../support/either.js';

/**
 * Random parameters without zeros or equal values. They are divided by the number of terms that a layer sums, so that no
 * tanh saturates, and they are positive, as the inputs are, so that every ReLU passes its input on.
 */
const generic = ({ graph }: Program): Arrays => {
  const random = stream(3, 'generic');
  return Object.fromEntries(
    parametersOf(graph).map(({ name, shape }) => {
      const fan = volume(shape.slice(0, -1));
      return [
        name,
        ndarray(
          shape,
          Array.from({ length: volume(shape) }, () => (random.uniform() * 0.6 + 0.3) / fan),
        ),
      ];
    }),
  );
};

const spatialOf = (shape: Shape): Shape => (shape.length < 2 ? shape : shape.slice(0, -1));

/**
 * The sites of an input on which the output at a site depends, found by trying: in float64, each channel of each site is
 * changed a little and a lot, since a maximum may change only with the large change.
 */
export const observed = (p: Program, options: LightConeOptions, input: string): readonly number[] => {
  const inputs = inputsOf(p.graph);
  const shape = inputs[input];
  const wanted = right(maskOf(outputsOf(p.graph)[options.output], options.site));
  const random = stream(7, 'inputs');
  const arrays = Object.fromEntries(
    Object.entries(inputs).map(([name, s]) => [
      name,
      ndarray(
        [1, ...s],
        Array.from({ length: volume(s) }, () => random.uniform()),
      ),
    ]),
  );
  const parameters = generic(p);
  const run = (changed: Arrays): Float64Array =>
    runReference(p, { parameters, inputs: changed, batch: 1 }).outputs[options.output].data;
  const before = run(arrays);
  const differs = (at: number, change: number): boolean => {
    const { data } = arrays[input];
    const after = run({ ...arrays, [input]: ndarray([1, ...shape], data.with(at, data[at] + change)) });
    return after.some((x, i) => wanted[i] === 1 && x !== before[i]);
  };
  const sites = volume(spatialOf(shape));
  const channels = volume(shape) / sites;
  return Array.from({ length: sites }, (_, site) =>
    Array.from({ length: channels }, (_, c) => site * channels + c).some(
      (at) => differs(at, 0.3) || differs(at, 8),
    )
      ? 1
      : 0,
  );
};

export const sightOf = (p: Program, options: LightConeOptions, input: string): Sight =>
  right(lightCone(p, options))[input];

/** Rows of a mask as text, which compares legibly. */
export const drawn = (mask: ArrayLike<number>, sites: Shape): readonly string[] => {
  const width = sites.at(-1) ?? 1;
  return Array.from({ length: mask.length / width }, (_, row) =>
    Array.from(mask)
      .slice(row * width, (row + 1) * width)
      .map((value) => (value === 0 ? '.' : '#'))
      .join(''),
  );
};

/** The light cone holds exactly the sites that are observed to matter. */
export const isExact = (p: Program, options: LightConeOptions, input: string): void => {
  const { mask, sites } = sightOf(p, options, input);
  assert.deepEqual(drawn(mask, sites), drawn(observed(p, options, input), sites), JSON.stringify(options));
};
