/** Initial states: noise, drops, crossed gradients. */

import { stream } from '../../base/random.js';

/** A function of a site's position, both coordinates from 0 to 1. */
type Pattern = (down: number, right: number) => number;

/** A field [height, width] row-major. */
export const painted = (height: number, width: number, at: Pattern): Float32Array =>
  Float32Array.from({ length: height * width }, (_, i) =>
    at(Math.floor(i / width) / height, (i % width) / width),
  );

/** `count` uniform random numbers between -bound and bound. */
export const uniformSeed = (count: number, bound: number, seed: number, name: string): Float32Array => {
  const random = stream(seed, 'start', name);
  return Float32Array.from({ length: count }, () => bound * (2 * random.uniform() - 1));
};

/** `count` normal random numbers of this standard deviation. */
export const normalSeed = (count: number, deviation: number, seed: number, name: string): Float32Array => {
  const random = stream(seed, 'start', name);
  return Float32Array.from({ length: count }, () => deviation * random.normal());
};

/** The distance on a ring of length 1. */
const around = (a: number, b: number): number => {
  const way = Math.abs(a - b) % 1;
  return Math.min(way, 1 - way);
};

/**
 * Gaussian drops of height 1 and this width, the first at the centre and the others at random positions, on a torus. A
 * row of sites goes through the centre.
 */
export const drops = (count: number, width: number, seed: number, name: string): Pattern => {
  const random = stream(seed, 'start', name);
  const places = Array.from({ length: count }, (_, i) =>
    i === 0
      ? ([0.5, 0.5] as const)
      : ([0.25 + 0.5 * random.uniform(), 0.25 + 0.5 * random.uniform()] as const),
  );
  return (down, right) =>
    places.reduce((sum, [y, x]) => {
      const distance = around(down, y) ** 2 + around(right, x) ** 2;
      return sum + Math.exp(-distance / (2 * width * width));
    }, 0);
};

/** A field's sites with each value repeated for every channel. */
export const onChannels = (field: Float32Array, channels: number): Float32Array =>
  Float32Array.from({ length: field.length * channels }, (_, i) => field[Math.floor(i / channels)]);
