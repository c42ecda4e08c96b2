/**
 * A figure of panels with HTML text: names, ranges and keys are text that follows the reader's theme and wraps. Only
 * the panels are pictures, one pixel for each cell, which the browser enlarges. So one set of pictures serves light and
 * dark, laptop and phone. The figure is plain data: a run folder keeps it, and other pages read it from there.
 */

import { sha256Hex } from '../../base/canonical.js';
import { diverging, hex, type Rgb, voidColours } from '../colours.js';
import { type Html, html, nothing } from './html.js';

/** Pictures are base64 of their files, so that the whole is JSON. */
export interface PanelFigure {
  readonly type: 'panels';
  /** A description for people who cannot see the picture. */
  readonly alt: string;
  /** All moving panels in one animation, so that all show the same step. */
  readonly film: Film | null;
  readonly groups: readonly PanelGroup[];
  readonly keys: readonly Key[];
}

/** A GIF with one pixel for each cell, from which panels are cut. */
export interface Film {
  readonly gif: string;
  readonly width: number;
  readonly height: number;
  /** A bar that fills over time, with the labels at its ends. */
  readonly clock: Cut & { readonly from: string; readonly to: string };
}

/** A piece of the film, in its pixels. */
export interface Cut {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The panels of one sample. */
export interface PanelGroup {
  readonly name: string;
  readonly note: string;
  readonly stills: readonly Panel<string>[];
  readonly moving: readonly Panel<Cut>[];
}

export interface Panel<A> {
  readonly name: string;
  /** The meaning of its wave colours; left out for a picture without waves. */
  readonly range?: string;
  readonly shows: A;
  /** In CSS pixels, in a wide window and in one as narrow as a phone's. */
  readonly wide: Side;
  readonly narrow: Side;
}

export interface Side {
  readonly width: number;
  readonly height: number;
}

/** The key of the colours; null stands for the hatch. */
export interface Key {
  readonly subject: string;
  readonly entries: readonly { readonly name: string; readonly colour: Rgb | null }[];
}

const size = ({ wide, narrow }: Pick<Panel<unknown>, 'wide' | 'narrow'>): string =>
  `--w:${wide.width};--h:${wide.height};--nw:${narrow.width};--nh:${narrow.height}`;

const percent = (share: number): string => `${Number((100 * share).toFixed(4))}%`;

/** The CSS background that shows a piece of a film, at any size of its element. */
const cutOf = ({ x, y, width, height }: Cut, film: Side): string => {
  const at = (start: number, length: number, whole: number): string =>
    whole === length ? '0' : percent(start / (whole - length));
  return (
    `background-size:${percent(film.width / width)} ${percent(film.height / height)};` +
    `background-position:${at(x, width, film.width)} ${at(y, height, film.height)}`
  );
};

const rangeLine = (range: string | undefined): Html =>
  range === undefined ? nothing : html`<small><i class="strip"></i>${range}</small>`;

const stillMarkup = (panel: Panel<string>): Html =>
  html`<div class="panel" style="${size(panel)}"><span>${panel.name}</span><img class="cells" src="data:image/png;base64,${panel.shows}" alt="${panel.name}">${rangeLine(panel.range)}</div>`;

const movingMarkup = (panel: Panel<Cut>, film: Film, own: string): Html =>
  html`<div class="panel" style="${size(panel)}"><span>${panel.name}</span><div class="cells ${own}" role="img" aria-label="${panel.name}" style="${cutOf(panel.shows, film)}"></div>${rangeLine(panel.range)}</div>`;

const groupMarkup = ({ name, note, stills, moving }: PanelGroup, film: Film | null, own: string): Html =>
  html`
<div class="group">${name === '' && note === '' ? nothing : html`<p><b>${name}</b> ${note}</p>`}<div class="sides">${
    stills.length === 0 ? nothing : html`<div class="panels">${stills.map(stillMarkup)}</div>`
  }${
    film === null || moving.length === 0
      ? nothing
      : html`<div class="panels">${moving.map((panel) => movingMarkup(panel, film, own))}</div>`
  }</div></div>`;

const keyMarkup = ({ subject, entries }: Key): Html =>
  html`<p class="key"><b>${subject}</b>${entries.map(
    ({ name, colour }) =>
      html` <span><i class="${colour === null ? 'hatch' : 'swatch'}"${
        colour === null ? nothing : html` style="background:${hex(colour)}"`
      }></i>${name}</span>`,
  )}</p>`;

/** The figure without its caption. The page holds the animation once, in a style rule that all panels share. */
export const panelMarkup = ({ alt, film, groups, keys }: PanelFigure): Html => {
  const own = film === null ? '' : `film-${sha256Hex(new TextEncoder().encode(film.gif)).slice(0, 12)}`;
  const moves =
    film === null
      ? nothing
      : html`<style>.${own}{background-image:url(data:image/gif;base64,${film.gif})}</style>
<p class="clock">${film.clock.from}<span class="bar ${own}" style="${cutOf(film.clock, film)}"></span>${film.clock.to}</p>`;
  return html`<div class="sheet" role="group" aria-label="${alt}">${moves}<div class="groups">${groups.map(
    (group) => groupMarkup(group, film, own),
  )}</div>${keys.map(keyMarkup)}</div>`;
};

const waveColours = Array.from({ length: 9 }, (_, i) => hex(diverging(i / 4 - 1))).join(',');
const [darkGrey, lightGrey] = voidColours.map(hex);

/** The style rules of such figures. Backgrounds are part of the picture, in print too. */
export const panelStyle = `
.sheet{padding:.4rem}
.sheet p{max-width:none;margin:0 0 .45rem;font-size:.8125rem;line-height:1.4;color:var(--muted)}
.sheet b{color:var(--ink);font-weight:600;margin-right:.4rem}
.group{min-width:min(18rem,100%)}.sheet .group>p{width:0;min-width:100%}
.groups{display:flex;flex-wrap:wrap;gap:1.1rem 1rem;margin-bottom:1rem}
.sides{display:flex;flex-wrap:wrap;gap:.6rem 1.1rem}
.panels{display:flex;flex-wrap:wrap;gap:.6rem .35rem}
.panel{max-width:max(calc(var(--w)*1px + 2px),4.4rem);font-size:.75rem;line-height:1.35;color:var(--muted)}
.panel span,.panel small{display:block;font-size:inherit}
.cells{box-sizing:content-box!important;width:calc(var(--w)*1px);height:calc(var(--h)*1px);max-width:none!important;margin:.1rem 0 .15rem!important;border:1px solid var(--line)}
.cells,.bar{image-rendering:pixelated;background-repeat:no-repeat;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.sheet .clock{display:flex;align-items:center;gap:.6rem;margin-bottom:.8rem;white-space:nowrap}
.bar{flex:1;max-width:24rem;height:4px}
.strip,.swatch,.hatch{display:inline-block;border:1px solid var(--line);print-color-adjust:exact;-webkit-print-color-adjust:exact}
.strip{width:2rem;height:.5rem;margin-right:.35rem;background:linear-gradient(90deg,${waveColours})}
.swatch,.hatch{width:.8rem;height:.8rem;margin-right:.35rem;vertical-align:-.1rem}
.hatch{background:repeating-conic-gradient(${darkGrey} 0 25%,${lightGrey} 0 50%) 0 0/4px 4px}
.key span{display:inline-block;margin-right:.9rem}
@media (max-width:40rem){.group{min-width:min(9rem,100%)}.groups{column-gap:.6rem}.panel{max-width:max(calc(var(--nw)*1px + 2px),4rem)}.cells{width:calc(var(--nw)*1px);height:calc(var(--nh)*1px)}.sheet{padding:.2rem}.strip{width:.9rem;margin-right:.25rem}}
`;
