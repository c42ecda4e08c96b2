/**
 * Formulas of products: `qc,kc->qk` names the axes of two operands and of their result, a letter an axis. A letter that
 * the result lacks is summed over.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Shape } from './shape.js';

/** The labels of two operands and of their result, in the order of the axes. */
export interface Formula {
  readonly a: readonly string[];
  readonly b: readonly string[];
  readonly out: readonly string[];
}

const pattern = /^([a-zA-Z]*),([a-zA-Z]*)->([a-zA-Z]*)$/;

/** A bound on the length of a formula, in which each letter occurs at most once in an operand and in the result. */
const longest = 160;

const repeated = (labels: readonly string[]): string | undefined =>
  labels.find((label, i) => labels.indexOf(label) !== i);

/** The labels of a formula, or one sentence on its problem. */
export const formulaOf = (text: string): E.Either<string, Formula> => {
  const match = pattern.exec(text);
  // A text from a file may have any length; a message has only its beginning.
  const told = String(text).slice(0, longest);
  if (match === null || told !== text)
    return E.left(`'${told}' is no formula of two operands; write one letter an axis, such as 'qc,kc->qk'`);
  const [a, b, out] = match.slice(1).map((part) => [...part]);
  for (const [labels, what] of [
    [a, 'the first operand'],
    [b, 'the second operand'],
    [out, 'the result'],
  ] as const) {
    const twice = repeated(labels);
    if (twice !== undefined)
      return E.left(`'${text}' has ${twice} twice in ${what}; give each of its axes a letter of its own`);
  }
  const strange = out.find((label) => !a.includes(label) && !b.includes(label));
  return strange === undefined
    ? E.right({ a, b, out })
    : E.left(`'${text}' has ${strange} in the result, and in neither operand`);
};

/** The labels of a valid formula, from an operation that was checked when it was written. */
export const labelsOf = (text: string): Formula => {
  const formula = formulaOf(text);
  if (E.isLeft(formula)) throw new Error(formula.left);
  return formula.right;
};

/** A formula as text. */
export const formulaText = ({ a, b, out }: Formula): string => `${a.join('')},${b.join('')}->${out.join('')}`;

/** The sizes of all labels, or one sentence on why the shapes do not fit the formula. */
export const labelSizes = (
  text: string,
  { a, b }: Formula,
  [x, y]: readonly [Shape, Shape],
): E.Either<string, Readonly<Record<string, number>>> => {
  for (const [labels, shape, what] of [
    [a, x, 'first'],
    [b, y, 'second'],
  ] as const)
    if (labels.length !== shape.length)
      return E.left(
        `'${text}' has ${labels.length} ${labels.length === 1 ? 'letter' : 'letters'} for the ${what} operand, ` +
          `whose shape is [${shape.join(',')}]`,
      );
  const sizes: Record<string, number> = Object.fromEntries(a.map((label, axis) => [label, x[axis]]));
  for (const [axis, label] of b.entries()) {
    const before = Object.hasOwn(sizes, label) ? sizes[label] : undefined;
    if (before !== undefined && before !== y[axis])
      return E.left(
        `'${text}' has ${label} of size ${before} in the first operand and ${y[axis]} in the second`,
      );
    sizes[label] = y[axis];
  }
  return E.right(sizes);
};

/**
 * The shape of a product in a program. There every letter occurs in two of the three, since letters of only one
 * operand were summed before.
 */
export const einsumShape = (text: string, [x, y]: readonly Shape[]): E.Either<string, Shape> =>
  pipe(
    formulaOf(text),
    E.flatMap((formula) => {
      const all = [formula.a, formula.b, formula.out];
      const alone = [...new Set(all.flat())].find(
        (label) => all.filter((labels) => labels.includes(label)).length < 2,
      );
      return alone === undefined
        ? E.right(formula)
        : E.left(`'${text}' has ${alone} in one operand alone; sum over it first`);
    }),
    E.flatMap((formula) =>
      pipe(
        labelSizes(text, formula, [x, y]),
        E.map((sizes) => formula.out.map((label) => sizes[label])),
      ),
    ),
  );

/** The labels of a product by their roles. */
export interface Roles {
  /** In both operands and in the result. */
  readonly batch: readonly string[];
  /** In the first operand and in the result. */
  readonly left: readonly string[];
  /** In the second operand and in the result. */
  readonly right: readonly string[];
  /** In both operands, and summed over. */
  readonly inner: readonly string[];
}

/** The roles of the labels, each list in the order of the result, the summed ones in that of the first operand. */
export const rolesOf = ({ a, b, out }: Formula): Roles => ({
  batch: out.filter((label) => a.includes(label) && b.includes(label)),
  left: out.filter((label) => !b.includes(label)),
  right: out.filter((label) => !a.includes(label)),
  inner: a.filter((label) => b.includes(label) && !out.includes(label)),
});

/**
 * The same formula with the letters a, b, c, ... in the order of their first use, so that equal products have equal
 * formulas.
 */
export const canonical = ({ a, b, out }: Formula): Formula => {
  const letters = [...new Set([...a, ...b])];
  const named = (labels: readonly string[]): readonly string[] =>
    labels.map((label) => alphabet[letters.indexOf(label)]);
  return { a: named(a), b: named(b), out: named(out) };
};

/** The letters that a formula may have. */
export const alphabet: readonly string[] = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'];
