/** Interesting initial states of each system. */

import { drops, normalSeed, onChannels, painted, uniformSeed } from './seeds.js';
import type { SystemSpec } from './specs.js';

/** Values of inputs by name, row-major, of one sample. */
export type InputValues = Readonly<Record<string, Float32Array>>;

/**
 * Values for every input of a system: fields, driving sequences and coefficients.
 *
 * Waves start as drops, phases and amplitudes as noise, excitable media as two crossed gradients, which develop
 * spirals. Equal seeds give equal states.
 *
 * @example
 * const start = pipe(systemNamed('wave', { height: 8, width: 8 }), E.map((spec) => startOf(spec, 0)));
 * pipe(start, E.map((fields) => [Object.keys(fields), fields.y.length])); // => E.right([['y', 'z'], 64])
 */
export const startOf = (spec: SystemSpec, seed: number): InputValues => {
  switch (spec.name) {
    case 'wave': {
      const y = onChannels(painted(spec.height, spec.width, drops(3, 0.04, seed, 'y')), spec.channels);
      return { y, z: y.map(() => 0) };
    }
    case 'nwm-core': {
      const { height, width, channels } = spec;
      const y = onChannels(painted(height, width, drops(3, 0.04, seed, 'y')), channels);
      // Oscillators outside a disc are stiff and damped, so that the disc acts as a drum.
      const outside = onChannels(
        painted(height, width, (down, right) => (Math.hypot(down - 0.5, right - 0.5) > 0.4 ? 1 : 0)),
        channels,
      );
      return { y, z: y.map(() => 0), omega: outside.map((o) => 4 * o), alpha: outside.map((o) => 0.5 * o) };
    }
    case 'cornn': {
      const { height, width, channels, steps, dt } = spec;
      const still = new Float32Array(height * width * channels);
      return { y: still, z: still, u: sources(height, width, channels, steps, dt) };
    }
    case 'wave-rnn': {
      const { length, channels, steps } = spec;
      const drop = drops(1, 0.04, seed, 'h');
      const bump = onChannels(
        painted(1, length, (_, along) => drop(0.5, along)),
        channels,
      );
      return { h: bump, u: new Float32Array(steps * length * channels) };
    }
    case 'linoss': {
      const { length, channels, steps } = spec;
      const stiffness = onChannels(
        painted(1, length, (_, along) => (1 + 2 * along) ** 2),
        channels,
      );
      return {
        y: stiffness.map(() => 1),
        z: stiffness.map(() => 0),
        stiffness,
        u: new Float32Array(steps * length * channels),
      };
    }
    case 'kuramoto': {
      const sites = spec.height * spec.width;
      return {
        theta: uniformSeed(sites, Math.PI, seed, 'theta'),
        omega: normalSeed(sites, 0.2, seed, 'omega'),
      };
    }
    case 'akorn': {
      const { components } = spec;
      const raw = normalSeed(spec.height * spec.width * spec.oscillators * components, 1, seed, 'x');
      return { x: onSphere(raw, components), c: raw.map(() => 0) };
    }
    case 'horn': {
      const { height, width, channels, steps } = spec;
      const still = new Float32Array(height * width * channels);
      // Oscillators are slower from left to right, so that a drop excites many frequencies.
      const omega = onChannels(
        painted(height, width, (_, right) => 0.1 + 0.3 * Math.abs(2 * right - 1)),
        channels,
      );
      return { x: still, y: still, omega, s: tapped(height, width, channels, steps) };
    }
    case 'unicornn': {
      const { length, channels, steps } = spec;
      const along = (f: (share: number) => number) =>
        onChannels(
          painted(1, length, (_, right) => f(right)),
          channels,
        );
      return {
        y: along(() => 1),
        z: along(() => 0),
        w: along(() => 1),
        c: along((share) => 4 * share - 2),
        u: new Float32Array(steps * length * channels),
      };
    }
    case 'graphcon': {
      const { height, width, channels } = spec;
      const x = onChannels(painted(height, width, drops(3, 0.06, seed, 'x')), channels);
      return { x, y: x.map(() => 0) };
    }
    case 'wonn': {
      const { height, width, channels } = spec;
      // Smooth phases with a little noise: from noise alone, noise stays.
      const hills = onChannels(painted(height, width, drops(5, 0.12, seed, 'theta')), channels);
      const rough = uniformSeed(hills.length, 0.1, seed, 'rough');
      return {
        theta: hills.map((hill, i) => Math.PI * (2 * hill - 1) + rough[i]),
        omega: normalSeed(hills.length, 0.02, seed, 'omega').map((omega) => 1 + omega),
      };
    }
    case 'cv-rnn': {
      const { height, width } = spec;
      const x = uniformSeed(height * width, Math.PI, seed, 'x');
      return {
        x: Float32Array.from({ length: 2 * x.length }, (_, i) =>
          (i % 2 === 0 ? Math.cos : Math.sin)(x[i >> 1]),
        ),
        omega: painted(height, width, twoShapes),
      };
    }
    case 'hgru': {
      const count = spec.height * spec.width * spec.channels;
      const x = onChannels(painted(spec.height, spec.width, twoShapes), spec.channels);
      return { h: new Float32Array(count), x };
    }
    case 'nca': {
      const { height, width, channels, steps } = spec;
      const x = onChannels(painted(height, width, drops(3, 0.03, seed, 'x')), channels);
      // Half of the cells change at each step.
      const u = uniformSeed(steps * height * width, 1, seed, 'u').map((draw) => (draw < 0 ? 0 : 1));
      return { x, u };
    }
    case 'wilson-cowan': {
      const e = painted(spec.height, spec.width, drops(3, 0.05, seed, 'e')).map((x) => Math.min(1, x));
      return { e, i: e.map(() => 0) };
    }
    case 'fitzhugh-nagumo':
      return {
        v: painted(spec.height, spec.width, (_, right) => (right < 0.5 ? 1.5 : -1.2)),
        w: painted(spec.height, spec.width, (down) => (down < 0.5 ? 1 : -0.6)),
      };
    case 'ginzburg-landau':
      return { a: normalSeed(spec.height * spec.width * 2, 0.1, seed, 'a') };
  }
};

/** Two sites, at a third and two thirds of the middle row, driven with the period 2 pi / 0.8. */
const sources = (
  height: number,
  width: number,
  channels: number,
  steps: number,
  dt: number,
): Float32Array => {
  const u = new Float32Array(steps * height * width * channels);
  const places = [1, 2].map((third) => Math.floor(height / 2) * width + Math.floor((third * width) / 3));
  for (let step = 0; step < steps; step++)
    for (const site of places)
      u.fill(
        Math.sin(0.8 * step * dt),
        (step * height * width + site) * channels,
        (step * height * width + site + 1) * channels,
      );
  return u;
};

/** A disc and a square, 1 on 0. */
const twoShapes = (down: number, right: number): number =>
  Math.hypot(down - 0.3, right - 0.3) < 0.17 || Math.max(Math.abs(down - 0.7), Math.abs(right - 0.7)) < 0.15
    ? 1
    : 0;

/** The site in the middle, driven for the first tenth of the steps. */
const tapped = (height: number, width: number, channels: number, steps: number): Float32Array => {
  const s = new Float32Array(steps * height * width * channels);
  const site = Math.floor(height / 2) * width + Math.floor(width / 2);
  for (let step = 0; step < Math.ceil(steps / 10); step++)
    s.fill(3, (step * height * width + site) * channels, (step * height * width + site + 1) * channels);
  return s;
};

/** Normalises each group of components to unit length. */
const onSphere = (values: Float32Array, components: number): Float32Array =>
  values.map((value, i) => {
    const from = i - (i % components);
    return value / Math.hypot(...values.subarray(from, from + components));
  });
