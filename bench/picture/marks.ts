/** The mark of each contender in all pictures. */

import { lineColours } from '../../src/report/chart.js';
import { hex, light, type Rgb } from '../../src/report/colours.js';
import { signAt, textAt } from '../../src/report/figures/parts.js';
import type { Contender } from '../contenders/protocol.js';
import { contenderWords } from '../table.js';

interface Sign {
  readonly shape: 'circle' | 'diamond' | 'square';
  readonly filled: boolean;
  readonly colour: Rgb;
}

const { first, second, third } = lineColours(light);

export const signs: Readonly<Record<Contender, Sign>> = {
  // not in the pictures yet
  'native-2': { shape: 'circle', filled: true, colour: second },
  'native-1': { shape: 'circle', filled: false, colour: second },
  'fused-2': { shape: 'circle', filled: true, colour: first },
  'fused-1': { shape: 'circle', filled: false, colour: first },
  'op-by-op': { shape: 'square', filled: true, colour: third },
  stock: { shape: 'square', filled: false, colour: third },
  tensorflow: { shape: 'circle', filled: false, colour: third },
  torch: { shape: 'diamond', filled: true, colour: second },
  'torch-compiled': { shape: 'diamond', filled: false, colour: second },
  jax: { shape: 'diamond', filled: true, colour: third },
};

/** The mark of a contender's points. */
export const pointOf = (contender: Contender) => {
  const { shape, filled, colour } = signs[contender];
  return {
    type: 'point' as const,
    shape,
    filled,
    color: hex(colour),
    opacity: 1,
    size: 60,
    strokeWidth: 1.8,
  };
};

const keyStep = 214;

/** A key: signs and names of these contenders, three per line. */
export const keyAt = (left: number, top: number, contenders: readonly Contender[]) =>
  contenders.flatMap((contender, i) => {
    const { shape, filled, colour } = signs[contender];
    const [x, y] = [left + keyStep * (i % 3), top + 18 * Math.floor(i / 3)];
    return [
      signAt(x + 5, y, colour, { shape, filled, size: 60 }),
      textAt(x + 16, y, contenderWords[contender], light.muted),
    ];
  });
