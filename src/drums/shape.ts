/** Shapes of drums as plain data, and the lattice of each. */

import * as t from 'io-ts';
import { real, record, where, whole } from '../base/codec.js';
import { type Checked, nearest } from '../base/error.js';
import { type Lattice, latticeOfMask, latticeWhere, type Point } from './lattice.js';
import { boundsOf, isWithin, perimeterOf, polygonArea } from './polygon.js';

/** Drums of this size already take longer than minutes to simulate. */
const mostCells = 200;

/** Two numbers, each checked by the same codec. */
export const pairOf = (number: t.Type<number, number, unknown>): t.Type<Point, Point, unknown> => {
  const tuple = t.tuple([number, number]);
  return new t.Type<Point, Point, unknown>(
    'a pair of numbers',
    (u): u is Point => tuple.is(u),
    (u, context) => tuple.validate(u, context),
    t.identity,
  );
};

const side = whole(2, mostCells);

const shapes = {
  square: record('square', { kind: t.literal('square'), side }),
  rectangle: record('rectangle', { kind: t.literal('rectangle'), width: side, height: side }),
  disk: record('disk', { kind: t.literal('disk'), radius: real(1, mostCells / 2) }),
  polygon: where(
    record('polygon', {
      kind: t.literal('polygon'),
      corners: t.readonlyArray(pairOf(real(-mostCells, mostCells))),
      cells: whole(1, mostCells),
    }),
    ({ corners, cells }) => {
      if (corners.length < 3) return `a polygon has at least 3 corners, not ${corners.length}`;
      const { left, right, bottom, top } = boundsOf(corners);
      return Math.max(right - left, top - bottom) * cells > mostCells
        ? `it is more than ${mostCells} cells wide or high; take fewer cells a unit`
        : null;
    },
  ),
  mask: where(record('mask', { kind: t.literal('mask'), rows: t.readonlyArray(t.string) }), ({ rows }) => {
    const [first = ''] = rows;
    if (rows.length === 0 || first.length === 0) return 'a mask has at least one row and one column';
    if (rows.length >= mostCells || first.length >= mostCells)
      return `a mask has fewer than ${mostCells} rows and columns`;
    return rows.some((row) => row.length !== first.length || !/^[#.]+$/.test(row))
      ? "rows are of one length and of '#' (drum) and '.' (nothing)"
      : null;
  }),
};

type Kind = keyof typeof shapes;

/**
 * The shape of a drum, distinguished by `kind`; the lattice has unit spacing.
 *
 * - `square` of `side` L cells: L - 1 moving points per side; `rectangle` likewise.
 * - `disk`: the points nearer to the centre than `radius`.
 * - `polygon`: corners in order, y upwards, each unit cut into `cells`; the points strictly inside move.
 * - `mask`: rows of '#' and '.', read as drawn; each '#' is a moving point.
 */
export type DrumShape = t.TypeOf<(typeof shapes)[Kind]>;

const isKind = (kind: unknown): kind is Kind => typeof kind === 'string' && Object.hasOwn(shapes, kind);

const decoders: Readonly<Record<Kind, t.Decoder<unknown, DrumShape>>> = shapes;

/** The codec of shapes: an unknown kind or setting is refused with the nearest known one. */
export const shapeCodec: t.Type<DrumShape, DrumShape, unknown> = new t.Type<DrumShape, DrumShape, unknown>(
  'a shape',
  (u): u is DrumShape => Object.values(shapes).some((codec) => codec.is(u)),
  (u, context) => {
    if (!t.UnknownRecord.is(u)) return t.failure(u, context, 'a shape is an object with a kind');
    if (isKind(u.kind)) return decoders[u.kind].validate(u, context);
    const known = Object.keys(shapes);
    const hint = nearest(String(u.kind), known);
    return t.failure(
      u.kind,
      t.appendContext(context, 'kind', t.string, u.kind),
      `unknown shape '${String(u.kind)}'${hint === undefined ? '.' : `; did you mean '${hint}'?`} Known: ${known.join(', ')}`,
    );
  },
  t.identity,
);

const box = (width: number, height: number): Checked<Lattice> =>
  latticeWhere({ left: 1, right: width - 1, bottom: 1, top: height - 1 }, () => true);

/**
 * The points strictly inside a shape.
 *
 * **Errors** DecodeError if no point is inside, or the points are not connected.
 *
 * @example
 * latticeOf({ kind: 'square', side: 6 })   // right: 5 x 5 points
 */
export const latticeOf = (shape: DrumShape): Checked<Lattice> => {
  switch (shape.kind) {
    case 'square':
      return box(shape.side, shape.side);
    case 'rectangle':
      return box(shape.width, shape.height);
    case 'disk': {
      const reach = Math.ceil(shape.radius);
      return latticeWhere(
        { left: 1 - reach, right: reach - 1, bottom: 1 - reach, top: reach - 1 },
        (x, y) => x * x + y * y < shape.radius * shape.radius,
      );
    }
    case 'polygon': {
      const corners = shape.corners.map(([x, y]): Point => [x * shape.cells, y * shape.cells]);
      const { left, right, bottom, top } = boundsOf(corners);
      return latticeWhere(
        {
          left: Math.floor(left) + 1,
          right: Math.ceil(right) - 1,
          bottom: Math.floor(bottom) + 1,
          top: Math.ceil(top) - 1,
        },
        (x, y) => isWithin(corners, x, y),
      );
    }
    case 'mask': {
      const [first] = shape.rows;
      return latticeOfMask(
        shape.rows.length,
        first.length,
        Uint8Array.from(shape.rows.join(''), (cell) => (cell === '#' ? 1 : 0)),
      );
    }
  }
};

/** The outline of a shape in cells, x to the right and y upwards; empty for a mask. */
export const outlineOf = (shape: DrumShape): readonly Point[] => {
  switch (shape.kind) {
    case 'square':
      return corners(shape.side, shape.side);
    case 'rectangle':
      return corners(shape.width, shape.height);
    case 'disk':
      return Array.from({ length: 128 }, (_, i): Point => {
        const angle = (2 * Math.PI * i) / 128;
        return [shape.radius * Math.cos(angle), shape.radius * Math.sin(angle)];
      });
    case 'polygon':
      return shape.corners.map(([x, y]): Point => [x * shape.cells, y * shape.cells]);
    case 'mask':
      return [];
  }
};

const corners = (width: number, height: number): readonly Point[] => [
  [0, 0],
  [width, 0],
  [width, height],
  [0, height],
];

/** Area in cells; for a mask, the number of its points. */
export const areaOf = (shape: DrumShape): number => {
  switch (shape.kind) {
    case 'square':
      return shape.side * shape.side;
    case 'rectangle':
      return shape.width * shape.height;
    case 'disk':
      return Math.PI * shape.radius * shape.radius;
    case 'polygon':
      return polygonArea(outlineOf(shape));
    case 'mask':
      return shape.rows.join('').replaceAll('.', '').length;
  }
};

/** Length of the edge in cells; null for a mask. */
export const edgeOf = (shape: DrumShape): number | null => {
  switch (shape.kind) {
    case 'disk':
      return 2 * Math.PI * shape.radius;
    case 'mask':
      return null;
    default:
      return perimeterOf(outlineOf(shape));
  }
};

/** The same shape on a lattice `factor` times as fine; a mask stays as it is. */
export const refined = (shape: DrumShape, factor: number): DrumShape => {
  switch (shape.kind) {
    case 'square':
      return { ...shape, side: shape.side * factor };
    case 'rectangle':
      return { ...shape, width: shape.width * factor, height: shape.height * factor };
    case 'disk':
      return { ...shape, radius: shape.radius * factor };
    case 'polygon':
      return { ...shape, cells: shape.cells * factor };
    case 'mask':
      return shape;
  }
};
