/** A drum as pixels: its skin in wave colours, smooth between the points, and its edge in ink. */

import type { Drawn, Point } from '../../drums/index.js';
import { diverging, mix, type Rgb, type Theme } from '../colours.js';
import { blank, type Raster } from '../raster.js';

/** A drum prepared for drawing at a size. */
export interface Skin {
  readonly width: number;
  readonly height: number;
  /**
   * The picture of a field over the drum's box, read from `offset` on; a displacement of `scale` has the full colour.
   */
  readonly paint: (field: ArrayLike<number>, offset: number, scale: number) => Raster;
  /** The pixel of a point of the box. */
  readonly place: (row: number, column: number) => readonly [x: number, y: number];
}

/** Room round the drum for the outer half of its edge. */
const rim = 2;
/** Half the width of the edge. */
const pen = 1;
/** Shades of the edge's outer side: a GIF has few colours. */
const shades = 4;

const distanceTo = (x: number, y: number, [ax, ay]: Point, [bx, by]: Point): number => {
  const [dx, dy] = [bx - ax, by - ay];
  const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1);
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
};

/** Whether a point is inside a closed outline, by the parity of crossings, and its distance from the outline. */
const towards = (outline: readonly Point[], x: number, y: number) => {
  let inside = false;
  let distance = Number.POSITIVE_INFINITY;
  outline.forEach((a, i) => {
    const b = outline[(i + 1) % outline.length];
    if (a[1] > y !== b[1] > y && x < a[0] + ((y - a[1]) / (b[1] - a[1])) * (b[0] - a[0])) inside = !inside;
    distance = Math.min(distance, distanceTo(x, y, a, b));
  });
  return { inside, distance };
};

/** The outline of a mask: its own cells. */
const maskOutline = ({ lattice }: Drawn, x: number, y: number) => {
  const row = Math.round(lattice.corner[1] - y);
  const column = Math.round(x - lattice.corner[0]);
  const there =
    row >= 0 &&
    row < lattice.rows &&
    column >= 0 &&
    column < lattice.columns &&
    lattice.inside[row * lattice.columns + column] === 1;
  return { inside: there, distance: Number.POSITIVE_INFINITY };
};

/**
 * Prepares a drum at `zoom` pixels per cell. The displacement of a pixel is interpolated between the four points around
 * it, including those at rest.
 */
export const skinOf = (drawn: Drawn, zoom: number, theme: Theme): Skin => {
  const { lattice, outline } = drawn;
  const { rows, columns, corner } = lattice;
  const width = Math.ceil((columns + 1) * zoom) + 2 * rim;
  const height = Math.ceil((rows + 1) * zoom) + 2 * rim;
  const paper = blank(width, height, theme.paper);
  // For each pixel four points and their weights, in flat arrays, since an animation paints each pixel a hundred times.
  const pixels: number[] = [];
  const points: number[] = [];
  const weights: number[] = [];
  const edge: { readonly pixel: number; readonly colour: Rgb }[] = [];
  for (let py = 0; py < height; py++)
    for (let px = 0; px < width; px++) {
      const column = (px + 0.5 - rim) / zoom - 1;
      const row = (py + 0.5 - rim) / zoom - 1;
      const [x, y] = [corner[0] + column, corner[1] - row];
      const { inside, distance } = outline.length === 0 ? maskOutline(drawn, x, y) : towards(outline, x, y);
      const pixel = 3 * (py * width + px);
      const away = distance * zoom;
      if (away <= pen + 0.5) {
        const ink = Math.ceil(Math.min(1, pen + 0.5 - away) * shades) / shades;
        edge.push({ pixel, colour: mix(inside ? diverging(0) : theme.paper, theme.ink, ink) });
      } else if (inside) {
        const [r, c] = [Math.floor(row), Math.floor(column)];
        const [down, right] = [row - r, column - c];
        pixels.push(pixel);
        for (const [i, j, weight] of [
          [r, c, (1 - down) * (1 - right)],
          [r, c + 1, (1 - down) * right],
          [r + 1, c, down * (1 - right)],
          [r + 1, c + 1, down * right],
        ]) {
          const there = i >= 0 && i < rows && j >= 0 && j < columns;
          points.push(there ? i * columns + j : 0);
          weights.push(there ? weight : 0);
        }
      }
    }
  const [at, from, by] = [Int32Array.from(pixels), Int32Array.from(points), Float64Array.from(weights)];
  return {
    width,
    height,
    place: (row, column) => [(column + 1) * zoom + rim, (row + 1) * zoom + rim],
    paint: (field, offset, scale) => {
      const rgb = paper.rgb.slice();
      for (let p = 0; p < at.length; p++) {
        let value = 0;
        for (let k = 4 * p; k < 4 * p + 4; k++) value += by[k] * field[offset + from[k]];
        const colour = diverging(value / scale);
        rgb[at[p]] = colour[0];
        rgb[at[p] + 1] = colour[1];
        rgb[at[p] + 2] = colour[2];
      }
      for (const { pixel, colour } of edge) rgb.set(colour, pixel);
      return { width, height, rgb };
    },
  };
};

/** The pixels within `radius` of a place, as a disk; with `hollow`, as a ring. */
export const dot =
  (x: number, y: number, radius: number, colour: Rgb, hollow = false) =>
  (raster: Raster): Raster => {
    const rgb = raster.rgb.slice();
    for (let py = Math.floor(y - radius - 1); py <= y + radius + 1; py++)
      for (let px = Math.floor(x - radius - 1); px <= x + radius + 1; px++) {
        const distance = Math.hypot(px + 0.5 - x, py + 0.5 - y);
        const covered = hollow ? Math.abs(distance - radius) <= 0.8 : distance <= radius;
        if (covered && px >= 0 && px < raster.width && py >= 0 && py < raster.height)
          rgb.set(colour, 3 * (py * raster.width + px));
      }
    return { ...raster, rgb };
  };
