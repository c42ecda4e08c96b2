/**
 * The discrete Fourier transform at any length. fft.js does powers of two; a grid of 28 or 75 is not padded to one,
 * because on a torus its own wave numbers are the exact ones. Other lengths use a chirp: Bluestein, "A linear filtering
 * approach to the computation of discrete Fourier transform", IEEE Trans. Audio Electroacoust. 18, 1970.
 */

import FourierTransform from 'fft.js';

/** Complex numbers as separate arrays of real and imaginary parts. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

export const complex = (length: number): Complex => ({
  re: new Float64Array(length),
  im: new Float64Array(length),
});

/** The lowest power of two that is at least `n`. */
export const powerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, n)));

type Transform = (values: Complex) => Complex;

const interleaved = ({ re, im }: Complex, size: number): number[] => {
  const out = new Array<number>(2 * size).fill(0);
  for (let i = 0; i < re.length; i++) {
    out[2 * i] = re[i];
    out[2 * i + 1] = im[i];
  }
  return out;
};

const apart = (values: readonly number[], length: number, scale: number): Complex => {
  const out = complex(length);
  for (let i = 0; i < length; i++) {
    out.re[i] = values[2 * i] * scale;
    out.im[i] = values[2 * i + 1] * scale;
  }
  return out;
};

const itself: Transform = ({ re, im }) => ({ re: re.slice(), im: im.slice() });

const radix = (n: number): Transform => {
  const plan = new FourierTransform(n);
  const out: number[] = plan.createComplexArray();
  return (values) => {
    plan.transform(out, interleaved(values, n));
    return apart(out, n, 1);
  };
};

/** e^{-i pi j^2 / n}; j^2 is taken modulo 2n first, so that the angle keeps all its digits. */
const chirp = (n: number): Complex => {
  const out = complex(n);
  for (let j = 0; j < n; j++) {
    const angle = (Math.PI * ((j * j) % (2 * n))) / n;
    out.re[j] = Math.cos(angle);
    out.im[j] = -Math.sin(angle);
  }
  return out;
};

const times = (a: Complex, b: Complex): Complex => {
  const out = complex(a.re.length);
  for (let i = 0; i < a.re.length; i++) {
    out.re[i] = a.re[i] * b.re[i] - a.im[i] * b.im[i];
    out.im[i] = a.re[i] * b.im[i] + a.im[i] * b.re[i];
  }
  return out;
};

const bluestein = (n: number): Transform => {
  const size = powerOfTwo(2 * n - 1);
  const plan = new FourierTransform(size);
  const turns = chirp(n);
  const kernel = complex(size);
  for (let j = 0; j < n; j++) {
    for (const at of j === 0 ? [0] : [j, size - j]) {
      kernel.re[at] = turns.re[j];
      kernel.im[at] = -turns.im[j];
    }
  }
  const out: number[] = plan.createComplexArray();
  plan.transform(out, interleaved(kernel, size));
  const response = apart(out, size, 1);
  return (values) => {
    plan.transform(out, interleaved(times(values, turns), size));
    const product = times(apart(out, size, 1), response);
    plan.inverseTransform(out, interleaved(product, size));
    return times(apart(out, n, 1), turns);
  };
};

const plans = new Map<number, Transform>();

/**
 * sum_j v_j e^{-2 pi i j k / n} for k = 0 .. n-1, n being the number of values.
 *
 * @example
 * dft({ re: Float64Array.of(1, 0, 0), im: new Float64Array(3) })   // re [1, 1, 1], im [0, 0, 0]
 */
export const dft = (values: Complex): Complex => {
  const n = values.re.length;
  const known = plans.get(n);
  if (known !== undefined) return known(values);
  // Plans are cached by length; this is not observable from outside.
  const plan = n < 2 ? itself : Number.isInteger(Math.log2(n)) ? radix(n) : bluestein(n);
  plans.set(n, plan);
  return plan(values);
};

/** The same over both axes of a field in rows, in place. */
export const dft2 = (height: number, width: number, field: Complex): void => {
  const along = (count: number, length: number, start: (i: number) => number, step: number): void => {
    const line = complex(length);
    for (let i = 0; i < count; i++) {
      const from = start(i);
      for (let j = 0; j < length; j++) {
        line.re[j] = field.re[from + j * step];
        line.im[j] = field.im[from + j * step];
      }
      const turned = dft(line);
      for (let j = 0; j < length; j++) {
        field.re[from + j * step] = turned.re[j];
        field.im[from + j * step] = turned.im[j];
      }
    }
  };
  along(height, width, (row) => row * width, 1);
  along(width, height, (column) => column, width);
};

/** Angular wave number of bin `k` of `n`: -pi .. pi. */
export const waveNumber = (k: number, n: number): number => (2 * Math.PI * (2 * k > n ? k - n : k)) / n;

/** sin^2(pi (t + 1/2) / T): the Hann window. */
export const hann = (t: number, samples: number): number => Math.sin((Math.PI * (t + 0.5)) / samples) ** 2;
