/** A folder of pairs, as a person may have one: a disk or a square in noise, its mask of the same name. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { stream } from '../../src/base/random.js';

export const drawPairs = (folder: string, count: number, size: number): void => {
  for (const kind of ['images', 'masks']) mkdirSync(join(folder, kind), { recursive: true });
  for (let i = 0; i < count; i++) {
    const random = stream(i, 'examples-folder.spec');
    const label = 1 + (i % 2);
    const centre = [4 + random.integer(size - 8), 4 + random.integer(size - 8)];
    const inside = (row: number, column: number): boolean => {
      const [down, right] = [row - centre[0], column - centre[1]];
      return label === 1 ? Math.hypot(down, right) <= 3 : Math.max(Math.abs(down), Math.abs(right)) <= 3;
    };
    const write = (kind: string, grey: (row: number, column: number) => number): void => {
      const png = new PNG({ width: size, height: size });
      for (let p = 0; p < size * size; p++) {
        const value = grey(Math.floor(p / size), p % size);
        png.data.set([value, value, value, 255], 4 * p);
      }
      writeFileSync(join(folder, kind, `${i}.png`), PNG.sync.write(png, { colorType: 0 }));
    };
    write('images', (row, column) => (inside(row, column) ? 200 : 40) + random.integer(40));
    write('masks', (row, column) => (inside(row, column) ? label : 0));
  }
};
