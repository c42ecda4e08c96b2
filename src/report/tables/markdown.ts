/** Tables as GitHub's Markdown. */

import type { Row, Table } from './table.js';

/** Text with Markdown's special characters escaped. */
const cell = (text: string): string =>
  text
    .trim()
    .replace(/[\\|*`<>[\]~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=[#\w]+;)/g, (found) => `\\${found}`)
    .replace(/\s+/g, ' ');

export const markdownTable = ({ title, columns, groups, notes }: Table): string => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const emphasise = ({ kind, cells, best = [] }: Row): readonly string[] =>
    cells.map((text, i) => {
      const shown = cell(text);
      if (best.includes(i) && shown !== '') return `**${shown}**`;
      return kind === 'beside' && i === 0 && shown !== '' ? `*${shown}*` : shown;
    });
  return [
    `**${cell(title)}**`,
    '',
    line(columns.map(({ name }) => cell(name))),
    line(columns.map(({ align }) => (align === 'right' ? '--:' : ':--'))),
    ...groups.flat().map((row) => line(emphasise(row))),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `${cell(note)}\\`)]),
  ]
    .join('\n')
    .replace(/\\$/, '');
};
