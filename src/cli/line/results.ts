/** Commands on results: tables, scores, queries, pictures, pages. */

import { type Command, Option } from '@commander-js/extra-typings';
import { splitNames } from '../../data/dataset.js';
import { taskNames } from '../../data/task.js';
import { presets } from '../../experiments/settings/presets.js';
import { atEdge } from '../edge.js';
import { engine, force, fuse, mnistDir, runs, settingsOfRuns, workers } from './options.js';

/** The option for the size of the runs of a NAME. */
const ofNamed = () =>
  new Option('--preset <size>', `of what is named: ${presets.join(', ')}; default the largest that was run`);

const addTable = (program: Command): void => {
  program
    .command('table')
    .argument('<name>', 'a sweep such as paper/tetrominoes, a name of the catalogue, or a folder of runs')
    .description("The publication's tables from whatever runs are finished, beside the published figures.")
    .option('--format <name>', 'terminal, csv, json, markdown, latex', 'terminal')
    .option(
      '--scores <list>',
      "scores to show: any that runs keep, such as dice, validation.iou, train.loss, epochs; all: those of the split; every: those of all splits, epochs and parameters too; default an experiment's own scores, of classes foregroundIou,foregroundAccuracy,iou,accuracy",
    )
    .option('--split <name>', 'where scores are taken that name no split: test, validation, train', 'test')
    .option('--tables <list>', 'which tables: means, extremes; default both')
    .option('--no-extremes', 'leave out the table of minimum, median and maximum')
    .addOption(
      new Option('--preset <size>', `${presets.join(', ')}: of a sweep that did not run yet`).default('full'),
    )
    .addOption(settingsOfRuns())
    .addOption(runs())
    .action(async (name, flags) => {
      const { table } = await import('../commands/table.js');
      await atEdge(table(name, flags));
    });
};

const addEvaluate = (program: Command): void => {
  program
    .command('evaluate')
    .argument('<run>', 'a run folder, an imported one, or a name, whose finished runs are then meant')
    .description("Scores from saved weights, on a run's own data or on another task.")
    .option('--task <task>', `${taskNames.join(', ')}, a folder of .npy, PNG or TIFF pairs, or an experiment`)
    .option('--split <name>', `${splitNames.join(', ')}: which images`, 'test')
    .option(
      '--set <name=value...>',
      'settings of the task that is scored, such as size=64 cell=7; those of model, loss or training say which runs are meant; without --set too',
    )
    .addOption(mnistDir())
    .addOption(ofNamed())
    .option('--json', 'as JSON')
    .addOption(engine())
    .addOption(fuse())
    .addOption(workers())
    .addOption(runs())
    .option(
      '--resize <sizes>',
      'another grid or more steps with the same weights: 128x128, steps=200, or 128x128,steps=200',
    )
    .addHelpText(
      'after',
      `
A model whose weights do not depend on the size of its images is scored on images of any size. Nothing is written.

Examples:
  $ drumhead evaluate runs/mnist/nwm-linear/seed-0-0123456789
  $ drumhead evaluate tetrominoes/nwm-linear model.channels=4 seed=7
  $ drumhead evaluate mnist/nwm-linear --preset small --task multi-mnist --set size=64 digitSize=21`,
    )
    .action(async (run, flags) => {
      const { evaluateRuns } = await import('../commands/evaluate.js');
      await atEdge(evaluateRuns(run, flags));
    });
};

const addQuery = (program: Command): void => {
  program
    .command('query')
    .argument('[sql]', 'such as "select model, avg(foreground_iou) from runs group by model"')
    .description('SQL over all runs: the tables `runs` (a line a run) and `epochs` (a line a run and epoch).')
    .option('--format <name>', 'terminal, csv, json', 'terminal')
    .option('--parquet <file>', 'write the result to a Parquet file instead')
    .addOption(force())
    .addOption(runs())
    .addHelpText(
      'after',
      `
Examples:
  $ drumhead query                                         every run and its scores
  $ drumhead query "describe runs"                         the columns
  $ drumhead query "select options->>'readout', count(*), avg(foreground_iou) from runs group by 1"
  $ drumhead query "select * from epochs" --parquet epochs.parquet`,
    )
    .action(async (sql, flags) => {
      const { query } = await import('../commands/query.js');
      await atEdge(query(sql, flags));
    });
};

const addReport = (program: Command): void => {
  program
    .command('report')
    .argument('<name>', 'a sweep such as paper/tetrominoes, or a folder of runs')
    .description(
      'One page for a sweep: tables beside the published figures, charts, waves, predictions, every run.',
    )
    .option('--out <file>', "where to; default report.html beside the sweep's record, or in the folder")
    .addOption(force())
    .addOption(
      new Option('--preset <size>', `${presets.join(', ')}: of a sweep that did not run yet`).default('full'),
    )
    .addOption(settingsOfRuns())
    .addOption(runs())
    .action(async (name, flags) => {
      const { report } = await import('../commands/report.js');
      await atEdge(report(name, flags));
    });
};

const addFigure = (program: Command): void => {
  program
    .command('figure')
    .argument(
      '<kind>',
      'scores, curves, parameters (of a sweep), waves, segmentations, answers (of a run), nwm-lstm (of two runs)',
    )
    .argument('<names...>', 'a sweep or a folder of runs; or finished runs, by folder or name')
    .description('Figures and pictures of runs, in light and dark.')
    .option(
      '--score <name>',
      'of scores and curves: any that the runs have, such as iou, loss or their own; default the one that they show first',
    )
    .option('--samples <list>', 'test images, such as 0,5,7')
    .option('--channels <list>', 'channels of the waves, counted from 1, such as 1,3')
    .option('--frames <n>', 'of waves: at most so many frames')
    .option('--out <folder>', 'where to', 'figures')
    .addOption(force())
    .addOption(ofNamed())
    .addOption(settingsOfRuns())
    .addOption(engine())
    .addOption(fuse())
    .addOption(runs())
    .action(async (kind, names, flags) => {
      const { figure } = await import('../commands/figure.js');
      await atEdge(figure(kind, names, flags));
    });
};

const addWaves = (program: Command): void => {
  program
    .command('waves')
    .argument('<run>', 'a finished run whose model has waves, by its folder or its name')
    .description('What the waves of a run do: k-omega spectrum, phase and speed maps, energy over time.')
    .option('--samples <list>', 'test images to observe, such as 0,5; default the first four')
    .option('--channel <n>', 'channel of the maps, counted from 1; default the one that moves most')
    .option('--steps <n>', 'steps of the spectrum; default 8 times as many as the model was trained with')
    .addOption(ofNamed())
    .addOption(settingsOfRuns())
    .option('--out <folder>', "where to; default the run's own folder, under analysis")
    .addOption(force())
    .addOption(engine())
    .addOption(fuse())
    .addOption(runs())
    .action(async (folder, flags) => {
      const { waves } = await import('../commands/waves.js');
      await atEdge(waves(folder, flags));
    });
};

const addPlay = (program: Command): void => {
  program
    .command('play')
    .argument('<system>', 'wave, nwm-core, cornn, wave-rnn, linoss, kuramoto, akorn, ... or an experiment')
    .description(
      'Animate a system of the library, or the waves of a model: of its finished run where there is one, else untrained.',
    )
    .option('--gif <file>', 'where the animation goes; default SYSTEM.gif')
    .addOption(force())
    .option('--size <n>', 'sites along each side')
    .option('--steps <n>', 'time steps')
    .option('--seed <n>', 'of the initial state and the weights; of a model also which test image', '0')
    .option(
      '--set <name=value...>',
      'settings of the system, such as dt=0.05 coupling=3; of an experiment by path, such as model.steps=50; without --set too',
      [],
    )
    .option('--field <name>', 'another field than the one that its papers show')
    .option('--fps <n>', 'frames a second', '16')
    .option('--frames <n>', 'about so many frames', '96')
    .option(
      '--preset <size>',
      `of an experiment: ${presets.join(', ')}; default the largest that was run; untrained, quick for a name and full for a file`,
    )
    .option(
      '--resize <sizes>',
      'of an experiment: another grid or more steps with the same weights: 128x128, steps=200, or 128x128,steps=200',
    )
    .option('--untrained', 'weights as they start, whether or not a run is finished')
    .addOption(runs())
    .addOption(engine())
    .addOption(fuse())
    .action(async (name, flags) => {
      const { play } = await import('../commands/play.js');
      await atEdge(play(name, flags));
    });
};

export const results = (program: Command): void => {
  for (const add of [addTable, addEvaluate, addQuery, addReport, addFigure, addWaves, addPlay]) add(program);
};
