/** Text of several lines at the width of the terminal: sentences go on, and a row of a table goes on under its first entry. */

import { columnsWide, wrapped } from '../report/tables/index.js';
import { terminalWidth } from './terminal-width.js';

/** What stands before a text in its line: an indent, and a name with room behind it. */
const headOf = (line: string, width: number): string => {
  const named = /^\s*\S+(?: \S+)*\s{2,}(?=\S)/.exec(line)?.[0] ?? '';
  return named !== '' && columnsWide(named) <= width / 2 ? named : (/^\s*/.exec(line)?.[0] ?? '');
};

/** A path is copied, and is never broken; it stands alone in a line that may be too long. */
const isPath = (word: string): boolean => word.includes('/');

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

/**
 * The text with no line longer than the terminal, as far as that can be: spaces between columns become one where a row
 * does not find room, and what is a path or is kept stays whole.
 *
 * @param width columns of the terminal; undefined where the output goes elsewhere, which has no width
 * @param kept lines that stay as they are: code, and commands that are copied
 */
export const fitted = (
  text: string,
  width: number | undefined = terminalWidth(),
  kept: (line: string) => boolean = () => false,
): string =>
  width === undefined
    ? text
    : text
        .split('\n')
        .flatMap((line) => (kept(line) ? [line] : lineWithin(line, width)))
        .join('\n');
