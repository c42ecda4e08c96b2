/** Tables as LaTeX that fits a column. */

import type { Row, Table } from './table.js';

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': '\\textquotedbl{}',
  '`': '\\textasciigrave{}',
  "'": '\\textquotesingle{}',
  '…': '\\ldots{}',
  '·': '\\textperiodcentered{}',
  '–': '--',
  '±': '$\\pm$',
  '×': '$\\times$',
  '−': '$-$',
  '√': '$\\surd$',
  '²': '$^2$',
};

/** Text with LaTeX's special characters escaped; characters that LaTeX cannot print become question marks. */
const latex = (text: string): string =>
  text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cs}]/gu, '?')
    .replace(/[\\~^<>|"`'…·–±×−√²&%$#_{}]/g, (found) => escapes[found] ?? `\\${found}`)
    // After \\ a [ or * would be its argument, and two hyphens would print as a dash.
    .replace(/^[[*]/, (found) => `{${found}}`)
    .replace(/-(?=-)/g, '-{}');

/** Text reduced to characters that are valid in a \label. */
const labelText = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');

/**
 * LaTeX with the packages booktabs (rules) and graphicx: a table wider than a column is made smaller.
 *
 * @param label for \ref, such as `paper-small-means`
 */
export const latexTable = ({ title, columns, groups, notes }: Table, label: string): string => {
  const line = (cells: readonly string[]): string => `    ${cells.join(' & ')} \\\\`;
  const cells = ({ kind, cells: texts, best = [] }: Row): readonly string[] =>
    texts.map((text, i) => {
      const shown = latex(text);
      if (best.includes(i)) return `\\textbf{${shown}}`;
      return kind === 'beside' && i === 0 ? `\\quad ${shown}` : shown;
    });
  return [
    '% needs \\usepackage{booktabs}, \\usepackage{graphicx} and \\usepackage{textcomp}',
    '\\begin{table}',
    '  \\centering',
    '  \\sbox0{%',
    `  \\begin{tabular}{@{}${columns.map(({ align }) => (align === 'right' ? 'r' : 'l')).join('')}@{}}`,
    '    \\toprule',
    line(columns.map(({ name }) => latex(name))),
    '    \\midrule',
    ...groups.flatMap((group, i) => [
      ...(i > 0 && group.length > 1 ? ['    \\addlinespace'] : []),
      ...group.map((row) => line(cells(row))),
    ]),
    '    \\bottomrule',
    '  \\end{tabular}}%',
    '  \\ifdim\\wd0>\\columnwidth\\resizebox{\\columnwidth}{!}{\\usebox0}\\else\\usebox0\\fi',
    `  \\caption{${[title, ...notes].map((text) => latex(text).replace(/([^.])$/, '$1.')).join(' ')}}`,
    `  \\label{tab:${labelText(label)}}`,
    '\\end{table}',
  ].join('\n');
};
