/**
 * Pieces of a ring: entries of a field on a torus from somewhere on, as many as one likes. Padding around the ring makes
 * a longer one, windows inside of it a shorter one, and in the end the whole field is left.
 */

import type { Node } from '../../dsl/op.js';
import { along } from '../system/along.js';
import { isOn, type System } from '../system/system.js';

/** Entry i of a piece is entry i + begin of the ring that its source is on. */
interface Piece {
  readonly source: number;
  readonly begin: readonly number[];
}

/**
 * For each node, whether it is a piece of a ring, and is read as one until the whole field is left: then a shift of the
 * fields shifts what it is cut from, and nothing else.
 */
export const ringPieces = (
  { nodes, grid, next }: Pick<System, 'nodes' | 'grid' | 'next'>,
  moving: readonly boolean[],
): readonly boolean[] => {
  const rank = grid.length;
  const sameEverywhere = (number: number): boolean => {
    const { op, inputs, shape } = nodes[number];
    if (op.op === 'broadcast') return nodes[inputs[0]].shape.slice(0, rank).every((n) => n === 1);
    return shape.length === 0 || (op.op === 'constant' && typeof op.value === 'number');
  };
  const pieces = along<Piece | null>(nodes, ({ op, inputs, shape }, given, number) => {
    const whole: Piece = { source: number, begin: grid.map(() => 0) };
    const other = isOn(grid, shape) ? whole : null;
    if (!moving[number] || shape.length <= rank) return other;
    const [first] = given;
    const together = given.every((piece, i) =>
      moving[inputs[i]] ? piece !== null : sameEverywhere(inputs[i]),
    );
    switch (op.op) {
      case 'slice':
        return first === null
          ? other
          : { ...first, begin: first.begin.map((at, axis) => at + op.begin[axis]) };
      case 'concat':
        return op.axis < rank
          ? joined(nodes, inputs, given, grid, op.axis)
          : (other ?? (together ? whole : null));
      case 'zip':
      case 'where':
        return other ?? (together ? whole : null);
      case 'map':
      case 'affine':
      case 'dense':
        return first === null ? other : whole;
      case 'conv': {
        const isInside = op.boundary === 'none' && op.stride.every((step) => step === 1);
        return first !== null && isInside ? whole : other;
      }
      default:
        return other;
    }
  });
  const isFull = (number: number): boolean => grid.every((n, axis) => nodes[number].shape[axis] === n);
  const lost = new Set(Object.values(next).filter((number) => !isFull(number)));
  for (let number = nodes.length - 1; number >= 0; number--)
    if (pieces[number] === null || lost.has(number))
      for (const input of nodes[number].inputs) if (!isFull(input)) lost.add(input);
  return pieces.map((piece, number) => piece !== null && !lost.has(number));
};

/** Pieces of one ring, each of which begins where the one before it ends. */
const joined = (
  nodes: readonly Node[],
  inputs: readonly number[],
  given: readonly (Piece | null)[],
  grid: readonly number[],
  along: number,
): Piece | null => {
  const [first] = given;
  if (first === null) return null;
  let end = first.begin[along];
  for (const [i, piece] of given.entries()) {
    if (piece === null || piece.source !== first.source) return null;
    const expected = first.begin.map((at, axis) => (axis === along ? end : at));
    if (piece.begin.some((at, axis) => (at - expected[axis]) % grid[axis] !== 0)) return null;
    end += nodes[inputs[i]].shape[along];
  }
  return first;
};
