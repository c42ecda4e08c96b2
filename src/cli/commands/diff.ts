/** `drumhead diff`: the differences between two experiments or sweeps, and the runs that they share. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { aligned } from '../../base/aligned.js';
import { canonical, hashOf } from '../../base/canonical.js';
import { type Checked, decodeError, type Effect, errorMessage } from '../../base/error.js';
import { taskShape } from '../../data/task.js';
import { drumExperiments } from '../../drums/index.js';
import { hashProgram } from '../../dsl/index.js';
import {
  type Difference,
  dataDifferences,
  differencesOf,
  type SharedRuns,
  sharedRuns,
} from '../../experiments/difference.js';
import type { Experiment } from '../../experiments/experiment.js';
import { memberName } from '../../experiments/label.js';
import { programFor } from '../../experiments/model.js';
import { type Member, type Sweep, type SweepRun, sweepOf } from '../../experiments/sweep/sweep.js';
import { type Told, toldByFiles } from '../../runner/run/prepare.js';
import { remark } from '../edge.js';
import { amongRuns } from '../source/names-here.js';
import { asSweep, calledAs, type Named, namedFrom, withRemarks } from '../source/source.js';
import { fitted } from '../terminal/fitted.js';

export interface DiffFlags {
  readonly preset: string;
}

/** Long lists of seeds are not read to their end. */
const short = (value: string): string => (value.length > 60 ? `${value.slice(0, 57)}...` : value);

const lines = (differences: readonly Difference[]): readonly string[] =>
  aligned(
    differences.map(({ path, a, b, shapes }) => [
      `  ${path}`,
      `${short(a ?? '-')} -> ${short(b ?? '-')}${shapes ? '' : '   (changes no result)'}`,
    ]),
  );

/** The identity of tasks in files, by experiment. */
type Read = ReadonlyMap<Experiment, Told>;

/**
 * Reads the data of every experiment whose task is in files, each task once: the identity of its runs depends on
 * them.
 */
const readAll =
  (experiments: readonly Experiment[]): T.Task<Read> =>
  async () => {
    const byTask = new Map<string, Told | null>();
    const read = new Map<Experiment, Told>();
    for (const experiment of experiments) {
      const key = canonical(experiment.task);
      if (!byTask.has(key)) {
        const told = await toldByFiles(experiment)();
        if (E.isLeft(told))
          remark(
            `note: its runs are told by its settings alone, since its data cannot be read: ${errorMessage(told.left)}`,
          );
        byTask.set(key, E.isRight(told) ? told.right : null);
      }
      const told = byTask.get(key);
      if (told !== undefined && told !== null) read.set(experiment, told);
    }
    return read;
  };

/** Where the sizes are known, models of one program are the same. */
const programOf =
  (read: Read) =>
  (experiment: Experiment): string => {
    const { model, loss, task } = experiment;
    const told = read.get(experiment);
    return pipe(
      told === undefined ? taskShape(task) : O.some(told.sizes),
      O.flatMap((sizes) => O.fromEither(programFor(model, loss.target, sizes))),
      O.match(() => hashOf(model), hashProgram),
    );
  };

const plural = (count: number): string => `${count} ${count === 1 ? 'run' : 'runs'}`;

const shareLine = ({ shared, onlyA, onlyB }: SharedRuns): string =>
  shared.length === 0
    ? `no run is shared: ${plural(onlyA.length)} and ${plural(onlyB.length)}, all different`
    : `${plural(shared.length)} of the same engine ${shared.length === 1 ? 'is' : 'are'} the same and run once; ` +
      `${plural(onlyA.length)} only of the first, ${plural(onlyB.length)} only of the second`;

const most = 12;

/** One of the two that are compared, with the names of its members. */
interface Side {
  readonly named: Named;
  readonly nameOf: (member: Member) => string;
}

const sideOf = (named: Named): T.Task<Side> =>
  named.kind === 'sweep'
    ? T.of({ named, nameOf: memberName(named.sweep) })
    : pipe(
        calledAs(named),
        T.map((label) => ({ named, nameOf: () => label })),
      );

const runLines = (title: string, { nameOf }: Side, runs: readonly SweepRun[]): readonly string[] => [
  ...(runs.length === 0 ? [] : [title]),
  ...runs.slice(0, most).map(({ member, seed }) => `  ${nameOf(member)}, seed ${seed}`),
  ...(runs.length > most ? [`  and ${runs.length - most} more`] : []),
];

const compared = (first: Side, second: Side, read: Read): string => {
  const [a, b] = [first.named, second.named];
  const shared = (one: Sweep, other: Sweep) =>
    sharedRuns(one, other, programOf(read), (experiment) => read.get(experiment)?.data);
  if (a.kind === 'experiment' && b.kind === 'experiment') {
    const differences = differencesOf(a.experiment, b.experiment);
    const runs = shared(sweepOf(a.experiment), sweepOf(b.experiment));
    return [...(differences.length === 0 ? ['nothing differs'] : lines(differences)), shareLine(runs)].join(
      '\n',
    );
  }
  const runs = shared(asSweep(a), asSweep(b));
  return [
    ...runLines('only the first:', first, runs.onlyA),
    ...runLines('only the second:', second, runs.onlyB),
    shareLine(runs),
  ].join('\n');
};

const comparedDrums = (a: string, b: string): Checked<string> => {
  const [first, second] = [a, b].map((name) =>
    Object.hasOwn(drumExperiments, name) ? drumExperiments[name] : undefined,
  );
  if (first === undefined || second === undefined)
    return E.left(decodeError(`${a}, ${b}`, 'drums learn nothing: they can be compared with drums only'));
  const differences = dataDifferences(first, second);
  return E.right(differences.length === 0 ? 'nothing differs' : lines(differences).join('\n'));
};

/** The differences between two experiments or sweeps, as text. */
export const diff = (a: string, b: string, { preset }: DiffFlags): Effect<string> =>
  pipe(
    Object.hasOwn(drumExperiments, a) || Object.hasOwn(drumExperiments, b)
      ? TE.fromEither(comparedDrums(a, b))
      : pipe(
          TE.Do,
          TE.bind('first', () => withRemarks(namedFrom(a, preset))),
          TE.bind('second', () => withRemarks(namedFrom(b, preset))),
          amongRuns('runs'),
          TE.bind('read', ({ first, second }) =>
            TE.fromTask(
              readAll(
                [first, second].flatMap((one) => asSweep(one).members.map(({ experiment }) => experiment)),
              ),
            ),
          ),
          TE.flatMapTask(
            ({ first, second, read }) =>
              async () =>
                compared(await sideOf(first)(), await sideOf(second)(), read),
          ),
        ),
    TE.map((text) => fitted(text)),
  );
