/** Pools and pixels that move, in plain loops. */

import type { Loops } from '../list/kernel.js';
import { isAlike } from './moves.js';
import { add, fround, mul } from './single.js';

/** Calls f for each plane and line, with their numbers. */
const eachLine = (planes: number, lines: number, f: (plane: number, line: number) => void): void => {
  for (let p = 0; p < planes; p++) for (let l = 0; l < lines; l++) f(p, l);
};

export const gatherPixelsLoops =
  (how: 'take' | 'add'): Loops =>
  (
    { floats, integers },
    ...[near, nearPlane, nearLine, far, farPlane, rows, columns, planes, lines, cells]
  ) =>
    eachLine(planes, lines, (p, l) => {
      for (let c = 0; c < cells; c++) {
        const at = (near + p * nearPlane + l * nearLine) / 4 + c;
        const place = (far + p * farPlane + integers[rows / 4 + l] + integers[columns / 4 + c]) / 4;
        if (how === 'take') integers[at] = integers[place];
        else floats[place] += floats[at];
      }
    });

export const copyLinesLoops: Loops = (
  { integers },
  ...[near, nearPlane, nearLine, far, farPlane, rows, planes, lines, vectors, rest]
) =>
  eachLine(planes, lines, (p, l) => {
    const to = (near + p * nearPlane + l * nearLine) / 4;
    const from = (far + p * farPlane + integers[rows / 4 + l]) / 4;
    for (let x = 0; x < 4 * vectors + rest; x++) integers[to + x] = integers[from + x];
  });

export const splitPairsLoops: Loops = (
  { integers },
  ...[from, fromLine, even, odd, toLine, lines, vectors]
) =>
  eachLine(1, lines, (_, l) => {
    for (let x = 0; x < 8 * vectors; x++)
      integers[((x % 2 === 0 ? even : odd) + l * toLine) / 4 + Math.floor(x / 2)] =
        integers[(from + l * fromLine) / 4 + x];
  });

export const mergePairsLoops: Loops = ({ integers }, ...[even, odd, fromLine, to, toLine, lines, vectors]) =>
  eachLine(1, lines, (_, l) => {
    for (let x = 0; x < 8 * vectors; x++)
      integers[(to + l * toLine) / 4 + x] =
        integers[((x % 2 === 0 ? even : odd) + l * fromLine) / 4 + Math.floor(x / 2)];
  });

export const poolLoops =
  (fn: 'max' | 'mean', scale: number): Loops =>
  ({ floats, integers }, ...[x, xPlane, xLine, table, taps, to, toPlane, toLine, planes, lines, vectors]) => {
    const factor = fround(scale);
    eachLine(planes, lines, (p, l) => {
      for (let i = 0; i < 4 * vectors; i++) {
        const at = x + p * xPlane + l * xLine + 4 * i;
        let value = floats[(at + integers[table / 4]) / 4];
        for (let k = 1; k < taps; k++) {
          const next = floats[(at + integers[table / 4 + k]) / 4];
          value = fn === 'max' ? Math.max(value, next) : add(value, next);
        }
        floats[(to + p * toPlane + l * toLine) / 4 + i] = fn === 'max' ? value : mul(value, factor);
      }
    });
  };

export const poolVjpLoops =
  (fn: 'max' | 'mean', scale: number): Loops =>
  (
    { floats, integers },
    ...[x, xPlane, xLine, dx, table, taps, top, d, plane, line, planes, lines, vectors, mask]
  ) => {
    const factor = fround(scale);
    /** The part of a result's cotangent that each tap gets. */
    const given = (at: number, small: number, isThere: boolean): readonly number[] => {
      const cotangent = isThere ? floats[d / 4 + small] : 0;
      let found = false;
      return Array.from({ length: taps }, (_, k) => {
        if (fn === 'mean') return isThere ? mul(cotangent, factor) : 0;
        const value = floats[(x + at + integers[table / 4 + k]) / 4];
        const hit: boolean = !found && isAlike(value, floats[top / 4 + small]);
        found ||= hit;
        return hit ? cotangent : 0;
      });
    };
    // four pixels at a time, tap by tap: windows overlap, so the order of the sums must be that of the kernel
    eachLine(planes, lines, (p, l) => {
      for (let v = 0; v <= vectors; v++) {
        const lanes = [0, 1, 2, 3].map((lane) => {
          const isThere = v < vectors || integers[mask / 4 + lane] !== 0;
          const i = 4 * v + lane;
          return given(p * xPlane + l * xLine + 4 * i, (p * plane + l * line) / 4 + i, isThere);
        });
        for (let k = 0; k < taps; k++) {
          const goal = (dx + p * xPlane + l * xLine + integers[table / 4 + k]) / 4 + 4 * v;
          for (const [lane, adds] of lanes.entries()) floats[goal + lane] += adds[k];
        }
      }
    });
  };
