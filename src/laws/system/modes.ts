/**
 * Values between a Fourier transform along space and its inverse: they belong to modes, not to sites. A step that only
 * multiplies modes by given numbers is a convolution, the same at every site.
 */

import { remembered } from '../../base/remembered.js';
import { labelsOf } from '../../dsl/einsum-formula.js';
import type { Node } from '../../dsl/op.js';

/**
 * The axes along which a value has modes; null for a given value, which depends on no state, drive or input.
 */
type Home = ReadonlySet<number> | null;

const leaves: readonly string[] = ['state', 'element', 'input', 'clock', 'noise'];
const sites: ReadonlySet<number> = new Set();

const same = (a: ReadonlySet<number>, b: ReadonlySet<number>): boolean =>
  a.size === b.size && [...a].every((axis) => b.has(axis));

/** Why a value does not stay with its modes. */
const lost = 'it does more with the modes of space than multiply them by numbers';

/**
 * Whether an operation keeps the position of these axes of an input and treats all entries along them alike.
 */
const keeps = (
  { op, shape }: Node,
  from: readonly number[],
  home: ReadonlySet<number>,
  given: readonly boolean[],
): boolean => {
  const apart = (axes: readonly number[]): boolean => !axes.some((axis) => home.has(axis));
  const inPlace = [...home].every(
    (axis) => axis < shape.length && shape.slice(0, axis + 1).every((n, i) => n === from[i]),
  );
  switch (op.op) {
    case 'affine':
      return op.shift === 0;
    case 'zip':
      if (op.fn === 'add' || op.fn === 'sub') return given.every((is) => !is);
      return (op.fn === 'mul' && given.some((is) => is)) || (op.fn === 'div' && given[1]);
    case 'einsum': {
      const { a, b, out } = labelsOf(op.formula);
      const labels = given[0] ? b : a;
      return given.some((is) => is) && [...home].every((axis) => out[axis] === labels[axis]);
    }
    case 'dense':
      return given.length === 2 && apart([from.length - 1]);
    case 'concat':
      return given.every((is) => !is) && apart([op.axis]) && inPlace;
    case 'gather':
    case 'scatter':
      return apart([op.axis]);
    case 'reverse':
    case 'reduce':
      return apart(op.axes) && inPlace;
    case 'transpose':
      return [...home].every((axis) => op.axes[axis] === axis);
    case 'slice':
    case 'reshape':
    case 'broadcast':
      return inPlace;
    default:
      return false;
  }
};

interface Modes {
  readonly homes: readonly Home[];
  /** The axes of modes at the first node that loses them. */
  readonly lostAt: ReadonlySet<number> | null;
}

const homesOf = remembered((nodes: readonly Node[]): Modes => {
  const homes: Home[] = [];
  let lostAt: ReadonlySet<number> | null = null;
  const lose = (axes: ReadonlySet<number>): Home => {
    lostAt = new Set([...(lostAt ?? []), ...axes]);
    return sites;
  };
  for (const node of nodes) {
    const { op, inputs } = node;
    const moving = inputs.flatMap((input) => {
      const home = homes[input];
      return home === null ? [] : [home];
    });
    if (inputs.every((input) => homes[input] === null) && !leaves.includes(op.op)) {
      homes.push(null);
      continue;
    }
    const [home = sites, ...others] = moving;
    if (others.some((other) => !same(other, home))) {
      homes.push(lose(new Set(moving.flatMap((each) => [...each]))));
      continue;
    }
    if (op.op === 'fourier') {
      const isBack = op.axes.every((axis) => home.has(axis));
      const isNew = op.axes.every((axis) => !home.has(axis));
      const next = new Set([...home].filter((axis) => !op.axes.includes(axis)));
      if (op.conjugate ? isBack : isNew) homes.push(op.conjugate ? next : new Set([...home, ...op.axes]));
      else homes.push(lose(new Set([...home, ...op.axes])));
      continue;
    }
    const from = nodes[inputs.find((input) => homes[input] !== null) ?? 0]?.shape ?? [];
    const given = inputs.map((input) => homes[input] === null);
    homes.push(home.size === 0 || keeps(node, from, home, given) ? home : lose(home));
  }
  return { homes, lostAt };
});

/** The nodes of numbers that multiply modes. Their axes are modes, not positions. */
export const givenToModes = (nodes: readonly Node[]): readonly number[] => {
  const { homes } = homesOf(nodes);
  return nodes.flatMap(({ inputs }) =>
    inputs.some((input) => (homes[input]?.size ?? 0) > 0)
      ? inputs.filter((input) => homes[input] === null)
      : [],
  );
};

/**
 * Why the operations on the modes of a grid are not a convolution; null if they are one, or if there are
 * none.
 */
export const lostModes = (nodes: readonly Node[], rank: number): string | null => {
  const { lostAt } = homesOf(nodes);
  return lostAt !== null && [...lostAt].some((axis) => axis < rank) ? lost : null;
};
