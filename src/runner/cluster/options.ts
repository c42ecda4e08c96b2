/** Options of Slurm jobs: partition, time, memory, and how often a run may restart. */

import * as t from 'io-ts';
import { record, text, where, whole, withDefault } from '../../base/codec.js';

/** A number counts as its digits: `time: 30` in a file, `memory=4000` on a command line. */
const word: t.Type<string, string, unknown> = new t.Type(
  'word',
  text.is,
  (u, context) => text.validate(typeof u === 'number' ? String(u) : u, context),
  t.identity,
);

/** Slurm's times: minutes, hours:minutes:seconds, days-hours and the forms between. */
const time = where(word, (value) =>
  /^(\d+-)?\d+(:\d{1,2}){0,2}$/.test(value)
    ? null
    : `'${value}' is no time of Slurm's: minutes (90), 1:30:00 or 2-12`,
);

const line = where(text, (value) =>
  /[\r\n]/.test(value) || !/^--?[A-Za-z]/.test(value)
    ? `'${value}' is no option of sbatch, such as --exclusive`
    : null,
);

const oneLine = where(word, (value) => (/[\r\n]/.test(value) ? 'it has more than one line' : null));

/** A field that may be left out; it is null then. */
const asked = <A>(codec: t.Type<A, A, unknown>): t.Type<A | null, A | null, unknown> =>
  new t.Type<A | null, A | null, unknown>(
    codec.name,
    (u): u is A | null => u === null || codec.is(u),
    (u, context) => (u === undefined || u === null ? t.success(null) : codec.validate(u, context)),
    t.identity,
  );

/**
 * Options of Slurm; all may be left out.
 *
 * @example
 * pipe(slurmCodec.decode({ partition: 'short', time: '1:30:00' }), E.map(({ restarts }) => restarts)); // => E.right(30)
 */
export const slurmCodec = record('options of Slurm', {
  partition: asked(oneLine),
  account: asked(oneLine),
  qos: asked(oneLine),
  gres: asked(oneLine),
  constraint: asked(oneLine),
  /** Where mail goes when a task ends or fails. */
  mail: asked(oneLine),
  time: asked(time),
  /** The memory of a task, in Slurm's units: 4G. */
  memory: asked(oneLine),
  /** Threads of a run. */
  cpus: withDefault(whole(1, 1024), 2),
  /** The most tasks that may run at the same time. */
  atOnce: asked(whole(1, 100_000)),
  /** How often a task that was stopped, or whose process died, begins again. */
  restarts: withDefault(whole(0, 10_000), 30),
  /** Seconds before the time limit at which a run saves its state. */
  notice: withDefault(whole(10, 86_400), 90),
  /** The most tasks of one array; 1000 is what Slurm allows if nobody changed it. */
  arraySize: withDefault(whole(1, 1_000_000), 1000),
  /** Further options of sbatch, unchanged. */
  lines: withDefault(t.readonlyArray(line), []),
  /** Lines of the shell before a run begins, such as `module load node`. */
  setup: withDefault(t.readonlyArray(oneLine), []),
});

export type SlurmOptions = t.TypeOf<typeof slurmCodec>;
