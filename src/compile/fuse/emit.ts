/** From one operation of a field graph to instructions: which kernel, with which addresses. */

import type { Along, Extent, FieldNode, FieldOpOf, Window } from './field.js';
import { cellOf, fillHalo, foldReflected, type Halo, haloAt, type Margins } from './halo.js';
import { copy, copyCells, crossEntropy, fill, firstMax, reducePlanes } from './kernels/move.js';
import { product } from './kernels/product.js';
import { dot, sumPlanes, turn } from './kernels/weights.js';
import { emitOnLists } from './lists.js';
import type { Machine } from './machine.js';
import {
  blockOffset,
  blocksOf,
  convInputPacking,
  convPacking,
  densePacking,
  depthwiseInputPacking,
  depthwisePacking,
  type Packing,
} from './pack.js';
import type { Grid, Instruction, Place } from './place.js';
import { numberBytes, stripBytes } from './place.js';
import { runsOf } from './runs.js';

/** What the operations of a block are emitted with. */
export interface Emitting {
  readonly machine: Machine;
  readonly grid: Grid;
  /** Strips of a tile; nothing where planes are whole. */
  readonly strips?: (t: number) => number;
  /** The most strips of a tile. */
  readonly most: number;
  /** Packed weights of a node, and what has to be done before each use. */
  readonly packed: (weight: number, packing: Packing, key: string) => Packed;
  readonly scratch: Scratch;
  readonly labels: Labels;
}

export interface Packed {
  readonly at: number;
  readonly refresh?: Instruction;
}

/** Memory that an instruction may use while it runs. */
export interface Scratch {
  readonly take: (bytes: number) => () => number;
}

/** Where the loss finds and leaves what comes and goes with each call. */
export interface Labels {
  readonly labels: (t: number) => number;
  readonly scale: number;
  readonly weights: number;
  readonly total: number;
}

/** An operand: where it is and how large. */
export interface Operand {
  readonly node: number;
  readonly place: Place;
  readonly extent: Extent;
}

/** The instructions of a node that is not pointwise. */
export const emit = (
  { op }: FieldNode,
  inputs: readonly Operand[],
  out: Operand,
  e: Emitting,
): readonly Instruction[] => {
  const [x, y, z] = inputs;
  if (!x.extent.grid) {
    const onLists = emitOnLists(op, inputs, out, e.machine);
    if (onLists !== undefined) return onLists;
  }
  switch (op.op) {
    case 'dense':
      return emitDense(op, x, y, out, e);
    case 'denseWeight':
      return e.strips === undefined
        ? emitDenseWeightWhole(op, x, y, out, e)
        : emitDenseWeight(op, x, y, out, e, e.strips);
    case 'conv':
      return emitConv(op, x, y, out, e);
    case 'convInput':
      return emitConvInput(op, x, y, out, e);
    case 'convWeight':
      return emitConvWeight(op, x, y, out, e);
    case 'sumPixels':
      return [emitSum(x, out, e)];
    case 'sumAll': {
      const run = e.machine.kernel('sumPlanes', sumPlanes);
      const { planes } = x.extent;
      const mask = e.machine.mask(planes % 4 || 4);
      return [(t) => run(x.place.at(t), 0, 0, out.place.at(t), 1, 1, Math.ceil(planes / 4) - 1, mask)];
    }
    case 'reducePlanes': {
      const run = e.machine.kernel(`reduce ${op.fn}`, () => reducePlanes(op.fn));
      const { vectors, strips } = extentIn(e);
      return [
        (t) =>
          run(
            x.place.at(t),
            out.place.at(t),
            op.outer,
            op.count,
            op.inner,
            x.place.plane,
            vectors,
            strips(t),
            x.place.strip,
            out.place.strip,
          ),
      ];
    }
    case 'firstMax': {
      const run = e.machine.kernel('firstMax', firstMax);
      const { vectors, strips } = extentIn(e);
      return [
        (t) =>
          run(
            x.place.at(t),
            y.place.at(t),
            z.place.at(t),
            out.place.at(t),
            op.outer,
            op.count,
            op.inner,
            x.place.plane,
            vectors,
            strips(t),
            x.place.strip,
            y.place.strip,
          ),
      ];
    }
    case 'repeatPlanes':
      return Array.from({ length: op.count }, (_, k) =>
        copyRun(
          { place: x.place, from: 0, each: op.inner },
          { place: out.place, from: k * op.inner, each: op.count * op.inner },
          op.outer,
          op.inner,
          e,
        ),
      ).flat();
    case 'slicePlanes':
      return copyRun(
        { place: x.place, from: op.begin * op.inner, each: op.count * op.inner },
        { place: out.place, from: 0, each: op.size * op.inner },
        op.outer,
        op.size * op.inner,
        e,
      );
    case 'embedPlanes':
      return [
        zero(out, e),
        ...copyRun(
          { place: x.place, from: 0, each: op.size * op.inner },
          { place: out.place, from: op.begin * op.inner, each: op.count * op.inner },
          op.outer,
          op.size * op.inner,
          e,
        ),
      ];
    case 'rearrange':
      return runsOf(op.order).flatMap(({ from, to, runs, size, fromEach, toEach }) =>
        copyRun(
          { place: x.place, from, each: fromEach },
          { place: out.place, from: to, each: toEach },
          runs,
          size,
          e,
        ),
      );
    case 'concatPlanes': {
      const total = op.sizes.reduce((a, b) => a + b, 0);
      let begin = 0;
      return inputs.flatMap(({ place }, i) => {
        const from = begin;
        begin += op.sizes[i];
        return copyRun(
          { place, from: 0, each: op.sizes[i] * op.inner },
          { place: out.place, from: from * op.inner, each: total * op.inner },
          op.outer,
          op.sizes[i] * op.inner,
          e,
        );
      });
    }
    case 'crossEntropy': {
      const run = e.machine.kernel('crossEntropy', crossEntropy);
      const { strips } = extentIn(e);
      const { labels, scale, weights, total } = e.labels;
      return [
        (t) =>
          run(x.place.at(t), labels(t), out.place.at(t), x.extent.planes, strips(t), scale, weights, total),
      ];
    }
    default:
      throw new Error(`${op.op} is not one instruction`);
  }
};

/** Operations that add to what is there already: their target starts as zeros. */
export const accumulates = ({ op }: FieldNode): boolean =>
  op.op === 'denseWeight' || op.op === 'convWeight' || op.op === 'sumPixels' || op.op === 'sumAll';

const extentIn = (e: Emitting): { readonly vectors: number; readonly strips: (t: number) => number } =>
  e.strips === undefined ? { vectors: e.grid.plane / 16, strips: () => 1 } : { vectors: 2, strips: e.strips };

/** Sets a value to zero. */
export const zero = (out: Operand, e: Pick<Emitting, 'machine' | 'grid' | 'most'>): Instruction => {
  const run = e.machine.kernel('fill', fill);
  const value = e.machine.constants([0]);
  const { planes } = out.extent;
  const bytes = !out.extent.grid
    ? 4 * Math.ceil(planes / 4) * 4
    : out.place.plane === stripBytes
      ? planes * stripBytes * e.most
      : planes * out.place.plane;
  return (t) => run(value, out.place.at(t), 0, 1, bytes / 16);
};

interface Run {
  readonly place: Place;
  /** The first plane, and how many planes from one run to the next. */
  readonly from: number;
  readonly each: number;
}

/** Copies `runs` runs of neighbouring planes. */
const copyRun = (from: Run, to: Run, runs: number, planes: number, e: Emitting): readonly Instruction[] => {
  if (from.place.plane === numberBytes) {
    const run = e.machine.kernel('copyCells', copyCells);
    const address = ({ place, from: first }: Run, t: number): number => place.at(t) + first * numberBytes;
    const [each, toEach] = [from.each * numberBytes, to.each * numberBytes];
    return [
      (t) => run(address(from, t), numberBytes, each, address(to, t), numberBytes, toEach, runs, planes),
    ];
  }
  const run = e.machine.kernel('copy', copy);
  const { strips } = extentIn(e);
  const vectors = (planes * from.place.plane) / 16;
  return [
    (t) =>
      run(
        from.place.at(t) + from.from * from.place.plane,
        from.each * from.place.plane,
        from.place.strip,
        to.place.at(t) + to.from * to.place.plane,
        to.each * to.place.plane,
        to.place.strip,
        strips(t),
        runs,
        vectors,
      ),
  ];
};

const middles = ({ outer, inner }: Along): readonly (readonly [number, number])[] =>
  Array.from({ length: outer * inner }, (_, i) => [Math.floor(i / inner), i % inner] as const);

const before = (packed: Packed): readonly Instruction[] =>
  packed.refresh === undefined ? [] : [packed.refresh];

const emitDense = (
  op: FieldOpOf<'dense'>,
  x: Operand,
  w: Operand,
  out: Operand,
  e: Emitting,
): readonly Instruction[] => {
  const packing = densePacking(op);
  const packed = e.packed(w.node, packing, `dense ${op.count} ${op.to} ${op.transposed}`);
  const strips = e.strips ?? (() => Math.ceil(e.grid.pixels / 8));
  const { inner, count, to } = op;
  return [
    ...before(packed),
    ...blocksOf(to).flatMap((blocks) => {
      const run = e.machine.kernel(`product ${blocks.rows} 2`, () =>
        product({ rows: blocks.rows, vectors: 2, onto: false, table: false }),
      );
      const a = packed.at + blockOffset(packing, blocks.first);
      return middles(op).map(
        ([o, i]): Instruction =>
          (t) =>
            run(
              a,
              x.place.at(t) + (o * count * inner + i) * x.place.plane,
              out.place.at(t) + ((o * to + blocks.first) * inner + i) * out.place.plane,
              count,
              inner * x.place.plane,
              inner * out.place.plane,
              1,
              0,
              0,
              strips(t),
              x.place.strip,
              out.place.strip,
              blocks.count,
            ),
      );
    }),
  ];
};

const emitDenseWeight = (
  op: FieldOpOf<'denseWeight'>,
  x: Operand,
  dy: Operand,
  out: Operand,
  e: Emitting,
  strips: (t: number) => number,
): readonly Instruction[] => {
  const { count, inner, to } = op;
  const wide = Math.ceil(to / 8);
  // only pixels of the field: what lies past the last one may be no number
  const pixels = (t: number): number => Math.min(8 * strips(t), e.grid.pixels - 8 * e.most * t);
  const yBlock = e.most * 256;
  const xBytes = e.most * 32 * count;
  const turned = e.scratch.take(wide * yBlock + xBytes);
  const turnOne = (
    place: Place,
    first: number,
    rows: number,
    width: number,
    to: (pixels: number) => number,
  ): Instruction => {
    const run = e.machine.kernel(`turn ${rows} ${width}`, () => turn(rows, width));
    return (t) =>
      run(
        place.at(t) + first * place.plane,
        inner * place.plane,
        place.strip,
        turned() + to(pixels(t)),
        strips(t),
      );
  };
  return middles(op).flatMap(([o, i]): Instruction[] => [
    ...Array.from({ length: wide }, (_, block) =>
      turnOne(
        dy.place,
        (o * to + 8 * block) * inner + i,
        Math.min(8, to - 8 * block),
        8,
        () => block * yBlock,
      ),
    ),
    // one block after the other without gaps: each overwrites what the one before it has past the last pixel
    ...blocksOf(count).flatMap(({ rows, count: blocks, first }) =>
      Array.from({ length: blocks }, (_, block) =>
        turnOne(
          x.place,
          (o * count + first + block * rows) * inner + i,
          rows,
          rows,
          (count) => wide * yBlock + count * 4 * (first + block * rows),
        ),
      ),
    ),
    // in the order of the rows: where a row is shorter than eight, the next one mends what lies past its end
    ...blocksOf(count).map(({ rows, count: blocks, first }): Instruction => {
      const run = e.machine.kernel(`product ${rows} 2 onto`, () =>
        product({ rows, vectors: 2, onto: true, table: false }),
      );
      return (t) =>
        run(
          turned() + wide * yBlock + pixels(t) * 4 * first,
          turned(),
          out.place.at(t) + 4 * first * to,
          pixels(t),
          32,
          4 * to,
          1,
          0,
          0,
          wide,
          yBlock,
          32,
          blocks,
        );
    }),
  ]);
};

const columnsOf = (
  count: number,
): readonly { readonly columns: 1 | 2; readonly count: number; readonly first: number }[] => [
  ...(count > 1 ? [{ columns: 2 as const, count: Math.floor(count / 2), first: 0 }] : []),
  ...(count % 2 === 1 ? [{ columns: 1 as const, count: 1, first: count - 1 }] : []),
];

interface Dots {
  readonly x: (t: number) => number;
  /** Where each row begins, from x. */
  readonly offsets: readonly number[];
  readonly y: (t: number) => number;
  readonly yRow: number;
  readonly columns: number;
  readonly c: (t: number) => number;
  readonly cRow: number;
  readonly lines: number;
  readonly xLine: number;
  readonly yLine: number;
  readonly width: number;
}

/** All dot products of rows of x with rows of y, over lines of pixels. */
const dots = (machine: Machine, d: Dots): readonly Instruction[] => {
  const table = machine.table(d.offsets);
  const mask = machine.mask(d.width % 4 || 4);
  const vectors = Math.ceil(d.width / 4) - 1;
  return columnsOf(d.columns).flatMap((columns) =>
    blocksOf(d.offsets.length).map((rows): Instruction => {
      const run = machine.kernel(`dot ${rows.rows} ${columns.columns}`, () =>
        dot(rows.rows, columns.columns),
      );
      return (t) =>
        run(
          d.x(t),
          table + 4 * rows.first,
          d.y(t) + columns.first * d.yRow,
          d.yRow,
          d.c(t) + rows.first * d.cRow + 4 * columns.first,
          d.cRow,
          4,
          d.lines,
          d.xLine,
          d.yLine,
          vectors,
          mask,
          rows.count,
          columns.count,
        );
    }),
  );
};

const emitDenseWeightWhole = (
  op: FieldOpOf<'denseWeight'>,
  x: Operand,
  dy: Operand,
  out: Operand,
  e: Emitting,
): readonly Instruction[] => {
  const { count, inner, to } = op;
  return middles(op).flatMap(([o, i]) =>
    dots(e.machine, {
      x: (t) => x.place.at(t) + (o * count * inner + i) * x.place.plane,
      offsets: Array.from({ length: count }, (_, row) => row * inner * x.place.plane),
      y: (t) => dy.place.at(t) + (o * to * inner + i) * dy.place.plane,
      yRow: inner * dy.place.plane,
      columns: to,
      c: out.place.at,
      cRow: 4 * to,
      lines: 1,
      xLine: 0,
      yLine: 0,
      width: e.grid.pixels,
    }),
  );
};

const forwardMargins = ({ height, width }: Window): Margins => {
  const top = Math.floor((height - 1) / 2);
  const left = Math.floor((width - 1) / 2);
  return { top, left, bottom: height - 1 - top, right: width - 1 - left };
};

const turnedMargins = (window: Window): Margins => {
  const { top, left, bottom, right } = forwardMargins(window);
  return { top: bottom, bottom: top, left: right, right: left };
};

/** A halo in scratch memory for so many planes: its sizes are known now, its address when everything is laid out. */
const scratchHalo = (
  e: Emitting,
  size: { readonly height: number; readonly width: number },
  margins: Margins,
  planes: number,
): Halo => {
  const sizes = haloAt(0, size, margins);
  const address = e.scratch.take(planes * sizes.plane + 64);
  return {
    ...sizes,
    get at() {
      return address();
    },
  };
};

/** Where each depth of a product begins in a halo: channels, then places in the window, from pixel (0, 0). */
const offsetsOf = (halo: Halo, window: Window, channels: number, margins: Margins): readonly number[] =>
  Array.from({ length: channels * window.height * window.width }, (_, depth) => {
    const channel = Math.floor(depth / (window.height * window.width));
    const tap = depth % (window.height * window.width);
    const dy = Math.floor(tap / window.width) - margins.top;
    const dx = (tap % window.width) - margins.left;
    return channel * halo.plane + dy * halo.line + 4 * dx;
  });

interface Convolved {
  readonly packed: Packed;
  readonly packing: Packing;
  readonly halo: Halo;
  readonly offsets: readonly number[];
  /** The first plane of the halo, and of the result. */
  readonly from: number;
  readonly lines: number;
  readonly width: number;
  readonly to: (t: number) => number;
  readonly toLine: number;
  readonly toPlane: number;
}

/** Lines of a product over a halo. The last strip of a line overlaps the one before it. */
const convolve = (machine: Machine, c: Convolved): readonly Instruction[] => {
  const table = machine.table(c.offsets);
  return blocksOf(c.packing.rows).flatMap((blocks) => {
    const vectors = blocks.rows <= 2 && c.width >= 16 ? 4 : c.width >= 8 ? 2 : 1;
    const strip = 4 * vectors;
    const run = machine.kernel(`product ${blocks.rows} ${vectors} table`, () =>
      product({ rows: blocks.rows, vectors, onto: false, table: true }),
    );
    const strips = Math.max(1, Math.floor(c.width / strip));
    const a = c.packed.at + blockOffset(c.packing, blocks.first);
    const call =
      (column: number, count: number): Instruction =>
      (t) =>
        run(
          a,
          cellOf(c.halo, 0, column) + c.from * c.halo.plane,
          c.to(t) + blocks.first * c.toPlane + 4 * column,
          c.packing.depth,
          table,
          c.toPlane,
          c.lines,
          c.halo.line,
          c.toLine,
          count,
          4 * strip,
          4 * strip,
          blocks.count,
        );
    return [call(0, strips), ...(strips * strip < c.width ? [call(c.width - strip, 1)] : [])];
  });
};

const emitConv = (
  op: FieldOpOf<'conv'>,
  x: Operand,
  w: Operand,
  out: Operand,
  e: Emitting,
): readonly Instruction[] => {
  const margins = forwardMargins(op);
  const halo = scratchHalo(e, e.grid, margins, op.from);
  const pad = fillHalo(e.machine, e.grid, x.place, op.from, halo, op.boundary);
  const common = {
    halo,
    lines: e.grid.height,
    width: e.grid.width,
    toLine: 4 * e.grid.width,
    toPlane: out.place.plane,
  };
  const key = `${op.height} ${op.width} ${op.from} ${op.to}`;
  if (!op.depthwise) {
    const packing = convPacking(op);
    const packed = e.packed(w.node, packing, `conv ${key}`);
    const offsets = offsetsOf(halo, op, op.from, margins);
    return [
      ...before(packed),
      pad,
      ...convolve(e.machine, { ...common, packed, packing, offsets, from: 0, to: out.place.at }),
    ];
  }
  const offsets = offsetsOf(halo, op, 1, margins);
  return [
    pad,
    ...Array.from({ length: op.from }, (_, channel) => {
      const packing = depthwisePacking(op, channel);
      const packed = e.packed(w.node, packing, `depthwise ${key} ${channel}`);
      return [
        ...before(packed),
        ...convolve(e.machine, {
          ...common,
          packed,
          packing,
          offsets,
          from: channel,
          to: (t) => out.place.at(t) + channel * op.to * out.place.plane,
        }),
      ];
    }).flat(),
  ];
};

const emitConvInput = (
  op: FieldOpOf<'convInput'>,
  dy: Operand,
  w: Operand,
  out: Operand,
  e: Emitting,
): readonly Instruction[] => {
  const results = op.depthwise ? op.from * op.to : op.to;
  const margins = turnedMargins(op);
  const reflect = op.boundary === 'reflect';
  const forward = forwardMargins(op);
  // with a mirror, the gradient is first taken on the planes with margins, and then folded
  const around: Margins = reflect
    ? {
        top: margins.top + forward.top,
        bottom: margins.bottom + forward.bottom,
        left: margins.left + forward.left,
        right: margins.right + forward.right,
      }
    : margins;
  const halo = scratchHalo(e, e.grid, around, results);
  const boundary = op.boundary === 'circular' ? 'circular' : 'zero';
  const pad = fillHalo(e.machine, e.grid, dy.place, results, halo, boundary);
  const sizes = haloAt(0, e.grid, forward);
  const wide = reflect ? { ...sizes, at: e.machine.allocate(op.from * sizes.plane + 64) } : undefined;
  const shifted: Halo =
    wide === undefined
      ? halo
      : {
          ...halo,
          get at() {
            return halo.at;
          },
          margins: { ...around, top: margins.top },
          lead: halo.lead - forward.left,
        };
  const target =
    wide === undefined
      ? {
          lines: e.grid.height,
          width: e.grid.width,
          toLine: 4 * e.grid.width,
          toPlane: out.place.plane,
          to: out.place.at,
        }
      : {
          lines: e.grid.height + forward.top + forward.bottom,
          width: e.grid.width + forward.left + forward.right,
          toLine: wide.line,
          toPlane: wide.plane,
          to: () => cellOf(wide, -forward.top, -forward.left),
        };
  const fold = wide === undefined ? [] : [foldReflected(e.machine, e.grid, wide, op.from, out.place)];
  const key = `${op.height} ${op.width} ${op.from} ${op.to}`;
  if (!op.depthwise) {
    const packing = convInputPacking(op);
    const packed = e.packed(w.node, packing, `convInput ${key}`);
    const offsets = offsetsOf(halo, op, op.to, margins);
    return [
      ...before(packed),
      pad,
      ...convolve(e.machine, { ...target, packed, packing, halo: shifted, offsets, from: 0 }),
      ...fold,
    ];
  }
  const offsets = offsetsOf(halo, op, op.to, margins);
  return [
    pad,
    ...Array.from({ length: op.from }, (_, channel) => {
      const packing = depthwiseInputPacking(op, channel);
      const packed = e.packed(w.node, packing, `depthwiseInput ${key} ${channel}`);
      return [
        ...before(packed),
        ...convolve(e.machine, {
          ...target,
          packed,
          packing,
          halo: shifted,
          offsets,
          from: channel * op.to,
          to: (t) => target.to(t) + channel * target.toPlane,
        }),
      ];
    }).flat(),
    ...fold,
  ];
};

const emitConvWeight = (
  op: FieldOpOf<'convWeight'>,
  x: Operand,
  dy: Operand,
  out: Operand,
  e: Emitting,
): readonly Instruction[] => {
  const margins = forwardMargins(op);
  const halo = scratchHalo(e, e.grid, margins, op.from);
  const pad = fillHalo(e.machine, e.grid, x.place, op.from, halo, op.boundary);
  const { height, width } = e.grid;
  const taps = op.height * op.width;
  const tap = (place: number): number =>
    (Math.floor(place / op.width) - margins.top) * halo.line + 4 * ((place % op.width) - margins.left);
  const common = {
    yRow: dy.place.plane,
    columns: op.to,
    lines: height,
    xLine: halo.line,
    yLine: 4 * width,
    width,
  };
  if (!op.depthwise)
    return [
      pad,
      ...dots(e.machine, {
        ...common,
        x: () => cellOf(halo, 0, 0),
        // as the weights lie: places in the window, then channels
        offsets: Array.from(
          { length: taps * op.from },
          (_, row) => tap(Math.floor(row / op.from)) + (row % op.from) * halo.plane,
        ),
        y: dy.place.at,
        c: out.place.at,
        cRow: 4 * op.to,
      }),
    ];
  return [
    pad,
    ...Array.from({ length: op.from }, (_, channel) =>
      dots(e.machine, {
        ...common,
        x: () => cellOf(halo, 0, 0) + channel * halo.plane,
        offsets: Array.from({ length: taps }, (_, place) => tap(place)),
        y: (t) => dy.place.at(t) + channel * op.to * dy.place.plane,
        c: (t) => out.place.at(t) + 4 * channel * op.to,
        cRow: 4 * op.from * op.to,
      }),
    ).flat(),
  ];
};

const emitSum = (x: Operand, out: Operand, e: Emitting): Instruction => {
  const run = e.machine.kernel('sumPlanes', sumPlanes);
  const { planes } = x.extent;
  const { strips } = e;
  if (strips !== undefined) {
    const all = e.machine.mask(4);
    const left = e.grid.pixels % 8;
    const edge = e.machine.mask(left % 4 || 4);
    const last = Math.ceil(e.grid.pixels / 8) - 1;
    return (t) => {
      const [from, to, count] = [x.place.at(t), out.place.at(t), strips(t)];
      const full = left > 0 && t * e.most + count > last ? count - 1 : count;
      run(from, x.place.plane, x.place.strip, to, planes, full, 1, all);
      // what lies past the last pixel may be no number
      if (full < count)
        run(from + full * x.place.strip, x.place.plane, 0, to, planes, 1, left > 4 ? 1 : 0, edge);
    };
  }
  const mask = e.machine.mask(e.grid.pixels % 4 || 4);
  const vectors = Math.ceil(e.grid.pixels / 4) - 1;
  return (t) => run(x.place.at(t), x.place.plane, 0, out.place.at(t), planes, 1, vectors, mask);
};
