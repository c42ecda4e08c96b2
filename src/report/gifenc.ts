/**
 * The part of gifenc 1.0.3 that is used; it ships no types. It is CommonJS made by a bundler, whose default import
 * differs between Node and tsx; required, it is the same in both.
 */

import { createRequire } from 'node:module';

interface FrameOptions {
  /** Colours of the file; with the first frame. */
  readonly palette?: readonly (readonly number[])[];
  /** Milliseconds. */
  readonly delay?: number;
  /** The number of repetitions; 0: for ever. */
  readonly repeat?: number;
  readonly transparent?: boolean;
  readonly transparentIndex?: number;
  /** 1: the next frame is drawn over this one. */
  readonly dispose?: number;
}

interface Encoder {
  readonly writeFrame: (index: Uint8Array, width: number, height: number, options: FrameOptions) => void;
  readonly finish: () => void;
  readonly bytes: () => Uint8Array;
}

interface Gifenc {
  readonly GIFEncoder: () => Encoder;
  /** A palette of at most `most` colours for the RGBA pixels. */
  readonly quantize: (rgba: Uint8Array, most: number) => readonly (readonly number[])[];
  /** The colour of the palette with the least squared distance; of equal ones the first. */
  readonly nearestColorIndex: (palette: readonly (readonly number[])[], colour: readonly number[]) => number;
}

export const gifenc: Gifenc = createRequire(import.meta.url)('gifenc');
