/** Interval arithmetic on the nodes of a step. */

import type { Node } from '../../dsl/op.js';
import { along } from '../system/along.js';
import { type Form, formsOf } from './forms.js';

/** Bounds on all elements of a value. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** No bound at all. */
export const everything: Interval = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

const interval = (low: number, high: number): Interval => ({ low, high });

const hull = (...parts: readonly Interval[]): Interval =>
  interval(Math.min(...parts.map(({ low }) => low)), Math.max(...parts.map(({ high }) => high)));

const scaledBy = (k: number, { low, high }: Interval): Interval =>
  k === 0 ? interval(0, 0) : k > 0 ? interval(k * low, k * high) : interval(k * high, k * low);

const product = (a: Interval, b: Interval): Interval => {
  const of = (x: number, y: number): number => (x === 0 || y === 0 ? 0 : x * y);
  const ends = [of(a.low, b.low), of(a.low, b.high), of(a.high, b.low), of(a.high, b.high)];
  return interval(Math.min(...ends), Math.max(...ends));
};

/**
 * The intervals of all nodes from those of the leaves. Sums are simplified first (see `formsOf`): for x, s and r in [0,
 * 1], x + r (s - x) is found to be in [0, 1], and so is (1 - g) x + g s for a gate g.
 */
export const intervalsOf = (
  nodes: readonly Node[],
  leaf: (node: Node) => Interval | null,
): readonly Interval[] => {
  const forms = formsOf(nodes);
  return along<Interval>(
    nodes,
    (node, inputs, number, known) =>
      leaf(node) ?? intervalOf(node, inputs, () => summed(number, { nodes, forms, known })),
  );
};

/** What is known of the nodes before a node. */
interface Sofar {
  readonly nodes: readonly Node[];
  readonly forms: readonly Form[];
  readonly known: readonly Interval[];
}

const intervalOf = ({ op }: Node, inputs: readonly Interval[], asSum: () => Interval): Interval => {
  const [a, b] = inputs;
  switch (op.op) {
    case 'constant':
      return typeof op.value === 'number'
        ? interval(op.value, op.value)
        : interval(
            op.value.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
            op.value.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
          );
    case 'map':
      return mapped(op.fn, a);
    case 'affine':
      return asSum();
    case 'zip':
      if (op.fn === 'add' || op.fn === 'sub') return asSum();
      if (op.fn === 'mul') return product(a, b);
      if (op.fn === 'max') return interval(Math.max(a.low, b.low), Math.max(a.high, b.high));
      if (op.fn === 'min') return interval(Math.min(a.low, b.low), Math.min(a.high, b.high));
      if (op.fn === 'atan2') return interval(-Math.PI, Math.PI);
      return op.fn === 'greater' || op.fn === 'greaterEqual' ? interval(0, 1) : everything;
    case 'where':
      return hull(...inputs.slice(1));
    case 'slice':
    case 'reshape':
    case 'transpose':
    case 'reverse':
    case 'broadcast':
      return a;
    case 'concat':
      return hull(...inputs);
    case 'pool':
      return a;
    case 'reduce':
      return op.fn === 'sum' ? everything : a;
    default:
      return everything;
  }
};

const mapped = (fn: string, a: Interval): Interval => {
  switch (fn) {
    case 'tanh':
      return interval(Math.tanh(a.low), Math.tanh(a.high));
    case 'sigmoid':
      return interval(0, 1);
    case 'sin':
    case 'cos':
    case 'erf':
    case 'sign':
      return interval(-1, 1);
    case 'relu':
      return interval(Math.max(0, a.low), Math.max(0, a.high));
    case 'softplus':
    case 'exp':
    case 'sqrt':
    case 'square':
      return interval(0, Number.POSITIVE_INFINITY);
    case 'abs':
      return interval(0, Math.max(Math.abs(a.low), Math.abs(a.high)));
    case 'floor':
      return interval(Math.floor(a.low), Math.floor(a.high));
    case 'stopGradient':
      return a;
    default:
      return everything;
  }
};

/** The interval of a sum; gates that interpolate between two values are recognised. */
const summed = (number: number, sofar: Sofar): Interval => {
  const form = sofar.forms[number];
  if (form.terms.has(number)) return everything;
  const left = new Map(form.terms);
  let total = interval(form.constant, form.constant);
  const put = (c: number, part: Interval): void => {
    const more = scaledBy(c, part);
    total = interval(total.low + more.low, total.high + more.high);
  };
  for (const [node, c] of form.terms)
    for (const [other, d] of form.terms) {
      if (node >= other || c !== d || !left.has(node) || !left.has(other)) continue;
      const mixed = mixture(node, other, sofar);
      if (mixed === null) continue;
      left.delete(node);
      left.delete(other);
      put(c, mixed);
    }
  for (const [node, c] of left) put(c, sofar.known[node]);
  return total;
};

/** g x + (1 - g) y with 0 <= g <= 1 is between x and y. */
const mixture = (one: number, two: number, { nodes, forms, known }: Sofar): Interval | null => {
  const factors = (number: number): readonly (readonly [number, number])[] => {
    const { op, inputs } = nodes[number];
    return op.op === 'zip' && op.fn === 'mul'
      ? [
          [inputs[0], inputs[1]],
          [inputs[1], inputs[0]],
        ]
      : [];
  };
  for (const [g, x] of factors(one))
    for (const [rest, y] of factors(two)) {
      const sum = new Map(forms[g].terms);
      for (const [node, c] of forms[rest].terms) sum.set(node, (sum.get(node) ?? 0) + c);
      const isOne = forms[g].constant + forms[rest].constant === 1 && [...sum.values()].every((c) => c === 0);
      if (isOne && known[g].low >= 0 && known[g].high <= 1) return hull(known[x], known[y]);
    }
  return null;
};
