/** Fourier transforms: from values at sites or times to values of modes, and back. */

import { type Shape, type Show, volume } from '../shape.js';
import { apply, shapeOf, type Tensor } from '../tensor.js';

/** No message if A are axes of a shape, else the problem in words that the compiler shows. */
export type AxesOf<Operation extends string, A extends number, S extends Shape> = number extends
  | A
  | S['length']
  ? unknown
  : [Exclude<`${A}`, keyof S>] extends [never]
    ? unknown
    : { readonly error: `${Operation}: ${Exclude<`${A}`, keyof S & string>} is not an axis of ${Show<S>}` };

/**
 * The modes of a real tensor along axes, a discrete Fourier transform with its phase: S to [...S, 2], the last axis the real
 * and the imaginary part. Along an axis of n numbers mode k is
 *
 *     X[k] = sum over t of x[t] exp(-2 pi i k t / n),     k = 0, ..., n - 1,
 *
 * divided by nothing, as in NumPy and PyTorch. Mode k has k waves in n sites; from n/2 on it is mode k - n, the same waves
 * running the other way, and for real x its complex conjugate. All n modes are kept, not the first half: so a mode stands at
 * its own number along every axis, the inverse needs no lengths, and adjoint and Parseval's theorem need no weights. Any
 * length will do; products of small numbers are fastest.
 *
 * Refuses axes that the tensor does not have.
 *
 * @example
 * const modes = fourier(0, 1)(y);   // Tensor<readonly [64, 64, 2, 2]>
 * const tones = fourier(0)(line);   // Tensor<readonly [128, 4, 2]>
 */
export const fourier =
  <const A extends number>(...axes: readonly A[]) =>
  <S extends Shape>(x: AxesOf<'fourier', A, S> & Tensor<S>): Tensor<readonly [...S, 2]> =>
    apply('fourier', { op: 'fourier', axes, conjugate: false, from: 'real', to: 'complex' }, x);

/**
 * The modes of a complex tensor, whose last axis holds real and imaginary part: [...S, 2] to [...S, 2]. Axes are those of S.
 *
 * @example
 * const psi = complex(y, z);   // Tensor<readonly [64, 64, 2, 2]>
 * const momenta = fourierComplex(0, 1)(psi);   // Tensor<readonly [64, 64, 2, 2]>
 */
export const fourierComplex =
  <const A extends number>(...axes: readonly A[]) =>
  <S extends Shape>(
    x: AxesOf<'fourierComplex', A, S> & Tensor<readonly [...S, 2]>,
  ): Tensor<readonly [...S, 2]> =>
    apply('fourierComplex', { op: 'fourier', axes, conjugate: false, from: 'complex', to: 'complex' }, x);

/** How many modes there are along axes. */
const countOf = (axes: Shape, modes: Tensor): number =>
  volume(shapeOf(modes).filter((_, axis) => axes.includes(axis)));

/** The inverse along axes, divided by the number of modes. */
export const inverse = <S extends Shape>(
  operation: string,
  axes: Shape,
  to: 'real' | 'complex',
  modes: Tensor,
): Tensor<S> => {
  const sum = apply(operation, { op: 'fourier', axes, conjugate: true, from: 'complex', to }, modes);
  return apply(operation, { op: 'affine', scale: 1 / countOf(axes, modes), shift: 0 }, sum);
};

/**
 * The real tensor that has these modes along axes: [...S, 2] to S,
 *
 *     x[t] = 1/n sum over k of X[k] exp(2 pi i k t / n),
 *
 * and its real part where it is not real. Undoes `fourier`.
 *
 * @example
 * const again = pipe(y, fourier(0, 1), inverseFourier(0, 1));   // Tensor<readonly [64, 64, 2]>
 */
export const inverseFourier =
  <const A extends number>(...axes: readonly A[]) =>
  <S extends Shape>(
    modes: AxesOf<'inverseFourier', A, S> & Tensor<readonly [...S, 2]>,
  ): Tensor<readonly [...S]> =>
    inverse('inverseFourier', axes, 'real', modes);

/**
 * The complex tensor that has these modes along axes: [...S, 2] to [...S, 2]. Undoes `fourierComplex`.
 *
 * @example
 * const psi = pipe(complex(y, z), fourierComplex(0), inverseFourierComplex(0));   // Tensor<readonly [64, 64, 2, 2]>
 */
export const inverseFourierComplex =
  <const A extends number>(...axes: readonly A[]) =>
  <S extends Shape>(
    modes: AxesOf<'inverseFourierComplex', A, S> & Tensor<readonly [...S, 2]>,
  ): Tensor<readonly [...S, 2]> =>
    inverse('inverseFourierComplex', axes, 'complex', modes);
