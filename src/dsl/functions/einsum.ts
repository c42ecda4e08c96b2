/** Products of two tensors that may both differ between samples, by a formula of their axes. */

import * as E from 'fp-ts/lib/Either.js';
import {
  alphabet,
  canonical,
  type Formula,
  formulaOf,
  formulaText,
  labelSizes,
  rolesOf,
} from '../einsum-formula.js';
import { type Shape, sameShape, type Unless } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';

/** The letters of a part of a formula. */
type Labels<Part extends string> = Part extends `${infer First}${infer Rest}`
  ? readonly [First, ...Labels<Rest>]
  : readonly [];

/** The size of the axis of this letter; never if no axis has it, `number` if the shape is not known. */
type SizeIn<Label extends string, Of extends readonly string[], S extends Shape> = number extends S['length']
  ? Label extends Of[number]
    ? number
    : never
  : Of extends readonly [infer First, ...infer Rest extends readonly string[]]
    ? S extends readonly [infer N extends number, ...infer More extends Shape]
      ? First extends Label
        ? N
        : SizeIn<Label, Rest, More>
      : never
    : never;

/** The size from the operand that has the letter; if both have it, their common size. */
type SizeOf<
  L extends string,
  X extends string,
  A extends Shape,
  Y extends string,
  B extends Shape,
> = L extends Labels<X>[number]
  ? L extends Labels<Y>[number]
    ? SizeIn<L, Labels<X>, A> & SizeIn<L, Labels<Y>, B>
    : SizeIn<L, Labels<X>, A>
  : SizeIn<L, Labels<Y>, B>;

type Sized<
  Ls extends readonly string[],
  X extends string,
  A extends Shape,
  Y extends string,
  B extends Shape,
> = {
  readonly [K in keyof Ls]: SizeOf<Ls[K], X, A, Y, B>;
};

/**
 * The shape of a product.
 *
 * @example
 * type Scores = Einsum<'qc,kc->qk', readonly [16, 4], readonly [25, 4]>;   // readonly [16, 25]
 */
export type Einsum<F extends string, A extends Shape, B extends Shape> = string extends F
  ? Shape
  : F extends `${infer X},${infer Y}->${infer Z}`
    ? Sized<Labels<Z>, X, A, Y, B>
    : Shape;

/** The letters that occur in a list twice. */
type Twice<Ls extends readonly string[]> = Ls extends readonly [
  infer First extends string,
  ...infer Rest extends readonly string[],
]
  ? First extends Rest[number]
    ? First
    : Twice<Rest>
  : never;

/** The problem with the sizes of letters that both operands have; never if there is none. */
type Clash<
  F extends string,
  Ls extends readonly string[],
  X extends string,
  A extends Shape,
  Y extends string,
  B extends Shape,
> = Ls extends readonly [infer First extends string, ...infer Rest extends readonly string[]]
  ? [SizeIn<First, Labels<Y>, B>] extends [never]
    ? Clash<F, Rest, X, A, Y, B>
    : number extends SizeIn<First, Labels<X>, A> | SizeIn<First, Labels<Y>, B>
      ? Clash<F, Rest, X, A, Y, B>
      : SizeIn<First, Labels<X>, A> extends SizeIn<First, Labels<Y>, B>
        ? Clash<F, Rest, X, A, Y, B>
        : `einsum '${F}': ${First} is ${SizeIn<First, Labels<X>, A>} in the first operand and ${SizeIn<First, Labels<Y>, B>} in the second`
  : never;

type Miscounted<
  F extends string,
  Ls extends readonly string[],
  S extends Shape,
  Which extends string,
> = number extends S['length']
  ? never
  : Ls['length'] extends S['length']
    ? never
    : `einsum '${F}': ${Ls['length']} letters for the ${Which} operand, which has ${S['length']} axes`;

/** The problem with a formula for two shapes, in words that the compiler shows; never if they match. */
type Fault<F extends string, A extends Shape, B extends Shape> = string extends F
  ? never
  : F extends `${string} ${string}`
    ? `einsum: '${F}' is no formula such as 'qc,kc->qk'; it has spaces`
    : F extends `${infer X},${infer Y}->${infer Z}`
      ? [Twice<Labels<X>> | Twice<Labels<Y>> | Twice<Labels<Z>>] extends [never]
        ? [Exclude<Labels<Z>[number], Labels<X>[number] | Labels<Y>[number]>] extends [never]
          ? [Miscounted<F, Labels<X>, A, 'first'> | Miscounted<F, Labels<Y>, B, 'second'>] extends [never]
            ? Clash<F, Labels<X>, X, A, Y, B>
            : Miscounted<F, Labels<X>, A, 'first'> | Miscounted<F, Labels<Y>, B, 'second'>
          : `einsum '${F}': ${Exclude<Labels<Z>[number], Labels<X>[number] | Labels<Y>[number]>} is in neither operand`
        : `einsum '${F}': ${Twice<Labels<X>> | Twice<Labels<Y>> | Twice<Labels<Z>>} stands twice`
      : `einsum: '${F}' is no formula such as 'qc,kc->qk'`;
type Refused<Message extends string> = [Message] extends [never] ? string : 'refused';

/** The axes in another order; the same tensor if the order is the same. */
const turned = (x: Tensor, from: readonly string[], to: readonly string[]): Tensor => {
  const axes = to.map((label) => from.indexOf(label));
  return axes.every((axis, i) => axis === i) ? x : apply('einsum', { op: 'transpose', axes }, x);
};

/** The tensor summed over axes that only it has, and the remaining labels. */
const withoutAlone = (
  x: Tensor,
  labels: readonly string[],
  elsewhere: readonly string[],
): { readonly x: Tensor; readonly labels: readonly string[] } => {
  const axes = labels.flatMap((label, axis) => (elsewhere.includes(label) ? [] : [axis]));
  return axes.length === 0
    ? { x, labels }
    : {
        x: apply('einsum', { op: 'reduce', fn: 'sum', axes }, x),
        labels: labels.filter((label) => elsewhere.includes(label)),
      };
};

/** The product of two tensors by the labels of their axes. A product without axes of its own is pointwise, and a sum. */
export const product = ({ a, b, out }: Formula, x: Tensor, y: Tensor): Tensor => {
  const first = withoutAlone(x, a, [...b, ...out]);
  const second = withoutAlone(y, b, [...a, ...out]);
  const formula: Formula = { a: first.labels, b: second.labels, out };
  const { left, right, batch, inner } = rolesOf(formula);
  if (left.length > 0 || right.length > 0) {
    const scalar = formula.a.length === 0 || formula.b.length === 0;
    if (!scalar)
      return apply('einsum', { op: 'einsum', formula: formulaText(canonical(formula)) }, first.x, second.x);
    // A scalar times a tensor.
    const whole = formula.a.length === 0 ? second : first;
    return apply(
      'einsum',
      { op: 'zip', fn: 'mul' },
      turned(whole.x, whole.labels, out),
      formula.a.length === 0 ? first.x : second.x,
    );
  }
  const order = [...batch, ...inner];
  const each = apply(
    'einsum',
    { op: 'zip', fn: 'mul' },
    turned(first.x, formula.a, order),
    turned(second.x, formula.b, order),
  );
  return inner.length === 0
    ? each
    : apply('einsum', { op: 'reduce', fn: 'sum', axes: inner.map((_, i) => batch.length + i) }, each);
};

/**
 * The product of two tensors by a formula that names their axes, a letter an axis: a letter that both have is one axis, a
 * letter that the result lacks is summed over. Both may differ between samples, as no weight may.
 *
 * Two operands, no letter twice in one. A letter that one operand alone has and the result lacks is summed over first.
 *
 * Refuses formulas that are none, as many letters as axes, a letter of two sizes.
 *
 * @example
 * const [queries, keys] = [zeros(16, 4), zeros(25, 4)];
 * const scores = einsum('qc,kc->qk', queries, keys);   // Tensor<readonly [16, 25]>
 * const read = einsum('qk,kc->qc', scores, keys);      // Tensor<readonly [16, 4]>
 * shapeOf(einsum('ij,ij->', queries, queries)); // => []
 */
export const einsum = <const F extends string, A extends Shape, B extends Shape>(
  formula: F,
  a: Tensor<A>,
  b: Tensor<B> & Unless<Refused<Fault<F, A, B>>, { readonly error: Fault<F, A, B> }>,
): Tensor<Einsum<F, A, B>> => {
  const found = formulaOf(formula);
  if (E.isLeft(found)) return refuse('einsum', found.left);
  const shapes: readonly [Shape, Shape] = [shapeOf(a), shapeOf(b)];
  const sizes = labelSizes(formula, found.right, shapes);
  if (E.isLeft(sizes)) return refuse('einsum', sizes.left);
  const result = product(found.right, a, b);
  const expected = found.right.out.map((label) => sizes.right[label]);
  return sameShape(shapeOf(result), expected)
    ? { expr: result.expr }
    : refuse(
        'einsum',
        `'${formula}' gives [${shapeOf(result).join(',')}] where it should give [${expected.join(',')}]`,
      );
};

/**
 * Every product of an element of one with an element of the other.
 *
 * @example
 * const fast = outer(zeros(3), zeros(4));   // Tensor<readonly [3, 4]>
 */
export const outer = <A extends Shape, B extends Shape>(
  a: Tensor<A>,
  b: Tensor<B>,
): Tensor<readonly [...A, ...B]> => {
  const ofA = lettersOf('outer', a, 0);
  const ofB = lettersOf('outer', b, ofA.length);
  return { expr: product({ a: ofA, b: ofB, out: [...ofA, ...ofB] }, a, b).expr };
};

/** A letter for each axis, from this one of the alphabet on. */
export const lettersOf = (operation: string, x: Tensor, from: number): readonly string[] => {
  const rank = shapeOf(x).length;
  return from + rank <= alphabet.length
    ? alphabet.slice(from, from + rank)
    : refuse(operation, `${from + rank} axes are more than a formula has letters for (${alphabet.length})`);
};
