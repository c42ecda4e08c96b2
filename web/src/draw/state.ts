/** The state that a link to this page holds. */

import * as t from 'io-ts';
import { pack, unpack } from '../state/packed.js';
import type { Picture } from './picture.js';
import type { DrawTask } from './tasks.js';

const Kept = t.exact(
  t.intersection([
    t.type({ task: t.string, trained: t.boolean, cone: t.boolean, share: t.number }),
    t.partial({ sample: t.number, probe: t.tuple([t.number, t.number]) }),
  ]),
);

export interface DrawState {
  readonly task: string;
  /** The number of the sample that is shown; undefined if the picture is the person's own. */
  readonly sample: number | undefined;
  readonly picture: Picture | undefined;
  readonly trained: boolean;
  readonly cone: boolean;
  /** The progress of the run, from 0 to 1. */
  readonly share: number;
  readonly probe: readonly [number, number] | undefined;
}

export const packDraw = ({ task, sample, picture, trained, cone, share, probe }: DrawState): string =>
  pack(
    {
      task,
      trained,
      cone,
      share: Math.round(1000 * share) / 1000,
      ...(sample === undefined ? {} : { sample }),
      ...(probe === undefined ? {} : { probe }),
    },
    sample === undefined ? picture?.bytes : undefined,
  );

const isPlace = (value: number, size: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < size;

/** The state in a text; undefined if the text is not a state, or does not fit its task. */
export const unpackDraw = (text: string, tasks: readonly DrawTask[]): DrawState | undefined => {
  const packed = unpack(text);
  const decoded = packed === undefined ? undefined : Kept.decode(packed.json);
  if (packed === undefined || decoded === undefined || decoded._tag === 'Left') return undefined;
  const { task: name, sample, probe, share, trained, cone } = decoded.right;
  const task = tasks.find((each) => each.name === name);
  if (task === undefined || !(share >= 0 && share <= 1)) return undefined;
  const { size, channels } = task;
  if (probe !== undefined && !probe.every((value) => isPlace(value, size))) return undefined;
  if (sample !== undefined && !isPlace(sample, 1_000_000)) return undefined;
  if (sample === undefined && packed.bytes.length !== size * size * channels) return undefined;
  return {
    task: name,
    sample,
    picture: sample === undefined ? { size, channels, bytes: packed.bytes } : undefined,
    trained,
    cone,
    share,
    probe,
  };
};
