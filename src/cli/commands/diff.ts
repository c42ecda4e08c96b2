/** `drumhead diff`: the differences between two experiments or sweeps, and the runs that they share. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { aligned } from '../../base/aligned.js';
import { canonical } from '../../base/canonical.js';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import { drumExperiments } from '../../drums/index.js';
import { presetNamed } from '../../experiments/catalogue.js';
import {
  type Difference,
  dataDifferences,
  differencesOf,
  type SharedRuns,
  sharedRuns,
} from '../../experiments/difference.js';
import { type Sweep, type SweepRun, sweepOf } from '../../experiments/sweep/sweep.js';
import { shortDigest } from '../../runner/results/todays-data.js';
import { allFlags, type Idle, noneIdle } from '../flags/all-flags.js';
import { settingsFlag } from '../flags/flags.js';
import { amongRuns, orBegunHere } from '../source/names-here.js';
import { asSweep, type Named, namedFrom, withRemarks } from '../source/source.js';
import { fitted } from '../terminal/fitted.js';
import {
  type Known,
  type OfRun,
  programOf,
  type Read,
  readAll,
  type Side,
  sideOf,
  withOwnData,
} from './diff-sides.js';

export interface DiffFlags extends Idle {
  readonly preset: string;
  /** Settings that change the second. */
  readonly set?: readonly string[];
}

/** Long lists of seeds are shortened. */
const short = (value: string): string => (value.length > 60 ? `${value.slice(0, 57)}...` : value);

const lines = (differences: readonly Difference[]): readonly string[] =>
  aligned(
    differences.map(({ path, a, b, shapes }) => [
      `  ${path}`,
      `${short(a ?? '-')} -> ${short(b ?? '-')}${shapes ? '' : '   (changes no result)'}`,
    ]),
  );

const plural = (count: number): string => `${count} ${count === 1 ? 'run' : 'runs'}`;

const shareLine = ({ shared, onlyA, onlyB }: SharedRuns): string =>
  shared.length === 0
    ? `no run is shared: ${plural(onlyA.length)} and ${plural(onlyB.length)}, all different`
    : `${plural(shared.length)} of the same engine ${shared.length === 1 ? 'is' : 'are'} the same and run once; ` +
      `${plural(onlyA.length)} only of the first, ${plural(onlyB.length)} only of the second`;

const most = 12;

/** Further differences besides the settings: data in files and, for two runs, the engines that computed them. */
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

/**
 * The difference of two runs with different identities and no known difference: earlier versions did not record their
 * data.
 */
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

/** The line on whether two runs are the same; none unless both exist. */
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

/** A name of the catalogue, a file or a folder, else a run or sweep that was begun under the name. */
const begunOrNamed = (name: string, preset: string, set: readonly string[] = []): Effect<Named> =>
  orBegunHere('runs')(name, (one) =>
    pipe(
      withRemarks(namedFrom(one, preset, { set })),
      // With other settings it is no longer the run of that folder.
      TE.map((found) => (set.length > 0 && found.kind === 'experiment' ? { ...found, begun: null } : found)),
    ),
  );

const ofTwo = (a: string, b: string, preset: string, set: readonly string[]): Effect<string> =>
  pipe(
    TE.Do,
    TE.bind('first', () => begunOrNamed(a, preset)),
    TE.bind('second', () => begunOrNamed(b, preset, set)),
    amongRuns('runs'),
    TE.bind('read', ({ first, second }) =>
      TE.fromTask(
        readAll([first, second].flatMap((one) => asSweep(one).members.map(({ experiment }) => experiment))),
      ),
    ),
    TE.flatMapTask(
      ({ first, second, read }) =>
        async () =>
          compared(await sideOf(first)(), await sideOf(second)(), read),
    ),
  );

/** The second of the two: the first with other settings if none is named. */
const secondOf = (a: string, b: string | undefined, set: readonly string[]): Checked<string> =>
  b !== undefined
    ? E.right(b)
    : set.length > 0
      ? E.right(a)
      : E.left(
          decodeError(
            'diff',
            `name another to compare ${a} with, or settings to change: ${a} training.rate=0.01`,
          ),
        );

/** The differences between two experiments or sweeps, or between one and the same with other settings, as text. */
export const diff = (a: string, b: string | undefined, flags: DiffFlags): Effect<string> =>
  pipe(
    allFlags({
      idle: noneIdle(flags),
      preset: presetNamed(flags.preset),
      second: secondOf(a, b, flags.set ?? []),
      settings: settingsFlag('--set', flags.set ?? []),
    }),
    TE.fromEither,
    TE.flatMap(({ preset, second }) =>
      Object.hasOwn(drumExperiments, a) || Object.hasOwn(drumExperiments, second)
        ? TE.fromEither(comparedDrums(a, second))
        : ofTwo(a, second, preset, flags.set ?? []),
    ),
    TE.map((text) => fitted(text)),
  );
