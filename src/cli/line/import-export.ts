/** Commands that export and import programs and weights. */

import { type Command, Option } from '@commander-js/extra-typings';
import { presets } from '../../experiments/settings/presets.js';
import { atEdge } from '../edge.js';
import { engine, force, fuse, runs, settingsOfRuns } from './options.js';

const addExport = (program: Command): void => {
  program
    .command('export')
    .argument(
      '<run>',
      'a run folder, an earlier export, an experiment whose finished run is meant, by name or file, or the file of a program (then untrained)',
    )
    .description('Write a program with its weights in a format that others read.')
    .option('--format <name>', 'graph-model, onnx, safetensors or program', 'graph-model')
    .requiredOption('--out <folder>', 'where to; an earlier export there is replaced')
    .addOption(force())
    .option('--unroll', 'a graph model without loops, which can be differentiated')
    .option('--outputs <list>', 'outputs of a graph model or of onnx, such as logits,waves,omega')
    .option('--untrained', 'weights as they start, whether or not a run is finished')
    .addOption(
      new Option(
        '--preset <size>',
        `of an experiment: ${presets.join(', ')}; default the largest that was run, full with --untrained`,
      ),
    )
    .option('--seed <n>', 'the seed of the run; of --untrained weights default 0')
    .addOption(settingsOfRuns())
    .addOption(runs())
    .addHelpText(
      'after',
      `
graph-model  model.json and weight shards that plain tf.loadGraphModel loads and runs, in Node and in a browser, on every
             backend: input image, outputs logits, classes, waves
onnx         model.onnx, which onnxruntime and others run outside of JavaScript: the same inputs and outputs, scans step by step
safetensors  weights under the names that PyTorch gives them in the original
program      the language and its weights, as JSON and binary

A name means a finished run that is exactly the named experiment, with no setting changed, at the largest size that was
run, its first seed; where none is, the only one that goes by the name. Several different ones are refused with a list.`,
    )
    .action(async (run, flags) => {
      const { exportRun } = await import('../commands/export.js');
      await atEdge(exportRun(run, flags));
    });
};

const addImport = (program: Command): void => {
  program
    .command('import')
    .argument('<file>', "safetensors under PyTorch's names, or what --format program wrote")
    .description("Take weights in: a folder like a run's, to run, export and evaluate.")
    .requiredOption('--out <folder>', 'where to; an earlier import there is replaced')
    .addOption(force())
    .option(
      '--model <name>',
      'the model that they are for: an experiment, a run folder, or a model such as nwm',
    )
    .option('--set <name=value...>', 'settings of the model, such as steps=50 hidden=linear_smaller4', [])
    .option('--size <HxWxC>', 'height, width and channels of its images, such as 64x64x3')
    .option('--classes <n>', 'how many classes it tells apart')
    .addOption(
      new Option('--preset <size>', `of an experiment by name: ${presets.join(', ')}`).default('full'),
    )
    .action(async (file, flags) => {
      const { importWeights } = await import('../commands/import.js');
      await atEdge(importWeights(file, flags));
    });
};

const addRunProgram = (program: Command): void => {
  program
    .command('run-program')
    .argument(
      '<file>',
      'model.json, program.json, weights.safetensors, a folder with one of them, a run folder, an experiment whose finished run is meant, or a module that exports a program (then untrained)',
    )
    .description('Run a program on a picture: its class map and its waves.')
    .option(
      '--input <file...>',
      'a PNG or an .npy file of the size that the program takes; NAME=FILE for each of several',
      [],
    )
    .requiredOption('--out <folder>', 'where the pictures go; an earlier answer there is replaced')
    .option(
      '--resize <sizes>',
      'another grid or more steps with the same weights: 128x128, steps=200, or 128x128,steps=200',
    )
    .addOption(force())
    .addOption(settingsOfRuns())
    .addOption(runs())
    .addOption(engine())
    .addOption(fuse())
    .action(async (file, flags) => {
      const { runProgramFile } = await import('../commands/run-program.js');
      await atEdge(runProgramFile(file, flags));
    });
};

export const exchange = (program: Command): void => {
  for (const add of [addExport, addImport, addRunProgram]) add(program);
};
