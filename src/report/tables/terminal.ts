/** Tables for a terminal: aligned columns that fit its width. */

import { columnsWide, cutFront, harmless, wrapped } from './harmless.js';
import type { Column, Row, Table } from './table.js';

const gap = '  ';
/** The least width of a column of text, unless the text is shorter. */
const leastText = { wrap: 14, cut: 24 };
const mark = '◂';

/** One column with its head and all its cells. */
interface Strip {
  readonly column: Column;
  readonly cells: readonly string[];
  readonly width: number;
}

const longestWord = (text: string): number =>
  text.split(/\s+/).reduce((most, word) => Math.max(most, columnsWide(word)), 0);

const padded = (text: string, width: number, align: Column['align']): string => {
  const room = ' '.repeat(Math.max(0, width - columnsWide(text)));
  return align === 'right' ? `${room}${text}` : `${text}${room}`;
};

/** Cells as they are printed: the best ones have a mark, and the others room for it. */
const printed = ({ cells, best = [] }: Row, i: number, marked: boolean): string =>
  `${harmless(cells[i] ?? '')}${marked ? (best.includes(i) ? ` ${mark}` : '  ') : ''}`;

const stripsOf = ({ columns, groups }: Table): readonly Strip[] => {
  const rows = groups.flat();
  return columns.map((column, i) => {
    const marked = rows.some(({ best = [] }) => best.includes(i));
    const cells = rows.map((row) => printed(row, i, marked));
    const body = cells.reduce((most, cell) => Math.max(most, columnsWide(cell)), 0);
    return { column, cells, width: Math.max(body, columnsWide(harmless(column.name))) };
  });
};

const bodyWidth = ({ column, cells }: Strip): number =>
  cells.reduce((most, cell) => Math.max(most, columnsWide(cell)), longestWord(harmless(column.name)));

const total = (strips: readonly Strip[]): number =>
  strips.reduce((sum, { width }) => sum + width, 0) + gap.length * Math.max(0, strips.length - 1);

/** First heads are wrapped, then texts; numbers are never broken. */
const shrunk = (strips: readonly Strip[], width: number): readonly Strip[] => {
  if (total(strips) <= width) return strips;
  const heads = strips.map((strip) => ({ ...strip, width: bodyWidth(strip) }));
  let over = total(heads) - width;
  if (over <= 0) return widened(heads, strips, -over);
  const made = [...heads];
  const byWidth = made
    .map(({ width: own, column }, i) => ({ own, i, text: column.align === 'left' }))
    .filter(({ text }) => text)
    .sort((a, b) => b.own - a.own);
  for (const { own, i } of byWidth) {
    const less = Math.min(over, Math.max(0, own - leastText[made[i].column.narrow ?? 'wrap']));
    made[i] = { ...made[i], width: own - less };
    over -= less;
  }
  return made;
};

/** Remaining width goes to the heads, from the left. */
const widened = (strips: readonly Strip[], wanted: readonly Strip[], room: number): readonly Strip[] => {
  let left = room;
  return strips.map((strip, i) => {
    const more = Math.min(left, wanted[i].width - strip.width);
    if (strip.width + more < wanted[i].width) return strip;
    left -= more;
    return { ...strip, width: strip.width + more };
  });
};

/** Blocks of as many columns as fit; the first column is repeated in each block. */
const blocks = (strips: readonly Strip[], width: number): readonly (readonly Strip[])[] => {
  const whole = shrunk(strips, width);
  if (total(whole) <= width || strips.length < 3) return [whole];
  const [first, ...others] = strips;
  const made: Strip[][] = [];
  for (const strip of others) {
    const last = made.at(-1);
    if (last !== undefined && total(shrunk([first, ...last, strip], width)) <= width) last.push(strip);
    else made.push([strip]);
  }
  return made.map((block) => shrunk([first, ...block], width));
};

const linesOf = (texts: readonly string[], strips: readonly Strip[]): readonly string[] => {
  const cells = strips.map(({ column, width }, i) =>
    column.narrow === 'cut' ? [cutFront(texts[i], width)] : fits(texts[i], width),
  );
  const height = Math.max(1, ...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    strips
      .map(({ column, width }, i) => padded(cells[i][line] ?? '', width, column.align))
      .join(gap)
      .trimEnd(),
  );
};

/** Text that fits keeps its spaces. */
const fits = (text: string, width: number): readonly string[] =>
  columnsWide(text) <= width ? [text] : wrapped(text, width);

const blockLines = (block: readonly Strip[], { groups }: Table): readonly string[] => {
  // No rules between groups if each has only one line.
  const apart = groups.some((group) => group.length > 1);
  const firsts = new Set<number>();
  groups.reduce((at, group) => {
    firsts.add(at);
    return at + group.length;
  }, 0);
  const heads = linesOf(
    block.map(({ column }) => harmless(column.name)),
    block,
  );
  const body = (block[0]?.cells ?? []).flatMap((_, row) => [
    ...(apart && row > 0 && firsts.has(row) ? [''] : []),
    ...linesOf(
      block.map(({ cells }) => cells[row]),
      block,
    ),
  ]);
  return [...heads, '─'.repeat(total(block)), ...body];
};

/**
 * For a terminal: aligned columns, a rule under the head, an empty line between groups.
 *
 * @param width columns of the terminal; left out: unlimited. In a table that is wider, heads and texts are wrapped,
 *   then columns are put below each other; numbers are never broken.
 */
export const terminalTable = (table: Table, width = Number.POSITIVE_INFINITY): string => {
  const text = (line: string): readonly string[] => fits(harmless(line), width);
  const bodies = blocks(stripsOf(table), width).map((block) => blockLines(block, table));
  return [
    ...text(table.title),
    '',
    ...bodies.flatMap((lines, i) => [...(i > 0 ? [''] : []), ...lines]),
    ...(table.notes.length === 0 ? [] : ['', ...table.notes.flatMap(text)]),
  ].join('\n');
};
