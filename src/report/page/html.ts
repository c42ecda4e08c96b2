/** HTML that inserted text cannot break: every inserted value is escaped, and only literals here are markup. */

/** Finished markup; only this file makes it. */
export interface Html {
  readonly _tag: 'Html';
  readonly markup: string;
}

type Insert = Html | string | number | readonly Html[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/**
 * Text for an element or a quoted attribute. Characters that HTML forbids even escaped (control characters other than
 * tab and line end, lone surrogates) are replaced, and so are marks that change the reading direction.
 */
export const escapeHtml = (text: string): string =>
  text
    .replace(/(?![\t\n\r])[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
    .replace(/[&<>"'`]/g, (c) => entities[c]);

const isMarkup = (value: Insert): value is Html => typeof value === 'object' && '_tag' in value;

const insert = (value: Insert): string => {
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return isMarkup(value) ? value.markup : value.map((v) => v.markup).join('');
};

/**
 * Markup with values inserted: strings and numbers are escaped, markup is kept.
 *
 * @example
 * html`<b>${'<script>'}</b>`.markup   // '<b>&lt;script&gt;</b>'
 */
export const html = (parts: TemplateStringsArray, ...values: readonly Insert[]): Html => ({
  _tag: 'Html',
  markup: parts.map((part, i) => (i < values.length ? part + insert(values[i]) : part)).join(''),
});

/** Text that is inserted without escaping: the style sheet. Never anything from outside. */
export const verbatim = (markup: string): Html => ({ _tag: 'Html', markup });

/** Empty markup. */
export const nothing: Html = { _tag: 'Html', markup: '' };

/** The markup when there is a value. */
export const when = <A>(value: A | undefined | null, show: (value: A) => Html): Html =>
  value === undefined || value === null ? nothing : show(value);
