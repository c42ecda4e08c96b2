/** `drumhead run`: an experiment, trained, scored and reported. */

import { basename, join, resolve, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { decodeWith } from '../../base/codec.js';
import { type Checked, type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import { drumExperiments } from '../../drums/index.js';
import { arithmetic, askedKernels, type Kernels, kernelsText } from '../../engine/index.js';
import { fuseVariable } from '../../engine/names.js';
import {
  type Experiment,
  experimentName,
  labelCodec,
  type ScoreName,
  scoreNames,
} from '../../experiments/experiment.js';
import { notesCodec, type Origin } from '../../experiments/origin.js';
import { chiefWords, type Measures } from '../../experiments/scores/measures.js';
import { runDrumExperiment } from '../../runner/drums/run.js';
import { files } from '../../runner/folder/files.js';
import { isRunFolderName } from '../../runner/folder/paths.js';
import { relabelRun } from '../../runner/results/relabel.js';
import { originOf } from '../../runner/run/first-state.js';
import { type Finished, runExperiment } from '../../runner/run/run.js';
import { remark } from '../edge.js';
import { allFlags, allValues, type Idle, noneIdle } from '../flags/all-flags.js';
import { type ChangeFlags, optionalFlag, overridesOf } from '../flags/flags.js';
import { type CommonFlags, environmentFlags, withEnvironment } from '../session.js';
import { anotherEngine, idleFuse } from '../source/engine-notes.js';
import { finishedRun, sayingTaken } from '../source/finished.js';
import { amongRuns } from '../source/names-here.js';
import { changesAsked, experimentFrom, type Source, withRemarks } from '../source/source.js';
import { inTimeBox, minutesFlag } from '../time-box.js';

export interface RunFlags extends CommonFlags, ChangeFlags, Idle {
  readonly preset: string;
  readonly seed?: string;
  readonly epochs?: string;
  readonly label?: string;
  /** `--from RUN`: a finished run whose weights are the initial ones. */
  readonly from?: string;
  /** `--freeze PATTERN ...` */
  readonly freeze?: readonly string[];
  readonly name?: string;
  readonly notes?: string;
  readonly minutes?: string;
}

const number = (score: number | null): string => (score === null ? '-' : score.toFixed(4));

/** Scores by region, each with its name there. */
const shownScores: readonly (readonly [string, readonly (readonly [ScoreName, string])[]])[] = [
  [
    'test',
    [
      ['loss', 'loss'],
      ['accuracy', 'accuracy'],
      ['iou', 'IoU'],
    ],
  ],
  [
    'test foreground',
    [
      ['foregroundAccuracy', 'accuracy'],
      ['foregroundIou', 'IoU'],
      ['foregroundLoss', 'loss'],
    ],
  ],
  [
    'test classes',
    [
      ['classMeanIou', 'mean IoU'],
      ['dice', 'Dice'],
    ],
  ],
];

/** Scores that the program computes, in the order of the experiment, after the loss. */
const ownLine = (test: Measures): readonly string[] => {
  const { samples: _, ...scores } = test;
  return [
    `  test: ${Object.entries(scores)
      .map(([name, value]) => `${chiefWords({ name })} ${number(value)}`)
      .join('  ')}`,
  ];
};

const scoreLines = (test: Measures, wanted: readonly string[]): readonly string[] =>
  shownScores.flatMap(([title, scores]) => {
    const shown = scores.filter(([name]) => wanted.includes(name));
    return shown.length === 0
      ? []
      : [`  ${title}: ${shown.map(([name, word]) => `${word} ${number(test[name])}`).join('  ')}`];
  });

/** The summary of a finished run, with the scores that its experiment asks for. */
export const summary =
  (pictures: boolean, scores: Experiment['scores']) =>
  ({ folder, result, before }: Finished): string => {
    const { test } = result;
    return [
      `${result.name}, seed ${result.seed}${before ? ' (finished before; nothing was run again)' : ''}`,
      ...(typeof test.samples === 'number'
        ? [...ownLine(test), `  ${test.samples} test samples`]
        : [
            ...scoreLines(test, Array.isArray(scores) ? scores : scoreNames),
            ...(test.foregroundAri === undefined
              ? []
              : [`  test objects: foreground ARI ${number(test.foregroundAri)}`]),
            `  ${test.images} test images, ${test.imagesWithoutForeground} without foreground`,
          ]),
      ...(result.stoppedEarly === undefined ? [] : [`  ${result.stoppedEarly}`]),
      `  weights of epoch ${result.epoch}, sha256 ${result.weights.sha256.slice(0, 16)}`,
      pictures ? `  report: ${join(folder, files.report)}` : `  folder: ${folder}`,
    ].join('\n');
  };

/** Runs each seed in turn. The first error ends it; finished runs stay. */
export const runSeeds = (
  experiment: Experiment,
  seeds: readonly number[],
  flags: CommonFlags,
): Effect<readonly Finished[]> =>
  withEnvironment(flags, (environment) =>
    pipe(
      seeds,
      A.traverse(TE.ApplicativeSeq)((seed) => runExperiment(experiment, seed)(environment)),
    ),
  );

/** All flags of `run`, checked before anything is read. */
const runFlags = (flags: RunFlags) =>
  allFlags({
    idle: noneIdle(flags),
    minutes: optionalFlag(flags.minutes, minutesFlag),
    overrides: overridesOf(flags),
    label: optionalFlag(flags.label, decodeWith(labelCodec, '--label')),
    name: optionalFlag(flags.name, decodeWith(experimentName, '--name')),
    notes: optionalFlag(flags.notes, decodeWith(notesCodec, '--notes')),
    changes: changesAsked(flags.preset, flags),
    environment: environmentFlags(flags),
  });

/** Runs an experiment, or an experiment on drums, within the time of --minutes. */
export const run = (name: string, flags: RunFlags): Effect<string> => {
  const drums = Object.hasOwn(drumExperiments, name);
  return pipe(
    // Flags that do nothing were already found by the command line.
    TE.fromEither(drums && flags.idle === undefined ? noIdleFlags(name, flags) : E.right(undefined)),
    TE.flatMapEither(() => withOwnFlags(flags)),
    TE.flatMap((own) =>
      pipe(
        TE.fromEither(runFlags(own)),
        TE.flatMap(({ minutes, overrides, label }) =>
          inTimeBox(minutes, (until) =>
            drums ? runDrums(name, { ...own, until }) : runTrained(name, { ...own, overrides, until }, label),
          ),
        ),
      ),
    ),
  );
};

/** Flags that do not apply to drums, which are not trained and have no presets and no seeds. */
const idleForDrums = ({
  preset,
  seed,
  epochs,
  set,
  mnistDir,
  label,
  from,
  freeze,
  name,
  notes,
}: RunFlags): readonly string[] =>
  Object.entries({
    preset: preset === 'full' ? undefined : preset,
    seed,
    epochs,
    set,
    'mnist-dir': mnistDir,
    label,
    from,
    freeze,
    name,
    notes,
  })
    .filter(([, value]) => value !== undefined)
    .map(([flag]) => `--${flag}`);

const noIdleFlags = (name: string, flags: RunFlags): Checked<void> =>
  pipe(
    idleForDrums(flags).map((flag) =>
      E.left(
        decodeError(flag, `${name} is struck and learns nothing, so that it would do nothing; leave it out`),
      ),
    ),
    allValues,
    E.map(() => undefined),
  );

const runDrums = (name: string, flags: RunFlags): Effect<string> =>
  pipe(
    withEnvironment(flags, ({ engine, runs, tell, signal }) =>
      runDrumExperiment({ name, folder: join(runs, name), engine, tell, signal }),
    ),
    TE.map(({ summary: said, report }) => `${said}\n  report: ${report}`),
  );

/** Gives runs that were finished earlier the label of this command. */
const relabelled = (finished: readonly Finished[], label: string): Effect<unknown> =>
  pipe(
    finished.filter(({ before }) => before),
    A.traverse(TE.ApplicativeSeq)(({ folder }) => relabelRun(folder, label)),
  );

/** Refuses to continue a training with another arithmetic: its bits would be mixed. */
const canGoOn = ({ begun, engine: own }: Source, engine: string): Checked<void> => {
  if (begun === null || own === null || own !== engine || begun.finished) return E.right(undefined);
  const now = arithmetic[own];
  return begun.arithmetic === now
    ? E.right(undefined)
    : E.left(
        decodeError(
          begun.folder,
          `it was begun with arithmetic ${begun.arithmetic} of ${own}, and this drumhead computes with ${now}, whose bits ` +
            'differ: go on with the drumhead that began it, or run its experiment by its name or file, as a run of its ' +
            'own. Nothing was touched',
        ),
      );
};

/**
 * The kernels: those with which the run began, else the requested ones. An unfinished run does not continue with
 * others.
 */
const kernelsFor = (
  { begun, engine: own, kernels }: Source,
  engine: string,
  asked: Kernels | null,
): Checked<Kernels | null> => {
  if (begun === null || own !== engine || kernels === null || asked === kernels) return E.right(asked);
  if (asked === null) return E.right(kernels);
  const [was, now] = [kernelsText(kernels), kernelsText(asked)];
  if (!begun.finished)
    return E.left(
      decodeError(
        begun.folder,
        `it was begun ${was}, and ${now} its bits would differ: leave --fuse and ${fuseVariable} out to go on with it, or run ` +
          'its experiment by its name or file, as a run of its own. Nothing was touched',
      ),
    );
  remark(`note: ${begun.folder} was run ${was}; ${now} it is a run of its own`);
  return E.right(asked);
};

/** A note that a finished run in a renamed or moved folder is not found and is trained again. */
const finishedElsewhere = ({ begun }: Source, { runs, set = [], mnistDir }: RunFlags): readonly string[] => {
  if (begun === null || !begun.finished || set.length > 0 || mnistDir !== undefined) return [];
  const inside = resolve(begun.folder).startsWith(`${resolve(runs)}${sep}`);
  return inside && isRunFolderName(basename(resolve(begun.folder)))
    ? []
    : [
        `${begun.folder} holds this run, finished; ${
          inside ? 'its name is not that of a run' : `it is not in '${runs}'`
        }, so that it is not known again there: unless '${runs}' has the same run it is trained once more`,
      ];
};

/**
 * A list of patterns extends to the next flag, and patterns never have a path and `=`, so words that do are settings.
 */
const isSetting = (word: string): boolean => /^[\w.]+=/.test(word);

/**
 * Settings that have a flag of their own: `from=RUN` is `--from RUN`, `freeze=PATTERN` is `--freeze PATTERN`. Settings
 * after the patterns of `--freeze` are settings, not patterns.
 */
const withOwnFlags = (given: RunFlags): Checked<RunFlags> => {
  const words = given.freeze ?? [];
  const patterns = words.filter((word) => !isSetting(word));
  const flags: RunFlags =
    patterns.length === words.length
      ? given
      : { ...given, freeze: patterns, set: [...(given.set ?? []), ...words.filter(isSetting)] };
  const set = flags.set ?? [];
  const valuesOf = (name: string): readonly string[] =>
    set.flatMap((word) => (word.startsWith(`${name}=`) ? [word.slice(name.length + 1)] : []));
  const [from, ...more] = [...valuesOf('from'), ...(flags.from === undefined ? [] : [flags.from])];
  const frozen = valuesOf('freeze');
  return more.length > 0
    ? E.left(decodeError('--from', 'a training begins with the weights of one run; give it once'))
    : E.right({
        ...flags,
        set: set.filter((word) => !/^(from|freeze)=/.test(word)),
        ...(from === undefined ? {} : { from }),
        ...(frozen.length === 0 ? {} : { freeze: [...(flags.freeze ?? []), ...frozen] }),
      });
};

/** Problems of the parameter groups that --freeze makes are reported as problems of the flag. */
const byFlag =
  ({ freeze = [] }: RunFlags) =>
  (error: DrumheadError): DrumheadError =>
    error._tag === 'DecodeError'
      ? {
          ...error,
          problems: error.problems.map((problem) =>
            problem.replace(/^training\.groups\.(\d+)\.match: /, (path, i) =>
              Number(i) < freeze.length ? '--freeze: ' : path.replace(i, String(Number(i) - freeze.length)),
            ),
          ),
        }
      : error;

/** The finished run of --from. */
const originAsked = ({ from, runs }: RunFlags): Effect<Origin | null> =>
  from === undefined
    ? TE.right(null)
    : pipe(
        finishedRun(from, { runs }, 'run … --from'),
        sayingTaken(from),
        TE.flatMap((folder) => originOf(resolve(folder))),
      );

/** The experiment with the changes of flags that only `run` has. */
const withAsked = (
  experiment: Experiment,
  label: string | null,
  origin: Origin | null,
  { freeze = [], name, notes }: RunFlags,
): Experiment => ({
  ...experiment,
  ...(label === null ? {} : { label }),
  ...(name === undefined ? {} : { name }),
  ...(notes === undefined ? {} : { notes }),
  ...(origin === null ? {} : { from: origin }),
  ...(freeze.length === 0
    ? {}
    : {
        training: {
          ...experiment.training,
          groups: [...freeze.map((match) => ({ match, frozen: true })), ...experiment.training.groups],
        },
      }),
});

const runTrained = (name: string, flags: RunFlags, label: string | null): Effect<string> =>
  pipe(
    experimentFrom(name, flags.preset, flags),
    amongRuns(flags.runs),
    withRemarks,
    TE.bindTo('source'),
    TE.bind('origin', () => originAsked(flags)),
    TE.flatMap(({ source, origin }) => {
      const experiment = withAsked(source.experiment, label, origin, flags);
      const engine = flags.engine === 'auto' ? (source.engine ?? 'auto') : flags.engine;
      return pipe(
        TE.fromEither(canGoOn(source, engine)),
        TE.flatMapEither(() => askedKernels()),
        TE.tapIO((asked) => () => {
          const folder = source.begun?.folder ?? name;
          const notes = [
            ...anotherEngine(folder, source.engine, flags.engine),
            // If --engine was given, the flag was checked when it was read.
            ...(asked !== null && flags.engine === 'auto' && source.engine !== null
              ? idleFuse(source.engine)
              : []),
          ];
          for (const note of [...notes, ...finishedElsewhere(source, flags)]) remark(`note: ${note}`);
        }),
        TE.flatMapEither((asked) => kernelsFor(source, engine, asked)),
        TE.flatMap((kernels) =>
          runSeeds(experiment, experiment.seeds, {
            ...flags,
            engine,
            ...(kernels === null ? {} : { kernels }),
          }),
        ),
        TE.mapError(byFlag(flags)),
        TE.tap((finished) => (label === null ? TE.right([]) : relabelled(finished, label))),
        TE.map((finished) => finished.map(summary(flags.pictures, experiment.scores)).join('\n')),
      );
    }),
  );
