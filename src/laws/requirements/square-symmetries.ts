/** The symmetries of a line, a square and a cube, and their action on arrays. */

import { maxAbs } from '../../base/max-abs.js';
import type { NdArray } from '../../compile/reference/array.js';
import { unit64 } from '../rounding/bounded.js';

/** A symmetry of a line, a square or a cube: a permutation of axes, then reflections. */
export interface Symmetry {
  readonly name: string;
  /** Axis i of the result comes from this axis. */
  readonly to: readonly number[];
  readonly mirror: readonly boolean[];
}

const squareSymmetries: readonly Symmetry[] = [
  { name: 'nothing', to: [0, 1], mirror: [false, false] },
  { name: 'a quarter turn', to: [1, 0], mirror: [false, true] },
  { name: 'a half turn', to: [0, 1], mirror: [true, true] },
  { name: 'a quarter turn back', to: [1, 0], mirror: [true, false] },
  { name: 'the reflection in a horizontal line', to: [0, 1], mirror: [true, false] },
  { name: 'the reflection in a vertical line', to: [0, 1], mirror: [false, true] },
  { name: 'the transposition', to: [1, 0], mirror: [false, false] },
  { name: 'the reflection in the other diagonal', to: [1, 0], mirror: [true, true] },
];

const cubeSymmetries = (): readonly Symmetry[] => {
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  return orders.flatMap((to) =>
    Array.from({ length: 8 }, (_, bits): Symmetry => {
      const mirror = [0, 1, 2].map((axis) => ((bits >> axis) & 1) === 1);
      const mirrored = mirror.flatMap((is, axis) => (is ? [axis] : []));
      const exchanged = to.every((from, axis) => from === axis) ? '' : `axes in the order ${to.join(', ')}`;
      const reflected = mirrored.length === 0 ? '' : `the reflection along axis ${mirrored.join(' and ')}`;
      return {
        name: [exchanged, reflected].filter((text) => text !== '').join(' with ') || 'nothing',
        to,
        mirror,
      };
    }),
  );
};

/** The symmetries of a line (2), of the square (8) or of the cube (48); the first is the identity. */
export const symmetriesOf = (rank: number): readonly Symmetry[] =>
  rank === 1
    ? [
        { name: 'nothing', to: [0], mirror: [false] },
        { name: 'the reflection', to: [0], mirror: [true] },
      ]
    : rank === 2
      ? squareSymmetries
      : rank === 3
        ? cubeSymmetries()
        : [{ name: 'nothing', to: [], mirror: [] }];

/** Whether numbers of modes, along the first axes, are the same for all directions: a reflection turns mode k to mode -k. */
export const sameForAllDirections = ({ shape, data }: NdArray, rank: number): boolean => {
  const most = maxAbs(data);
  const close = (a: number, b: number): boolean => Math.abs(a - b) <= 4 * unit64 * most;
  if (data.every((v) => close(v, data[0]))) return true;
  if (shape.length < rank) return false;
  const fitting = symmetriesOf(rank).filter(({ to }) =>
    to.every((from, axis) => shape[from] === shape[axis]),
  );
  const position = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < data.length; i++) {
    let rest = i;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position[axis] = rest % shape[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    for (const { to, mirror } of fitting) {
      const turned = position.map((k, axis) => {
        if (axis >= rank) return k;
        const from = position[to[axis]];
        return mirror[axis] ? (shape[axis] - from) % shape[axis] : from;
      });
      if (!close(data[turned.reduce((offset, k, axis) => offset * shape[axis] + k, 0)], data[i]))
        return false;
    }
  }
  return true;
};

/** An array with a symmetry applied to its axes from `first` on; exchanged axes must have equal sizes. */
export const applySymmetry = (
  { shape, data }: NdArray,
  symmetry: Symmetry,
  rank: number,
  first = 0,
): NdArray => {
  const to = [...shape];
  for (let axis = 0; axis < rank; axis++) to[first + axis] = shape[first + symmetry.to[axis]];
  const out = new Float64Array(data.length);
  const position = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < data.length; i++) {
    const target = [...position];
    for (let axis = 0; axis < rank; axis++) {
      const at = position[first + symmetry.to[axis]];
      target[first + axis] = symmetry.mirror[axis] ? to[first + axis] - 1 - at : at;
    }
    out[target.reduce((offset, p, axis) => offset * to[axis] + p, 0)] = data[i];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position[axis] += 1;
      if (position[axis] < shape[axis]) break;
      position[axis] = 0;
    }
  }
  return { shape: to, data: out };
};
