/** Fits text to the width of the terminal: sentences are wrapped, tables are split into blocks. */

import { columnsWide, terminalTable, wrapped } from '../../report/tables/index.js';
import { terminalWidth } from './terminal-width.js';

/** The indent of a line, and a name with spaces behind it. */
const headOf = (line: string, width: number): string => {
  const named = /^\s*\S+(?: \S+)*\s{2,}(?=\S)/.exec(line)?.[0] ?? '';
  return named !== '' && columnsWide(named) <= width / 2 ? named : (/^\s*/.exec(line)?.[0] ?? '');
};

/** A path is never broken, so that it can be copied; its line may be too long. */
const isPath = (word: string): boolean => /[\\/]/.test(word);

const lineWithin = (line: string, width: number): readonly string[] => {
  if (columnsWide(line) <= width) return [line];
  const head = headOf(line, width);
  const hang = ' '.repeat(head.trim() === '' ? Math.min(head.length + 2, width >> 1) : columnsWide(head));
  const room = Math.max(8, width - hang.length);
  const lines: string[] = [];
  let open: string[] = [];
  const close = (): void => {
    if (open.length > 0) lines.push(...wrapped(open.join(' '), room));
    open = [];
  };
  for (const word of line.slice(head.length).trim().split(/ +/)) {
    if (isPath(word) && columnsWide(word) > room) {
      close();
      lines.push(word);
    } else open.push(word);
  }
  close();
  return lines.map((text, i) => `${i === 0 ? head : hang}${text}`);
};

const cellsOf = (line: string): readonly string[] => line.trim().split(/\s{2,}/);

/** The number of lines from here on that form a table: a head and rows with equally many entries, three or more. */
const tableFrom = (lines: readonly string[], at: number): number => {
  const count = cellsOf(lines[at]).length;
  if (count < 3) return 0;
  const end = lines.findIndex((line, i) => i > at && cellsOf(line).length !== count);
  const rows = (end < 0 ? lines.length : end) - at;
  return rows < 2 ? 0 : rows;
};

const tableWithin = (lines: readonly string[], width: number): readonly string[] => {
  const [names, ...rows] = lines.map(cellsOf);
  const table = terminalTable(
    {
      title: '',
      columns: names.map((name, i) => ({
        name,
        align: rows.every((row) => /^[\d.,]+( \S+)?$/.test(row[i])) ? ('right' as const) : ('left' as const),
      })),
      groups: rows.map((cells) => [{ kind: 'chief' as const, cells }]),
      notes: [],
    },
    width,
  );
  // Without the title and the line below it.
  return table.split('\n').slice(2);
};

const linesWithin = (
  lines: readonly string[],
  width: number,
  kept: (line: string) => boolean,
): readonly string[] => {
  const made: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const rows = kept(lines[at]) ? 0 : tableFrom(lines, at);
    const block = lines.slice(at, at + Math.max(1, rows));
    if (rows > 0 && block.some((line) => columnsWide(line) > width)) made.push(...tableWithin(block, width));
    else made.push(...block.flatMap((line) => (kept(line) ? [line] : lineWithin(line, width))));
    at += block.length;
  }
  return made;
};

/**
 * The text with no line longer than the terminal, if possible: a table that is too wide is laid out again; paths and
 * kept lines stay whole.
 *
 * @param width columns of the terminal; undefined if the output is not a terminal, which has no width
 * @param kept lines that are not changed: code, and commands to copy
 */
export const fitted = (
  text: string,
  width: number | undefined = terminalWidth(),
  kept: (line: string) => boolean = () => false,
): string => (width === undefined ? text : linesWithin(text.split('\n'), width, kept).join('\n'));
