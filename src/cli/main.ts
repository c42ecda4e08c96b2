/** The command line. */

import { join } from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import { splitNames } from '../data/dataset.js';
import { taskNames } from '../data/task.js';
import { engineChoices, fuseVariable } from '../engine/names.js';
import { presets } from '../experiments/presets.js';
import { packageVersion } from '../runner/versions.js';
import { atEdge } from './edge.js';

const engine = () =>
  new Option('--engine <name>', `${engineChoices.join(', ')}; auto takes the first that works here`).default(
    'auto',
  );
const fuse = () =>
  new Option('--fuse <how>', 'on: kernels of our own wherever an engine can; off: everything op by op')
    .choices(['on', 'off'] as const)
    .default('on' as const);
const runs = () => new Option('--runs <folder>', 'folder of all run folders').default('runs');
const workers = () =>
  new Option('--workers <n>', 'threads that share a batch; the result is the same with any number').default(
    '2',
  );

const minutes = () =>
  new Option('--minutes <n>', 'stop after this long; what is unfinished then goes on at the same command');

const pictures = () => new Option('--no-pictures', 'leave out the pictures and the report');

const settings = () =>
  new Option(
    '--set <path=value...>',
    'change settings, such as task.size=32 model.steps=50 training.epochs=5',
  );

const mnistDir = () =>
  new Option('--mnist-dir <folder>', "take MNIST's four IDX files from here, not from the npm package");

const named =
  'a name of the catalogue, a JSON, YAML or TypeScript file (its default export), or a run folder';

// An environment variable, since workers and the processes of a sweep have to hear of it too.
const heed = (flags: object): void => {
  if ('fuse' in flags && flags.fuse === 'off') process.env[fuseVariable] = 'off';
};

const program = new Command('drumhead')
  .description('A functional language for wave networks: write, train, animate and measure them.')
  .version(packageVersion())
  .hook('preAction', (_, command) => heed(command.opts()))
  .showHelpAfterError('(--help says what there is)')
  .addHelpText(
    'after',
    `
Examples:
  $ drumhead run tetrominoes/nwm-linear --preset quick     train a Neural Wave Machine in minutes
  $ drumhead list                                          what can be run
  $ drumhead parity shared/parity                          compare with arrays of the original

Exit codes: 0 well, 1 failed, 2 wrong command line, 130 stopped by Ctrl-C (the same command goes on).`,
  );

program
  .command('run')
  .argument('<name>', named)
  .description('Train an experiment, score it on images never trained on, and write its report.')
  .addOption(
    new Option('--preset <size>', `${presets.join(', ')}: minutes, overnight, as published`).default('full'),
  )
  .option('--seed <list>', "seeds to run, such as 0,1,2; default the experiment's own")
  .option('--epochs <n>', 'train for this many epochs instead')
  .addOption(minutes())
  .addOption(settings())
  .addOption(mnistDir())
  .addOption(engine())
  .addOption(fuse())
  .addOption(workers())
  .addOption(runs())
  .addOption(pictures())
  .addHelpText(
    'after',
    `
The run folder holds experiment.json, program.json, environment.json, metrics.ndjson (a line an epoch), weights in
TensorFlow.js's own format, waves.gif, segmentations.png, curves.png, result.json and report.html. A finished run is
not run again; one that was stopped goes on where it stopped.`,
  )
  .action(async (name: string, flags) => {
    const { run } = await import('./commands/run.js');
    await atEdge(run(name, flags));
  });

program
  .command('sweep')
  .argument('<name>', 'a sweep of the catalogue or in a file; an experiment is a sweep of one')
  .description('Run experiments that belong together, several at a time, each in a process of its own.')
  .addOption(
    new Option('--preset <size>', `${presets.join(', ')}: minutes, overnight, as written`).default('full'),
  )
  .option('--jobs <n>', 'runs at a time; default as many as there are cores and memory for')
  .option('--workers <n>', 'threads of each run; default the cores shared among the jobs')
  .option('--seed <list>', "seeds to run, such as 0,1,2; default each experiment's own")
  .option('--epochs <n>', 'train each for this many epochs instead')
  .addOption(settings())
  .addOption(mnistDir())
  .addOption(minutes())
  .addOption(engine())
  .addOption(fuse())
  .addOption(runs())
  .addOption(pictures())
  .addHelpText(
    'after',
    `
A run that fails, or whose process dies, stops no other: which and why is said at the end, with exit code 1. The same
command goes on where it was; what is finished is not run again. sweeps/NAME/sweep.json in the folder of all runs says
which run lies where; \`drumhead status NAME --watch\` shows how far they are.`,
  )
  .action(async (name: string, flags) => {
    const { sweep } = await import('./commands/sweep.js');
    await atEdge(sweep(name, flags));
  });

program
  .command('status')
  .argument('[name]', 'a sweep, an experiment or a folder; default all runs')
  .description('How far every run is: finished, running, unfinished, failed, damaged, not begun.')
  .option('--watch', 'show it again every two seconds')
  .option('--check', 'also read all weights and compare every file with what was written')
  .option('--json', 'as JSON')
  .addOption(runs())
  .action(async (name, flags) => {
    const { status } = await import('./commands/status.js');
    await atEdge(status(name, flags));
  });

program
  .command('learn')
  .argument('<folder>', 'with train_images.npy, train_masks.npy, test_images.npy, test_masks.npy')
  .description('Train the NWM with linear readout on a folder of .npy pairs and score its test set.')
  .addHelpText(
    'after',
    '\nThe reference trains with --batch 16 --rate 0.001 --schedule constant: slower, and with more luck needed.',
  )
  .option('--seeds <list>', 'seeds to run', '0,1,2')
  .option('--epochs <n>', 'epochs', '20')
  .option('--steps <n>', 'time steps of the waves', '50')
  .option('--batch <n>', 'images a step', '8')
  .option('--rate <x>', 'learning rate of Adam, at its highest', '0.003')
  .option('--schedule <name>', 'cosine: the rate falls to zero; constant: it stays', 'cosine')
  .addOption(engine())
  .addOption(fuse())
  .addOption(workers())
  .addOption(runs())
  .addOption(pictures())
  .action(async (folder: string, flags) => {
    const { learn } = await import('./commands/learn.js');
    await atEdge(learn(folder, flags));
  });

program
  .command('parity')
  .argument('<folder>', 'with manifest.json and the arrays it lists')
  .description('Compare models, gradients, scores and Adam with arrays computed by the original.')
  .option('--case <name>', 'one case only')
  .addOption(engine())
  .addOption(fuse())
  .option('--json', 'the whole comparison as JSON')
  .action(async (folder: string, flags) => {
    const { parity } = await import('./commands/parity.js');
    await atEdge(parity(folder, flags));
  });

program
  .command('list')
  .description('Names of all experiments and sweeps of the catalogue.')
  .option('--long', 'with what each is')
  .action(async ({ long }) => {
    const { list } = await import('./commands/list.js');
    process.stdout.write(`${list(long === true)}\n`);
  });

program
  .command('show')
  .argument('<name>', named)
  .description('What an experiment or a sweep is: settings, parameters, cost, time on this machine, diagram.')
  .addOption(new Option('--preset <size>', `${presets.join(', ')}`).default('full'))
  .option('--nodes', 'also every node of the program with its shape')
  .option('--diagram', 'only the Mermaid source of the diagram')
  .option('--plan', 'only what of it runs in fused kernels, and why the rest does not')
  .option('--no-time', 'leave out the estimate of the time, which takes a few seconds')
  .addOption(settings())
  .addOption(mnistDir())
  .addOption(engine())
  .addOption(fuse())
  .action(async (name, flags) => {
    const { show } = await import('./commands/show.js');
    await atEdge(show(name, flags));
  });

program
  .command('laws')
  .argument(
    '<name>',
    'a system such as wave or kuramoto, an experiment, or a file: a program, or a function of { dt } that writes one',
  )
  .description(
    'Hold a system against the laws of wave dynamics: which hold, which do not apply and why, which break.',
  )
  .option('--law <names...>', 'only these laws')
  .option('--expect <names...>', 'laws that it is meant to keep, though they do not apply to it')
  .option('--cases <n>', 'cases a law; heavy laws take fewer', '20')
  .option('--seed <n>', 'of the cases', '1')
  .option('--path <path>', 'of one counterexample, as it was printed')
  .option(
    '--engine <name>',
    `what computes: float64 (the reference), or ${engineChoices.join(', ')}`,
    'float64',
  )
  .option('--out <folder>', 'where pictures of counterexamples go', join('runs', 'laws'))
  .option('--no-pictures', 'draw none')
  .option('--json', 'as JSON')
  .addOption(new Option('--preset <size>', `of an experiment by name: ${presets.join(', ')}`).default('full'))
  .addOption(settings())
  .addHelpText(
    'after',
    `
A law that breaks ends with the smallest case that breaks it, as code, as a picture, and as the command that repeats it;
the exit code is then 1. A module may \`export default ({ dt = 0.1 } = {}) => program(…)\`, so that laws can halve dt.`,
  )
  .action(async (name, flags) => {
    const { laws } = await import('./commands/laws.js');
    await atEdge(laws(name, flags));
  });

program
  .command('diff')
  .argument('<a>', named)
  .argument('<b>', 'another')
  .description('What differs between two experiments or sweeps, by path, and which runs they share.')
  .addOption(new Option('--preset <size>', `${presets.join(', ')}`).default('full'))
  .action(async (a, b, flags) => {
    const { diff } = await import('./commands/diff.js');
    await atEdge(diff(a, b, flags));
  });

program
  .command('data')
  .argument('<task>', `${taskNames.join(', ')}, a folder of .npy or PNG pairs, or an experiment`)
  .description("Make or read a task's data, say what is in it, and draw a contact sheet.")
  .option('--show <n>', 'test images on the contact sheet; 0 draws none', '16')
  .option('--out <file>', 'the contact sheet', 'contact-sheet.png')
  .option('--set <name=value...>', 'settings of the task, such as size=32 cell=3', [])
  .addOption(mnistDir())
  .option('--export <folder>', 'also write the data as .npy pairs')
  .option('--cache <folder>', 'where made data is kept', 'runs/.cache')
  .action(async (task, flags) => {
    const { data } = await import('./commands/data.js');
    await atEdge(data(task, flags));
  });

program
  .command('table')
  .argument('<name>', 'a sweep such as paper/tetrominoes, a name of the catalogue, or a folder of runs')
  .description("The publication's tables from whatever runs are finished, beside the published figures.")
  .option('--format <name>', 'terminal, csv, markdown, latex', 'terminal')
  .option('--scores <list>', 'scores to show, or all', 'foregroundIou,foregroundAccuracy,iou,accuracy')
  .addOption(
    new Option('--preset <size>', `${presets.join(', ')}: of a sweep that did not run yet`).default('full'),
  )
  .addOption(runs())
  .action(async (name, flags) => {
    const { table } = await import('./commands/table.js');
    await atEdge(table(name, flags));
  });

program
  .command('evaluate')
  .argument('<run>', 'a run folder, an imported one, or a name, whose finished runs are then meant')
  .description("Scores from saved weights, on a run's own data or on another task.")
  .option('--task <task>', `${taskNames.join(', ')}, a folder of .npy or PNG pairs, or an experiment`)
  .option('--split <name>', `${splitNames.join(', ')}: which images`, 'test')
  .option('--set <name=value...>', 'settings of the task, such as size=64 cell=7')
  .addOption(mnistDir())
  .addOption(
    new Option('--preset <size>', `${presets.join(', ')}: of experiments that are named`).default('full'),
  )
  .option('--json', 'as JSON')
  .addOption(engine())
  .addOption(fuse())
  .addOption(workers())
  .addOption(runs())
  .addHelpText(
    'after',
    `
A model whose weights do not depend on the size of its images is scored on images of any size. Nothing is written.

Examples:
  $ drumhead evaluate runs/mnist/nwm-linear/seed-0-0123456789
  $ drumhead evaluate mnist/nwm-linear --preset small --task multi-mnist --set size=64 digitSize=21`,
  )
  .action(async (run, flags) => {
    const { evaluateRuns } = await import('./commands/evaluate.js');
    await atEdge(evaluateRuns(run, flags));
  });

program
  .command('play')
  .argument('<system>', 'wave, nwm-core, cornn, wave-rnn, linoss, kuramoto, akorn, ... or an experiment')
  .description('Animate a system of the library, or the waves of a model.')
  .option('--gif <file>', 'where the animation goes; default SYSTEM.gif')
  .option('--size <n>', 'sites along each side')
  .option('--steps <n>', 'time steps')
  .option('--seed <n>', 'of the initial state and the weights; of a model also which test image', '0')
  .option('--set <name=value...>', 'settings of the system, such as dt=0.05 coupling=3', [])
  .option('--field <name>', 'another field than the one that its papers show')
  .option('--fps <n>', 'frames a second', '16')
  .option('--frames <n>', 'about so many frames', '96')
  .addOption(new Option('--preset <size>', `of an experiment: ${presets.join(', ')}`).default('quick'))
  .addOption(engine())
  .addOption(fuse())
  .action(async (name, flags) => {
    const { play } = await import('./commands/play.js');
    await atEdge(play(name, flags));
  });

program
  .command('query')
  .argument('[sql]', 'such as "select model, avg(foreground_iou) from runs group by model"')
  .description('SQL over all runs: the tables `runs` (a line a run) and `epochs` (a line a run and epoch).')
  .option('--format <name>', 'terminal, csv, json', 'terminal')
  .option('--parquet <file>', 'write the result to a Parquet file instead')
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
    const { query } = await import('./commands/query.js');
    await atEdge(query(sql, flags));
  });

program
  .command('waves')
  .argument('<run>', 'a finished run whose model has waves, by its folder or its name')
  .description('What the waves of a run do: k-omega spectrum, phase and speed maps, energy over time.')
  .option('--samples <list>', 'test images to observe', '0,1,2,3')
  .option('--channel <n>', 'channel of the maps; default the one that moves most')
  .option('--steps <n>', 'steps of the spectrum; default 8 times as many as the model was trained with')
  .addOption(
    new Option('--preset <size>', `${presets.join(', ')}: of an experiment that is named`).default('full'),
  )
  .option('--out <folder>', "where to; default the run's own folder, under analysis")
  .addOption(engine())
  .addOption(fuse())
  .addOption(runs())
  .action(async (folder, flags) => {
    const { waves } = await import('./commands/waves.js');
    await atEdge(waves(folder, flags));
  });

program
  .command('export')
  .argument('<run>', 'a run folder, an earlier export, or an experiment (then untrained) by name or file')
  .description('Write a program with its weights in a format that others read.')
  .option('--format <name>', 'graph-model, safetensors or program', 'graph-model')
  .requiredOption('--out <folder>', 'where to; an earlier export there is replaced')
  .option('--unroll', 'a graph model without loops, which can be differentiated')
  .option('--outputs <list>', "a graph model's outputs, such as logits,waves,omega")
  .addOption(
    new Option('--preset <size>', `of an experiment that was not run: ${presets.join(', ')}`).default('full'),
  )
  .option('--seed <n>', 'of the weights of an experiment that was not run', '0')
  .addHelpText(
    'after',
    `
graph-model  model.json and weight shards that plain tf.loadGraphModel loads and runs, in Node and in a browser, on every
             backend: input image, outputs logits, classes, waves
safetensors  weights under the names that PyTorch gives them in the original
program      the language and its weights, as JSON and binary`,
  )
  .action(async (run, flags) => {
    const { exportRun } = await import('./commands/export.js');
    await atEdge(exportRun(run, flags));
  });

program
  .command('import')
  .argument('<file>', "safetensors under PyTorch's names, or what --format program wrote")
  .description("Take weights in: a folder like a run's, to run, export and evaluate.")
  .requiredOption('--out <folder>', 'where to')
  .option(
    '--model <name>',
    'the model that they are for: an experiment, a run folder, or a model such as nwm',
  )
  .option('--set <name=value...>', 'settings of the model, such as steps=50 hidden=linear_smaller4', [])
  .option('--size <HxWxC>', 'height, width and channels of its images, such as 64x64x3')
  .option('--classes <n>', 'how many classes it tells apart')
  .addOption(new Option('--preset <size>', `of an experiment by name: ${presets.join(', ')}`).default('full'))
  .action(async (file, flags) => {
    const { importWeights } = await import('./commands/import.js');
    await atEdge(importWeights(file, flags));
  });

program
  .command('run-program')
  .argument(
    '<file>',
    'model.json, program.json, weights.safetensors, a folder with one of them, or a run folder',
  )
  .description('Run a program on a picture: its class map and its waves.')
  .option(
    '--input <file...>',
    'a PNG or an .npy file of the size that the program takes; NAME=FILE for each of several',
    [],
  )
  .requiredOption('--out <folder>', 'where the pictures go')
  .addOption(engine())
  .addOption(fuse())
  .action(async (file, flags) => {
    const { runProgramFile } = await import('./commands/run-program.js');
    await atEdge(runProgramFile(file, flags));
  });

program
  .command('figure')
  .argument(
    '<kind>',
    'scores, curves, parameters (of a sweep), waves, segmentations (of a run), nwm-lstm (of two runs)',
  )
  .argument('<names...>', 'a sweep or a folder of runs; or finished runs, by folder or name')
  .description('Figures and pictures of runs, in light and dark.')
  .option(
    '--score <name>',
    'of scores and curves: foregroundIou, foregroundAccuracy, iou, accuracy, loss',
    'foregroundIou',
  )
  .option('--samples <list>', 'test images, such as 0,5,7')
  .option('--channels <list>', 'channels of the waves, counted from 0')
  .option('--frames <n>', 'of waves: at most so many frames')
  .option('--out <folder>', 'where to', 'figures')
  .addOption(
    new Option('--preset <size>', `${presets.join(', ')}: of a sweep that did not run yet`).default('full'),
  )
  .addOption(engine())
  .addOption(fuse())
  .addOption(runs())
  .action(async (kind, names, flags) => {
    const { figure } = await import('./commands/figure.js');
    await atEdge(figure(kind, names, flags));
  });

program
  .command('report')
  .argument('<name>', 'a sweep such as paper/tetrominoes, or a folder of runs')
  .description(
    'One page for a sweep: tables beside the published figures, charts, waves, predictions, every run.',
  )
  .option('--out <file>', "where to; default report.html beside the sweep's record, or in the folder")
  .addOption(
    new Option('--preset <size>', `${presets.join(', ')}: of a sweep that did not run yet`).default('full'),
  )
  .addOption(runs())
  .action(async (name, flags) => {
    const { report } = await import('./commands/report.js');
    await atEdge(report(name, flags));
  });

// A wrong command line ends with 2, help and version with 0; commander prints its own sentence.
program.exitOverride((error) => {
  process.exit(error.exitCode === 0 ? 0 : 2);
});
for (const command of program.commands)
  command.exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : 2);
  });

await program.parseAsync(process.argv);
