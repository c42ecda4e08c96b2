/** The content of a run's report as a page: settings, data, scores, cost and how to repeat it. */

import { cost } from '../../../compile/cost/index.js';
import { diagram } from '../../../compile/diagram/index.js';
import { portrait } from '../../../compile/light-cone/index.js';
import { changes, describeAugment } from '../../../data/augment.js';
import { allBackgroundScore, type Dataset } from '../../../data/dataset.js';
import { describeTask } from '../../../data/task.js';
import { inputsOf, parametersOf, select, signature, volume } from '../../../dsl/index.js';
import { arithmeticOf, engineText } from '../../../engine/index.js';
import { trainedOutput } from '../../../experiments/learning.js';
import { describeLoss, targetOf } from '../../../experiments/loss.js';
import { describeAnyModel } from '../../../experiments/model.js';
import { areOwn } from '../../../experiments/scores/measures.js';
import { describeTraining } from '../../../experiments/training/training.js';
import { type Fact, type Picture, type RunReport, svgPicture } from '../../../report/index.js';
import type { OwnLine, Scores } from '../../../report/scores.js';
import type { Result } from '../../folder/result.js';
import { versionsOf } from '../../folder/versions.js';
import type { TrainState } from '../../training/state.js';
import type { Prepared } from '../prepare.js';
import { watchedOf } from '../watched-score.js';
import { againCommand, againFolder } from './again.js';
import type { DrawnAnswers, DrawnChart } from './answers.js';
import { curveOf, type Fitted, type Pictures } from './pictures.js';
import { apartWords, experimentWords, ownLines, wavesWords } from './report-words.js';

/** Scores of other splits than the test, with the kept weights. */
export interface Elsewhere {
  readonly validation: Scores | null;
  /** The scores of the first training samples, and their number. */
  readonly training: { readonly scores: Scores; readonly samples: number } | null;
}

const fact = (label: string, value: string | number, note?: string): Fact => ({
  label,
  value: typeof value === 'number' ? value.toLocaleString('en-US') : value,
  ...(note === undefined ? {} : { note }),
});

/** The scores of an experiment that declares its own; null for those of segmentation. */
export const scoresToShow = ({ aim, experiment, images }: Prepared): readonly OwnLine[] | null =>
  ownLines(aim, experiment.loss, images !== null);

/** The sentences on the waves; for arrays, only if the program takes a single one. */
const wordsOfWaves = ({ program, images, experiment }: Prepared): string => {
  if (images !== null)
    return [
      wavesWords(
        portrait(program, { output: 'logits', input: 'image' }),
        targetOf(experiment.loss) === 'pixel',
      ),
      apartWords(program),
    ].join('\n\n');
  const [input, ...others] = Object.keys(inputsOf(select(program, 'waves').graph));
  return input === undefined || others.length > 0
    ? ''
    : wavesWords(portrait(program, { output: 'waves', input }), false).replaceAll('image', 'sample');
};

/** The whole page except its name and warnings. `seconds`: the duration of the training, if known. */
export const pageOf = (
  prepared: Prepared,
  state: TrainState,
  result: Result,
  pictures: Pictures & { readonly answers: DrawnAnswers | null; readonly elsewhere: Elsewhere },
  seconds: number | null,
  workers: number,
): Omit<RunReport, 'name'> => {
  const { experiment, seed, arrays, images, classes, program, engine, microBatches } = prepared;
  const { training, task, model } = experiment;
  const own = scoresToShow(prepared);
  const samples = images === null ? 'samples' : 'images';
  const versions = versionsOf(engine);
  return {
    words: experimentWords(describeAnyModel(model), task, experiment.loss),
    target: own === null ? (targetOf(experiment.loss) ?? 'sample') : 'sample',
    settings: [
      fact('loss', describeLoss(experiment.loss, classes, images !== null)),
      fact('training', describeTraining(training)),
      ...(experiment.augment === undefined || !changes(experiment.augment)
        ? []
        : [fact('augment', describeAugment(experiment.augment))]),
      fact('batch', training.batch, `in micro-batches of ${microBatches.join(' + ')}`),
      fact('seed', String(seed), `of the weights and the order of the ${samples}`),
      ...(experiment.from === undefined
        ? []
        : [fact('begins from', experiment.from.run, `weights ${experiment.from.weights.slice(0, 16)}`)]),
      ...(experiment.notes === undefined ? [] : [fact('notes', experiment.notes)]),
      fact('program', signature(program)),
    ],
    data: {
      words: describeTask(task),
      facts: [
        fact(`training ${samples}`, arrays.train.count),
        fact(`validation ${samples}`, arrays.validation.count),
        fact(`test ${samples}`, arrays.test.count, 'never trained on'),
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
      chosenBy: watchedOf(experiment),
      ...(seconds === null ? {} : { seconds }),
      ...(result.stoppedEarly === undefined ? {} : { early: result.stoppedEarly }),
      ...(pictures.curves === null
        ? {}
        : {
            curves: fittedDrawing(pictures.curves, 'Loss and scores over the epochs'),
          }),
    },
    test: {
      images: arrays.test.count,
      scores: result.test,
      ...(own === null ? {} : { own }),
      ...(images === null || areOwn(result.test) ? {} : { baseline: allBackground(images) }),
      ...(pictures.elsewhere.validation === null ? {} : { validation: pictures.elsewhere.validation }),
      ...(pictures.elsewhere.training === null ? {} : { training: pictures.elsewhere.training }),
    },
    ...(pictures.answers === null ? {} : { answers: shownAnswers(pictures.answers) }),
    ...(pictures.waves === null
      ? {}
      : {
          waves: {
            picture: pictures.waves.figure,
            words: wordsOfWaves(prepared),
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
        `${engine.name !== 'tensorflow' ? ', bit for bit' : ' up to the rounding of the engine'}.`,
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

/** A chart as a part of a page. */
export const shownChart = (chart: DrawnChart): { readonly picture: Picture; readonly caption: string } => ({
  picture: fittedDrawing(chart, chart.alt),
  caption: chart.caption,
});

/** Answers as a part of a page. */
const shownAnswers = ({ charts, examples }: DrawnAnswers): NonNullable<RunReport['answers']> => ({
  charts: charts.map(shownChart),
  ...(examples === null ? {} : { examples: examples.figure }),
});

const allBackground = ({ test }: Dataset): Scores => {
  const { accuracy, iou } = allBackgroundScore(test);
  return { accuracy, iou, foregroundAccuracy: 0, foregroundIou: 0, classMeanIou: 0, dice: 0 };
};

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

const costFacts = ({ program, experiment, images }: Prepared): readonly Fact[] => {
  const { batch } = experiment.training;
  const total = cost(select(program, trainedOutput(experiment.loss)), { batch });
  return [
    fact('parameters', total.parameters, 'behind the answer'),
    fact(`forward, one ${images === null ? 'sample' : 'image'}`, flopText(total.inference.flops / batch)),
    fact('training step', flopText(total.training.flops), `batch ${batch}`),
  ];
};
