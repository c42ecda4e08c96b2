/**
 * Curves of a training step of the Neural Wave Machine against its steps, its grid, its channels and the
 * batch.
 */

import { decodeModel } from '../../src/models/catalogue.js';
import { value } from '../cases.js';
import { openContender } from '../contenders/process.js';
import type { Contender } from '../contenders/protocol.js';
import { available } from '../memory.js';

/** The point that all curves share. */
export const middle = { steps: 50, side: 32, channels: 2, batch: 8 };
export type Axis = keyof typeof middle;

export const axes: Readonly<Record<Axis, readonly number[]>> = {
  steps: [12, 25, 50, 100, 200, 400],
  side: [16, 32, 64, 96, 128],
  channels: [1, 2, 4, 8, 16],
  batch: [2, 8, 16, 64, 256],
};

export interface Point {
  readonly axis: Axis;
  readonly at: number;
  readonly contender: Contender;
  readonly seconds: number;
  readonly peakBytes: number;
}

/**
 * One point: the least of a few steps in a fresh process. Undefined if less memory is free than twice that of
 * the curve's last point.
 */
export const pointAt = async (
  axis: Axis,
  at: number,
  contender: Contender,
  atMost: number,
  rounds: number,
): Promise<Point | undefined> => {
  if (available() < atMost) return undefined;
  const sizesHere: Readonly<Record<Axis, number>> = { ...middle, [axis]: at };
  const { steps, side, channels, batch } = sizesHere;
  const model = value(decodeModel({ name: 'nwm', readout: 'linear', steps, channels }));
  const sizes = { height: side, width: side, channels: 3, classes: 6 };
  const running = await openContender(contender, { model, sizes }, batch);
  try {
    await running.step('train');
    let [seconds, peakBytes] = [Number.POSITIVE_INFINITY, 0];
    for (let round = 0; round < rounds; round++) {
      const done = await running.step('train');
      seconds = Math.min(seconds, done.seconds);
      peakBytes = done.peakBytes;
    }
    return { axis, at, contender, seconds, peakBytes };
  } finally {
    running.close();
  }
};
