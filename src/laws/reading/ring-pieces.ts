/**
 * Pieces of a ring: entries of a field on a torus from somewhere on, as many as one likes. Padding around the ring makes
 * a longer one, windows inside of it and cuts a shorter one, and in the end the whole field is left.
 */

import { type Margin, marginsOf, sidesOf } from '../../dsl/kernel.js';
import type { Node } from '../../dsl/op.js';
import { along } from '../system/along.js';
import { isOn, type System } from '../system/system.js';

/** Entry i of a piece is entry i + begin of the ring that its source is on. */
interface Piece {
  readonly source: number;
  readonly begin: readonly number[];
  /** The entries before and after, along each axis, whose windows reached beyond the end of their piece. */
  readonly spoiled: readonly Margin[];
}

/**
 * For each node, whether it is a piece of a ring, and is read as one until the whole field is left: then a shift of the
 * fields shifts what it is cut from, and nothing else. What a boundary has touched must be cut off before.
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
    const piece = (spoiled: readonly Margin[]): Piece => ({
      source: number,
      begin: grid.map(() => 0),
      spoiled,
    });
    const clean: readonly Margin[] = grid.map((): Margin => [0, 0]);
    const full = isOn(grid, shape);
    const other = full ? piece(clean) : null;
    if (!moving[number] || shape.length <= rank) return other;
    // The whole field must not have entries that a boundary has touched.
    const checked = (found: Piece | null): Piece | null =>
      full && found !== null && isSpoiled(found) ? null : found;
    const [first] = given;
    const together = (): Piece | null =>
      inputs.every((input, i) => (moving[input] ? given[i] !== null : sameEverywhere(input)))
        ? checked(
            piece(
              given.reduce<readonly Margin[]>(
                (so, each, i) => (each === null || !moving[inputs[i]] ? so : widest(so, each.spoiled)),
                clean,
              ),
            ),
          )
        : other;
    const from = inputs[0] === undefined ? shape : nodes[inputs[0]].shape;
    const windows = (margins: readonly Margin[]): Piece | null =>
      first === null || (full && isOn(grid, from)) || margins.length !== rank
        ? other
        : checked(piece(first.spoiled.map(([a, b], axis) => [a + margins[axis][0], b + margins[axis][1]])));
    switch (op.op) {
      case 'slice':
        return first === null ? other : checked(cut(first, op.begin, op.size, from));
      case 'concat':
        return op.axis < rank ? checked(joined(nodes, inputs, given, grid, op.axis)) : together();
      case 'zip':
      case 'where':
        return together();
      case 'map':
      case 'affine':
      case 'dense':
        return first === null ? other : checked(piece(first.spoiled));
      case 'conv': {
        const weight = nodes[inputs[1]].shape;
        return op.stride.every((step) => step === 1)
          ? windows(marginsOf(op, from.slice(0, op.stride.length), sidesOf(weight)))
          : other;
      }
      case 'pool':
        return op.stride.every((step) => step === 1) ? windows(op.size.map((): Margin => [0, 0])) : other;
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

const isSpoiled = ({ spoiled }: Piece): boolean => spoiled.some(([before, after]) => before > 0 || after > 0);

const widest = (a: readonly Margin[], b: readonly Margin[]): readonly Margin[] =>
  a.map(([before, after], axis): Margin => [Math.max(before, b[axis][0]), Math.max(after, b[axis][1])]);

/** A part of a piece, without what was cut off of its spoiled entries. */
const cut = (
  { source, begin, spoiled }: Piece,
  at: readonly number[],
  size: readonly number[],
  from: readonly number[],
): Piece => ({
  source,
  begin: begin.map((first, axis) => first + at[axis]),
  spoiled: spoiled.map(
    ([before, after], axis): Margin => [
      Math.max(0, before - at[axis]),
      Math.max(0, after - (from[axis] - at[axis] - size[axis])),
    ],
  ),
});

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
    if (piece === null || piece.source !== first.source || isSpoiled(piece)) return null;
    const expected = first.begin.map((at, axis) => (axis === along ? end : at));
    if (piece.begin.some((at, axis) => (at - expected[axis]) % grid[axis] !== 0)) return null;
    end += nodes[inputs[i]].shape[along];
  }
  return first;
};
