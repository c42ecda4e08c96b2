/** Windows over planes: margins, and the offset of each tap. */

import type { Window } from '../ir/field.js';
import type { EmitContext } from './emitting.js';
import { type Halo, haloAt, type Margins } from './halo.js';

/** The pixels beyond each edge that a window reads. */
export const forwardMargins = ({ height, width }: Window): Margins => {
  const top = Math.floor((height - 1) / 2);
  const left = Math.floor((width - 1) / 2);
  return { top, left, bottom: height - 1 - top, right: width - 1 - left };
};

/** The margins of the adjoint: those of the mirrored window. */
export const mirroredMargins = (window: Window): Margins => {
  const { top, left, bottom, right } = forwardMargins(window);
  return { top: bottom, bottom: top, left: right, right: left };
};

/**
 * A halo in scratch memory for so many planes, with more bytes after it: its sizes are known now, its address when
 * everything is laid out.
 */
export const scratchHalo = (
  e: EmitContext,
  size: { readonly height: number; readonly width: number },
  margins: Margins,
  planes: number,
  more = 0,
): Halo => {
  const sizes = haloAt(0, size, margins);
  const address = e.scratch.take(planes * sizes.plane + 64 + more);
  return {
    ...sizes,
    get at() {
      return address();
    },
  };
};

/** The offset in a halo for each depth of a product: channels, then taps of the window, from pixel (0, 0). */
export const offsetsOf = (
  halo: Halo,
  window: Window,
  channels: number,
  margins: Margins,
): readonly number[] =>
  Array.from({ length: channels * window.height * window.width }, (_, depth) => {
    const channel = Math.floor(depth / (window.height * window.width));
    const tap = depth % (window.height * window.width);
    const dy = Math.floor(tap / window.width) - margins.top;
    const dx = (tap % window.width) - margins.left;
    return channel * halo.plane + dy * halo.line + 4 * dx;
  });
