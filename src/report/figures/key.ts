/** The head of a chart: its title and the key of its signs. */

import type { Rgb, Theme } from '../colours.js';
import { wrapped } from '../tables/harmless.js';
import { flow, textWidth } from './layout.js';
import { signAt, textAt } from './parts.js';

/** An entry of the key: a sign and its text, or only a text. */
export interface KeyItem {
  readonly words: string;
  readonly sign?: {
    readonly colour: Rgb;
    readonly shape: 'circle' | 'diamond' | 'square';
    readonly filled: boolean;
    readonly size?: number;
  };
}

const line = 18;
const titleSize = 15;

/**
 * Title and key as layers of the first panel.
 *
 * @param left where they begin, from the panel's left on
 * @param width in points
 * @param above points between their last line and the panel
 */
export const headOf = (
  title: string,
  items: readonly KeyItem[],
  { left, width, above, theme }: { left: number; width: number; above: number; theme: Theme },
) => {
  const signed = (item: KeyItem): number => (item.sign === undefined ? 0 : 16);
  const texts = items.flatMap((item) => {
    // An entry wider than a line takes several, with the sign before the first.
    const lines = wrapped(item.words, Math.floor((width - 16) / textWidth('x')));
    return lines.map((words, i): KeyItem => (i === 0 ? { ...item, words } : { words }));
  });
  const { places, lines } = flow(
    texts.map((item) => signed(item) + textWidth(item.words) + 14),
    width,
  );
  const titles = wrapped(title, Math.floor(width / textWidth('x', titleSize)));
  const height = titles.length * 22 + lines * line;
  const top = -above - height;
  return {
    height,
    layers: [
      ...titles.map((words, i) =>
        textAt(left, top + 10 + 22 * i, words, theme.ink, { bold: true, size: titleSize }),
      ),
      ...texts.flatMap((item, i) => {
        const x = left + places[i].x;
        const y = top + 22 * titles.length + 8 + places[i].line * line;
        return [
          ...(item.sign === undefined ? [] : [signAt(x + 6, y, item.sign.colour, item.sign)]),
          textAt(x + signed(item), y, item.words, theme.muted),
        ];
      }),
    ],
  };
};
