/** Valid inputs of readers, from which invalid ones are made. */

import { deflateSync } from 'node:zlib';
import { chunk, storedPng } from '../../spec/data/tiny-png.js';
import { experimentNamed, experimentNames } from '../../src/experiments/catalogue.js';
import { sweepNamed, sweepNames } from '../../src/experiments/sweep/sweeps.js';
import { encodeNpy } from '../../src/formats/npy/npy.js';
import { must, tiny, tinyDocument } from './tiny.js';

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);
export const json = (value: unknown): Uint8Array => text(JSON.stringify(value, null, 1) ?? '');

export const experiments: readonly unknown[] = [
  tinyDocument,
  ...experimentNames.map((name) => must(experimentNamed(name, 'quick'))),
];
export const sweeps: readonly unknown[] = [
  { name: 'mine', experiment: tinyDocument, vary: { 'training.rate': [0.01, 0.02], 'model.steps': [2, 3] } },
  {
    experiment: 'tetrominoes/nwm-linear',
    preset: 'quick',
    zip: { 'training.rate': [1e-3, 3e-3], 'training.batch': [4, 8] },
  },
  { experiment: tinyDocument, set: { 'training.epochs': 2 }, vary: { 'model.mid': [2, 4] } },
  ...sweepNames.slice(0, 3).map((name) => must(sweepNamed(name))),
];
export const tasks: readonly unknown[] = [
  tiny.task,
  { name: 'mnist', size: 28 },
  { name: 'multi-mnist', size: 64, digits: [1, 3] },
  { name: 'polygons', size: 32 },
  { name: 'mazes', squares: 9 },
  { name: 'pathfinder', size: 32 },
  { name: 'sequential-mnist', permutation: 3 },
  { name: 'adding' },
  { name: 'copy', delay: 20 },
  { name: 'wave-forecast' },
  { name: 'npy', folder: 'data', labels: 'classes' },
  { name: 'png', folder: 'data', labels: { '0': 0, '7': 1 }, ignore: [255] },
];
export const models: readonly unknown[] = experimentNames.map(
  (name) => must(experimentNamed(name, 'quick')).model,
);

const pixels = (n: number, most: number): number[] =>
  Array.from({ length: n }, (_, i) => (i * 37) % (most + 1));

const kinds = [
  { depth: 1, colourType: 0, channels: 1 },
  { depth: 8, colourType: 0, channels: 1 },
  { depth: 16, colourType: 0, channels: 1 },
  { depth: 8, colourType: 2, channels: 3 },
  { depth: 4, colourType: 3, channels: 1 },
  { depth: 8, colourType: 4, channels: 2 },
  { depth: 8, colourType: 6, channels: 4 },
] as const;
const palette = { PLTE: pixels(48, 255) };
export const pngs: readonly Uint8Array[] = kinds.flatMap(({ depth, colourType, channels }) =>
  [false, true].map((interlaced) =>
    storedPng({
      width: 9,
      height: 5,
      depth,
      colourType,
      values: pixels(45 * channels, 2 ** depth - 1),
      interlaced,
      filters: [0, 1, 2, 3, 4],
      ...(colourType === 3 ? { extra: palette } : {}),
    }),
  ),
);

/**
 * Header and samples of a picture, one after the other. They are damaged first and then packed, so that the
 * PNG has valid checksums.
 */
export const bareOf = (
  width: number,
  height: number,
  depth: number,
  colourType: number,
  row: number,
): Uint8Array => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourType, 0, 0, 0], 8);
  return Buffer.concat([
    header,
    Uint8Array.from({ length: height * (row + 1) }, (_, i) => (i % (row + 1) === 0 ? i % 5 : i)),
  ]);
};
export const bares: readonly Uint8Array[] = [
  bareOf(9, 5, 8, 0, 9),
  bareOf(9, 5, 8, 2, 27),
  bareOf(9, 5, 4, 3, 5),
  bareOf(9, 5, 16, 6, 72),
];
export const wrapped = (bytes: Uint8Array): Uint8Array =>
  Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', bytes.subarray(0, 13)),
    chunk('PLTE', Uint8Array.from(palette.PLTE)),
    chunk('IDAT', deflateSync(bytes.subarray(13))),
    chunk('IEND', new Uint8Array(0)),
  ]);

export const arrays: readonly Uint8Array[] = [
  must(encodeNpy({ dtype: 'float32', shape: [2, 3], data: new Float32Array([0, 0.5, 1, 0.25, 0.1, 0.2]) })),
  must(encodeNpy({ dtype: 'uint8', shape: [4, 2, 1], data: new Uint8Array(8) })),
  must(encodeNpy({ dtype: 'int32', shape: [3], data: new Int32Array([1, -2, 3]) })),
  must(encodeNpy({ dtype: 'float64', shape: [], data: new Float64Array([1]) })),
];

export const idx = (...shape: readonly number[]): Uint8Array => {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x800 + shape.length, 0);
  shape.forEach((size, axis) => void header.writeUInt32BE(size, 4 + 4 * axis));
  return Buffer.concat([
    header,
    Uint8Array.from(
      pixels(
        shape.reduce((a, b) => a * b, 1),
        255,
      ),
    ),
  ]);
};
