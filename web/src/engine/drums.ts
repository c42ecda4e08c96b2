/** Shapes of drums on a square of sites. */

import { alikeDrums, isWithin } from '../../../src/drums/polygon.js';

type Point = readonly [number, number];

const regular = (corners: number, turn: number): readonly Point[] =>
  Array.from({ length: corners }, (_, i): Point => {
    const angle = turn + (2 * Math.PI * i) / corners;
    return [Math.cos(angle), Math.sin(angle)];
  });

const star: readonly Point[] = Array.from({ length: 10 }, (_, i): Point => {
  const angle = Math.PI / 2 + (Math.PI * i) / 5;
  const far = i % 2 === 0 ? 1 : 0.45;
  return [far * Math.cos(angle), far * Math.sin(angle)];
});

/** The shapes by name. */
export const drumShapes = ['disk', 'square', 'triangle', 'star', 'alike 1', 'alike 2', 'none'] as const;

const cornersOf = (name: string): readonly Point[] | undefined => {
  switch (name) {
    case 'triangle':
      return regular(3, Math.PI / 2);
    case 'star':
      return star;
    case 'alike 1':
      return alikeDrums[0];
    case 'alike 2':
      return alikeDrums[1];
    default:
      return undefined;
  }
};

/** 1 on the sites of the drum, y upwards. */
export const drumMask = (name: string, side: number): Uint8Array => {
  const mask = new Uint8Array(side * side);
  const middle = (side - 1) / 2;
  if (name === 'none') return mask;
  const corners = cornersOf(name);
  if (corners === undefined) {
    for (let i = 1; i < side - 1; i++)
      for (let j = 1; j < side - 1; j++)
        mask[i * side + j] = name === 'square' || Math.hypot(i - middle, j - middle) < middle ? 1 : 0;
    return mask;
  }
  // a whole number of cells per unit, so that both drums of the pair have the same number of sites
  const alike = name.startsWith('alike');
  const unit = alike ? Math.floor((side - 2) / 3) : middle;
  const [x0, y0] = alike
    ? [Math.round((side - 3 * unit) / 2), Math.round((side - 3 * unit) / 2)]
    : [middle, middle];
  for (let i = 0; i < side; i++)
    for (let j = 0; j < side; j++) {
      const [x, y] = [(j - x0) / unit, (side - 1 - i - y0) / unit];
      mask[i * side + j] = isWithin(corners, x, y) ? 1 : 0;
    }
  return mask;
};
