/** Copies pixels from, or adds pixels to, positions that a table of lines and a table of columns hold. */

import {
  add,
  constant,
  load,
  loadInteger,
  loadSplat,
  plus,
  repeat,
  type Statement,
  set,
  step,
  store,
} from '../../../engine/wasm/simd/code.js';
import type { Source } from '../../../engine/wasm/simd/module.js';
import { locals } from './product.js';

/**
 * Tables hold byte offsets: of each line, and of each column in its line. `near` is addressed without tables,
 * `far` with them.
 */
export const gatherParameters = [
  'near',
  'nearPlane',
  'nearLine',
  'far',
  'farPlane',
  'rows',
  'columns',
  'planes',
  'lines',
  'cells',
] as const;

/** Copies from far to near, or adds from near to far. */
export const gatherPixels = (how: 'take' | 'add'): Source => ({
  parameters: gatherParameters.length,
  body: (
    [near, nearPlane, nearLine, far, farPlane, rows, columns, planes, lines, cells],
    fresh,
  ): Statement => {
    const [lineNear, at, lineFar, row, column, place] = locals(fresh, 6);
    const [p, l, c] = locals(fresh, 3);
    return repeat(
      p,
      planes,
      set(lineNear, near),
      set(row, rows),
      repeat(
        l,
        lines,
        set(at, lineNear),
        set(lineFar, plus(far, loadInteger(row))),
        set(column, columns),
        repeat(
          c,
          cells,
          set(place, plus(lineFar, loadInteger(column))),
          how === 'take'
            ? store(at, 0, loadSplat(place), 1)
            : store(place, 0, add(loadSplat(place), loadSplat(at)), 1),
          step(at, constant(4)),
          step(column, constant(4)),
        ),
        step(lineNear, nearLine),
        step(row, constant(4)),
      ),
      step(near, nearPlane),
      step(far, farPlane),
    );
  },
});

/**
 * Copies lines whose pixels are contiguous, from far to near: (near, nearPlane, nearLine, far, farPlane,
 * rows, planes, lines, vectors, rest); a line is `vectors` whole vectors and `rest` single pixels.
 */
export const copyLines = (): Source => ({
  parameters: 10,
  body: (
    [near, nearPlane, nearLine, far, farPlane, rows, planes, lines, vectors, rest],
    fresh,
  ): Statement => {
    const [lineNear, to, from, row] = locals(fresh, 4);
    const [p, l, v, r] = locals(fresh, 4);
    return repeat(
      p,
      planes,
      set(lineNear, near),
      set(row, rows),
      repeat(
        l,
        lines,
        set(to, lineNear),
        set(from, plus(far, loadInteger(row))),
        repeat(v, vectors, store(to, 0, load(from)), step(to, constant(16)), step(from, constant(16))),
        repeat(r, rest, store(to, 0, loadSplat(from), 1), step(to, constant(4)), step(from, constant(4))),
        step(lineNear, nearLine),
        step(row, constant(4)),
      ),
      step(near, nearPlane),
      step(far, farPlane),
    );
  },
});
