/**
 * Shapes in types, and the arithmetic that layers do on them.
 *
 * A shape is a tuple of sizes, per sample: the batch axis is the compiler's business. Every type here has a value
 * of the same meaning (`CeilDiv` and `ceilDiv`): the types are the first line, found by the editor; the values are
 * the authority, computed when a program is built. A size that the compiler does not know is `number`, and every
 * rule lets `number` pass, because the same rule runs on the value later.
 */

import type { Add, Divide, GtOrEq, Mod, Multiply, Subtract } from 'ts-arithmetic';

/** Sizes along the axes of one sample: `readonly [64, 64, 3]` is a 64 x 64 field of 3 channels. */
export type Shape = readonly number[];

/** floor(N / D); an unknown size stays unknown. */
export type FloorDiv<N extends number, D extends number> = D extends 1
  ? N
  : number extends N | D
    ? number
    : Divide<Subtract<N, Mod<N, D>>, D>;

/** ceil(N / D): the size of a field after a same-size operation of stride D. */
export type CeilDiv<N extends number, D extends number> = D extends 1
  ? N
  : number extends N | D
    ? number
    : Mod<N, D> extends 0
      ? Divide<N, D>
      : Add<Divide<Subtract<N, Mod<N, D>>, D>, 1>;

/** A size that cannot be: it carries the reason, and `program` refuses it. */
export type Impossible<Reason extends string> = number & { readonly error: Reason };

/** floor((N - K) / D) + 1: windows of K at stride D that lie wholly inside N. */
export type Windows<N extends number, K extends number, D extends number> = number extends N | K | D
  ? number
  : GtOrEq<N, K> extends 1
    ? Add<FloorDiv<Subtract<N, K>, D>, 1>
    : Impossible<`a window of ${K} does not fit a field of ${N}`>;

/** (N - 1) * D + K: the size after a transposed convolution. */
export type Upsampled<N extends number, K extends number, D extends number> = K extends D
  ? Multiply<N, D>
  : Add<Multiply<Subtract<N, 1>, D>, K>;

/** floor(T / 2) + 1: the bins of a real Fourier transform over T samples. */
export type Bins<T extends number> = number extends T ? number : Add<FloorDiv<T, 2>, 1>;

/** The product of all sizes. */
export type Volume<S extends Shape> = S extends readonly [
  infer Head extends number,
  ...infer Rest extends Shape,
]
  ? Multiply<Head, Volume<Rest>>
  : S extends readonly []
    ? 1
    : number;

export const ceilDiv = (n: number, d: number): number => Math.ceil(n / d);
export const windows = (n: number, k: number, d: number): number => Math.floor((n - k) / d) + 1;
export const upsampled = (n: number, k: number, d: number): number => (n - 1) * d + k;
export const bins = (t: number): number => Math.floor(t / 2) + 1;
export const volume = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

/** `[64,64,3]`, as shapes are printed in messages. */
export const show = (shape: Shape): string => `[${shape.join(',')}]`;

/** The same in types, for messages of the compiler. */
export type Show<S extends Shape> = `[${Join<S>}]`;
type Join<S extends Shape> = S extends readonly [infer Head extends number, ...infer Rest extends Shape]
  ? Rest extends readonly []
    ? `${Head}`
    : `${Head},${Join<Rest>}`
  : '';

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/**
 * `unknown` where B may stand beside A, else an object that carries the message; intersected with the parameter's
 * type it makes the compiler print that message. Scalars ([]) go with everything.
 */
export type Same<Operation extends string, A extends Shape, B extends Shape> = A extends readonly []
  ? unknown
  : B extends readonly []
    ? unknown
    : Fits<A, B> extends true
      ? unknown
      : { readonly error: `${Operation}: expected ${Show<A>}, got ${Show<B>}` };

/** Whether the sizes agree wherever both are known. */
type Fits<A extends Shape, B extends Shape> = [A] extends [B]
  ? true
  : [B] extends [A]
    ? true
    : A extends readonly [infer HeadA extends number, ...infer RestA extends Shape]
      ? B extends readonly [infer HeadB extends number, ...infer RestB extends Shape]
        ? number extends HeadA | HeadB
          ? Fits<RestA, RestB>
          : [HeadA] extends [HeadB]
            ? Fits<RestA, RestB>
            : false
        : number extends B['length']
          ? true
          : false
      : number extends A['length']
        ? true
        : B extends readonly []
          ? A extends readonly []
            ? true
            : false
          : number extends B['length']
            ? true
            : false;

/** The shape of `add(a, b)`: the other one's where one is a scalar. */
export type Joined<A extends Shape, B extends Shape> = A extends readonly [] ? B : A;

/** The size of the last axis. */
export type LastOf<S extends Shape> = S extends readonly [...Shape, infer Last extends number]
  ? Last
  : number;
