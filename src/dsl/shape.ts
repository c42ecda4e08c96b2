/**
 * Shapes in types, and the arithmetic that layers do on them.
 *
 * A shape is a tuple of sizes, per sample; only compilers know the batch axis. Every type here has a function of the
 * same meaning (`CeilDiv` and `ceilDiv`): types are a first check, in the editor; the functions are the authority, and
 * run when a program is built. A size that the compiler does not know is `number`, and every rule lets `number` pass,
 * because the same rule runs on the value later.
 */

import type { Add, Divide, GtOrEq, Mod, Multiply, Subtract } from 'ts-arithmetic';

/** Sizes along the axes of one sample: `readonly [64, 64, 3]` is a 64 x 64 field of 3 channels. */
export type Shape = readonly number[];

/**
 * An impossible size, with the reason: a window is larger than its field, or a reduction is over an axis that does not
 * exist. Sizes that are computed from it are impossible too; `Possible` refuses it where a program is run.
 *
 * @example
 * type Left = Windows<3, 5, 1>;   // Impossible<'a window of 5 does not fit a field of 3'>
 */
export type Impossible<Reason extends string> = number & { readonly error: Reason };
type Wrong = { readonly error: string };

/**
 * N, restricted to numbers. Without it, in a function generic in its sizes, the compiler follows all of the arithmetic
 * of N each time that it checks whether N is a number.
 */
type Size<N> = [N] extends [infer Known extends number] ? Known : never;

/** A + B. */
export type Plus<A extends number, B extends number> = A extends Wrong
  ? A
  : B extends Wrong
    ? B
    : number extends A | B
      ? number
      : Add<A, B>;

/** A B. */
export type Times<A extends number, B extends number> = A extends Wrong
  ? A
  : B extends Wrong
    ? B
    : number extends A | B
      ? number
      : Multiply<A, B>;

/** floor(N / D); an unknown size stays unknown. */
export type FloorDiv<N extends number, D extends number> = D extends 1
  ? N
  : number extends N | D
    ? number
    : N extends Wrong
      ? N
      : Size<Divide<Subtract<N, Mod<N, D>>, D>>;

/** ceil(N / D): the size of a field after a same-size operation of stride D. */
export type CeilDiv<N extends number, D extends number> = D extends 1
  ? N
  : number extends N | D
    ? number
    : N extends Wrong
      ? N
      : Size<Mod<N, D> extends 0 ? Divide<N, D> : Add<Divide<Subtract<N, Mod<N, D>>, D>, 1>>;

/** floor((N - K) / D) + 1: windows of K at stride D that lie wholly inside N. */
export type Windows<N extends number, K extends number, D extends number> = number extends N | K | D
  ? number
  : N extends Wrong
    ? N
    : Size<
        GtOrEq<N, K> extends 1
          ? Add<FloorDiv<Subtract<N, K>, D>, 1>
          : Impossible<`a window of ${K} does not fit a field of ${N}`>
      >;

/** (K - 1) E + 1: the number of sites from the first to the last of K taps that are E apart. */
export type Extent<K extends number, E extends number> = E extends 1
  ? K
  : number extends K | E
    ? number
    : Size<Add<Multiply<Subtract<K, 1>, E>, 1>>;

/** C channels made of I in G groups, where G divides both. */
export type Grouped<C extends number, I extends number, G extends number> = G extends 1
  ? C
  : number extends C | I | G
    ? C
    : I extends Wrong
      ? I
      : Mod<I, G> extends 0
        ? Mod<C, G> extends 0
          ? C
          : Impossible<`${G} groups do not divide ${I} channels into ${C}`>
        : Impossible<`${G} groups do not divide ${I} channels into ${C}`>;

/** (N - 1) * D + K: the size after a transposed convolution. */
export type Upsampled<N extends number, K extends number, D extends number> = N extends Wrong
  ? N
  : K extends D
    ? Multiply<N, D>
    : Add<Multiply<Subtract<N, 1>, D>, K>;

/** floor(T / 2) + 1: the bins of a real Fourier transform over T samples. */
export type Bins<T extends number> = number extends T ? number : Plus<FloorDiv<T, 2>, 1>;

/** The product of all sizes; unknown where one of them is. */
export type Volume<S extends Shape> = number extends S[number]
  ? number
  : S extends readonly [infer Head extends number, ...infer Rest extends Shape]
    ? Times<Head, Volume<Rest>>
    : S extends readonly []
      ? 1
      : number;

/**
 * `unknown` where D divides N, else an object that carries the message. It is for the arguments of a model that halves
 * its field several times, since an error inside the model would name a size that the user never wrote.
 *
 * @example
 * const halvable = <const H extends number>(height: H & DivisibleBy<H, 4>): number => height / 4;
 * halvable(64);
 */
export type DivisibleBy<N extends number, D extends number> = Unless<
  Indivisible<N, D>,
  { readonly error: `${N} is not divisible by ${D}` }
>;
type Indivisible<N extends number, D extends number> = number extends N | D
  ? string
  : Mod<N, D> extends 0
    ? string
    : 'refused';

/**
 * `unknown`, or M where V is 'refused': an object that carries a message, which the compiler makes only when it reads it.
 * Intersected with a parameter's type it makes the compiler print that message. V is 'refused' or `string`. In a function generic in its sizes V is not known yet;
 * its constraint is `string`, so the type check passes, and the sizes are checked when the program is built.
 */
export type Unless<V extends string, M> = { readonly [verdict: string]: unknown; readonly refused: M }[V];

/** `unknown`, or an object that carries the reason where the result R is one impossible size. */
export type Unimpeded<R extends Shape> = Unless<R extends readonly [Wrong] ? 'refused' : string, R[0]>;

/** 'refused' where a window of K does not fit an axis of N, else `string`: a verdict for `Unless`. */
export type Misfit<N extends number, K extends number> = number extends N | K
  ? string
  : N extends Wrong
    ? string
    : GtOrEq<N, K> extends 1
      ? string
      : 'refused';

/** The axes of a shape of known rank: '0' | '1' | ... */
type AxisOf<S extends Shape> = Exclude<keyof S, keyof Shape>;

/** S without the axes in A; unknown axes leave a shape unknown. */
export type Without<S extends Shape, A extends number> = number extends A | S['length']
  ? Shape
  : [Exclude<`${A}`, keyof S>] extends [never]
    ? Kept<S, A, readonly []>
    : readonly [Impossible<NoAxis<S, A>>];
type Kept<S extends Shape, A extends number, Seen extends Shape> = S extends readonly [
  infer Head extends number,
  ...infer Rest extends Shape,
]
  ? Seen['length'] extends A
    ? Kept<Rest, A, readonly [...Seen, Head]>
    : readonly [Head, ...Kept<Rest, A, readonly [...Seen, Head]>]
  : readonly [];

/** `unknown` where S has the axes A, else an object that carries the message. */
export type OnAxes<S extends Shape, A extends number> = Unless<
  OffAxes<S, A>,
  { readonly error: NoAxis<S, A> }
>;
type OffAxes<S extends Shape, A extends number> = number extends A | S['length']
  ? string
  : [Exclude<`${A}`, keyof S>] extends [never]
    ? string
    : 'refused';
type NoAxis<
  S extends Shape,
  A extends number,
> = `axis ${Exclude<`${A}`, keyof S> & string} is not an axis of ${Show<S>}`;

/** `unknown` where the axes P differ, or may (`0 | 1` is one of two), else an object that carries the message. */
export type Distinct<P extends Shape> = number extends P[number]
  ? unknown
  : P extends readonly [infer Head, ...infer Rest extends Shape]
    ? Head extends Rest[number]
      ? true extends { readonly [K in keyof P]: IsOneOf<P[K]> }[number]
        ? unknown
        : { readonly error: `axis ${Head & number} is named twice` }
      : Distinct<Rest>
    : unknown;
/** `true` for a union, such as `0 | 1`. */
type IsOneOf<N, All = N> = N extends All ? ([All] extends [N] ? false : true) : never;

/** S with its axes in the order P: size i of the result is size P[i] of S. */
export type Permuted<S extends Shape, P extends Shape> = number extends P['length'] | S['length']
  ? Shape
  : P['length'] extends S['length']
    ? [Exclude<AxisOf<S>, `${P[number]}`>] extends [never]
      ? { readonly [K in keyof P]: S[P[K] & keyof S] & number }
      : readonly [Impossible<`${Show<P>} is not a permutation of the axes of ${Show<S>}`>]
    : readonly [Impossible<`${Show<P>} is not a permutation of the axes of ${Show<S>}`>];

/**
 * ceil(n / d), the value of `CeilDiv`.
 *
 * @example
 * ceilDiv(7, 2); // => 4
 */
export function ceilDiv<const N extends number, const D extends number>(n: N, d: D): CeilDiv<N, D>;
export function ceilDiv(n: number, d: number): number {
  return Math.ceil(n / d);
}

/**
 * floor((n - k) / d) + 1, the value of `Windows`.
 *
 * @example
 * windows(7, 3, 2); // => 3
 */
export const windows = (n: number, k: number, d: number): number => Math.floor((n - k) / d) + 1;

/**
 * (n - 1) d + k, the value of `Upsampled`.
 *
 * @example
 * upsampled(4, 2, 2); // => 8
 */
export const upsampled = (n: number, k: number, d: number): number => (n - 1) * d + k;

/**
 * floor(t / 2) + 1, the value of `Bins`.
 *
 * @example
 * bins(100); // => 51
 */
export const bins = (t: number): number => Math.floor(t / 2) + 1;

/**
 * The product of all sizes, the value of `Volume`; 1 for a scalar.
 *
 * @example
 * volume([64, 64, 2]); // => 8192
 */
export const volume = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

/**
 * A shape as it is printed in messages.
 *
 * @example
 * showShape([64, 64, 3]); // => '[64,64,3]'
 */
export const showShape = (shape: Shape): string => `[${shape.join(',')}]`;

/** The type of `showShape`, for messages of the compiler. */
export type Show<S extends Shape> = `[${Join<S>}]`;
type Join<S extends Shape> = S extends readonly [infer Head extends number, ...infer Rest extends Shape]
  ? Rest extends readonly []
    ? `${Head}`
    : `${Head},${Join<Rest>}`
  : '';

/**
 * Whether two shapes are equal.
 *
 * @example
 * sameShape([2, 3], [3, 2]); // => false
 */
export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/**
 * `unknown` where B can be combined with A pointwise, else an object that carries the message; intersected with the
 * parameter's type it makes the compiler print that message. Scalars ([]) combine with every shape.
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

/**
 * `unknown` where the list V has as many numbers as S, else an object that carries the message. A list of unknown length
 * and a shape with an unknown size pass: they are checked when a program is built.
 */
export type Filled<
  Operation extends string,
  S extends Shape,
  V extends ArrayLike<number>,
> = number extends V['length']
  ? unknown
  : Volume<S> extends infer N extends number
    ? number extends N
      ? unknown
      : N extends V['length']
        ? unknown
        : { readonly error: `${Operation}: ${V['length']} starting values do not fill ${Show<S>}` }
    : never;

/** The shape of `add(a, b)`; if one is a scalar, the shape of the other. */
export type Joined<A extends Shape, B extends Shape> = A extends readonly [] ? B : A;

/** The size of the last axis. */
export type LastOf<S extends Shape> = S extends readonly [...Shape, infer Last extends number]
  ? Last
  : number;
