/** The symmetries of a line and of a square, and arrays turned by them. */

import type { NdArray } from '../compile/reference/array.js';

/** One of the symmetries of a line or a square: axes exchanged, then each mirrored or not. */
export interface Turn {
  readonly name: string;
  readonly swap: boolean;
  readonly mirror: readonly boolean[];
}

/** The symmetries of a line (2) or of the square (8). */
export const turnsOf = (rank: number): readonly Turn[] =>
  rank === 1
    ? [
        { name: 'nothing', swap: false, mirror: [false] },
        { name: 'the reflection', swap: false, mirror: [true] },
      ]
    : [
        { name: 'nothing', swap: false, mirror: [false, false] },
        { name: 'a quarter turn', swap: true, mirror: [false, true] },
        { name: 'a half turn', swap: false, mirror: [true, true] },
        { name: 'a quarter turn back', swap: true, mirror: [true, false] },
        { name: 'the reflection in a horizontal line', swap: false, mirror: [true, false] },
        { name: 'the reflection in a vertical line', swap: false, mirror: [false, true] },
        { name: 'the transposition', swap: true, mirror: [false, false] },
        { name: 'the reflection in the other diagonal', swap: true, mirror: [true, true] },
      ];

/** An array turned along its axes from `first` on; the turned axes must fit. */
export const turned = ({ shape, data }: NdArray, turn: Turn, rank: number, first = 0): NdArray => {
  const to = [...shape];
  if (turn.swap) [to[first], to[first + 1]] = [shape[first + 1], shape[first]];
  const out = new Float64Array(data.length);
  const position = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < data.length; i++) {
    const target = [...position];
    if (turn.swap) [target[first], target[first + 1]] = [target[first + 1], target[first]];
    for (let axis = 0; axis < rank; axis++)
      if (turn.mirror[axis]) target[first + axis] = to[first + axis] - 1 - target[first + axis];
    out[target.reduce((offset, p, axis) => offset * to[axis] + p, 0)] = data[i];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position[axis] += 1;
      if (position[axis] < shape[axis]) break;
      position[axis] = 0;
    }
  }
  return { shape: to, data: out };
};
