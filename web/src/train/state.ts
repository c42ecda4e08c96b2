/** The state that a link to this page holds: the program and its training settings. */

import * as t from 'io-ts';
import { pack, unpack } from '../state/packed.js';
import { trainTasks } from './tasks.js';

const Kept = t.exact(
  t.type({ text: t.string, task: t.string, batch: t.number, rate: t.number, seed: t.number }),
);

export type TrainState = t.TypeOf<typeof Kept>;

export const packTrain = (state: TrainState): string => pack(state);

export const unpackTrain = (letters: string): TrainState | undefined => {
  const packed = unpack(letters);
  const decoded = packed === undefined ? undefined : Kept.decode(packed.json);
  if (decoded === undefined || decoded._tag === 'Left') return undefined;
  const { text, task, batch, rate, seed } = decoded.right;
  const fits =
    text.length <= 100_000 &&
    trainTasks.some(({ name }) => name === task) &&
    Number.isInteger(batch) &&
    batch >= 1 &&
    batch <= 16 &&
    rate >= 1e-4 &&
    rate <= 0.1 &&
    Number.isInteger(seed) &&
    seed >= 0 &&
    seed <= 99;
  return fits ? { text, task, batch, rate, seed } : undefined;
};
