/** The parts that panels comparing drums share: drums, sizes, colours and signs. */

import type { DrumResult } from '../../drums/index.js';
import { lineColours } from '../chart.js';
import { light, type Rgb, rgb, type Theme } from '../colours.js';

/** The parts of a result that the picture needs. */
export type HeardDrum = Pick<DrumResult, 'drum' | 'tones' | 'spectrum'>;

export interface TonesPicture {
  /** The first is the reference; two to five drums. */
  readonly drums: readonly HeardDrum[];
  /** Whether it is drawn for a window as narrow as a phone's. */
  readonly narrow?: boolean;
  readonly theme?: Theme;
}

/** Width of the panels in points. */
export const widthOf = ({ narrow = false }: Pick<TonesPicture, 'narrow'>): number => (narrow ? 230 : 660);
export const panelHeight = 168;

/** The look of a drum, distinguished by colour and by sign. */
export interface Mark {
  readonly colour: Rgb;
  readonly shape: string;
}

/** The mark of the drum with an index; 0 is the reference. */
export const markOf = (index: number, theme: Theme = light): Mark => {
  const { first, second, third } = lineColours(theme);
  const bright = theme.name === 'light';
  const marks: readonly Mark[] = [
    { colour: first, shape: 'circle' },
    { colour: second, shape: 'diamond' },
    { colour: rgb(bright ? '#7d0cab' : '#ca9dff'), shape: 'triangle-up' },
    { colour: rgb(bright ? '#1d7a5a' : '#74d0a8'), shape: 'square' },
    { colour: third, shape: 'cross' },
  ];
  return marks[index % marks.length];
};

/** More drums than that would need colours that are hard to distinguish. */
export const mostDrums = 5;
