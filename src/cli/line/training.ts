/** Commands that train: runs, sweeps, and their status. */

import { type Command, Option } from '@commander-js/extra-typings';
import { presets } from '../../experiments/settings/presets.js';
import { atEdge } from '../edge.js';
import { engine, fuse, minutes, mnistDir, named, pictures, runs, settings, workers } from './options.js';

const addRun = (program: Command): void => {
  program
    .command('run')
    .argument('<name>', named)
    .description('Train an experiment, score it on images never trained on, and write its report.')
    .addOption(
      new Option('--preset <size>', `${presets.join(', ')}: minutes, up to hours, as published`).default(
        'full',
      ),
    )
    .option('--seed <list>', "seeds to run, such as 0,1,2; default the experiment's own")
    .option('--label <text>', 'what it is called in tables, charts and progress, instead of its name')
    .option('--epochs <n>', 'train for this many epochs instead')
    .option(
      '--from <run>',
      'begin with the weights of this finished run, by name; what does not fit is listed',
    )
    .option('--freeze <pattern...>', "parameters that stay as they begin, such as 'omega/*'")
    .option('--name <name>', 'another name for its runs')
    .option('--notes <text>', 'notes that are kept with the run')
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
      const { run } = await import('../commands/run.js');
      await atEdge(run(name, flags));
    });
};

const addSweep = (program: Command): void => {
  program
    .command('sweep')
    .argument('<name>', 'a sweep of the catalogue or in a file; an experiment is a sweep of one')
    .description('Run experiments that belong together, several at a time, each in a process of its own.')
    .addOption(
      new Option('--preset <size>', `${presets.join(', ')}: minutes, up to hours, as written`).default(
        'full',
      ),
    )
    .option('--jobs <n>', 'runs at a time; default as many as there are cores and memory for')
    .option('--workers <n>', 'threads of each run; default the cores shared among the jobs')
    .option(
      '--slurm [profile]',
      "submit an array job of what is not finished; a file of options, or a profile's name (see docs/cluster.md)",
    )
    .option('--sbatch <name=value...>', 'options of the job, such as partition=short time=2:00:00 memory=4G')
    .option('--dry-run', 'with --slurm: show the script and how long it takes, and submit nothing')
    .option('--probe', 'with --dry-run: measure the speed on a node of the partition, by a short job')
    .option('--collect <folder>', "copy the sweep's finished runs from another machine's folder of runs")
    .option('--shard <i/n>', 'only the i-th of n parts, beside other processes or machines that do theirs')
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
      const { sweep } = await import('../commands/sweep.js');
      await atEdge(sweep(name, flags));
    });
};

const addStatus = (program: Command): void => {
  program
    .command('status')
    .argument('[name]', 'a sweep, an experiment or a folder; default all runs')
    .description(
      'How far every run is: finished, running, unfinished, failed, damaged, cannot be read, not begun.',
    )
    .option('--watch', 'show it again every two seconds')
    .option('--check', 'also read all weights and compare every file with what was written')
    .option('--json', 'as JSON')
    .addOption(runs())
    .action(async (name, flags) => {
      const { status } = await import('../commands/status.js');
      await atEdge(status(name, flags));
    });
};

const addLearn = (program: Command): void => {
  program
    .command('learn')
    .argument(
      '<folder>',
      'with images/ and masks/ of PNG or TIFF files, alone or in train/ and test/; with a folder of pictures for each class; or with train_images.npy, train_masks.npy, test_images.npy, test_masks.npy',
    )
    .description(
      'Train the NWM with linear readout on a folder of PNG, TIFF or .npy pairs, or of pictures by class, and score its test set.',
    )
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
    .option('--set <name=value...>', 'settings of the data, such as labels={255: cell} or ignore=255')
    .addOption(engine())
    .addOption(fuse())
    .addOption(workers())
    .addOption(runs())
    .addOption(pictures())
    .action(async (folder: string, flags) => {
      const { learn } = await import('../commands/learn.js');
      await atEdge(learn(folder, flags));
    });
};

export const training = (program: Command): void => {
  for (const add of [addRun, addSweep, addStatus, addLearn]) add(program);
};
