import { ok, strictEqual } from 'node:assert/strict';
import * as fc from 'fast-check';
import { escapeHtml, html, nothing, when } from '../../../src/report/page/html.js';
import { hostileText } from '../arbitraries.js';

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#96;': '`',
};
const readBack = (markup: string): string =>
  markup.replace(/&(?:amp|lt|gt|quot|#39|#96);/g, (e) => entities[e]);

describe('report/page/html', () => {
  it('escapes so that no markup, attribute end or control character is left', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const escaped = escapeHtml(text);
        ok(!/[<>"'`]/.test(escaped));
        ok(!/(?![\t\n\r])\p{Cc}/u.test(escaped) && !/\p{Cs}/u.test(escaped));
        ok(!/[\u202a-\u202e\u2066-\u2069]/.test(escaped));
      }),
    );
  });

  it('loses nothing of ordinary text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => strictEqual(readBack(escapeHtml(text)), text)),
    );
  });

  it('escapes strings and numbers, keeps markup, joins lists', () => {
    const items = ['<i>', 'b'].map((t) => html`<li>${t}</li>`);
    strictEqual(html`<ul>${items}</ul>${1 / 2}`.markup, '<ul><li>&lt;i&gt;</li><li>b</li></ul>0.5');
  });

  it('shows a part only when there is a value, 0 and the empty text included', () => {
    strictEqual(
      when(undefined, () => html`x`),
      nothing,
    );
    strictEqual(when(0, (n) => html`${n}`).markup, '0');
    strictEqual(when('', (t) => html`[${t}]`).markup, '[]');
  });
});
