/** The dispersion relation of the discrete lattice: the frequency of a wave with a given wave vector. */

import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** A wave vector, radians a cell. */
export interface WaveVector {
  readonly x: number;
  readonly y: number;
}

/**
 * Frequency of the discrete wave equation y'' = lap(y), five-point Laplacian, kick-drift steps of `dt`, in cycles per
 * unit of time: f = asin(dt sqrt(lambda) / 2) / (pi dt), lambda = 4 sin^2(kx/2) + 4 sin^2(ky/2).
 *
 * Null where dt^2 lambda > 4 and the steps are unstable.
 */
export const laplacianFrequency = ({ x, y }: WaveVector, dt: number): number | null => {
  const lambda = 4 * (Math.sin(x / 2) ** 2 + Math.sin(y / 2) ** 2);
  const half = (dt * Math.sqrt(lambda)) / 2;
  return half > 1 ? null : Math.asin(half) / (Math.PI * dt);
};

/** A coupled lattice of oscillators, linearised about rest: tanh(W y) becomes W y. */
export interface LinearLattice {
  readonly dt: number;
  readonly channels: number;
  /** [kernel, kernel, channels, channels], from channel, to channel. */
  readonly coupling: ArrayLike<number>;
  /** Side of the kernel. */
  readonly kernel: number;
  /** One for each channel. */
  readonly omega: readonly number[];
  readonly alpha: readonly number[];
}

/** One branch of the dispersion relation. */
export interface Branch {
  /** Cycles per unit of time; 0 for an overdamped mode. */
  readonly frequency: number;
  /** Growth rate of its amplitude, 1 / time; negative if it decays. */
  readonly growth: number;
}

/** The coupling of this wave vector, complex: [to][from] = sum over the kernel of w e^{i k.d}. */
const symbol = ({ channels, coupling, kernel }: LinearLattice, { x, y }: WaveVector) => {
  const re = Matrix.zeros(channels, channels);
  const im = Matrix.zeros(channels, channels);
  const middle = Math.floor(kernel / 2);
  for (let row = 0; row < kernel; row++)
    for (let column = 0; column < kernel; column++) {
      const angle = x * (column - middle) + y * (row - middle);
      for (let from = 0; from < channels; from++)
        for (let to = 0; to < channels; to++) {
          const weight = coupling[((row * kernel + column) * channels + from) * channels + to];
          re.set(to, from, re.get(to, from) + weight * Math.cos(angle));
          im.set(to, from, im.get(to, from) + weight * Math.sin(angle));
        }
    }
  return { re, im };
};

/**
 * All branches at a wave vector, slowest first: the eigenvalues mu of one step of (y, z),
 *
 *     z' = z + dt ((W(k) - omega) y - alpha z),     y' = y + dt z',
 *
 * with frequency |arg mu| / (2 pi dt) and growth ln |mu| / dt. Exact for the discrete steps.
 *
 * Waves of both directions are included, so there are twice as many branches as channels. Where both directions are
 * equal, as for the Laplacian, each frequency occurs twice.
 */
export const branchesAt = (lattice: LinearLattice, k: WaveVector): readonly Branch[] => {
  const { dt, channels: c, omega, alpha } = lattice;
  const { re, im } = symbol(lattice, k);
  const size = 2 * c;
  const step = { re: Matrix.zeros(size, size), im: Matrix.zeros(size, size) };
  for (let to = 0; to < c; to++)
    for (let from = 0; from < c; from++) {
      const same = to === from ? 1 : 0;
      const force = re.get(to, from) - same * omega[to];
      const kept = same * (1 - dt * alpha[to]);
      step.re.set(to, from, same + dt * dt * force);
      step.re.set(to, c + from, dt * kept);
      step.re.set(c + to, from, dt * force);
      step.re.set(c + to, c + from, kept);
      step.im.set(to, from, dt * dt * im.get(to, from));
      step.im.set(c + to, from, dt * im.get(to, from));
    }
  // As a real matrix of twice the size, whose eigenvalues are those of the complex one and their conjugates.
  const real = Matrix.zeros(2 * size, 2 * size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      real.set(row, column, step.re.get(row, column));
      real.set(row, size + column, -step.im.get(row, column));
      real.set(size + row, column, step.im.get(row, column));
      real.set(size + row, size + column, step.re.get(row, column));
    }
  const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(real);
  return realEigenvalues
    .map((part, i) => ({
      frequency: Math.abs(Math.atan2(imaginaryEigenvalues[i], part)) / (2 * Math.PI * dt),
      growth: Math.log(Math.hypot(part, imaginaryEigenvalues[i])) / dt,
    }))
    .sort((a, b) => rounded(a.frequency) - rounded(b.frequency) || a.growth - b.growth)
    .filter((_, i) => i % 2 === 0);
};

/** The decomposition returns equal frequencies that differ by rounding. */
const rounded = (frequency: number): number => Math.round(frequency * 1e7);

/** A direction in the space of wave vectors, from k = 0 to the edge of the Brillouin zone. */
export type Direction = 'axis' | 'diagonal';

/** `count` wave vectors from 0 to that edge. */
export const path = (direction: Direction, count: number): readonly WaveVector[] =>
  Array.from({ length: count }, (_, i) => {
    const x = (Math.PI * i) / Math.max(1, count - 1);
    return { x, y: direction === 'axis' ? 0 : x };
  });
