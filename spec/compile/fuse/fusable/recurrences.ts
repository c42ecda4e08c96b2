/** Linear recurrences along the sequences that scans leave. */

import {
  broadcast,
  layer,
  parameterOf,
  reshape,
  reverse,
  scale,
  shapeOf,
  type Tensor,
  tanh,
} from '../../../../src/dsl/index.js';
import { sameShape } from '../../../../src/dsl/shape.js';
import { apply } from '../../../../src/dsl/tensor.js';
import { type Entry, entry } from '../../../../src/laws/arbitraries/program/workshop.js';
import { type Made, mayBe, pickOf, type Shop } from './shop.js';

const nothing: Made = { fields: [], sequences: [] };

/** What becomes the factors: mostly the sequence that pushes, so that it is read twice, or another, or weights. */
const factorsFrom = (shop: Shop, { x }: Entry, way: number, which: number): Tensor => {
  const [steps, ...shape] = shapeOf(x);
  switch (way % 6) {
    case 0:
    case 1:
      return x;
    case 2:
      return reverse(0)(x);
    case 3:
      return (
        pickOf(
          shop.sequences.filter((other) => sameShape(shapeOf(other.x), shapeOf(x))),
          which,
        )?.x ?? x
      );
    case 4: {
      // one factor for each channel, at all places and times
      const [n] = shape.slice(-1);
      const one = parameterOf(layer('leak'), 'weight', [n], { init: { normal: 0.7 } });
      return broadcast(steps, ...shape)(reshape(...[steps, ...shape].slice(0, -1).map(() => 1), n)(one));
    }
    default:
      // not bounded by itself
      return scale(0.5, x);
  }
};

/** Driven by a sequence, forgetting by a factor of its own at each place and time; from nothing, or from a field. */
export const recur = (shop: Shop, chosen: Entry, [, b, c, d, e, f]: readonly number[]): Made => {
  const { x, bound } = chosen;
  const [steps, ...shape] = shapeOf(x);
  const factors: Tensor = scale(0.9, tanh(factorsFrom(shop, chosen, d, e)));
  const start = shop.pool.find((field) => sameShape(shapeOf(field.x), shape));
  const from = start === undefined || c % 2 === 0 ? [] : [start.x];
  const pushes: Tensor = f % 5 === 4 ? reverse(0)(x) : x;
  const largest = (start?.bound ?? 1) + steps * bound;
  if (b % 2 === 0) {
    const made: Tensor = apply('recur', { op: 'recurrence', kind: 'diagonal' }, factors, pushes, ...from);
    return { fields: [], sequences: [entry(made, largest)] };
  }
  // channels turn into each other: small matrices at each place
  const n = shape.at(-1) ?? 1;
  if (!mayBe(steps, ...shape, n)) return nothing;
  const thin: Tensor =
    f % 3 === 2
      ? reshape(steps, ...shape.slice(0, -1), 1, n)(scale(1 / n, factors))
      : reshape(steps, ...shape, 1)(scale(1 / n, factors));
  const matrices: Tensor = broadcast(steps, ...shape, n)(thin);
  const made: Tensor = apply('recur', { op: 'recurrence', kind: 'matrix' }, matrices, pushes, ...from);
  return { fields: [], sequences: [entry(made, largest)] };
};
