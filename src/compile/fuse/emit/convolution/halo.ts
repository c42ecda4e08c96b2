/** Planes with margins that hold the values beyond the edges, so that windows need no checks. */

import type { Boundary } from '../../../../dsl/op.js';
import type { Grid } from '../../ir/field.js';
import { insideOf } from '../../ir/window.js';
import { plus } from '../../list/argument.js';
import type { Argument, Call, Instruction } from '../../list/instruction.js';
import type { Address } from '../../memory/address.js';
import type { Arena } from '../../memory/arena.js';
import {
  addCellsKernel,
  copyCellsKernel,
  copyKernel,
  fillKernel,
  foldReflectedKernel,
} from '../../registry/moves.js';

/** The number of pixels beyond each edge. */
export interface Margins {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Planes with margins: bytes from line to line and from plane to plane, and pixels before the first of a line. */
export interface Halo {
  readonly at: Argument;
  readonly line: number;
  readonly plane: number;
  readonly lead: number;
  readonly margins: Margins;
}

const four = (pixels: number): number => Math.ceil(pixels / 4) * 4;

/** The sizes of planes with margins around a grid of this size, at an address. */
export const haloAt = (at: Argument, { height, width }: Grid, margins: Margins) => {
  const lead = four(margins.left);
  // room for the last strip of a line to be read whole
  const line = 4 * (lead + four(width) + four(margins.right) + 16);
  return { at, line, lead, margins, plane: line * (height + margins.top + margins.bottom) } satisfies Halo;
};

/** The address of the pixel (dy, dx) of plane 0. */
export const cellOf = ({ at, line, lead, margins }: Halo, dy: number, dx: number): Argument =>
  plus(at, (margins.top + dy) * line + 4 * (lead + dx));

/** Copies planes into a halo and fills its margins. */
export const fillHalo = (
  arena: Arena,
  { height, width }: Grid,
  from: Address,
  planes: number,
  halo: Halo,
  boundary: Boundary,
): readonly Instruction[] => {
  const { margins, line, plane } = halo;
  const constant = arena.constants([typeof boundary === 'object' ? boundary.fixed : 0]);
  const wide = line / 16;
  const columns = outside(margins.left, width, margins.right);
  const lines = outside(margins.top, height, margins.bottom);
  const inner = cellOf(halo, 0, 0);
  const start = plus(inner, -4 * halo.lead);
  return [
    copyKernel.call({}, [
      from.at,
      4 * width,
      from.plane,
      inner,
      line,
      plane,
      planes,
      height,
      Math.ceil(width / 4),
    ]),
    ...columns.map((x): Call => {
      const source = insideOf(x, width, boundary);
      const [address, step] = source === undefined ? [constant, 0] : [plus(inner, 4 * source), line];
      const to = plus(inner, 4 * x);
      return copyCellsKernel.call({}, [
        address,
        step,
        source === undefined ? 0 : plane,
        to,
        line,
        plane,
        planes,
        height,
      ]);
    }),
    ...lines.map((y): Call => {
      const source = insideOf(y, height, boundary);
      const to = plus(start, y * line);
      return source === undefined
        ? fillKernel.call({}, [constant, to, plane, planes, wide])
        : copyKernel.call({}, [plus(start, source * line), 0, plane, to, 0, plane, planes, 1, wide]);
    }),
  ];
};

/** The lines or columns beyond the edges. */
const outside = (before: number, size: number, after: number): number[] => [
  ...Array.from({ length: before }, (_, i) => i - before),
  ...Array.from({ length: after }, (_, i) => size + i),
];

/**
 * The adjoint of filling a halo: adds the values of the margins to the pixels that they were copied from, then copies
 * the inside.
 */
export const foldHalo = (
  { height, width }: Grid,
  halo: Halo,
  margins: Margins,
  planes: number,
  boundary: Boundary,
  to: Address,
): readonly Instruction[] => {
  const { line, plane } = halo;
  const { top, bottom, left, right } = margins;
  const folds = (before: number, size: number, after: number): readonly (readonly [number, number])[] =>
    outside(before, size, after).flatMap((place) => {
      const source = insideOf(place, size, boundary);
      return source === undefined ? [] : [[place, source] as const];
    });
  const all = left + width + right;
  return [
    ...folds(top, height, bottom).map(([y, source]) => {
      const [from, onto] = [cellOf(halo, y, -left), cellOf(halo, source, -left)];
      return addCellsKernel.call({}, [from, 4, plane, onto, 4, plane, planes, all]);
    }),
    ...folds(left, width, right).map(([x, source]) => {
      const [from, onto] = [cellOf(halo, 0, x), cellOf(halo, 0, source)];
      return addCellsKernel.call({}, [from, line, plane, onto, line, plane, planes, height]);
    }),
    copyKernel.call({}, [
      cellOf(halo, 0, 0),
      line,
      plane,
      to.at,
      4 * width,
      to.plane,
      planes,
      height,
      Math.ceil(width / 4),
    ]),
  ];
};

/**
 * The adjoint of reflecting: adds the values of the margins to the pixels that they were copied from, then copies the
 * inside.
 */
export const foldReflected = ({ height, width }: Grid, halo: Halo, planes: number, to: Address): Call =>
  foldReflectedKernel.call({ height, width, ...halo.margins }, [
    cellOf(halo, 0, 0),
    halo.line,
    halo.plane,
    to.at,
    to.plane,
    planes,
  ]);
