/**
 * A product by a formula as one product of matrices, many at once: [batch, left, inner] by [batch, inner, right]. Of the
 * orders in which the axes of each group may come, those are taken that move the fewest numbers.
 */

import { type Formula, rolesOf } from '../dsl/einsum-formula.js';
import { type Shape, volume } from '../dsl/shape.js';

/** How an operand becomes a matrix: the order of its axes, and whether it is read transposed. */
interface Turned {
  readonly axes: Shape;
  readonly transposed: boolean;
}

/** A product as matrices. */
export interface MatrixPlan {
  readonly batch: readonly string[];
  readonly left: readonly string[];
  readonly right: readonly string[];
  readonly inner: readonly string[];
  /** [batch, left, inner], or [batch, inner, left] if it is read transposed. */
  readonly a: Turned;
  /** [batch, inner, right], or [batch, right, inner] if it is read transposed. */
  readonly b: Turned;
  /** The axes of [batch, left, right] in the order of the result. */
  readonly out: Shape;
}

/** The label of the sample axis of an operand; it is not a letter of a formula. */
export const sampleLabel = '*';

/** The formula with the axis of samples in front of operands that differ between samples. */
export const overSamples = ({ a, b, out }: Formula, differs: readonly [boolean, boolean]): Formula => ({
  a: differs[0] ? [sampleLabel, ...a] : a,
  b: differs[1] ? [sampleLabel, ...b] : b,
  out: differs[0] || differs[1] ? [sampleLabel, ...out] : out,
});

const orders = (...candidates: readonly (readonly string[])[]): readonly (readonly string[])[] =>
  candidates.filter((order, i) => candidates.findIndex((other) => other.join() === order.join()) === i);

const stays = (axes: Shape): boolean => axes.every((axis, i) => axis === i);

/** @param sizeOf the size of a label; any number if it is not known */
export const matrixPlan = (formula: Formula, sizeOf: (label: string) => number): MatrixPlan => {
  const { a, b, out } = formula;
  const roles = rolesOf(formula);
  const within = (labels: readonly string[], of: readonly string[]): readonly string[] =>
    labels.filter((label) => of.includes(label));
  const numbers = (labels: readonly string[]): number => volume(labels.map(sizeOf));
  let best: { readonly plan: MatrixPlan; readonly moved: number } | undefined;
  for (const batch of orders(roles.batch, within(a, roles.batch), within(b, roles.batch)))
    for (const left of orders(roles.left, within(a, roles.left)))
      for (const right of orders(roles.right, within(b, roles.right)))
        for (const inner of orders(roles.inner, within(b, roles.inner))) {
          const turned = (
            labels: readonly string[],
            rows: readonly string[],
            columns: readonly string[],
          ): Turned => {
            const axesOf = (order: readonly string[]): Shape => order.map((label) => labels.indexOf(label));
            const straight = axesOf([...batch, ...rows, ...columns]);
            const other = axesOf([...batch, ...columns, ...rows]);
            return !stays(straight) && stays(other)
              ? { axes: other, transposed: true }
              : { axes: straight, transposed: false };
          };
          const plan: MatrixPlan = {
            batch,
            left,
            right,
            inner,
            a: turned(a, left, inner),
            b: turned(b, inner, right),
            out: out.map((label) => [...batch, ...left, ...right].indexOf(label)),
          };
          const moved =
            (stays(plan.a.axes) ? 0 : numbers(a)) +
            (stays(plan.b.axes) ? 0 : numbers(b)) +
            (stays(plan.out) ? 0 : numbers(out));
          if (best === undefined || moved < best.moved) best = { plan, moved };
        }
  if (best === undefined) throw new Error('a product without an order of its axes');
  return best.plan;
};
