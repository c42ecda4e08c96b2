/** The one style sheet of the page: system fonts, one column, light and dark. */

import { dark, hex, light, type Theme } from '../colours.js';
import { panelStyle } from './panel-figure.js';

const variables = (theme: Theme, page: string, accent: string, soft: string): string =>
  `--page:${page};--paper:${hex(theme.paper)};--ink:${hex(theme.ink)};--muted:${hex(theme.muted)};` +
  `--line:${hex(theme.line)};--accent:${accent};--soft:${soft}`;

/** The style sheet that all pages share. */
export const style = `
:root{color-scheme:light dark;${variables(light, '#f6f7f9', '#0b5a9c', '#eef3f9')}}
@media screen and (prefers-color-scheme:dark){:root{${variables(dark, '#111317', '#7fbdf3', '#20262f')}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);overflow-wrap:anywhere;
font:1.0625rem/1.6 Inter,ui-sans-serif,system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif}
main,header,footer{max-width:66rem;margin:0 auto;padding:0 1.5rem}
header{padding-top:3.5rem}
p,ul,.lead{max-width:46rem}
.kicker{margin:0;color:var(--muted);font-size:.875rem;letter-spacing:.04em}
h1{margin:.2rem 0 1rem;font-size:clamp(1.7rem,4vw,2.4rem);line-height:1.15;letter-spacing:-.02em}
h2{margin:0 0 .8rem;font-size:1.45rem;line-height:1.25;letter-spacing:-.01em}
h3{margin:2rem 0 .6rem;font-size:1.05rem}
.lead{font-size:1.2rem;line-height:1.5;margin:0 0 1.5rem}
section{margin:3.5rem 0 0;padding-top:2rem;border-top:1px solid var(--line)}
.warning{border-left:4px solid #d0660a;background:var(--paper);padding:.8rem 1.1rem;border-radius:0 8px 8px 0;max-width:46rem}
nav{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;font-size:.9375rem;margin:1.8rem 0 0}
a{color:var(--accent);text-underline-offset:.15em}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:1rem;margin:0;padding:0}
.tiles>div{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:1rem 1.2rem}
.tiles dt{color:var(--muted);font-size:.875rem}
.tiles dd{margin:.1rem 0 0;font-size:1.75rem;line-height:1.25;font-weight:600;font-variant-numeric:tabular-nums;letter-spacing:-.02em}
.tiles dd+dd{font-size:.875rem;font-weight:400;color:var(--muted);letter-spacing:0;line-height:1.4}
.facts{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;margin:1.2rem 0;border-top:1px solid var(--line);font-size:.9688rem}
.facts>div{display:grid;grid-template-columns:subgrid;grid-column:1/-1;gap:1.6rem;padding:.45rem 0;border-bottom:1px solid var(--line)}
.facts dt{color:var(--muted)}
.facts dd{margin:0;font-variant-numeric:tabular-nums}
.facts small{display:block;color:var(--muted);font-size:.875rem;line-height:1.45}
figure{margin:1.5rem 0}
figure .scroll{overflow-x:auto;background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:.6rem}
figure.paper .scroll{background:#fff}
figure img{display:block;margin:0 auto;max-width:100%;height:auto}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(21rem,100%),1fr));gap:0 1.3rem;align-items:start}
.pair figure{margin:.8rem 0}
${panelStyle}figcaption{margin-top:.7rem;color:var(--muted);font-size:.9375rem;line-height:1.5;max-width:46rem}
.table{overflow-x:auto;margin:1.2rem 0}
table{border-collapse:collapse;width:100%;font-size:.9688rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.5rem 1.2rem .5rem 0;border-bottom:1px solid var(--line);vertical-align:top}
thead th{color:var(--muted);font-weight:400;font-size:.875rem;vertical-align:bottom}
tbody th{font-weight:400}
th:first-child{padding-left:.7rem;min-width:14rem}
th.number,td.number{text-align:right;white-space:nowrap;overflow-wrap:normal}
tr.chief th,tr.chief td{background:var(--soft);font-weight:600}
tr.chief td.words,td.words{font-weight:400;color:var(--muted);min-width:14rem}
/* Many columns of numbers: smaller and closer, so that all of them are seen without scrolling on a laptop. */
.dense table{font-size:.8125rem}
.dense th,.dense td{padding:.4rem .75rem .4rem 0}
.dense thead th{font-size:.75rem;overflow-wrap:normal}
.dense thead th.number{white-space:normal}
.dense th:first-child{min-width:0;white-space:nowrap;padding-left:.7rem}
.dense tr.chief td{font-weight:400}
tfoot td,tfoot th{font-weight:600;border-bottom:0}
code,pre{font-family:ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:.875em}
pre{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:1rem 1.2rem;overflow-x:auto;overflow-wrap:normal;line-height:1.5;margin:1rem 0}
pre.command{white-space:pre-wrap;overflow-wrap:anywhere}
details{margin:1rem 0;border:1px solid var(--line);border-radius:12px;background:var(--paper)}
details[open]{padding-bottom:.4rem}
summary{cursor:pointer;padding:.7rem 1.2rem;font-weight:600;font-size:.9688rem}
details>*:not(summary){margin-left:1.2rem;margin-right:1.2rem}
details pre{border:0;padding:0;max-height:30rem}
footer{color:var(--muted);font-size:.875rem;padding-top:3rem;padding-bottom:3rem}
@media (max-width:40rem){.tiles{grid-template-columns:repeat(auto-fit,minmax(9rem,1fr))}.facts{grid-template-columns:1fr}.facts>div{gap:0}.facts dt{font-size:.875rem}main,header,footer{padding-left:1rem;padding-right:1rem}figure .scroll{padding:.3rem}th:first-child{min-width:0}th,td{padding-right:.6rem}
table.worded thead th:last-child{display:none}table.worded tr{display:grid;grid-template-columns:repeat(auto-fill,minmax(5.6rem,1fr));border-bottom:1px solid var(--line)}table.worded tr.chief{background:var(--soft)}table.worded th:first-child{grid-column:1/-1}table.worded thead th:first-child{display:none}
table.worded th,table.worded td{border-bottom:0}table.worded th.number{white-space:normal}table.worded td.words{grid-column:1/-1;min-width:0;padding:0 .7rem .6rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere}}
@media print{body{background:#fff}section{break-inside:avoid-page}details pre{max-height:none}}
`;

/**
 * Rules for tables whose cells know the heads of their columns (`data-head`): on a phone a row becomes a block with
 * each number beside its name, so that nothing is outside the window.
 */
export const phoneTables =
  '@media (max-width:40rem){.table{overflow:visible}.table thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}' +
  '.table table,.table tbody,.table tr,.table th,.table td{display:block;white-space:normal}' +
  '.table th,.table td{padding:.15rem .7rem;border:0}.table tr{padding:.4rem 0}details .table tr{border-top:1px solid var(--line)}' +
  '.table tbody th{font-weight:600}.table td[data-head]{display:flex;justify-content:space-between;gap:1rem;text-align:right}' +
  '.table td[data-head]::before{content:attr(data-head);color:var(--muted);font-weight:400;text-align:left}.table td:empty,.table td[data-head=""]{display:none}}';
