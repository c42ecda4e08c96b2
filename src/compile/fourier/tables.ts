/** The constant numbers of Fourier transforms: matrices and factors, computed in float64 from angles within one turn. */

import type { OpOf } from '../../dsl/op.js';
import type { Shape } from '../../dsl/shape.js';

/** Numbers with a unique name. */
export interface Table {
  readonly name: string;
  readonly shape: Shape;
  readonly values: () => Float32Array;
}

/** Complex numbers of modulus one, or others, that values are multiplied by. */
export interface Factors {
  readonly name: string;
  readonly n: number;
  readonly at: () => { readonly re: Float64Array; readonly im: Float64Array };
}

/** Whether input and result are real or complex. */
export type Ends = Pick<OpOf<'fourier'>, 'conjugate' | 'from' | 'to'>;

/** The largest count of numbers that are kept for later calls. */
const mostKept = 2 ** 24;
const kept = new Map<string, Float32Array>();

/** The numbers of a table, cached while not too many others are needed. */
const remembered = (name: string, make: () => ArrayLike<number>): Float32Array => {
  const before = kept.get(name);
  if (before !== undefined) return before;
  const made = Float32Array.from(make());
  const total = [...kept.values()].reduce((sum, { length }) => sum + length, made.length);
  if (total > mostKept) kept.clear();
  kept.set(name, made);
  return made;
};

const tableOf = (name: string, shape: Shape, make: () => ArrayLike<number>): Table => ({
  name,
  shape,
  values: () => remembered(name, make),
});

const turn = (n: number, conjugate: boolean): number => ((conjugate ? 1 : -1) * 2 * Math.PI) / n;
const side = (conjugate: boolean): string => (conjugate ? 'conjugate' : 'forward');

/** The transform of n numbers as a matrix, real and imaginary parts side by side. */
export const matrixTable = (n: number, { conjugate, from, to }: Ends): Table => {
  const [inside, outside] = [from, to].map((end) => (end === 'complex' ? 2 : 1));
  const angle = turn(n, conjugate);
  return tableOf(`${side(conjugate)}_${from}_${to}/${n}`, [inside * n, outside * n], () => {
    const cosines = Float64Array.from({ length: n }, (_, i) => Math.cos(angle * i));
    const sines = Float64Array.from({ length: n }, (_, i) => Math.sin(angle * i));
    const values = new Float32Array(inside * n * outside * n);
    for (let t = 0; t < n; t++)
      for (let k = 0; k < n; k++) {
        const [c, s] = [cosines[(t * k) % n], sines[(t * k) % n]];
        const at = inside * t * outside * n + outside * k;
        values[at] = c;
        if (outside === 2) values[at + 1] = s;
        if (inside === 1) continue;
        values[at + outside * n] = -s;
        if (outside === 2) values[at + outside * n + 1] = c;
      }
    return values;
  });
};

const onCircle = (name: string, n: number, angle: (i: number) => number): Factors => ({
  name,
  n,
  at: () => ({
    re: Float64Array.from({ length: n }, (_, i) => Math.cos(angle(i))),
    im: Float64Array.from({ length: n }, (_, i) => Math.sin(angle(i))),
  }),
});

/** Between the two transforms of a split [b, a]: number j of the second and mode k of the first turn by j k / (a b). */
export const splitFactors = (a: number, b: number, conjugate: boolean): Factors =>
  onCircle(
    `${side(conjugate)}_turns/${a}_${b}`,
    a * b,
    (i) => turn(a * b, conjugate) * Math.floor(i / a) * (i % a),
  );

/** Half of the square of a number as an angle: t k = (t^2 + k^2 - (k - t)^2) / 2. */
const halfSquare = (n: number, t: number): number => (t * t) % (2 * n);

/** The factors of the numbers and, at the end, of the modes. */
export const chirpFactors = (n: number, conjugate: boolean): Factors =>
  onCircle(`${side(conjugate)}_chirp/${n}`, n, (t) => (turn(n, conjugate) / 2) * halfSquare(n, t));

/** The factors of the modes of the chirped numbers, zero-padded to m. */
export const kernelFactors = (n: number, m: number, conjugate: boolean): Factors => ({
  name: `${side(conjugate)}_kernel/${n}`,
  n: m,
  at: () => {
    const { re, im } = chirpFactors(n, !conjugate).at();
    const kernel = { re: new Float64Array(m), im: new Float64Array(m) };
    for (let t = 0; t < n; t++)
      for (const place of [t, (m - t) % m]) {
        kernel.re[place] = re[t] / m;
        kernel.im[place] = im[t] / m;
      }
    return modesOf(kernel);
  },
});

interface Pair {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** The transform of a power of two of numbers, by halves. */
const modesOf = ({ re, im }: Pair): Pair => {
  const n = re.length;
  if (n === 1) return { re, im };
  const every = (from: number): Pair =>
    modesOf({
      re: re.filter((_, i) => i % 2 === from),
      im: im.filter((_, i) => i % 2 === from),
    });
  const [even, odd] = [every(0), every(1)];
  const out: Pair = { re: new Float64Array(n), im: new Float64Array(n) };
  for (let k = 0; k < n / 2; k++) {
    const [c, s] = [Math.cos((2 * Math.PI * k) / n), -Math.sin((2 * Math.PI * k) / n)];
    const [x, y] = [c * odd.re[k] - s * odd.im[k], c * odd.im[k] + s * odd.re[k]];
    out.re[k] = even.re[k] + x;
    out.im[k] = even.im[k] + y;
    out.re[k + n / 2] = even.re[k] - x;
    out.im[k + n / 2] = even.im[k] - y;
  }
  return out;
};

const pairs = (n: number, f: (i: number) => readonly [number, number]): Float32Array => {
  const values = new Float32Array(2 * n);
  for (let i = 0; i < n; i++) values.set(f(i), 2 * i);
  return values;
};

/** The factors as pairs (re, im). */
export const plainTable = ({ name, n, at }: Factors): Table =>
  tableOf(`${name}/plain`, [n, 2], () => {
    const { re, im } = at();
    return pairs(n, (i) => [re[i], im[i]]);
  });

/** A product of complex numbers is (re, im) times the first table, and (im, re) times the second. */
export const productTables = ({ name, n, at }: Factors): readonly [Table, Table] => [
  tableOf(`${name}/straight`, [n, 2], () => {
    const { re } = at();
    return pairs(n, (i) => [re[i], re[i]]);
  }),
  tableOf(`${name}/crossed`, [n, 2], () => {
    const { im } = at();
    return pairs(n, (i) => [-im[i], im[i]]);
  }),
];
