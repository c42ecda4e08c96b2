/**
 * Scaling: time and peak memory of a training step against steps, grid side, channels and batch, drumhead and PyTorch
 * in turn at each point, every point in a fresh process.
 *
 *     npm run bench:scaling                         prints a table
 *     npm run bench:scaling -- --out FOLDER         and draws scaling.svg and .png
 *     npm run bench:scaling -- --json FILE
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { hasTorch } from '../contenders/process.js';
import type { Contender } from '../contenders/protocol.js';
import { drawn } from '../picture/index.js';
import { contenderWords, duration, gigabytes } from '../table.js';
import { scalingChart } from './chart.js';
import { type Axis, axes, middle, type Point, pointAt } from './curves.js';

const options = new Command('bench:scaling')
  .option('--axes <names>', 'some of steps,side,channels,batch', Object.keys(axes).join(','))
  .option('--rounds <count>', 'steps at each point', '3')
  .option('--json <file>', 'write the points as JSON')
  .option('--out <folder>', 'draw them')
  .parse()
  .opts();

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const contenders: readonly Contender[] = (await hasTorch()) ? ['fused-2', 'torch'] : ['fused-2'];
const isAxis = (name: string): name is Axis => name in axes;

say(`others stay at ${JSON.stringify(middle)}`);
const points: Point[] = [];
for (const axis of options.axes.split(',').filter(isAxis)) {
  const last = new Map<Contender, number>();
  for (const at of axes[axis])
    for (const contender of contenders) {
      const needed = 3 * (last.get(contender) ?? 3e8);
      const point = await pointAt(axis, at, contender, needed, Number(options.rounds)).catch(() => undefined);
      last.set(contender, point?.peakBytes ?? Number.POSITIVE_INFINITY);
      if (point !== undefined) points.push(point);
      const found =
        point === undefined ? 'not run' : `${duration(point.seconds)}, ${gigabytes(point.peakBytes)}`;
      say(`  ${axis} ${String(at).padStart(3)}  ${contenderWords[contender].padEnd(26)}  ${found}`);
    }
}
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(points)}\n`);
if (options.out !== undefined) {
  mkdirSync(options.out, { recursive: true });
  for (const [name, bytes] of await drawn('scaling', scalingChart(points)))
    writeFileSync(join(options.out, name), bytes);
}
process.exit(0);
