/** The header and the chunks of a PNG file, with checksums verified. */

import { crc32 } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import { grouped, limits } from '../../base/limits.js';
import { kindOf } from './picture-kind.js';

/** The kinds of samples: grey, colours, indices of a palette, and the first two with an opacity. */
export const colourTypes = { grey: 0, colours: 2, palette: 3, greyAlpha: 4, coloursAlpha: 6 } as const;

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: number;
  readonly colourType: number;
  readonly interlaced: boolean;
}

export interface PngFile {
  readonly header: PngHeader;
  /** Red, green and blue of each index. */
  readonly palette: Uint8Array;
  /** The compressed samples. */
  readonly data: Uint8Array;
  /** Kinds of all chunks, for example `tRNS`. */
  readonly kinds: ReadonlySet<string>;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

const depthsOf: Readonly<Record<number, readonly number[]>> = {
  [colourTypes.grey]: [1, 2, 4, 8, 16],
  [colourTypes.colours]: [8, 16],
  [colourTypes.palette]: [1, 2, 4, 8],
  [colourTypes.greyAlpha]: [8, 16],
  [colourTypes.coloursAlpha]: [8, 16],
};

/**
 * Critical chunks, which decide how samples are read. An unknown critical chunk may change the meaning of all others.
 */
const critical = ['IHDR', 'PLTE', 'IDAT', 'IEND'];

const headerOf = (body: Uint8Array): E.Either<string, PngHeader> => {
  if (body.length !== 13) return E.left('its header is damaged');
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colourType, compression, filter, interlace] = body.subarray(8);
  if (width === 0 || height === 0)
    return E.left(`its header says that it is ${height}x${width}; the file is damaged`);
  if (width * height > limits.pixels)
    return E.left(
      `it is ${height}x${width}, ${grouped(width * height)} pixels, and ${grouped(limits.pixels)} is the limit; make it smaller, or cut it into tiles`,
    );
  if (!depthsOf[colourType]?.includes(depth) || compression !== 0 || filter !== 0 || interlace > 1)
    return E.left(`its header asks for a form that PNG has not (${body.subarray(8).join(' ')})`);
  return E.right({ width, height, depth, colourType, interlaced: interlace === 1 });
};

/** Whether a file begins as a PNG does. */
export const isPng = (bytes: Uint8Array): boolean => signature.every((byte, i) => bytes[i] === byte);

const noSignature = (bytes: Uint8Array): string => {
  if (bytes.length === 0) return 'the file is empty';
  if (bytes.length < 8 && signature.every((byte, i) => i >= bytes.length || bytes[i] === byte))
    return 'it ends too early; the file is cut short';
  const kind = kindOf(bytes);
  return kind === null
    ? 'it does not begin as one; save it as PNG'
    : `it is ${kind}, whatever its name says; save it as PNG`;
};

/** **Errors** what is wrong, to be put after 'not a readable PNG'. */
export const chunksOf = (bytes: Uint8Array): E.Either<string, PngFile> => {
  if (!isPng(bytes)) return E.left(noSignature(bytes));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kinds = new Set<string>();
  const data: Uint8Array[] = [];
  let header: PngHeader | null = null;
  let palette = new Uint8Array();
  for (let at = 8, parts = 0; ; ) {
    // Twenty million empty parts fit into a file, and each takes memory.
    if (++parts > limits.pictureParts)
      return E.left(`it has more than ${grouped(limits.pictureParts)} parts, the limit; save it again`);
    if (at + 12 > bytes.length) return E.left('it ends too early; the file is cut short');
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length) return E.left('it ends too early; the file is cut short');
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length))
      return E.left('a checksum does not fit; the file is damaged');
    if (kind === 'CgBI') return E.left('it is in the form of iPhone apps (CgBI); save it as a plain PNG');
    if (header === null && kind !== 'IHDR') return E.left('it lacks a header; the file is damaged');
    if (kind === 'IHDR' && header !== null) return E.left('it has two headers; the file is damaged');
    if (/^[A-Z]/.test(kind) && !critical.includes(kind))
      return E.left(`it has a part '${kind.replace(/[^A-Za-z]/g, '?')}' that is not known here`);
    kinds.add(kind);
    if (kind === 'IHDR') {
      const found = headerOf(body);
      if (E.isLeft(found)) return found;
      header = found.right;
    }
    if (kind === 'PLTE') palette = new Uint8Array(body);
    if (kind === 'IDAT') data.push(body);
    if (kind === 'IEND') break;
    at += 12 + length;
  }
  if (header === null || data.length === 0) return E.left('it has no samples; the file is damaged');
  if (palette.length % 3 !== 0 || (header.colourType === colourTypes.palette && palette.length === 0))
    return E.left('its palette is missing or damaged');
  return E.right({ header, palette, data: Buffer.concat(data), kinds });
};
