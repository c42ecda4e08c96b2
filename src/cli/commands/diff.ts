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
import type { Sizes } from '../../models/catalogue.js';
import { type ComputedOn, readComputedOn } from '../../runner/folder/computed-on.js';
import { readRunRecord } from '../../runner/folder/record.js';
import { shortDigest } from '../../runner/results/todays-data.js';
import { type Told, toldByFiles } from '../../runner/run/prepare.js';
import { remark } from '../edge.js';
import { amongRuns, orBegunHere } from '../source/names-here.js';
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

/** What tells the runs of an experiment whose task lies in files: which data, and the sizes of it where it could be read. */
interface Known {
  readonly data: string | undefined;
  readonly sizes: Sizes | null;
}

/** What is known of experiments whose tasks lie in files. */
type Read = ReadonlyMap<Experiment, Known>;

/** What is known of a run by its own folder. */
interface OfRun extends ComputedOn {
  readonly identity: string;
  readonly data: string | null;
}

/** Of a run that was begun and of nothing else; null also where its record cannot be read. */
const ofRun = (named: Named): T.Task<OfRun | null> =>
  named.kind === 'sweep' || named.begun === null
    ? T.of(null)
    : pipe(
        TE.Do,
        TE.bind('record', () => readRunRecord(named.begun?.folder ?? '')),
        TE.bind('on', () => readComputedOn(named.begun?.folder ?? '')),
        TE.match(
          () => null,
          ({ record: { identity, data }, on }) => ({ identity, data: data ?? null, ...on }),
        ),
      );

/**
 * Reads the data of every experiment whose task is in files, each task once: the identity of its runs depends on
 * them.
 */
const readAll =
  (experiments: readonly Experiment[]): T.Task<Read> =>
  async () => {
    const byTask = new Map<string, Told | null>();
    const read = new Map<Experiment, Known>();
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
    const sizes = read.get(experiment)?.sizes ?? null;
    return pipe(
      sizes === null ? taskShape(task) : O.some(sizes),
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
  /** What its folder says, where it is one run. */
  readonly run: OfRun | null;
}

const sideOf = (named: Named): T.Task<Side> =>
  named.kind === 'sweep'
    ? T.of({ named, nameOf: memberName(named.sweep), run: null })
    : pipe(
        T.Do,
        T.bind('label', () => calledAs(named)),
        T.bind('run', () => ofRun(named)),
        T.map(({ label, run }) => ({ named, nameOf: () => label, run })),
      );

/** A run was trained on what its folder says, whatever the files hold now. */
const withOwnData = (read: Read, sides: readonly Side[]): Read => {
  const known = new Map(read);
  for (const { named, run } of sides)
    if (named.kind === 'experiment' && run !== null && run.data !== null)
      known.set(named.experiment, {
        sizes: read.get(named.experiment)?.sizes ?? null,
        data: run.data,
      });
  return known;
};

/** What differs beside the settings: the data that lie in files, and of two runs what computed them. */
const besideSettings = (
  [first, second]: readonly [Known | undefined, Known | undefined],
  [a, b]: readonly [OfRun | null, OfRun | null],
): readonly Difference[] => {
  const line = (path: string, one: unknown, other: unknown): readonly Difference[] =>
    one === other ? [] : [{ path, a: String(one), b: String(other), shapes: true }];
  const data =
    first?.data === undefined || second?.data === undefined
      ? []
      : line('data', shortDigest(first.data), shortDigest(second.data));
  return a === null || b === null
    ? data
    : [
        ...data,
        ...line('engine', a.engine, b.engine),
        ...line('kernels', a.kernels, b.kernels),
        ...line('arithmetic', a.arithmetic, b.arithmetic),
      ];
};

/** Two runs that differ in nothing that is known and are two all the same: earlier versions do not say their data. */
const unexplained = (a: Side, b: Side, differences: readonly Difference[]): readonly Difference[] => {
  const [one, other] = [a, b].map(({ run }) => run);
  const bothSay = one?.data != null && other?.data != null;
  const seeds = [a, b].map(({ named }) => canonical(asSweep(named).members[0].experiment.seeds));
  return one == null ||
    other == null ||
    bothSay ||
    one.identity === other.identity ||
    seeds[0] !== seeds[1] ||
    differences.some(({ shapes }) => shapes)
    ? []
    : [
        {
          path: 'data',
          a: `that of run ${one.identity.slice(0, 10)}`,
          b: `that of run ${other.identity.slice(0, 10)}`,
          shapes: true,
        },
      ];
};

const runLines = (title: string, { nameOf }: Side, runs: readonly SweepRun[]): readonly string[] => [
  ...(runs.length === 0 ? [] : [title]),
  ...runs.slice(0, most).map(({ member, seed }) => `  ${nameOf(member)}, seed ${seed}`),
  ...(runs.length > most ? [`  and ${runs.length - most} more`] : []),
];

const compared = (first: Side, second: Side, today: Read): string => {
  const [a, b] = [first.named, second.named];
  const read = withOwnData(today, [first, second]);
  const shared = (one: Sweep, other: Sweep) =>
    sharedRuns(one, other, programOf(read), (experiment) => read.get(experiment)?.data);
  if (a.kind === 'experiment' && b.kind === 'experiment') {
    const found = [
      ...differencesOf(a.experiment, b.experiment),
      ...besideSettings([read.get(a.experiment), read.get(b.experiment)], [first.run, second.run]),
    ];
    const differences = [...found, ...unexplained(first, second, found)];
    const runs = shared(sweepOf(a.experiment), sweepOf(b.experiment));
    return [
      ...(differences.length === 0 ? ['nothing differs'] : lines(differences)),
      first.run !== null && second.run !== null
        ? runsLine(first.run, second.run, differences)
        : shareLine(runs),
    ].join('\n');
  }
  const runs = shared(asSweep(a), asSweep(b));
  return [
    ...runLines('only the first:', first, runs.onlyA),
    ...runLines('only the second:', second, runs.onlyB),
    shareLine(runs),
  ].join('\n');
};

/** Of two runs that are there, whether they are one. */
const runsLine = (a: OfRun, b: OfRun, differences: readonly Difference[]): string =>
  a.identity === b.identity
    ? 'they are the same run'
    : differences.some(({ shapes }) => shapes)
      ? 'they are two runs'
      : 'they are two runs, of different seeds';

const comparedDrums = (a: string, b: string): Checked<string> => {
  const [first, second] = [a, b].map((name) =>
    Object.hasOwn(drumExperiments, name) ? drumExperiments[name] : undefined,
  );
  if (first === undefined || second === undefined)
    return E.left(decodeError(`${a}, ${b}`, 'drums learn nothing: they can be compared with drums only'));
  const differences = dataDifferences(first, second);
  return E.right(differences.length === 0 ? 'nothing differs' : lines(differences).join('\n'));
};

/** A name of the catalogue, a file or a folder, else what was begun under the name. */
const begunOrNamed = (name: string, preset: string): Effect<Named> =>
  orBegunHere('runs')(name, (one) => withRemarks(namedFrom(one, preset)));

/** The differences between two experiments or sweeps, as text. */
export const diff = (a: string, b: string, { preset }: DiffFlags): Effect<string> =>
  pipe(
    Object.hasOwn(drumExperiments, a) || Object.hasOwn(drumExperiments, b)
      ? TE.fromEither(comparedDrums(a, b))
      : pipe(
          TE.Do,
          TE.bind('first', () => begunOrNamed(a, preset)),
          TE.bind('second', () => begunOrNamed(b, preset)),
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
