/** The person's picture: its bytes, pixel by pixel, and the strokes on it. */

import type { Brush } from './tasks.js';

export interface Picture {
  readonly size: number;
  readonly channels: 1 | 3;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

type Rgb = readonly [number, number, number];

const put = ({ bytes, channels }: Picture, pixel: number, colour: Rgb): void => {
  if (channels === 1) bytes[pixel] = Math.round(0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]);
  else bytes.set(colour, 3 * pixel);
};

/** Half as bright again, modulo 256: the rim of a cell, as in the published task. */
const rim = (colour: Rgb): Rgb => [
  (colour[0] + (colour[0] >> 1)) % 256,
  (colour[1] + (colour[1] >> 1)) % 256,
  (colour[2] + (colour[2] >> 1)) % 256,
];

/** Whether the squares of a brush have a rim of another colour. */
const hasRim = ({ kind, cell }: Brush): boolean => kind === 'cells' && cell > 2;

const css = ([r, g, b]: Rgb): string => `rgb(${r} ${g} ${b})`;

/** The look of a colour's button: as the brush paints, with the rim of its cells. */
export const buttonOf = (brush: Brush, colour: Rgb) => ({
  background: css(colour),
  boxShadow: hasRim(brush) ? `inset 0 0 0 0.5rem ${css(rim(colour))}` : 'none',
});

const squareAt = (size: number, cell: number, row: number, column: number) => {
  const top = Math.floor(row / cell) * cell;
  const left = Math.floor(column / cell) * cell;
  return { top, left, bottom: Math.min(size, top + cell), right: Math.min(size, left + cell) };
};

/** The pixels that a touch of the brush covers. */
const covered = (size: number, brush: Brush, row: number, column: number): readonly number[] => {
  const pixels: number[] = [];
  if (brush.kind === 'cells') {
    const { top, left, bottom, right } = squareAt(size, brush.cell, row, column);
    for (let i = top; i < bottom; i++) for (let j = left; j < right; j++) pixels.push(i * size + j);
    return pixels;
  }
  const reach = brush.cell / 2;
  for (let i = Math.ceil(row - reach); i <= row + reach; i++)
    for (let j = Math.ceil(column - reach); j <= column + reach; j++)
      if (i >= 0 && j >= 0 && i < size && j < size && Math.hypot(i - row, j - column) <= reach)
        pixels.push(i * size + j);
  return pixels;
};

/**
 * The picture after one more touch of the brush, which paints in a colour or, without one, erases; and the
 * touched pixels.
 */
export const touched = (
  picture: Picture,
  brush: Brush,
  { row, column }: { readonly row: number; readonly column: number },
  colour: Rgb | null,
): { readonly picture: Picture; readonly pixels: readonly number[] } => {
  const next: Picture = { ...picture, bytes: picture.bytes.slice() };
  const pixels = covered(picture.size, brush, row, column);
  const { top, left, bottom, right } = squareAt(picture.size, brush.cell, row, column);
  for (const pixel of pixels) {
    const [i, j] = [Math.floor(pixel / picture.size), pixel % picture.size];
    const onRim = i === top || j === left || i === bottom - 1 || j === right - 1;
    put(next, pixel, colour === null ? brush.ground : onRim && hasRim(brush) ? rim(colour) : colour);
  }
  return { picture: next, pixels };
};

export const blank = (size: number, channels: 1 | 3, ground: Rgb): Picture => {
  const picture: Picture = { size, channels, bytes: new Uint8Array(size * size * channels) };
  for (let pixel = 0; pixel < size * size; pixel++) put(picture, pixel, ground);
  return picture;
};

/** The inputs of models: values from 0 to 1. */
export const valuesOf = ({ bytes }: Picture): Float32Array =>
  Float32Array.from(bytes, (byte) => Math.fround(byte / 255));

export const paintPicture =
  ({ size, channels, bytes }: Picture) =>
  (pixels: Uint8ClampedArray): void => {
    for (let pixel = 0; pixel < size * size; pixel++) {
      const at = pixel * channels;
      pixels[4 * pixel] = bytes[at];
      pixels[4 * pixel + 1] = bytes[channels === 1 ? at : at + 1];
      pixels[4 * pixel + 2] = bytes[channels === 1 ? at : at + 2];
      pixels[4 * pixel + 3] = 255;
    }
  };

/**
 * The picture of a file, cropped to a square at its middle. Values are rounded to multiples of 8, so that a
 * link to it stays short.
 */
export const pictureFromFile = async (
  file: Blob,
  size: number,
  channels: 1 | 3,
): Promise<Picture | string> => {
  if (file.size > 40_000_000) return 'This picture is larger than 40 MB; take a smaller one.';
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (bitmap === undefined)
    return 'This file is not a picture that the browser can read; take a PNG or JPEG.';
  const canvas = new OffscreenCanvas(size, size);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return 'This browser gives no canvas.';
  const side = Math.min(bitmap.width, bitmap.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(
    bitmap,
    (bitmap.width - side) / 2,
    (bitmap.height - side) / 2,
    side,
    side,
    0,
    0,
    size,
    size,
  );
  const { data } = context.getImageData(0, 0, size, size);
  const picture: Picture = { size, channels, bytes: new Uint8Array(size * size * channels) };
  const coarse = (value: number): number => Math.min(255, Math.round(value / 8) * 8);
  for (let pixel = 0; pixel < size * size; pixel++)
    put(picture, pixel, [coarse(data[4 * pixel]), coarse(data[4 * pixel + 1]), coarse(data[4 * pixel + 2])]);
  return picture;
};
