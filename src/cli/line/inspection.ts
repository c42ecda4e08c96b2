/** Commands that train nothing: experiments, costs, data, parity, laws. */

import { type Command, Option } from '@commander-js/extra-typings';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { taskNames } from '../../data/task.js';
import { engineChoices } from '../../engine/names.js';
import { presets } from '../../experiments/settings/presets.js';
import { atEdge } from '../edge.js';
import {
  engine,
  force,
  fuse,
  mnistDir,
  named,
  namedOrProgram,
  settings,
  settingsOfSecond,
} from './options.js';

const addList = (program: Command): void => {
  program
    .command('list')
    .argument('[words...]', 'only what has these words in it; or a kind: experiments, sweeps, systems, ...')
    .description(
      'What there is: experiments, sweeps, drums, systems, tasks and models, each with what it is.',
    )
    .option('--names', 'names alone, of what can be run')
    // This is the default; the flag exists for people who are used to it.
    .addOption(new Option('--long').hideHelp())
    .option('--json', 'as JSON: kind, name and what it is')
    .action(async (words, flags) => {
      const { list } = await import('../commands/list.js');
      await atEdge(TE.fromEither(list(words, flags)));
    });
};

const addShow = (program: Command): void => {
  program
    .command('show')
    .argument('<name>', namedOrProgram)
    .description(
      'What an experiment, a sweep, a system or a program is: settings, parameters, cost, time on this machine, diagram.',
    )
    .addOption(new Option('--preset <size>', `${presets.join(', ')}`).default('full'))
    .option('--nodes', 'also every node of the program with its shape')
    .option('--diagram', 'only the Mermaid source of the diagram')
    .option('--plan', 'only what of it runs in fused kernels, and why the rest does not')
    .option('--json', 'the plan as JSON')
    .option('--no-time', 'leave out the estimate of the time, which takes a few seconds')
    .addOption(settings())
    .addOption(mnistDir())
    .addOption(engine())
    .addOption(fuse())
    .action(async (name, flags) => {
      const { show } = await import('../commands/show.js');
      await atEdge(show(name, flags));
    });
};

const addDiff = (program: Command): void => {
  program
    .command('diff')
    .argument('<a>', named)
    .argument('[b]', 'another; left out, the first with other settings')
    .description('What differs between two experiments or sweeps, by path, and which runs they share.')
    .addOption(new Option('--preset <size>', `${presets.join(', ')}`).default('full'))
    .addOption(settingsOfSecond())
    .action(async (a, b, flags) => {
      const { diff } = await import('../commands/diff.js');
      await atEdge(diff(a, b, flags));
    });
};

const addData = (program: Command): void => {
  program
    .command('data')
    .argument('<task>', `${taskNames.join(', ')}, a folder of .npy, PNG or TIFF pairs, or an experiment`)
    .description("Make or read a task's data, say what is in it, and draw a contact sheet.")
    .option('--show <n>', 'test images on the contact sheet; 0 draws none', '16')
    .option('--out <file>', 'the contact sheet', 'contact-sheet.png')
    .option('--set <name=value...>', 'settings of the task, such as size=32 cell=3', [])
    .addOption(mnistDir())
    .option('--export <folder>', 'also write the data there, to be read back as a task')
    .addOption(force())
    .option('--format <name>', 'of --export: npy, a file of arrays a split, or png, pictures; default npy')
    .option('--cache <folder>', 'where made data is kept', 'runs/.cache')
    .action(async (task, flags) => {
      const { data } = await import('../commands/data.js');
      await atEdge(data(task, flags));
    });
};

const addParity = (program: Command): void => {
  program
    .command('parity')
    .argument('<folder>', 'with manifest.json and the arrays it lists')
    .description('Compare models, gradients, scores and Adam with arrays computed by the original.')
    .option('--case <name>', 'one case only')
    .addOption(engine())
    .addOption(fuse())
    .option('--json', 'the whole comparison as JSON')
    .action(async (folder: string, flags) => {
      const { parity } = await import('../commands/parity.js');
      await atEdge(parity(folder, flags));
    });
};

const addLaws = (program: Command): void => {
  program
    .command('laws')
    .argument(
      '<name>',
      'a system such as wave or kuramoto, an experiment, or a file: a program, or a function of { dt } that writes one',
    )
    .description(
      'Hold a system against the laws of wave dynamics: which hold, which do not apply or could not be tried and why, which break.',
    )
    .option('--law <names...>', 'only these laws')
    .option('--expect <names...>', 'laws that it is meant to keep, though they do not apply to it')
    .option('--order <n>', 'the order that its method claims, which the law convergence measures')
    .option('--export <name>', 'of a file with several programs: which one; FILE#NAME says the same')
    .option('--cases <n>', 'cases a law; heavy laws take fewer', '20')
    .option('--seconds <n>', 'of time for all laws together; what is left then is said', '40')
    .option('--seed <n>', 'of the cases', '1')
    .option('--path <path>', 'of one counterexample, as it was printed')
    .option(
      '--engine <name>',
      `what computes: float64 (the reference), or ${engineChoices.join(', ')}`,
      'float64',
    )
    .option('--out <folder>', 'where pictures of counterexamples go; default runs/laws')
    .addOption(force())
    .option('--no-pictures', 'draw none')
    .option('--json', 'as JSON')
    .addOption(
      new Option('--preset <size>', `of an experiment by name: ${presets.join(', ')}`).default('full'),
    )
    .addOption(settings())
    .addHelpText(
      'after',
      `
A law that breaks ends with the smallest case that breaks it, as code, as a picture, and as the command that repeats it;
the exit code is then 1. A module may \`export default ({ dt = 0.1 } = {}) => program(…)\`, so that laws can halve dt.`,
    )
    .action(async (name, flags) => {
      const { laws } = await import('../commands/laws.js');
      await atEdge(laws(name, flags));
    });
};

const addDoctor = (program: Command): void => {
  program
    .command('doctor')
    .description(
      'Which engines compute here, whether their numbers are right, how fast they are, and what is absent.',
    )
    .option('--seconds <n>', 'for which the training of each engine is timed', '2')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Each engine is tried in a process of its own, so one that dies is a line of the table. What is absent is said with the
command that brings it; programs are asked for their version. The exit code is 1 where an engine gives wrong numbers.`,
    )
    .action(async (flags) => {
      const { doctor } = await import('../commands/doctor.js');
      await atEdge(doctor(flags));
    });
};

const addEngine = (program: Command): void => {
  program
    .command('engine')
    .argument('<action>', 'add or remove')
    .argument('<name>', 'tensorflow')
    .description('Add the engine tensorflow, built against a TensorFlow that you have, or remove it again.')
    .option('--from <path>', 'a wheel of Python, or the folder where one is installed')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
add builds the binding of @tensorflow/tfjs-node-gpu (or of @tensorflow/tfjs-node) against libtensorflow_cc of a wheel of tensorflow or
tensorflow_cpu (2.x), on Linux, and tries it on a small parity case before it replaces anything. It needs a compiler of C++. The
libraries of a wheel are native code, and run: take one from PyPI alone. What was built lies in your cache folder, or where
the variable DRUMHEAD_TENSORFLOW says; the variable keeps it away when it is off.

  $ npm install --no-save --save-dev --ignore-scripts @tensorflow/tfjs-node-gpu@4.22.0
  $ pip download --no-deps tensorflow_cpu
  $ drumhead engine add tensorflow --from tensorflow_cpu-*.whl`,
    )
    .action(async (action, name, flags) => {
      const { engineCommand } = await import('../commands/engine.js');
      await atEdge(engineCommand(action, name, flags));
    });
};

export const asking = (program: Command): void => {
  for (const add of [addList, addShow, addDiff, addData, addParity, addLaws, addDoctor, addEngine])
    add(program);
};
