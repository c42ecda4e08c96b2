/** The pictures and the report.html of a finished run. */

import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError } from '../base/error.js';
import { cost } from '../compile/cost/index.js';
import { diagram } from '../compile/diagram/index.js';
import type { Session } from '../compile/tfjs/session.js';
import { allBackgroundScore } from '../data/dataset.js';
import { isPresent, writeBytes } from '../data/files.js';
import { describeTask } from '../data/task.js';
import { parametersOf, select, signature, volume } from '../dsl/index.js';
import type { OutputName } from '../experiments/experiment.js';
import { describeLoss } from '../experiments/loss.js';
import { describeAnyModel } from '../experiments/model.js';
import { describeTraining } from '../experiments/training.js';
import {
  type Fact,
  gifPicture,
  pngPicture,
  type RunReport,
  reportHtml,
  svgPicture,
} from '../report/index.js';
import type { Environment } from './environment.js';
import { files, writeText } from './folder.js';
import { curveOf, drawable, drawPictures, type Pictures } from './pictures.js';
import type { Prepared } from './prepare.js';
import type { Result } from './result.js';
import type { TrainState } from './state.js';
import { versionsOf } from './versions.js';

/** Draws and writes everything that a person looks at. */
export const writeReport = (
  prepared: Prepared,
  session: Session,
  state: TrainState,
  result: Result,
  { tell, seconds, workers }: Pick<Environment, 'tell' | 'workers'> & { readonly seconds: number | null },
): TE.TaskEither<DrumheadError, string> => {
  const { folder, program, dataset, experiment } = prepared;
  const { model } = experiment;
  const dt = 'dt' in model ? model.dt : undefined;
  tell({ kind: 'stage', message: 'drawing the waves, the segmentations and the report' });
  return pipe(
    drawPictures(session, program, dataset, state.history, state.best?.epoch, dt, experiment.outputs),
    TE.chainFirst(({ waves }) => writeIf(join(folder, files.waves), waves)),
    TE.chainFirst(({ segmentations }) => writeIf(join(folder, files.segmentations), segmentations)),
    TE.chainFirst(({ curves }) =>
      curves === null
        ? TE.right('')
        : pipe(
            writeText(join(folder, files.curves), curves.svg),
            TE.chain(() => writeBytes(join(folder, files.curvesPng), curves.png)),
          ),
    ),
    TE.chain((pictures) =>
      writeText(
        join(folder, files.report),
        reportHtml(reportOf(prepared, state, result, pictures, seconds, workers)),
      ),
    ),
  );
};

const writeIf = (path: string, bytes: Uint8Array | null): TE.TaskEither<DrumheadError, string> =>
  bytes === null ? TE.right('') : writeBytes(path, bytes);

const pictureFile: Readonly<Record<OutputName, string>> = {
  waves: files.waves,
  segmentations: files.segmentations,
  curves: files.curves,
};

/** Whether everything that the experiment asks to be drawn lies in its folder. */
export const isDrawn = ({ folder, experiment, program }: Prepared): TE.TaskEither<DrumheadError, boolean> =>
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
): RunReport => {
  const { experiment, seed, dataset, program, engine, cut } = prepared;
  const { training, task, model } = experiment;
  const { accuracy, iou } = allBackgroundScore(dataset.test);
  const versions = versionsOf(engine);
  return {
    name: experiment.label ?? experiment.name,
    words:
      experiment.loss.target === 'image'
        ? `${describeAnyModel(model)} learns to tell the class of an image as a whole.`
        : `${describeAnyModel(model)} learns to give every pixel its class. The task needs more than a local look: ` +
          'what a pixel belongs to is decided by the whole shape it is part of.',
    settings: [
      fact('loss', describeLoss(experiment.loss)),
      fact('training', describeTraining(training)),
      fact('batch', training.batch, `in micro-batches of ${cut.join(' + ')}`),
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
        : { examples: pngPicture({ light: pictures.examples, alt: 'Test images beside their targets' }) }),
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
            curves: svgPicture({
              light: pictures.curves.svg,
              alt: 'Loss and foreground scores over the epochs',
            }),
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
            picture: gifPicture({
              light: pictures.waves,
              alt: 'Hidden waves over time beside input, target and prediction of four test images',
            }),
          },
        }),
    ...(pictures.segmentations === null
      ? {}
      : {
          predictions: pngPicture({
            light: pictures.segmentations,
            alt: 'Test images, their targets, predictions and errors',
          }),
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
      commands: [
        `npx drumhead run ${join('RUN_FOLDER', files.experiment)} --seed ${seed} --engine ${engine.name}`,
      ],
      note: 'Same experiment, seed and engine give the same weights, bit for bit.',
    },
    environment: [
      fact('engine', versions.engine, versions.why),
      fact('versions', `drumhead ${versions.drumhead}, ${versions.engineVersion}, Node ${versions.node}`),
      fact('machine', `${versions.platform}, ${versions.processor}`),
      fact('workers', workers),
      fact('identity', result.identity),
    ],
  };
};

const costFacts = ({ program, experiment }: Prepared): readonly Fact[] => {
  const { batch } = experiment.training;
  const total = cost(select(program, 'logits'), { batch });
  const giga = (value: number): string => (value / 1e9).toFixed(2);
  return [
    fact('parameters', total.parameters),
    fact('forward, one image', `${giga(total.inference.flops / batch)} GFLOP`),
    fact('training step', `${giga(total.training.flops)} GFLOP`, `batch ${batch}`),
  ];
};
