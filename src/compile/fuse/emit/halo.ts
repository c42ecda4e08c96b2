/** Planes with margins that hold the values beyond the edges, so that windows need no checks. */

import type { Boundary } from '../../../dsl/op.js';
import { copy, copyCells, fill } from '../kernels/move.js';
import type { Address, Grid, Instruction } from '../memory/address.js';
import type { Arena } from '../memory/arena.js';

/** The number of pixels beyond each edge. */
export interface Margins {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Planes with margins: bytes from line to line and from plane to plane, and pixels before the first of a line. */
export interface Halo {
  readonly at: number;
  readonly line: number;
  readonly plane: number;
  readonly lead: number;
  readonly margins: Margins;
}

const four = (pixels: number): number => Math.ceil(pixels / 4) * 4;

/** The sizes of planes with margins around a grid of this size, at an address. */
export const haloAt = (
  at: number,
  { height, width }: Pick<Grid, 'height' | 'width'>,
  margins: Margins,
): Halo => {
  const lead = four(margins.left);
  // room for the last strip of a line to be read whole
  const line = 4 * (lead + four(width) + four(margins.right) + 16);
  return { at, line, lead, margins, plane: line * (height + margins.top + margins.bottom) };
};

/** The address of the pixel (dy, dx) of plane 0. */
export const cellOf = ({ at, line, lead, margins }: Halo, dy: number, dx: number): number =>
  at + (margins.top + dy) * line + 4 * (lead + dx);

/** The index inside that an index beyond the edge stands for; undefined if it is a constant. */
const inside = (pixel: number, size: number, boundary: Boundary): number | undefined => {
  if (pixel >= 0 && pixel < size) return pixel;
  if (boundary === 'circular') return ((pixel % size) + size) % size;
  if (boundary !== 'reflect') return undefined;
  const period = Math.max(1, 2 * (size - 1));
  const folded = ((pixel % period) + period) % period;
  return folded < size ? folded : period - folded;
};

/** Copies planes into a halo and fills its margins. */
export const fillHalo = (
  arena: Arena,
  { height, width }: Grid,
  from: Address,
  planes: number,
  halo: Halo,
  boundary: Exclude<Boundary, 'none'>,
): Instruction => {
  const rows = arena.kernel('copy', copy);
  const cells = arena.kernel('copyCells', copyCells);
  const filled = arena.kernel('fill', fill);
  const { margins, line, plane } = halo;
  const constant = arena.constants([typeof boundary === 'object' ? boundary.fixed : 0]);
  const wide = line / 16;
  const outside = (before: number, size: number, after: number): number[] => [
    ...Array.from({ length: before }, (_, i) => i - before),
    ...Array.from({ length: after }, (_, i) => size + i),
  ];
  const columns = outside(margins.left, width, margins.right);
  const lines = outside(margins.top, height, margins.bottom);
  return (t) => {
    const inner = cellOf(halo, 0, 0);
    const start = inner - 4 * halo.lead;
    rows(from.at(t), 4 * width, from.plane, inner, line, plane, planes, height, Math.ceil(width / 4));
    for (const x of columns) {
      const source = inside(x, width, boundary);
      const [address, step] = source === undefined ? [constant, 0] : [inner + 4 * source, line];
      cells(address, step, source === undefined ? 0 : plane, inner + 4 * x, line, plane, planes, height);
    }
    for (const y of lines) {
      const source = inside(y, height, boundary);
      if (source === undefined) filled(constant, start + y * line, plane, planes, wide);
      else rows(start + source * line, 0, plane, start + y * line, 0, plane, planes, 1, wide);
    }
  };
};

/**
 * The adjoint of reflecting: adds what stands in the margins to where it was copied from, then takes the inside.
 * Rarely used, so plain loops.
 */
export const foldReflected = (
  arena: Arena,
  { height, width }: Grid,
  halo: Halo,
  planes: number,
  to: Address,
): Instruction => {
  const { top, bottom, left, right } = halo.margins;
  return (t) => {
    const { floats } = arena;
    for (let p = 0; p < planes; p++) {
      const target = (to.at(t) + p * to.plane) / 4;
      floats.fill(0, target, target + height * width);
      for (let y = -top; y < height + bottom; y++)
        for (let x = -left; x < width + right; x++) {
          const row = inside(y, height, 'reflect') ?? 0;
          const column = inside(x, width, 'reflect') ?? 0;
          floats[target + row * width + column] += floats[(cellOf(halo, y, x) + p * halo.plane) / 4];
        }
    }
  };
};
