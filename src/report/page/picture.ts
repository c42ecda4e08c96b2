/**
 * A picture in the page: its bytes go into the page itself. A drawing has a dark version; panels of pixels need none.
 */

import { type Html, html, nothing } from './html.js';
import { type PanelFigure, panelMarkup } from './panel-figure.js';

export interface Picture {
  readonly type: 'image/png' | 'image/gif' | 'image/svg+xml';
  readonly light: Uint8Array;
  readonly dark?: Uint8Array;
  /** A description for people who cannot see the picture. */
  readonly alt: string;
  /** Width in CSS pixels; a smaller window makes it smaller. */
  readonly width?: number;
  /** The picture with a layout for a window as narrow as a phone's. */
  readonly narrow?: Omit<Picture, 'narrow'>;
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

/** The width below which a window is narrow, as in the style sheet. */
const narrowWindow = '(max-width: 40rem)';
/** Dark pictures are for screens only; print is light. */
const darkWindow = '(prefers-color-scheme: dark)';

const source = (type: Picture['type'], media: string, bytes: Uint8Array, width: number | undefined): Html =>
  html`<source media="screen and ${media}" srcset="${dataUrl(type, bytes)}"${
    width === undefined ? nothing : html` width="${width}"`
  }>`;

/** The sources of a picture; a browser takes the first that fits. */
const sources = ({ type, dark, width, narrow }: Picture): readonly Html[] => [
  ...(narrow?.dark === undefined
    ? []
    : [source(narrow.type, `${narrowWindow} and ${darkWindow}`, narrow.dark, narrow.width)]),
  ...(narrow === undefined
    ? []
    : [
        // A light picture on a dark page is better than an unreadable dark one.
        source(narrow.type, narrowWindow, narrow.light, narrow.width),
      ]),
  ...(dark === undefined ? [] : [source(type, darkWindow, dark, width)]),
];

/** The content of a figure: a picture, or panels with HTML text. */
export type Shown = Picture | PanelFigure;

const pictureMarkup = (picture: Picture): Html => {
  const { type, light, alt, width } = picture;
  return html`<picture>${sources(picture)}<img src="${dataUrl(type, light)}" alt="${alt}"${
    width === undefined ? nothing : html` width="${width}"`
  }></picture>`;
};

/** The picture with its caption; in a narrow window it is as wide as the window. */
export const figure = (shown: Shown, caption: Html): Html => {
  const themed = shown.type === 'panels' || shown.dark !== undefined;
  return html`
<figure class="${themed ? 'themed' : 'paper'}">
<div class="scroll">${shown.type === 'panels' ? panelMarkup(shown) : pictureMarkup(shown)}</div>
<figcaption>${caption}</figcaption>
</figure>`;
};
