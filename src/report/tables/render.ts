/** Tables as text: for a terminal, as Markdown, as LaTeX. */

import CliTable from 'cli-table3';
import type { Row, Table } from './table.js';

const plain = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '─',
  'mid-mid': '──',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** What a terminal must not be told: everything but printable text. */
const harmless = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');

/** For a terminal: aligned columns, a rule under the head, an empty line between groups. */
export const terminalTable = ({ title, columns, groups, notes }: Table): string => {
  const table = new CliTable({
    chars: plain,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
    head: columns.map(({ name }) => harmless(name)),
    colAligns: columns.map(({ align }) => align),
  });
  // A rule between groups would be noise where each has one line only.
  const apart = groups.some((group) => group.length > 1);
  groups.forEach((group, i) => {
    if (apart && i > 0) table.push(columns.map(() => ''));
    for (const { cells } of group) table.push(cells.map(harmless));
  });
  const body = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  return [title, '', ...body, ...(notes.length === 0 ? [] : ['', ...notes])].map(harmlessLine).join('\n');
};

const harmlessLine = (line: string): string => harmless(line);

const rowsOf = ({ groups }: Table): readonly Row[] => groups.flat();

const cell = (text: string): string =>
  text.trim().replace(/\\/g, '\\\\').replace(/\|/g, '\\|').replace(/\s+/g, ' ');

/** GitHub's Markdown. */
export const markdownTable = (table: Table): string => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const emphasise = ({ kind, cells }: Row): readonly string[] =>
    cells.map((text, i) => {
      const shown = cell(text);
      return kind === 'beside' && i === 0 && shown !== '' ? `*${shown}*` : shown;
    });
  return [
    `**${cell(table.title)}**`,
    '',
    line(table.columns.map(({ name }) => cell(name))),
    line(table.columns.map(({ align }) => (align === 'right' ? '--:' : ':--'))),
    ...rowsOf(table).map((row) => line(emphasise(row))),
    ...(table.notes.length === 0 ? [] : ['', ...table.notes.map((note) => `${cell(note)}\\`)]),
  ]
    .join('\n')
    .replace(/\\$/, '');
};

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '±': '$\\pm$',
  '−': '$-$',
  '√': '$\\surd$',
  '²': '$^2$',
};

const latex = (text: string): string =>
  text
    .trim()
    .replace(/[\\~^±−√²&%$#_{}]/g, (found) => escapes[found] ?? `\\${found}`)
    .replace(/\s+/g, ' ');

/** LaTeX with the packages booktabs (rules) and nothing else. */
export const latexTable = (table: Table): string => {
  const line = (cells: readonly string[]): string => `  ${cells.join(' & ')} \\\\`;
  const indent = ({ kind, cells }: Row): readonly string[] =>
    cells.map((text, i) => (kind === 'beside' && i === 0 ? `\\quad ${latex(text)}` : latex(text)));
  return [
    '% needs \\usepackage{booktabs}',
    '\\begin{table}',
    '\\centering',
    `\\begin{tabular}{${table.columns.map(({ align }) => (align === 'right' ? 'r' : 'l')).join('')}}`,
    '  \\toprule',
    line(table.columns.map(({ name }) => latex(name))),
    '  \\midrule',
    ...table.groups.flatMap((group, i) => [
      ...(i > 0 && group.length > 1 ? ['  \\addlinespace'] : []),
      ...group.map((row) => line(indent(row))),
    ]),
    '  \\bottomrule',
    '\\end{tabular}',
    `\\caption{${[table.title, ...table.notes].map((text) => latex(text).replace(/([^.])$/, '$1.')).join(' ')}}`,
    '\\end{table}',
  ].join('\n');
};
