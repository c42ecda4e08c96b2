/** A picture in the page: its bytes go into the page itself, with a dark version where there is one. */

import { type Html, html, nothing } from './html.js';

export interface Picture {
  readonly type: 'image/png' | 'image/gif' | 'image/svg+xml';
  readonly light: Uint8Array;
  readonly dark?: Uint8Array;
  /** What is to be seen, for who cannot see it. */
  readonly alt: string;
  /** Width in CSS pixels; smaller where the window is. */
  readonly width?: number;
}

interface Bytes {
  readonly light: Uint8Array;
  readonly dark?: Uint8Array;
  readonly alt: string;
}

const pngWidth = (png: Uint8Array): number =>
  png.length < 24 ? 0 : new DataView(png.buffer, png.byteOffset).getUint32(16);

const gifWidth = (gif: Uint8Array): number => (gif.length < 10 ? 0 : gif[6] + 256 * gif[7]);

const svgWidth = (svg: string): number => Number(/<svg[^>]*\swidth="([\d.]+)"/.exec(svg)?.[1] ?? 0);

const sized = (width: number): { readonly width?: number } => (width > 0 ? { width: Math.round(width) } : {});

/** A PNG, `density` pixels per CSS pixel (2 as the pictures of this room are made). */
export const pngPicture = (bytes: Bytes, density = 2): Picture => ({
  type: 'image/png',
  ...bytes,
  ...sized(pngWidth(bytes.light) / density),
});

/** A GIF, one pixel per CSS pixel. */
export const gifPicture = (bytes: Bytes): Picture => ({
  type: 'image/gif',
  ...bytes,
  ...sized(gifWidth(bytes.light)),
});

/** An SVG drawing. */
export const svgPicture = (drawing: {
  readonly light: string;
  readonly dark?: string;
  readonly alt: string;
}): Picture => ({
  type: 'image/svg+xml',
  light: new TextEncoder().encode(drawing.light),
  ...(drawing.dark === undefined ? {} : { dark: new TextEncoder().encode(drawing.dark) }),
  alt: drawing.alt,
  ...sized(svgWidth(drawing.light)),
});

const dataUrl = (type: Picture['type'], bytes: Uint8Array): string =>
  `data:${type};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`;

/** Pictures wider than this are not shrunk to a narrow window but scrolled in it: their text must stay legible. */
const scrolled = 560;

/** The picture with its caption. */
export const figure = ({ type, light, dark, alt, width }: Picture, caption: Html): Html => html`
<figure class="${dark === undefined ? 'paper' : 'themed'}${(width ?? 0) > scrolled ? ' wide' : ''}">
<div class="scroll"><picture>${
  dark === undefined
    ? nothing
    : html`<source media="(prefers-color-scheme: dark)" srcset="${dataUrl(type, dark)}">`
}<img src="${dataUrl(type, light)}" alt="${alt}"${width === undefined ? nothing : html` width="${width}"`}></picture></div>
<figcaption>${caption}</figcaption>
</figure>`;
