/** `drumhead evaluate`: scores from saved weights, on a run's own data or on another task's. */

import { isDeepStrictEqual } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import { type SplitName, splitNames } from '../../data/dataset.js';
import { describeTask, type Task, taskNamed } from '../../data/task.js';
import { type ScoreName, scoreNames } from '../../experiments/experiment.js';
import { areOwn, chiefWords, type Measures } from '../../experiments/scores/measures.js';
import { changed } from '../../experiments/settings/settings.js';
import { type Row, type Table, terminalTable } from '../../report/tables/index.js';
import { labelsOfRuns } from '../../runner/folder/labels.js';
import { mayRescore, type Rescored, rescore } from '../../runner/results/rescore.js';
import { readRunFolders } from '../../runner/results/summary.js';
import type { OtherSizes } from '../../runner/run/resize-program.js';
import { remark } from '../edge.js';
import { allFlags, type Idle, noneIdle } from '../flags/all-flags.js';
import { type ChangeFlags, oneOf, settingsFlag } from '../flags/flags.js';
import { resizeFlag } from '../flags/resize-flag.js';
import { type CommonFlags, environmentFlags, withEnvironment } from '../session.js';
import { finishedRuns } from '../source/finished.js';
import { changesAsked } from '../source/source.js';
import { hasDigits, ofTask, taskFrom, taskOfGrid } from '../source/task.js';
import { terminalWidth } from '../terminal/terminal-width.js';

export interface EvaluateFlags extends Omit<CommonFlags, 'pictures'>, ChangeFlags, Idle {
  readonly task?: string;
  readonly split: string;
  readonly preset?: string;
  readonly json?: boolean;
  readonly resize?: string;
}

const evaluateFlags = (flags: EvaluateFlags) =>
  allFlags({
    idle: noneIdle(flags),
    split: oneOf<SplitName>('split', splitNames)(flags.split),
    changes: changesAsked(flags.preset ?? 'full', flags),
    environment: environmentFlags(flags),
    resize: resizeFlag(flags.resize),
  });

/** Whether a setting belongs to model or training, which select the runs; all others belong to the task. */
const isOfRuns = (setting: string): boolean => /^(model|loss|training)[.=]/.test(setting);

const settingsOf = ({ set = [] }: EvaluateFlags) => ({
  ofRuns: set.filter(isOfRuns),
  ofTask: set.filter((setting) => !isOfRuns(setting)),
});

/** A run's task with settings by their paths, such as `settings.noise` of a function's own. */
const withPaths = (
  task: Task,
  settings: Readonly<Record<string, unknown>>,
): Checked<Readonly<Record<string, unknown>>> =>
  pipe(
    changed(
      { task },
      Object.fromEntries(
        Object.entries(settings).flatMap(([path, value]) =>
          path.includes('.') ? [[`task.${path}`, value]] : [],
        ),
      ),
      task.name,
    ),
    E.map(({ value }) => ({
      ...(t.UnknownRecord.is(value) && t.UnknownRecord.is(value.task) ? value.task : task),
      ...Object.fromEntries(Object.entries(settings).filter(([path]) => !path.includes('.'))),
    })),
  );

/** The requested task; by default the run's own, with changes. */
const taskOf =
  (flags: EvaluateFlags, resize: OtherSizes | null) =>
  (own: Task | null): Effect<Task> =>
    pipe(
      TE.fromEither(settingsFlag('--set', settingsOf(flags).ofTask)),
      TE.flatMap((settings) => {
        if (flags.task !== undefined) return taskFrom(flags.task, settings, flags, flags.preset);
        return own === null
          ? TE.left(decodeError('--task', 'no experiment is known of these weights; say on which task'))
          : TE.fromEither(
              pipe(
                hasDigits(own.name, flags.mnistDir),
                E.flatMap(() => withPaths(own, ofTask(settings, flags.mnistDir))),
                E.flatMap((changedTask) => taskNamed(own.name, changedTask)),
              ),
            );
      }),
      TE.flatMapEither(taskOfGrid(resize?.grid ?? null)),
    );

const titles: Readonly<Record<ScoreName, string>> = {
  foregroundIou: 'foreground IoU',
  foregroundAccuracy: 'fg accuracy',
  iou: 'IoU',
  accuracy: 'accuracy',
  classMeanIou: 'class-mean IoU',
  dice: 'Dice',
  loss: 'loss',
  foregroundLoss: 'fg loss',
};
const order = Object.keys(titles).flatMap((title) => scoreNames.filter((name) => name === title));

/** The score of tasks whose classes are objects. */
const ari = 'foregroundAri';

const isSegmentation = (name: string): boolean => order.some((one) => one === name);

/** The columns: all scores of segmentations, if any run is one, then each score that a run declares. */
const columnsOf = (all: readonly Rescored[]): readonly string[] => {
  const found = all.flatMap(({ scores, recorded }) => (recorded === null ? [scores] : [scores, recorded]));
  const own = new Set(found.filter(areOwn).flatMap((scores) => Object.keys(scores)));
  const segmented = found.some((scores) => !areOwn(scores));
  return [
    ...(found.some((scores) => scores[ari] !== undefined) ? [ari] : []),
    ...order.filter((name) => segmented || own.has(name)),
    ...[...own].filter((name) => name !== 'samples' && !isSegmentation(name)),
  ];
};

/** Four decimals; a number that would then be 0 has four digits. */
const cellOf = (value: number | null | undefined): string =>
  value == null ? '' : value === 0 || Math.abs(value) >= 1e-3 ? value.toFixed(4) : value.toExponential(3);

const cellsOf = (columns: readonly string[], first: string, scores: Measures): readonly string[] => [
  first,
  ...columns.map((name) => cellOf(scores[name])),
];

const titleOf = (name: string): string =>
  order.flatMap((one) => (one === name ? [titles[one]] : []))[0] ?? chiefWords({ name });

/** A scored run with its label. */
interface Named extends Rescored {
  readonly label: string;
}

/** The usual name, with engine and kernels if these differ. */
const labelled =
  (asked: string) =>
  (all: readonly Rescored[]): Effect<readonly Named[]> =>
    pipe(
      readRunFolders(all.map(({ folder }) => folder)),
      TE.bind('labels', ({ runs }) => TE.fromTask(labelsOfRuns(runs, asked))),
      TE.map(({ runs, labels }) => {
        const on = runs.map(({ engine, kernels }) =>
          [engine, kernels].filter((part) => part != null).join(' '),
        );
        const apart = new Set(on).size > 1;
        const byFolder = new Map(
          runs.map(({ folder }, i) => [
            folder,
            `${labels[i].name}${apart && on[i] !== '' ? `, ${on[i]}` : ''}`,
          ]),
        );
        return all.map((one) => ({ ...one, label: byFolder.get(one.folder) ?? one.name }));
      }),
    );

const groupOf = (
  columns: readonly string[],
  { label, seed, scores, recorded, ownTest }: Named,
): readonly Row[] => [
  { kind: 'chief', cells: cellsOf(columns, seed === null ? label : `${label}, seed ${seed}`, scores) },
  ...(recorded === null || (ownTest && isDeepStrictEqual(scores, recorded))
    ? []
    : [
        {
          kind: 'beside' as const,
          cells: cellsOf(
            columns,
            `  recorded: own test ${areOwn(recorded) ? 'samples' : 'images'}`,
            recorded,
          ),
        },
      ]),
];

/** The largest difference of a score from result.json; 0 if all are the same to the last bit. */
const farthest = (all: readonly Rescored[]): number =>
  Math.max(
    ...all.flatMap(({ scores, recorded }) =>
      columnsOf(all).map((name) => Math.abs((scores[name] ?? 0) - (recorded?.[name] ?? 0))),
    ),
  );

/** A sentence for each run whose data files changed: its scores do not test kernels and versions. */
const changedWords = (all: readonly Rescored[]): readonly string[] =>
  all.flatMap(({ changed, folder }) =>
    changed === null
      ? []
      : [`${all.length === 1 ? '' : `${folder}: `}${changed}; these scores are of what is there now`],
  );

const sameAsThen = (all: readonly Rescored[]): readonly string[] => {
  const own = all.filter(({ ownTest, recorded }) => ownTest && recorded !== null);
  if (own.length === 0) return [];
  const far = farthest(own);
  return [
    far === 0
      ? 'the same to the last bit as in result.json'
      : `within ${far.toPrecision(2)} of result.json, which another engine, other kernels or another version wrote (environment.json says which)`,
  ];
};

const imagesOf = (all: readonly Rescored[]): readonly string[] => {
  const lines = all.map(({ task, split, scores }) =>
    areOwn(scores)
      ? `${split} samples of ${describeTask(task)}: ${scores.samples} scored`
      : `${split} images of ${describeTask(task)}: ${scores.images} scored, ` +
        `${scores.imagesWithoutForeground} without foreground`,
  );
  return [...new Set(lines)];
};

/** The table of scored runs. */
const scoredTable = (all: readonly Named[], scores = columnsOf(all)): Table => ({
  title: all.length === 1 ? all[0].description : `${all.length} runs`,
  columns: [
    { name: 'run', align: 'left' },
    ...scores.map((name) => ({ name: titleOf(name), align: 'right' as const })),
  ],
  groups: all.map((one) => groupOf(scores, one)),
  notes: [
    ...imagesOf(all),
    ...(all.some((one) => groupOf(scores, one).length > 1)
      ? [
          `recorded: the scores that result.json keeps of a run's own test ${all.every(({ recorded }) => recorded === null || areOwn(recorded)) ? 'samples' : 'images'}, from when it was trained`,
        ]
      : []),
    ...changedWords(all),
    ...sameAsThen(all),
  ],
});

/** Scores the finished runs of a name again, as a table or JSON. */
export const evaluateRuns = (name: string, flags: EvaluateFlags): Effect<string> =>
  pipe(
    TE.fromEither(evaluateFlags(flags)),
    TE.bind('found', () => finishedRuns(name, { ...flags, set: settingsOf(flags).ofRuns })),
    TE.tapIO(({ found }) => () => {
      for (const note of found.notes) remark(note);
    }),
    TE.let('folders', ({ found }) => found.folders),
    // Checked before the first run, which may take long.
    TE.tap(({ split, folders, resize }) =>
      pipe(
        folders,
        TE.traverseSeqArray((folder) => mayRescore(folder, { task: taskOf(flags, resize), split, resize })),
      ),
    ),
    TE.flatMap(({ split, folders, resize }) =>
      withEnvironment({ ...flags, pictures: false }, (environment) =>
        pipe(
          folders,
          A.traverse(TE.ApplicativeSeq)((folder) =>
            rescore(folder, { task: taskOf(flags, resize), split, resize }, environment),
          ),
        ),
      ),
    ),
    TE.flatMap(labelled(name)),
    TE.map((all) =>
      flags.json === true ? JSON.stringify(all, null, 2) : terminalTable(scoredTable(all), terminalWidth()),
    ),
  );
