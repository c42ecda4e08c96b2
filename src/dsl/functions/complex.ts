/** Complex numbers: tensors whose last axis of 2 holds the real and the imaginary part. */

import { type Same, type Shape, showShape } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';

/** A tensor of complex numbers of shape S. */
export type ComplexTensor<S extends Shape> = Tensor<readonly [...S, 2]>;

/** One of both parts; refuses a tensor without parts in the name of the operation. */
const partOf = (operation: string, z: Tensor, part: 0 | 1): Tensor => {
  const shape = shapeOf(z);
  const body = shape.slice(0, -1);
  if (shape.at(-1) !== 2)
    return refuse(
      operation,
      `a complex tensor has a last axis of 2, its real and its imaginary part, got ${showShape(shape)}`,
    );
  const begin = [...body.map(() => 0), part];
  const cut = apply(operation, { op: 'slice', begin, size: [...body, 1] }, z);
  return apply(operation, { op: 'reshape', shape: body }, cut);
};

const partsOf = (operation: string, z: Tensor): readonly [Tensor, Tensor] => [
  partOf(operation, z, 0),
  partOf(operation, z, 1),
];

const joined = <S extends Shape>(operation: string, re: Tensor, im: Tensor): ComplexTensor<S> => {
  const sides = [re, im].map((part) =>
    apply(operation, { op: 'reshape', shape: [...shapeOf(part), 1] }, part),
  );
  return apply(operation, { op: 'concat', axis: shapeOf(re).length }, ...sides);
};

const zipped =
  (fn: 'add' | 'sub' | 'mul' | 'max') =>
  (operation: string, a: Tensor, b: Tensor): Tensor =>
    apply(operation, { op: 'zip', fn }, a, b);
const [plus, minus, times, larger] = [zipped('add'), zipped('sub'), zipped('mul'), zipped('max')];

/**
 * re + i im.
 *
 * @example
 * const psi = complex(y, z);   // Tensor<readonly [64, 64, 2, 2]>
 */
export const complex = <S extends Shape>(re: Tensor<S>, im: Tensor<NoInfer<S>>): ComplexTensor<S> =>
  joined('complex', re, im);

/**
 * The real part.
 *
 * @example
 * const seen = realPart(complex(y, z));   // Tensor<readonly [64, 64, 2]>
 */
export const realPart = <S extends Shape>(z: Tensor<readonly [...S, 2]>): Tensor<readonly [...S]> => ({
  expr: partOf('realPart', z, 0).expr,
});

/**
 * The imaginary part.
 *
 * @example
 * const hidden = imaginaryPart(complex(y, z));   // Tensor<readonly [64, 64, 2]>
 */
export const imaginaryPart = <S extends Shape>(z: Tensor<readonly [...S, 2]>): Tensor<readonly [...S]> => ({
  expr: partOf('imaginaryPart', z, 1).expr,
});

/**
 * re - i im.
 *
 * @example
 * const backwards = conjugate(complex(y, z));   // Tensor<readonly [64, 64, 2, 2]>
 */
export const conjugate = <S extends Shape>(z: Tensor<readonly [...S, 2]>): ComplexTensor<S> => {
  const [re, im] = partsOf('conjugate', z);
  return joined('conjugate', re, apply('conjugate', { op: 'affine', scale: -1, shift: 0 }, im));
};

/**
 * The product of complex numbers, pointwise: (a + i b)(c + i d) = a c - b d + i (a d + b c). A product of modes is a
 * circular convolution of what has them.
 *
 * @example
 * const squared = multiplyComplex(complex(y, z), complex(y, z));   // Tensor<readonly [64, 64, 2, 2]>
 */
export const multiplyComplex = <A extends Shape, B extends Shape>(
  z: Tensor<readonly [...A, 2]>,
  w: Same<'multiplyComplex', A, B> & Tensor<readonly [...B, 2]>,
): ComplexTensor<A extends readonly [] ? B : A> => {
  const here = 'multiplyComplex';
  const [a, b] = partsOf(here, z);
  const [c, d] = partsOf(here, w);
  return joined(
    here,
    minus(here, times(here, a, c), times(here, b, d)),
    plus(here, times(here, a, d), times(here, b, c)),
  );
};

/**
 * Complex numbers times real ones, pointwise; `scale` multiplies them by a plain number.
 *
 * @example
 * const damped = scaleComplex(sigmoid(y), complex(y, z));   // Tensor<readonly [64, 64, 2, 2]>
 */
export const scaleComplex = <A extends Shape, B extends Shape>(
  k: Tensor<A>,
  z: Same<'scaleComplex', A, B> & Tensor<readonly [...B, 2]>,
): ComplexTensor<A extends readonly [] ? B : A> => {
  const [re, im] = partsOf('scaleComplex', z);
  return joined('scaleComplex', times('scaleComplex', k, re), times('scaleComplex', k, im));
};

/** Outside of these bounds a square over- or underflows: parts are scaled first, by powers of two, which is exact. */
const far = { from: 2 ** 40, scale: 2 ** -70 };
const near = { below: 2 ** -40, scale: 2 ** 90 };

/**
 * |z|, right at every scale of 32-bit floats, and so is its gradient: the direction of z, and 0 at 0.
 *
 * @example
 * const amplitude = modulus(fourier(0, 1)(y));   // Tensor<readonly [64, 64, 2]>
 */
export const modulus = <S extends Shape>(z: Tensor<readonly [...S, 2]>): Tensor<readonly [...S]> => {
  const here = 'modulus';
  const scalar = (value: number): Tensor => apply(here, { op: 'constant', shape: [], value });
  const map = (fn: 'abs' | 'square' | 'sqrt', x: Tensor): Tensor => apply(here, { op: 'map', fn }, x);
  const affine = (scale: number, shift: number, x: Tensor): Tensor =>
    apply(here, { op: 'affine', scale, shift }, x);
  const parts = partsOf(here, z);
  const size = larger(here, map('abs', parts[0]), map('abs', parts[1]));
  const isLarge = apply(here, { op: 'zip', fn: 'greaterEqual' }, size, scalar(far.from));
  const isSmall = apply(here, { op: 'zip', fn: 'greaterEqual' }, scalar(near.below), size);
  const between = affine(-1, 1, plus(here, isLarge, isSmall));
  /** One number for large z, another for small z, 1 between; comparisons have no gradient. */
  const chosen = (ofLarge: number, ofSmall: number): Tensor =>
    plus(here, plus(here, affine(ofLarge, 0, isLarge), affine(ofSmall, 0, isSmall)), between);
  const scale = chosen(far.scale, near.scale);
  const [a, b] = parts.map((part) => map('square', times(here, part, scale)));
  // The root has no gradient at 0, so a tiny number replaces a square of 0.
  const power = larger(here, plus(here, a, b), scalar(2 ** -125));
  return { expr: times(here, map('sqrt', power), chosen(1 / far.scale, 1 / near.scale)).expr };
};

/**
 * The phase of z, its angle from the real axis in (-pi, pi]: `atan2` of its parts, at every scale; 0 at 0, and so is its
 * gradient.
 *
 * @example
 * const angle = phase(fourier(0, 1)(y));   // Tensor<readonly [64, 64, 2]>
 */
export const phase = <S extends Shape>(z: Tensor<readonly [...S, 2]>): Tensor<readonly [...S]> => {
  const [re, im] = partsOf('phase', z);
  return { expr: apply('phase', { op: 'zip', fn: 'atan2' }, im, re).expr };
};

/**
 * r (cos a + i sin a).
 *
 * @example
 * const turned = fromPolar(modulus(complex(y, z)), y);   // Tensor<readonly [64, 64, 2, 2]>
 */
export const fromPolar = <S extends Shape>(r: Tensor<S>, angle: Tensor<NoInfer<S>>): ComplexTensor<S> => {
  const side = (fn: 'cos' | 'sin'): Tensor =>
    times('fromPolar', r, apply('fromPolar', { op: 'map', fn }, angle));
  return joined('fromPolar', side('cos'), side('sin'));
};
