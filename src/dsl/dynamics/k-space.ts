/** Waves stepped in k-space: every mode by its own frequency, exactly. */

import { checkedOptions } from '../options.js';
import { showShape } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';
import { asFlow } from './method.js';
import type { PartialFlow } from './splitting.js';
import { withFields } from './state.js';
import { straightOmega, type Turning, turnings, waveVectors } from './turning.js';

/** How the modes of a field on a torus move. */
export interface KSpaceWave {
  /** The speed of a wave without dispersion, in sites per unit of time: omega = speed |k|. Default 1. */
  readonly speed?: number;
  /** The angular frequency of the mode of a wave vector k, in radians per site along each axis, in place of `speed`. */
  readonly dispersion?: (k: readonly number[]) => number;
}

const here = 'kSpaceWave';

/**
 * The exact flow of a wave equation of the fields y and z, displacement and velocity [...grid, C], in k-space: each mode
 * turns by its own frequency,
 *
 *     y' = cos(omega h) y + sin(omega h) / omega z,     z' = -omega sin(omega h) y + cos(omega h) z,
 *
 * so that no time step is too large and waves disperse only as `dispersion` says (k-space methods: Mast et al. 2001). Of
 * omega only what is even in k acts on real fields. With `strang`, a force beside it kicks the velocity before and after.
 *
 * Refuses fields without sites, and frequencies that are no numbers.
 *
 * @example
 * type State = Wave<readonly [64, 64, 2]>;
 * const kick: Flow<State> = { name: 'kick', order: Infinity, advance: ({ y, z }, _, h) => ({ y, z: sub(z, scale(h, sin(y))) }) };
 * const waves = scan({
 *   steps: 20,
 *   init: { y, z },
 *   step: stepOf(strang<State>(kick, kSpaceWave({ speed: 1 })), 0.5),   // sine-Gordon
 *   observe: (wave) => wave.y,
 * });   // Tensor<readonly [20, 64, 64, 2]>
 */
export const kSpaceWave = (options: KSpaceWave = {}): PartialFlow<'y' | 'z'> => {
  const { speed = 1, dispersion } = checkedOptions(here, options, { speed: true, dispersion: true });
  const omegaOf = dispersion ?? straightOmega(speed);
  return asFlow<PartialFlow<'y' | 'z'>>({
    name: here,
    order: Number.POSITIVE_INFINITY,
    advance: (state, _, h) => {
      const { y, z } = state;
      const shape = shapeOf(y);
      const grid = shape.slice(0, -1);
      if (grid.length === 0) return refuse(here, `expected a field with sites, got ${showShape(shape)}`);
      const omegas = waveVectors(grid).map((k) => omegaOf(k));
      const wrong = omegas.find((omega) => !Number.isFinite(omega));
      if (wrong !== undefined) return refuse(here, `a frequency must be a number, got ${wrong}`);
      const axes = grid.map((_, axis) => axis);
      const modesOf = (x: Tensor): Tensor =>
        apply(here, { op: 'fourier', axes, conjugate: false, from: 'real', to: 'complex' }, x);
      const modes = { y: modesOf(y), z: modesOf(z) };
      const times = (factor: Turning, of: Tensor): Tensor => {
        const value = turnings(factor, omegas, h);
        const factors = apply(here, { op: 'constant', shape: [...grid, 1, 1], value });
        const everywhere = apply(here, { op: 'broadcast', shape: shapeOf(of) }, factors);
        return apply(here, { op: 'zip', fn: 'mul' }, of, everywhere);
      };
      const together = (ofY: Turning, ofZ: Turning): Tensor =>
        apply(
          here,
          { op: 'fourier', axes, conjugate: true, from: 'complex', to: 'real' },
          apply(here, { op: 'zip', fn: 'add' }, times(ofY, modes.y), times(ofZ, modes.z)),
        );
      return withFields(state, ['y', 'z'], (name) =>
        name === 'y' ? together('itself', 'moved') : together('pulled', 'itself'),
      );
    },
  });
};
