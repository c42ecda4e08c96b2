/**
 * Values as linear combinations of other nodes.
 *
 * `z + 0.1 (f - 0.3 z)`, `0.97 z + 0.1 f` and `z - 0.1 (0.3 z - f)` are the same sum, so laws do not depend on how a
 * step was written.
 */

import type { Node } from '../../dsl/op.js';
import { along } from '../system/along.js';

/** constant + sum of coefficient times the value of a node. */
export interface Form {
  readonly constant: number;
  readonly terms: ReadonlyMap<number, number>;
}

const form = (constant: number, terms: Iterable<readonly [number, number]> = []): Form => ({
  constant,
  terms: new Map(terms),
});

/** Coefficients that differ by less than this part of their size have cancelled: a few thousand roundings. */
const cancelled = 1e-12;
/** Sums that differ by less than this part are equal: they may be written in different orders, from rounded numbers. */
const alike = 1e-9;
/** A constant that cancels from numbers near 1 leaves less than this. */
const leftOver = 1e-14;

/** k times a sum; without terms if k is 0. */
const scaled = (k: number, sum: Form): Form => plus(form(0), sum, k);

/** a + k b; terms that cancel up to rounding are dropped. */
export const plus = (a: Form, b: Form, k = 1): Form => {
  const terms = new Map(a.terms);
  for (const [node, c] of b.terms) {
    const before = terms.get(node) ?? 0;
    const sum = before + k * c;
    if (Math.abs(sum) <= cancelled * (Math.abs(before) + Math.abs(k * c))) terms.delete(node);
    else terms.set(node, sum);
  }
  return form(a.constant + k * b.constant, terms);
};

/** Whether two sums are equal up to rounding. */
export const sameForm = (a: Form, b: Form): boolean => {
  const near = (x: number, y: number): boolean =>
    Math.abs(x - y) <= alike * Math.max(Math.abs(x), Math.abs(y));
  return (
    a.terms.size === b.terms.size &&
    [...a.terms].every(([node, c]) => near(c, b.terms.get(node) ?? Number.NaN)) &&
    (near(a.constant, b.constant) || Math.abs(a.constant - b.constant) < leftOver)
  );
};

/** The value of a constant with equal elements; null for any other node. */
const numberOf = ({ op }: Node): number | null => {
  if (op.op !== 'constant') return null;
  if (typeof op.value === 'number') return op.value;
  const [first] = op.value;
  return op.value.every((value) => value === first) ? first : null;
};

/** The sum of every node of a list. */
export const formsOf = (nodes: readonly Node[]): readonly Form[] => along(nodes, formOf);

const formOf = (node: Node, [a, b]: readonly Form[], number: number): Form => {
  const { op } = node;
  const itself = form(0, [[number, 1]]);
  if (op.op === 'constant') {
    const value = numberOf(node);
    return value === null ? itself : form(value);
  }
  if (op.op === 'affine') return plus(form(op.shift), a, op.scale);
  if (op.op !== 'zip') return itself;
  switch (op.fn) {
    case 'add':
      return plus(a, b);
    case 'sub':
      return plus(a, b, -1);
    case 'mul': {
      const [x, y] = [pure(a), pure(b)];
      if (x !== null) return scaled(x, b);
      return y === null ? itself : scaled(y, a);
    }
    case 'div': {
      const y = pure(b);
      // What is divided by 0 is no sum.
      return y === null || !Number.isFinite(1 / y) ? itself : scaled(1 / y, a);
    }
    default:
      return itself;
  }
};

const pure = ({ constant, terms }: Form): number | null => (terms.size === 0 ? constant : null);
