/** Copies, sums and reductions of planes. */

import type { FieldOpOf } from '../ir/field.js';
import { blockVectors } from '../kernels/sums.js';
import { choice, plus } from '../list/argument.js';
import type { Argument, Instruction } from '../list/instruction.js';
import { type Address, numberBytes, pixelsOf } from '../memory/address.js';
import { copyCellsKernel, copyKernel } from '../registry/moves.js';
import { copySidesKernel, sumLinesKernel } from '../registry/sides.js';
import { sumPlanesKernel, sumShortPlanesKernel } from '../registry/sums.js';
import { type EmitContext, gridIn, type Operand, stripsIn } from './emitting.js';

/** Runs of planes at equal distances. */
export interface PlaneRun {
  readonly address: Address;
  /** The first plane, and how many planes from one run to the next. */
  readonly from: number;
  readonly each: number;
}

const startOf = ({ address, from }: PlaneRun): Argument => plus(address.at, from * address.plane);

/** Copies `runs` runs of neighbouring planes. */
export const copyRun = (
  from: PlaneRun,
  to: PlaneRun,
  runs: number,
  planes: number,
  e: EmitContext,
): readonly Instruction[] => {
  const [each, toEach] = [from.each * from.address.plane, to.each * to.address.plane];
  if (from.address.plane === numberBytes) {
    if (planes >= 4) {
      const vectors = Math.floor(planes / 4);
      const given = [startOf(from), each, startOf(to), toEach, runs, vectors];
      return [copySidesKernel.call({ rest: restOf(planes) }, given)];
    }
    return [
      copyCellsKernel.call({}, [
        startOf(from),
        numberBytes,
        each,
        startOf(to),
        numberBytes,
        toEach,
        runs,
        planes,
      ]),
    ];
  }
  return [
    copyKernel.call({}, [
      startOf(from),
      each,
      from.address.strip,
      startOf(to),
      toEach,
      to.address.strip,
      stripsIn(e),
      runs,
      (planes * from.address.plane) / 16,
    ]),
  ];
};

export const emitSum = (x: Operand, out: Operand, scale: number, e: EmitContext): readonly Instruction[] => {
  const { planes } = x.extent;
  const { at, plane, strip } = x.address;
  const { tile } = e;
  const to = e.doubles(out.node);
  const pixels = pixelsOf(gridIn(x));
  if (tile === undefined) {
    const vectors = Math.ceil(pixels / 4) - 1;
    const mask = e.arena.mask(pixels % 4 || 4);
    if (gridIn(x).samples && vectors < blockVectors)
      return [sumShortPlanesKernel.call({ scale }, [at, plane, to, planes, vectors, mask])];
    return [sumPlanesKernel.call({ scale }, [at, plane, 0, to, planes, 1, vectors, mask])];
  }
  const all = e.arena.mask(4);
  const whole = (strips: Argument): Instruction =>
    sumPlanesKernel.call({ scale }, [at, plane, strip, to, planes, strips, 1, all]);
  const left = pixels % 8;
  if (left === 0) return [whole(tile.strips)];
  // past the last pixel there may be NaN
  const { full, last } = wholeStrips(pixels, tile.most);
  const [vectors, mask] = [left > 4 ? 1 : 0, e.arena.mask(left % 4 || 4)];
  return [
    whole(choice({ loop: tile.loop, is: last }, full, tile.strips)),
    {
      do: 'when',
      any: [{ loop: tile.loop, times: 1, plus: 0, is: last }],
      body: [
        sumPlanesKernel.call({ scale }, [plus(at, full * strip), plane, 0, to, planes, 1, vectors, mask]),
      ],
    },
  ];
};

/** The last tile, and how many of its strips are whole. */
export const wholeStrips = (
  pixels: number,
  most: number,
): { readonly last: number; readonly full: number } => {
  const last = Math.ceil(pixels / (8 * most)) - 1;
  return { last, full: Math.floor(pixels / 8) - last * most };
};

/** Copies the numbers of some planes to planes of other pixels or to a list, plane after plane. */
export const emitSites = (x: Operand, out: Operand): readonly Instruction[] => {
  const of = x.extent.grid === undefined ? out : x;
  const grid = gridIn(of);
  const { planes } = of.extent;
  const pixels = pixelsOf(grid);
  const line = ({ extent, address }: Operand): number =>
    extent.grid === undefined ? pixels * numberBytes : address.plane;
  const rest = restOf(pixels);
  const vectors = Math.floor(pixels / 4);
  return [
    copySidesKernel.call({ rest }, [x.address.at, line(x), out.address.at, line(out), planes, vectors]),
  ];
};

/** Sums entries along the middle, each line of neighbouring numbers by itself. */
export const emitEntries = (
  { outer, count, inner, from }: FieldOpOf<'entries'>,
  x: Operand,
  out: Operand,
  { arena }: EmitContext,
): readonly Instruction[] => {
  const { plane } = x.address;
  // lines are the pixels of single planes, or all contiguous numbers of a list
  const isList = x.extent.grid === undefined;
  const inside = isList ? 1 : inner;
  const numbers = isList ? inner : plane / 4;
  const table = arena.table(
    Array.from({ length: outer }, (_, o) =>
      from.flatMap((names) =>
        Array.from({ length: inside }, (__, i) => [
          names.length,
          ...names.map((name) => (o * count + name) * inner * plane + i * plane),
        ]).flat(),
      ),
    ).flat(),
  );
  const rest = restOf(numbers);
  const lines = outer * from.length * inside;
  const vectors = Math.floor(numbers / 4);
  return [sumLinesKernel.call({ rest }, [x.address.at, table, out.address.at, 4 * numbers, lines, vectors])];
};

const restOf = (count: number): 0 | 1 | 2 | 3 => {
  const rest = count % 4;
  return rest === 1 ? 1 : rest === 2 ? 2 : rest === 3 ? 3 : 0;
};
