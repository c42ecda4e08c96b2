/** The frame of every page: its head, its header with a table of contents, its sections, its footer. */

import { type Html, html, verbatim } from './html.js';
import { type Section, sectionMarkup } from './parts.js';
import { style } from './style.js';

/** The content of a page. */
export interface Page {
  readonly title: string;
  /** The line above the title. */
  readonly kicker: Html;
  /** The part between the title and the table of contents. */
  readonly intro: Html;
  readonly sections: readonly Section[];
  /** Style rules in addition to the shared ones. */
  readonly css?: string;
  /** Whether the page plays sounds, which it contains as data. */
  readonly sounds?: boolean;
}

/**
 * The whole page. It runs no script and loads nothing (its content security policy forbids both), follows the reader's
 * light or dark setting, and escapes every text. The same page gives the same bytes.
 */
export const pageHtml = ({ title, kicker, intro, sections, css = '', sounds = false }: Page): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:;${sounds ? ' media-src data:;' : ''} style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="drumhead">
<title>${title} · drumhead</title>
<style>${verbatim(style + css)}</style>
</head>
<body>
<header>
<p class="kicker">drumhead · ${kicker}</p>
<h1>${title}</h1>
${intro}
<nav aria-label="Contents">${sections.map(({ id, heading }) => html`<a href="#${id}">${heading}</a> `)}</nav>
</header>
<main>${sections.map(sectionMarkup)}
</main>
<footer>Made by drumhead. Everything in this page is inside this one file.</footer>
</body>
</html>
`.markup;
