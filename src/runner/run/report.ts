/** The pictures and the report.html of a finished run. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, type Effect, errorMessage } from '../../base/error.js';
import { cost } from '../../compile/cost/index.js';
import { diagram } from '../../compile/diagram/index.js';
import { portrait } from '../../compile/light-cone/index.js';
import { errorOf, type Session } from '../../compile/tfjs/session/session.js';
import { allBackgroundScore } from '../../data/dataset.js';
import { describeTask } from '../../data/task.js';
import { outputsOf, parametersOf, select, signature, volume } from '../../dsl/index.js';
import { arithmeticOf, engineText } from '../../engine/index.js';
import type { OutputName } from '../../experiments/experiment.js';
import { describeLoss } from '../../experiments/loss.js';
import { describeAnyModel } from '../../experiments/model.js';
import { describeTraining } from '../../experiments/training.js';
import { isPresent, writeBytes } from '../../files/files.js';
import { type Fact, type Picture, type RunReport, reportHtml, svgPicture } from '../../report/index.js';
import type { Environment } from '../environment.js';
import { files, writeText } from '../folder/files.js';
import { labelOfRun } from '../folder/labels.js';
import type { Result } from '../folder/result.js';
import { versionsOf } from '../folder/versions.js';
import type { TrainState } from '../training/state.js';
import { writeFigures } from './figures.js';
import { curveOf, drawable, drawPictures, type Fitted, type Pictures } from './pictures.js';
import type { Prepared } from './prepare.js';
import { apartWords, experimentWords, lossUnit, wavesWords } from './report-words.js';
import { waveGridOf } from './wave-grid.js';

/** A sentence for each part of the report that could not be made. */
export interface Reported {
  readonly warnings: readonly string[];
}

/**
 * Draws and writes the pictures and the report. It never fails: parts that cannot be drawn or written become
 * warnings, in the report and as notes, since the result itself is saved already.
 */
export const writeReport =
  (
    prepared: Prepared,
    session: Session,
    state: TrainState,
    result: Result,
    { tell, seconds, workers }: Pick<Environment, 'tell' | 'workers'> & { readonly seconds: number | null },
  ): T.Task<Reported> =>
  async () => {
    const { folder, program, dataset, experiment } = prepared;
    const { model } = experiment;
    const dt = 'dt' in model ? model.dt : undefined;
    tell({ kind: 'stage', message: 'drawing the waves, the segmentations and the report' });
    const pictures = await drawPictures(
      session,
      program,
      dataset,
      state.history,
      state.best?.epoch,
      dt,
      experiment.outputs,
      lossUnit(experiment.loss),
    )();
    const written = await writePictures(prepared, pictures);
    const name = await labelOfRun({ folder, experiment })();
    const warnings = [...notDrawn(prepared), ...pictures.failed, ...written];
    const page = await kept('the report', async () =>
      writeText(
        join(folder, files.report),
        reportHtml({ ...reportOf(prepared, state, result, pictures, seconds, workers), name, warnings }),
      )(),
    );
    const all = [...warnings, ...page];
    for (const message of all) tell({ kind: 'note', message });
    return { warnings: all };
  };

/** A sentence for waves that are asked for and cannot be drawn, although the program has an output of that name. */
const notDrawn = ({ program, experiment }: Prepared): readonly string[] => {
  const found = waveGridOf(program);
  return experiment.outputs.includes('waves') && 'waves' in outputsOf(program.graph) && found.kind === 'none'
    ? [`the waves are not drawn: ${found.why}`]
    : [];
};

/** A sentence where a file could not be written; none where it was. */
const kept = async (what: string, write: () => Promise<Checked<unknown>>): Promise<readonly string[]> => {
  const done = await write().catch((cause: unknown) => E.left(errorOf(cause)));
  return E.isLeft(done) ? [`${what} could not be written: ${errorMessage(done.left)}`] : [];
};

const writePictures = async (
  { folder, identity }: Prepared,
  { waves, segmentations, curves, curvesPng }: Pictures,
): Promise<readonly string[]> => {
  const bytes = (name: string, file: string, found: Uint8Array | null | undefined) =>
    found === null || found === undefined ? [] : kept(name, () => writeBytes(join(folder, file), found)());
  return [
    ...(await bytes('the waves', files.waves, waves?.file)),
    ...(await bytes('the segmentations', files.segmentations, segmentations?.file)),
    ...(await bytes(
      'the learning curves',
      files.curves,
      curves === null ? null : new TextEncoder().encode(curves.wide.light),
    )),
    ...(await bytes('the learning curves', files.curvesPng, curvesPng)),
    ...(waves === null && segmentations === null
      ? []
      : await kept('the figures', async () =>
          writeFigures(
            folder,
            { waves: waves?.figure ?? null, segmentations: segmentations?.figure ?? null },
            identity,
          )(),
        )),
  ];
};

const pictureFile: Readonly<Record<OutputName, string>> = {
  waves: files.waves,
  segmentations: files.segmentations,
  curves: files.curves,
};

/** Whether all pictures that the experiment asks for, and the report, are in its folder. */
export const isDrawn = ({ folder, experiment, program }: Prepared): Effect<boolean> =>
  pipe(
    [files.report, ...drawable(experiment.outputs, program).map((output) => pictureFile[output])],
    TE.traverseSeqArray((file) => isPresent(join(folder, file))),
    TE.map((there) => !there.includes(false)),
  );

const fact = (label: string, value: string | number, note?: string): Fact => ({
  label,
  value: typeof value === 'number' ? value.toLocaleString('en-US') : value,
  ...(note === undefined ? {} : { note }),
});

const reportOf = (
  prepared: Prepared,
  state: TrainState,
  result: Result,
  pictures: Pictures,
  seconds: number | null,
  workers: number,
): Omit<RunReport, 'name'> => {
  const { experiment, seed, dataset, program, engine, microBatches } = prepared;
  const { training, task, model } = experiment;
  const { accuracy, iou } = allBackgroundScore(dataset.test);
  const versions = versionsOf(engine);
  return {
    words: experimentWords(describeAnyModel(model), task, experiment.loss),
    target: experiment.loss.target,
    settings: [
      fact('loss', describeLoss(experiment.loss, dataset.classes)),
      fact('training', describeTraining(training)),
      fact('batch', training.batch, `in micro-batches of ${microBatches.join(' + ')}`),
      fact('seed', String(seed), 'of the weights and the order of the images'),
      fact('program', signature(program)),
    ],
    data: {
      words: describeTask(task),
      facts: [
        fact('training images', dataset.train.count),
        fact('validation images', dataset.validation.count),
        fact('test images', dataset.test.count, 'never trained on'),
      ],
      ...(pictures.examples === null
        ? {}
        : {
            examples: pictures.examples,
          }),
    },
    training: {
      epochs: state.history.map(curveOf),
      planned: training.epochs,
      ...(state.best === null ? {} : { best: state.best.epoch }),
      ...(seconds === null ? {} : { seconds }),
      ...(result.stoppedEarly === undefined ? {} : { early: result.stoppedEarly }),
      ...(pictures.curves === null
        ? {}
        : {
            curves: fittedDrawing(pictures.curves, 'Loss and scores over the epochs'),
          }),
    },
    test: {
      images: result.test.images,
      scores: result.test,
      baseline: { accuracy, iou, foregroundAccuracy: 0, foregroundIou: 0, classMeanIou: 0, dice: 0 },
    },
    ...(pictures.waves === null
      ? {}
      : {
          waves: {
            picture: pictures.waves.figure,
            words: [
              wavesWords(
                portrait(program, { output: 'logits', input: 'image' }),
                experiment.loss.target === 'pixel',
              ),
              apartWords(program),
            ].join('\n\n'),
          },
        }),
    ...(pictures.segmentations === null
      ? {}
      : {
          predictions: pictures.segmentations.figure,
        }),
    program: {
      mermaid: diagram(program),
      parameters: parametersOf(program.graph).map(({ name, shape, trainable }) => ({
        name,
        shape,
        count: volume(shape),
        trainable,
      })),
      cost: costFacts(prepared),
    },
    reproduce: {
      commands: [againCommand(prepared, workers)],
      note:
        `It is typed in the folder in which this run was started, and leaves its run below ${againFolder}. ` +
        'The same experiment, seed, engine and version of drumhead give the same weights' +
        `${engine.name === 'wasm' || engine.name === 'cpu' ? ', bit for bit' : ' up to the rounding of the engine'}.`,
    },
    environment: [
      fact('engine', engineText(versions.engine, arithmeticOf(engine)), versions.why),
      fact('versions', `drumhead ${versions.drumhead}, ${versions.engineVersion}, Node ${versions.node}`),
      fact('machine', `${versions.platform}, ${versions.processor}`),
      fact('workers', workers),
      fact('identity', result.identity),
    ],
  };
};

const againFolder = 'again';

/** A word of a command line, quoted for a shell where it is not plain. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** The command that repeats the run, into another folder, since a finished run is not run again in its own. */
const againCommand = ({ folder, seed, engine }: Prepared, workers: number): string =>
  [
    'npx',
    'drumhead',
    'run',
    join(folder, files.experiment),
    '--seed',
    String(seed),
    '--engine',
    engine.name,
    ...(engine.name === 'wasm' && !engine.fused ? ['--fuse', 'off'] : []),
    '--workers',
    String(workers),
    '--runs',
    againFolder,
  ]
    .map(shellWord)
    .join(' ');

/** A drawing of the page in both themes, wide and narrow. */
const fittedDrawing = ({ wide, narrow }: Fitted<string>, alt: string): Picture => ({
  ...svgPicture({ ...wide, alt }),
  narrow: svgPicture({ ...narrow, alt }),
});

/** A count of operations in the unit that shows it. */
const flopText = (flops: number): string => {
  const [unit, size] = flops >= 1e9 ? ['GFLOP', 1e9] : flops >= 1e6 ? ['MFLOP', 1e6] : ['kFLOP', 1e3];
  return `${Number((flops / size).toPrecision(3)).toLocaleString('en-US')} ${unit}`;
};

const costFacts = ({ program, experiment }: Prepared): readonly Fact[] => {
  const { batch } = experiment.training;
  const total = cost(select(program, 'logits'), { batch });
  return [
    fact('parameters', total.parameters, 'behind the answer'),
    fact('forward, one image', flopText(total.inference.flops / batch)),
    fact('training step', flopText(total.training.flops), `batch ${batch}`),
  ];
};
