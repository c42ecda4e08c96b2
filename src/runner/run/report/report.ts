/** Draws and writes the pictures and the report.html of a finished run; `page.ts` says what the report holds. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, type Effect, errorMessage } from '../../../base/error.js';
import { errorOf, type Session } from '../../../compile/tfjs/session/session.js';
import type { Dataset } from '../../../data/dataset.js';
import { outputsOf } from '../../../dsl/index.js';
import type { OutputName } from '../../../experiments/experiment.js';
import { isPresent, writeBytes } from '../../../files/files.js';
import { reportHtml } from '../../../report/index.js';
import type { OwnLine } from '../../../report/scores.js';
import type { Environment } from '../../environment.js';
import { files, writeText } from '../../folder/files.js';
import { labelOfRun } from '../../folder/labels.js';
import type { Result } from '../../folder/result.js';
import { waveGridOf } from '../../observe/wave-grid.js';
import { evaluate } from '../../training/evaluate.js';
import type { TrainState } from '../../training/state.js';
import type { Prepared } from '../prepare.js';
import { type DrawnAnswers, drawAnswers } from './answers.js';
import { writeFigures } from './figures.js';
import { type Elsewhere, pageOf, scoresToShow } from './page.js';
import { drawable, drawPictures, type Pictures } from './pictures.js';
import { lossUnit } from './report-words.js';

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
    const { folder, program, experiment } = prepared;
    const { model } = experiment;
    const dt = 'dt' in model ? model.dt : undefined;
    tell({ kind: 'stage', message: `drawing ${drawnWords(prepared)}` });
    const pictures = await drawPictures(
      session,
      program,
      drawnImages(prepared),
      state.history,
      state.best?.epoch,
      dt,
      experiment.outputs,
      lossUnit(experiment.loss, prepared.images !== null),
      drawnScores(prepared),
      prepared.images === null ? prepared.arrays : undefined,
    )();
    const answered = await answersOf(prepared, session);
    const elsewhere = await scoresElsewhere(prepared, session, state);
    const written = await writePictures(prepared, pictures, answered.drawn);
    const name = await labelOfRun({ folder, experiment })();
    const warnings = [
      ...notDrawn(prepared),
      ...pictures.failed,
      ...answered.failed,
      ...elsewhere.failed,
      ...written,
    ];
    const page = await kept('the report', async () =>
      writeText(
        join(folder, files.report),
        reportHtml({
          ...pageOf(
            prepared,
            state,
            result,
            { ...pictures, answers: answered.drawn, elsewhere: elsewhere.found },
            seconds,
            workers,
          ),
          name,
          warnings,
        }),
      )(),
    );
    const all = [...warnings, ...page];
    for (const message of all) tell({ kind: 'note', message });
    return { warnings: all };
  };

/** The drawn parts of a run, in words. */
const drawnWords = ({ experiment, program, ...rest }: Prepared): string => {
  const names: Readonly<Record<OutputName, string>> = {
    waves: 'the waves',
    segmentations: 'the segmentations',
    curves: 'the learning curves',
    answers: 'the answers',
  };
  const drawn = drawable(
    experiment.outputs,
    program,
    drawnImages({ experiment, program, ...rest }) !== null,
  ).map((output) => names[output]);
  return [...drawn, 'the report'].reduce((text, name, i, all) =>
    i === all.length - 1 ? `${text} and ${name}` : `${text}, ${name}`,
  );
};

/** The drawn answers, or a sentence if they could not be drawn. */
const answersOf = async (
  { program, aim, experiment, arrays, objective, evaluationBatch }: Prepared,
  session: Session,
): Promise<{ readonly drawn: DrawnAnswers | null; readonly failed: readonly string[] }> => {
  if (!experiment.outputs.includes('answers')) return { drawn: null, failed: [] };
  const made = await drawAnswers(session, {
    program,
    aim,
    loss: experiment.loss,
    arrays,
    objective,
    batch: evaluationBatch,
  })().catch((cause: unknown) => E.left(errorOf(cause)));
  return E.isRight(made)
    ? { drawn: made.right, failed: [] }
    : { drawn: null, failed: [`the answers could not be drawn: ${errorMessage(made.left)}`] };
};

/** The largest number of training samples that are scored for the page. */
const mostTraining = 1000;

const scoresElsewhere = async (
  { arrays, objective, evaluationBatch, experiment }: Prepared,
  session: Session,
  { best, history }: TrainState,
): Promise<{ readonly found: Elsewhere; readonly failed: readonly string[] }> => {
  const kept = history.find(({ epoch }) => epoch === best?.epoch) ?? history.at(-1);
  const validation = kept?.validation ?? null;
  const samples = Math.min(arrays.train.count, arrays.test.count, mostTraining);
  if (!experiment.outputs.includes('answers')) return { found: { validation, training: null }, failed: [] };
  try {
    const training = await evaluate(
      session,
      { ...arrays.train, count: samples },
      { objective, batch: evaluationBatch },
    );
    return {
      found: { validation, training: training === null ? null : { scores: training.scores, samples } },
      failed: [],
    };
  } catch (cause) {
    return {
      found: { validation, training: null },
      failed: [`the training samples could not be scored: ${errorMessage(errorOf(cause))}`],
    };
  }
};

/** A sentence for requested waves that cannot be drawn, although the program has an output of that name. */
const notDrawn = ({ program, experiment }: Prepared): readonly string[] => {
  const found = waveGridOf(program);
  return experiment.outputs.includes('waves') && 'waves' in outputsOf(program.graph) && found.kind === 'none'
    ? [`the waves are not drawn: ${found.why}`]
    : [];
};

/** A sentence if a file could not be written; otherwise none. */
const kept = async (what: string, write: () => Promise<Checked<unknown>>): Promise<readonly string[]> => {
  const done = await write().catch((cause: unknown) => E.left(errorOf(cause)));
  return E.isLeft(done) ? [`${what} could not be written: ${errorMessage(done.left)}`] : [];
};

const writePictures = async (
  { folder, identity }: Prepared,
  { waves, segmentations, curves, curvesPng }: Pictures,
  answers: DrawnAnswers | null,
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
    ...(await bytes('the answers', files.answers, answers?.examples?.png)),
    ...(waves === null && segmentations === null && answers === null
      ? []
      : await kept('the figures', async () =>
          writeFigures(
            folder,
            {
              waves: waves?.figure ?? null,
              segmentations: segmentations?.figure ?? null,
              examples: answers?.examples?.figure ?? null,
              answers: answers?.answers ?? null,
            },
            identity,
          )(),
        )),
  ];
};

const pictureFile: Readonly<Record<OutputName, string>> = {
  waves: files.waves,
  segmentations: files.segmentations,
  curves: files.curves,
  // Without samples to show there may still be charts, which are drawn from this.
  answers: files.figures,
};

/** Whether all pictures that the experiment asks for, and the report, are in its folder. */
export const hasItsPictures = (prepared: Prepared): Effect<boolean> => {
  const { folder, experiment, program } = prepared;
  const drawn = drawable(experiment.outputs, program, drawnImages(prepared) !== null);
  return pipe(
    [files.report, ...drawn.map((output) => pictureFile[output])],
    TE.traverseSeqArray((file) => isPresent(join(folder, file))),
    TE.map((there) => !there.includes(false)),
  );
};

/** The images that are drawn with their classes; null if the program learns something else. */
const drawnImages = ({ images, aim }: Prepared): Dataset | null => (aim.kind === 'classes' ? images : null);

/** The scores of the curves, without the loss, which has its own panel. */
const drawnScores = (prepared: Prepared): readonly OwnLine[] | undefined =>
  scoresToShow(prepared)?.filter(({ name }) => name !== 'loss');
