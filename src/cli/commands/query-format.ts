/** The result of a query, as a table for a terminal, CSV or JSON. */

import { type Table, terminalTable } from '../../report/tables/index.js';
import { type Answer, jsonText } from '../../runner/results/query/index.js';
import { oneOf } from '../flags/flags.js';
import { terminalWidth } from '../terminal/terminal-width.js';

const formats = ['terminal', 'csv', 'json'] as const;
export type Format = (typeof formats)[number];

export const formatNamed = oneOf<Format>('format', formats);

const numeric = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL\(\d+,\d+\)|BIGNUM)$/;

/** In a terminal a DOUBLE has six digits; a decimal keeps all of its digits. */
const short = (type: string, value: unknown, text: string | null): string =>
  typeof value === 'number' && (type === 'DOUBLE' || type === 'FLOAT') && !Number.isInteger(value)
    ? String(Number(value.toPrecision(6)))
    : (text ?? '');

const tableOf = ({ columns, rows, texts }: Answer): Table => ({
  title: `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`,
  columns: columns.map(({ name, type }) => ({ name, align: numeric.test(type) ? 'right' : 'left' })),
  groups: rows.map((row, r) => [
    { kind: 'chief', cells: row.map((value, i) => short(columns[i].type, value, texts[r][i])) },
  ]),
  notes: [],
});

/** A field of CSV. Null is empty; an empty text has quotes. */
const field = (text: string | null): string =>
  text === null ? '' : text === '' || /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;

const csv = ({ columns, texts }: Answer): string =>
  [columns.map(({ name }) => name), ...texts].map((row) => row.map(field).join(',')).join('\n');

/** Written by hand, since an object would put columns named by numbers before the others. */
const json = ({ columns, rows }: Answer): string => {
  if (rows.length === 0) return '[]';
  const member = (name: string, value: unknown): string =>
    `    ${JSON.stringify(name)}: ${jsonText(value, 2).replace(/\n/g, '\n    ')}`;
  const object = (row: readonly unknown[]): string =>
    `  {\n${columns.map(({ name }, i) => member(name, row[i] ?? null)).join(',\n')}\n  }`;
  return `[\n${rows.map(object).join(',\n')}\n]`;
};

/**
 * The result in a format. Every format has the same names of columns, and all digits except those of DOUBLE in a
 * terminal.
 */
export const render = (format: Format, answer: Answer): string => {
  switch (format) {
    case 'terminal':
      return terminalTable(tableOf(answer), terminalWidth());
    case 'csv':
      return csv(answer);
    case 'json':
      return json(answer);
  }
};
