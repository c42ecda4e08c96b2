/** What can be said of a step from its operations alone: how it depends on leaves, its parity, what it stays within. */

import type { Node } from '../dsl/op.js';
import { type Form, formsOf } from './forms.js';

/** How a value depends on chosen leaves: not at all, as a linear map, as one with a constant beside it, otherwise. */
export type Degree = 'none' | 'linear' | 'affine' | 'other';

/** Whether a leaf is one of those asked about. */
export type Chosen = (node: Node) => boolean;

const ranks: readonly Degree[] = ['none', 'linear', 'affine', 'other'];
const worst = (degrees: readonly Degree[]): Degree =>
  ranks[Math.max(0, ...degrees.map((degree) => ranks.indexOf(degree)))];

/** The degree of every node in the chosen leaves. */
export const degreesOf = (nodes: readonly Node[], chosen: Chosen): readonly Degree[] => {
  const degrees: Degree[] = [];
  for (const node of nodes)
    degrees.push(
      degreeOf(
        node,
        node.inputs.map((input) => degrees[input]),
        chosen,
      ),
    );
  return degrees;
};

const degreeOf = (node: Node, inputs: readonly Degree[], chosen: Chosen): Degree => {
  const { op } = node;
  if (chosen(node)) return 'linear';
  const [a, b] = inputs;
  if (inputs.every((degree) => degree === 'none')) return 'none';
  switch (op.op) {
    case 'affine':
      return op.shift === 0 || a !== 'linear' ? a : 'affine';
    case 'zip':
      return zipDegree(op.fn, a, b);
    case 'conv': {
      const fixed = typeof op.boundary === 'object' && op.boundary.fixed !== 0;
      return inputs.slice(1).some((degree) => degree !== 'none')
        ? 'other'
        : withConstant(a, fixed || inputs.length > 2);
    }
    case 'convTranspose':
    case 'dense':
      return inputs.slice(1).some((degree) => degree !== 'none')
        ? 'other'
        : withConstant(a, inputs.length > 2);
    case 'concat':
      // A part that does not depend stands beside one that does: a constant.
      return inputs.includes('none') ? worst([...inputs, 'affine']) : worst(inputs);
    case 'slice':
    case 'reshape':
    case 'transpose':
    case 'reverse':
    case 'broadcast':
      return a;
    case 'reduce':
      return op.fn === 'sum' || op.fn === 'mean' ? a : 'other';
    case 'pool':
      return op.fn === 'mean' ? a : 'other';
    case 'recurrence':
      return inputs[0] !== 'none'
        ? 'other'
        : withConstant(worst(inputs.slice(1)), inputs.slice(1).includes('none'));
    case 'map':
      return op.fn === 'stopGradient' ? a : 'other';
    default:
      return 'other';
  }
};

const withConstant = (degree: Degree, constant: boolean): Degree =>
  constant && degree === 'linear' ? 'affine' : degree;

const zipDegree = (fn: string, a: Degree, b: Degree): Degree => {
  switch (fn) {
    case 'add':
    case 'sub':
      return a === 'none' || b === 'none' ? withConstant(worst([a, b]), true) : worst([a, b]);
    case 'mul':
      return a === 'none' ? b : b === 'none' ? a : 'other';
    case 'div':
      return b === 'none' ? a : 'other';
    default:
      return 'other';
  }
};

/** How a value answers when all chosen leaves change their sign. */
export type Parity = 'even' | 'odd' | 'neither';

/** The parity of every node in the chosen leaves. */
export const paritiesOf = (nodes: readonly Node[], chosen: Chosen): readonly Parity[] => {
  const parities: Parity[] = [];
  for (const node of nodes)
    parities.push(
      parityOf(
        node,
        node.inputs.map((input) => parities[input]),
        chosen,
      ),
    );
  return parities;
};

const parityOf = (node: Node, inputs: readonly Parity[], chosen: Chosen): Parity => {
  const { op } = node;
  if (chosen(node)) return 'odd';
  if (inputs.every((parity) => parity === 'even')) return 'even';
  const [a, b] = inputs;
  const same: Parity = inputs.every((parity) => parity === 'odd') ? 'odd' : 'neither';
  switch (op.op) {
    case 'map':
      if (['tanh', 'sin', 'sign', 'reciprocal', 'stopGradient'].includes(op.fn)) return a;
      return ['square', 'abs', 'cos'].includes(op.fn) && a === 'odd' ? 'even' : 'neither';
    case 'affine':
      return op.shift === 0 ? a : 'neither';
    case 'zip':
      if (op.fn === 'add' || op.fn === 'sub') return same;
      if (op.fn === 'mul' || op.fn === 'div')
        return a === 'neither' || b === 'neither' ? 'neither' : a === b ? 'even' : 'odd';
      return 'neither';
    case 'conv':
    case 'convTranspose':
    case 'dense': {
      const fixed = op.op === 'conv' && typeof op.boundary === 'object' && op.boundary.fixed !== 0;
      return inputs.length > 2 || b !== 'even' || fixed ? 'neither' : a;
    }
    case 'reduce':
      return op.fn === 'sum' || op.fn === 'mean' ? a : 'neither';
    case 'pool':
      return op.fn === 'mean' ? a : 'neither';
    case 'recurrence':
      return a === 'even' && inputs.slice(1).every((parity) => parity === 'odd') ? 'odd' : 'neither';
    case 'slice':
    case 'reshape':
    case 'transpose':
    case 'reverse':
    case 'broadcast':
      return a;
    case 'concat':
      return same;
    default:
      return 'neither';
  }
};

/** Two numbers that every element lies between. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

const everything: Interval = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
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
 * What every node stays within, from what the leaves stay within. Sums are taken as sums (see `formsOf`), so that
 * x + r (s - x) of x and s in [0, 1] is found in [0, 1] for r in [0, 1], and so is (1 - g) x + g s for a gate g.
 */
export const intervalsOf = (
  nodes: readonly Node[],
  leaf: (node: Node) => Interval | undefined,
): readonly Interval[] => {
  const forms = formsOf(nodes);
  const intervals: Interval[] = [];
  for (const [number, node] of nodes.entries())
    intervals.push(leaf(node) ?? intervalOf(node, number, nodes, forms, intervals));
  return intervals;
};

const intervalOf = (
  node: Node,
  number: number,
  nodes: readonly Node[],
  forms: readonly Form[],
  known: readonly Interval[],
): Interval => {
  const { op } = node;
  const inputs = node.inputs.map((input) => known[input]);
  const [a, b] = inputs;
  switch (op.op) {
    case 'constant':
      return typeof op.value === 'number'
        ? interval(op.value, op.value)
        : interval(Math.min(...op.value), Math.max(...op.value));
    case 'map':
      return mapped(op.fn, a);
    case 'affine':
      return summed(forms[number], number, nodes, forms, known) ?? everything;
    case 'zip':
      if (op.fn === 'add' || op.fn === 'sub')
        return summed(forms[number], number, nodes, forms, known) ?? everything;
      if (op.fn === 'mul') return product(a, b);
      if (op.fn === 'max') return interval(Math.max(a.low, b.low), Math.max(a.high, b.high));
      if (op.fn === 'min') return interval(Math.min(a.low, b.low), Math.min(a.high, b.high));
      return op.fn === 'greater' ? interval(0, 1) : everything;
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
    case 'stopGradient':
      return a;
    default:
      return everything;
  }
};

/** The interval of a sum; gates that share between two values are taken together. */
const summed = (
  form: Form,
  self: number,
  nodes: readonly Node[],
  forms: readonly Form[],
  known: readonly Interval[],
): Interval | undefined => {
  if (form.terms.has(self)) return undefined;
  const left = new Map(form.terms);
  let total = interval(form.constant, form.constant);
  const put = (c: number, part: Interval): void => {
    const more = scaledBy(c, part);
    total = interval(total.low + more.low, total.high + more.high);
  };
  for (const [node, c] of form.terms)
    for (const [other, d] of form.terms) {
      if (node >= other || c !== d || !left.has(node) || !left.has(other)) continue;
      const mixed = mixture(node, other, nodes, forms, known);
      if (mixed === undefined) continue;
      left.delete(node);
      left.delete(other);
      put(c, mixed);
    }
  for (const [node, c] of left) put(c, known[node]);
  return total;
};

/** g x + (1 - g) y with 0 <= g <= 1 lies between x and y. */
const mixture = (
  one: number,
  two: number,
  nodes: readonly Node[],
  forms: readonly Form[],
  known: readonly Interval[],
): Interval | undefined => {
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
  return undefined;
};
