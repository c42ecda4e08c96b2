/** Waves stepped in k-space: every mode by its own frequency, exactly. */

import { checkedOptions } from '../options.js';
import { type Shape, showShape, volume } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';
import type { Wave } from './oscillator.js';

/** How the modes of a field on a torus move. */
export interface KSpaceWave {
  /** The time step h. */
  readonly dt: number;
  /** The speed of a wave without dispersion, in sites per unit of time: omega = speed |k|. Default 1. */
  readonly speed?: number;
  /** The angular frequency of the mode of a wave vector k, in radians per site along each axis, in place of `speed`. */
  readonly dispersion?: (k: readonly number[]) => number;
}

const here = 'kSpaceWave';

/** The wave number of a mode in radians per site, from -pi to pi. */
const waveNumber = (mode: number, n: number): number => (2 * Math.PI * (2 * mode > n ? mode - n : mode)) / n;

const waveVector = (number: number, grid: Shape): readonly number[] => {
  let rest = number;
  return grid.map((n, axis) => {
    const after = volume(grid.slice(axis + 1));
    const mode = Math.floor(rest / after);
    rest %= after;
    return waveNumber(mode, n);
  });
};

/**
 * One step of a wave equation in k-space, [...grid, C]: each mode of displacement and velocity turns by its own frequency,
 *
 *     y' = cos(omega h) y + sin(omega h) / omega z,     z' = -omega sin(omega h) y + cos(omega h) z,
 *
 * exactly, so that no time step is too large and waves disperse only as `dispersion` says (k-space methods: Mast et al.
 * 2001). Of omega only what is even in k acts on real fields. For a split step kick the velocity by a force before it.
 *
 * @example
 * const linear = kSpaceWave({ dt: 0.5, speed: 1 });
 * const waves = scan({
 *   steps: 20,
 *   init: { y, z: zeros(64, 64, 2) },
 *   step: ({ y, z }) => linear({ y, z: add(z, scale(-0.5, sin(y))) }),   // sine-Gordon, split
 *   observe: (wave) => wave.y,
 * });   // Tensor<readonly [20, 64, 64, 2]>
 */
export const kSpaceWave = (options: KSpaceWave) => {
  const {
    dt,
    speed = 1,
    dispersion,
  } = checkedOptions(here, options, {
    dt: true,
    speed: true,
    dispersion: true,
  });
  const omegaOf = dispersion ?? ((k: readonly number[]): number => speed * Math.hypot(...k));
  return <S extends Shape>({ y, z }: Wave<S>): Wave<S> => {
    const shape = shapeOf(y);
    const grid = shape.slice(0, -1);
    if (grid.length === 0) return refuse(here, `expected a field with sites, got ${showShape(shape)}`);
    const omegas = Array.from({ length: volume(grid) }, (_, number) => omegaOf(waveVector(number, grid)));
    const wrong = omegas.find((omega) => !Number.isFinite(omega));
    if (wrong !== undefined) return refuse(here, `a frequency must be a number, got ${wrong}`);
    const axes = grid.map((_, axis) => axis);
    const modesOf = (x: Tensor): Tensor =>
      apply(here, { op: 'fourier', axes, conjugate: false, from: 'real', to: 'complex' }, x);
    const [ofY, ofZ] = [modesOf(y), modesOf(z)];
    const times = (f: (omega: number) => number, modes: Tensor): Tensor => {
      const value = omegas.map((omega) => f(omega) / volume(grid));
      const factors = apply(here, { op: 'constant', shape: [...grid, 1, 1], value });
      const everywhere = apply(here, { op: 'broadcast', shape: shapeOf(modes) }, factors);
      return apply(here, { op: 'zip', fn: 'mul' }, modes, everywhere);
    };
    const together = (a: Tensor, b: Tensor): Tensor<S> =>
      apply(
        here,
        { op: 'fourier', axes, conjugate: true, from: 'complex', to: 'real' },
        apply(here, { op: 'zip', fn: 'add' }, a, b),
      );
    const cosine = (omega: number): number => Math.cos(omega * dt);
    return {
      y: together(
        times(cosine, ofY),
        times((omega) => (omega === 0 ? dt : Math.sin(omega * dt) / omega), ofZ),
      ),
      z: together(
        times((omega) => -omega * Math.sin(omega * dt), ofY),
        times(cosine, ofZ),
      ),
    };
  };
};
