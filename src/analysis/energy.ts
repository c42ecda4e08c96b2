/** The energy of waves over time. */

import type { Waves } from './waves.js';

/** The restoring forces: the coupling's kernel and each site's own spring. */
export interface Springs {
  /** [kernel, kernel, channels, channels], from channel, to channel; on a torus. */
  readonly coupling: ArrayLike<number>;
  readonly kernel: number;
  /** [height, width, channels]: the natural frequency term. */
  readonly omega: ArrayLike<number>;
}

/** Energies between two steps, means over the sites, all channels together. */
export interface Energy {
  /** The middle between the two steps. */
  readonly time: number;
  /** Kinetic: z^2 / 2 with z = (y[t+1] - y[t]) / dt. */
  readonly kinetic: number;
  /** In the springs between sites: -y[t] W y[t+1] / 2. */
  readonly coupling: number;
  /** In each site's own spring: omega y[t] y[t+1] / 2. */
  readonly own: number;
}

/** W y for one frame, [height, width, channels]. */
const coupled = ({ height, width, channels }: Waves, { coupling, kernel }: Springs, frame: Float64Array) => {
  const out = new Float64Array(frame.length);
  const middle = Math.floor(kernel / 2);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (let u = 0; u < kernel; u++)
        for (let v = 0; v < kernel; v++) {
          const fromRow = (((row + u - middle) % height) + height) % height;
          const fromColumn = (((column + v - middle) % width) + width) % width;
          const from = (fromRow * width + fromColumn) * channels;
          const to = (row * width + column) * channels;
          for (let i = 0; i < channels; i++)
            for (let o = 0; o < channels; o++)
              out[to + o] += coupling[((u * kernel + v) * channels + i) * channels + o] * frame[from + i];
        }
  return out;
};

/**
 * The energy between every step and the next.
 *
 * Written with both steps, kinetic + coupling + own is what the kick-drift steps conserve to rounding without
 * damping, with a symmetric coupling and a linear force (no tanh). In a learned lattice, a change of the sum is thus
 * due to damping, asymmetry or tanh. An asymmetric or repelling coupling can make its part negative.
 */
export const energyOf = (waves: Waves, springs: Springs): readonly Energy[] => {
  const { steps, height, width, channels, dt, values } = waves;
  const size = height * width * channels;
  const frameAt = (t: number) => Float64Array.from({ length: size }, (_, i) => values[t * size + i]);
  const energies: Energy[] = [];
  let now = frameAt(0);
  for (let t = 0; t + 1 < steps; t++) {
    const next = frameAt(t + 1);
    const pull = coupled(waves, springs, next);
    let [kinetic, between, own] = [0, 0, 0];
    for (let i = 0; i < size; i++) {
      kinetic += ((next[i] - now[i]) / dt) ** 2 / 2;
      between -= (now[i] * pull[i]) / 2;
      own += (springs.omega[i] * now[i] * next[i]) / 2;
    }
    const sites = height * width;
    energies.push({
      // The first observed state is that of t = dt.
      time: (t + 1.5) * dt,
      kinetic: kinetic / sites,
      coupling: between / sites,
      own: own / sites,
    });
    now = next;
  }
  return energies;
};

/** The five-point Laplacian on each channel separately: the initial value of the coupling. */
export const laplacianCoupling = (channels: number): Pick<Springs, 'coupling' | 'kernel'> => {
  const stencil = [0, 1, 0, 1, -4, 1, 0, 1, 0];
  const coupling = new Float64Array(9 * channels * channels);
  for (let at = 0; at < 9; at++)
    for (let channel = 0; channel < channels; channel++)
      coupling[(at * channels + channel) * channels + channel] = stencil[at];
  return { coupling, kernel: 3 };
};
