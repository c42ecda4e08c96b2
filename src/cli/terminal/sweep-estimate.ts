/** The share of a sweep that is done and the time left, from the speed of each kind of network so far. */

import type { Assignment } from '../../runner/sweep/plan.js';
import type { SweepEvent } from '../../runner/sweep/run.js';

/** How far a sweep is. */
export interface Estimate {
  readonly see: (event: SweepEvent) => void;
  readonly finished: () => number;
  readonly total: () => number;
  /** Share of all arithmetic, 0 to 1. */
  readonly share: () => number;
  /** Null until there is enough to estimate from. */
  readonly secondsLeft: () => number | null;
}

/** What is known of a run that has begun in this sweep. */
interface Begun {
  readonly at: number;
  /** The share of it that was done before. */
  readonly before: number;
  /** The share that is done, and when that was said. */
  readonly share: number;
  readonly said: number;
  readonly isOpen: boolean;
}

/** Runs of one kind do about as much arithmetic a second: those of one catalogued model, or of one program. */
const kindOf = ({ member, name }: Assignment): string =>
  member.experiment.model.name === 'program' ? `program ${name}` : member.experiment.model.name;

interface Speed {
  readonly work: number;
  readonly seconds: number;
}

const none: Speed = { work: 0, seconds: 0 };
const both = (a: Speed, b: Speed): Speed => ({ work: a.work + b.work, seconds: a.seconds + b.seconds });

/**
 * Estimates the time left of a sweep. A run under way goes on at its own speed. One that waits has the speed of its kind, or
 * of all runs while its kind is new, and as many runs go on at once as have so far.
 */
export const estimate = (now: () => number): Estimate => {
  let plan: readonly Assignment[] = [];
  const done = new Map<Assignment, number>();
  const begun = new Map<Assignment, Begun>();
  let finished = 0;
  let open = 0;
  let together = 1;

  const shareOf = (run: Assignment): number => done.get(run) ?? 0;
  const total = (of: (run: Assignment) => number): number => plan.reduce((sum, run) => sum + of(run), 0);
  /** A resumed run begins with the share that it had before. */
  const begin = (run: Assignment, before: number): void => {
    if (begun.has(run)) return;
    begun.set(run, { at: now(), before, share: before, said: now(), isOpen: true });
    open++;
    together = Math.max(together, open);
  };

  const end = (run: Assignment, share: number): void => {
    const known = begun.get(run);
    if (known?.isOpen !== true) return;
    begun.set(run, { ...known, share, said: now(), isOpen: false });
    open--;
  };

  const speedOf = (run: Assignment, { at, before, share, said }: Begun): Speed => ({
    work: run.work * (share - before),
    seconds: Math.max(0, said - at),
  });

  /** The function from a run and its open work to the seconds that this takes by itself; null if no speed is known. */
  const timer = (): ((run: Assignment, work: number) => number | null) => {
    const kinds = new Map<string, Speed>();
    let all = none;
    for (const [run, known] of begun) {
      const speed = speedOf(run, known);
      kinds.set(kindOf(run), both(kinds.get(kindOf(run)) ?? none, speed));
      all = both(all, speed);
    }
    return (run, work) => {
      const own = begun.get(run);
      const speeds = [own === undefined ? none : speedOf(run, own), kinds.get(kindOf(run)) ?? none, all];
      const speed = speeds.find((each) => each.work > 0 && each.seconds > 0);
      return work <= 0 ? 0 : speed === undefined ? null : (work * speed.seconds) / speed.work;
    };
  };

  return {
    see: (event) => {
      if (event.kind === 'plan') {
        ({ plan } = event);
        for (const run of plan.filter(({ result }) => result !== null)) {
          done.set(run, 1);
          finished++;
        }
      } else if (event.kind === 'news' && event.news.kind === 'step') {
        const share = event.news.done / event.news.total;
        begin(event.run, share);
        const known = begun.get(event.run);
        if (known !== undefined) begun.set(event.run, { ...known, share, said: now() });
        done.set(event.run, share);
      } else if (event.kind === 'end') {
        const { outcome, run } = event;
        const isOver = outcome.kind !== 'stopped';
        const isNew = outcome.kind === 'finished' && !outcome.before;
        end(run, isNew ? 1 : shareOf(run));
        // A failed run is no open work either.
        if (isOver) done.set(run, 1);
        if (outcome.kind === 'finished') finished++;
      }
    },
    finished: () => finished,
    total: () => plan.length,
    share: () => {
      const all = total(({ work }) => work);
      return all === 0 ? 1 : total((run) => run.work * shareOf(run)) / all;
    },
    secondsLeft: () => {
      const secondsOf = timer();
      const left = plan
        .filter((run) => shareOf(run) < 1)
        .map((run) => secondsOf(run, run.work * (1 - shareOf(run))));
      const known = left.filter((seconds) => seconds !== null);
      if (plan.length === 0 || known.length < left.length) return null;
      const longest = known.reduce((most, seconds) => Math.max(most, seconds), 0);
      return Math.max(longest, known.reduce((sum, seconds) => sum + seconds, 0) / together);
    },
  };
};
