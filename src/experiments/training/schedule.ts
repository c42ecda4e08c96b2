/** Schedules of the learning rate: a name, or points that the rate passes. */

import * as t from 'io-ts';
import { choice, real, record, where, withDefault } from '../../base/codec.js';
import { grouped, limits } from '../../base/limits.js';

const names = ['constant', 'cosine', 'warm-cosine'] as const;
type ScheduleName = (typeof names)[number];

/**
 * How the rate moves from the point before to a point: linearly, along half a cosine, or in one step at the
 * point.
 */
const ways = ['linear', 'cosine', 'step'] as const;

/** A point that the rate passes. */
export interface SchedulePoint {
  /** The share of the training that is done, 0 to 1. */
  readonly at: number;
  /** A factor of `training.rate`. */
  readonly rate: number;
  readonly by: (typeof ways)[number];
}

/** A schedule: by name, or points from 0 on. After the last point the rate stays. */
export type Schedule = ScheduleName | readonly SchedulePoint[];

const pointCodec: t.Type<SchedulePoint, SchedulePoint, unknown> = record('point', {
  at: real(0, 1),
  rate: real(0, 1e6),
  by: withDefault(choice(...ways), 'linear'),
});

const points = where(t.readonlyArray(pointCodec), (list) => {
  if (list.length > limits.schedulePoints)
    return `${grouped(list.length)} points, and ${grouped(limits.schedulePoints)} is the limit`;
  if (list.length === 0 || list[0].at !== 0) return 'the first point is where the training begins, at 0';
  const early = list.findIndex(({ at }, i) => i > 0 && at <= list[i - 1].at);
  return early < 0 ? null : `point ${early} is not after the one before it`;
});

const word = choice(...names);

/** The codec of schedules. */
export const scheduleCodec: t.Type<Schedule, Schedule, unknown> = new t.Type<Schedule, Schedule, unknown>(
  'schedule',
  (u): u is Schedule => word.is(u) || points.is(u),
  (u, context): t.Validation<Schedule> =>
    Array.isArray(u) ? points.validate(u, context) : word.validate(u, context),
  t.identity,
);

/**
 * The factor of the rate after this share of the training.
 *
 * @example
 * factorAt([{ at: 0, rate: 0, by: 'linear' }, { at: 0.1, rate: 1, by: 'linear' }], 0.05)   // 0.5
 */
export const factorAt = (schedule: readonly SchedulePoint[], done: number): number => {
  const next = schedule.findIndex(({ at }) => at > done);
  if (next < 0) return schedule[schedule.length - 1].rate;
  const [from, to] = [schedule[next - 1], schedule[next]];
  const share = (done - from.at) / (to.at - from.at);
  switch (to.by) {
    case 'linear':
      return from.rate + share * (to.rate - from.rate);
    case 'cosine':
      return to.rate + ((from.rate - to.rate) * (1 + Math.cos(Math.PI * share))) / 2;
    case 'step':
      return from.rate;
  }
};

/** A schedule in a few words. */
export const describeSchedule = (schedule: Schedule): string =>
  typeof schedule === 'string'
    ? schedule
    : schedule.map(({ at, rate, by }) => `${by === 'linear' ? '' : `${by} `}${rate} at ${at}`).join(', ');
