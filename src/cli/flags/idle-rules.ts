/** The rules for idle flags: a table of flags with the conditions under which they do nothing. */

import { modelNames } from '../../models/catalogue.js';
import { splitIsIdle } from '../../report/tables/index.js';

/** A command line as it was given. */
export interface Line {
  readonly command: string;
  readonly names: readonly string[];
  /** The flags that were given, without their dashes: `no-time`. */
  readonly given: readonly string[];
  /** The value of each flag, defaults included, by its name in the program: `mnistDir`. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/** The kind of a name, if it is known without reading it. */
export type Kind = 'system' | 'drums' | 'task' | 'weights' | 'folder' | 'other';

/** A command line with the kinds of its names. */
export interface Known extends Line {
  /** The kind of the last name. */
  readonly kind: Kind;
  readonly kinds: readonly Kind[];
  /** The kinds of the names in --task and --model. */
  readonly task: Kind;
  readonly model: Kind;
  /** Whether a sweep of this name was begun in the folder of all runs. */
  readonly begun: boolean;
}

/** Flags of a command, with the reason why they have no effect; null if they have one. */
interface Rule {
  readonly of: readonly string[];
  readonly flags: readonly string[];
  readonly why: (line: Known) => string | null;
  /** Whether the flag is only noted instead of refused, since scripts often give it. */
  readonly noted?: true;
}

const has = ({ given }: Line, flag: string): boolean => given.includes(flag);

const when = (is: boolean, why: string): string | null => (is ? why : null);

const ownFolder = ({ kind, begun, names }: Known): string | null =>
  when(
    kind === 'folder' && !begun,
    `${names[names.length - 1]} is a folder, whose runs are meant as they are`,
  );

/** Data in a folder determine their own size. */
const asItWas = ({ kinds, names }: Known): string | null =>
  when(
    kinds.length > 0 && kinds.every((kind) => kind === 'folder'),
    names.length === 1
      ? `${names[0]} is a folder, which is meant as it was written`
      : `${names.join(' and ')} are folders, which are meant as they were written`,
  );

const digits: readonly string[] = ['mnist', 'multi-mnist', 'sequential-mnist'];

const training: readonly Rule[] = [
  { of: ['run', 'sweep', 'show', 'diff', 'laws'], flags: ['preset'], why: asItWas },
  {
    of: ['run'],
    flags: [
      'preset',
      'seed',
      'label',
      'epochs',
      'from',
      'freeze',
      'name',
      'notes',
      'set',
      'mnist-dir',
      'workers',
      'no-pictures',
    ],
    why: ({ kind, names }) => when(kind === 'drums', `${names[0]} is struck and learns nothing`),
  },
  {
    of: ['sweep'],
    flags: ['sbatch', 'dry-run'],
    why: (line) => when(!has(line, 'slurm'), 'without --slurm nothing is submitted'),
  },
  {
    of: ['sweep'],
    flags: ['probe'],
    why: (line) =>
      when(!has(line, 'dry-run') || !has(line, 'slurm'), 'only --slurm --dry-run says how long it takes'),
  },
  {
    of: ['sweep'],
    flags: ['jobs', 'workers', 'minutes', 'shard'],
    why: (line) =>
      when(has(line, 'slurm'), 'with --slurm every task does one part; --sbatch cpus=4 gives it threads'),
  },
  {
    of: ['sweep'],
    flags: ['jobs', 'workers', 'minutes', 'shard', 'slurm', 'no-pictures'],
    why: (line) => when(has(line, 'collect'), 'with --collect nothing is run'),
  },
  { of: ['status'], flags: ['runs'], why: ownFolder, noted: true },
];

const showing: readonly Rule[] = [
  {
    of: ['show'],
    flags: ['preset', 'mnist-dir', 'no-time', 'engine', 'fuse'],
    why: ({ kind, names }) =>
      when(kind === 'system', `${names[0]} is a system, which has one size and no training`),
  },
  {
    of: ['show'],
    flags: ['preset', 'nodes', 'diagram', 'plan', 'json', 'no-time', 'set', 'mnist-dir', 'engine', 'fuse'],
    why: ({ kind, names }) => when(kind === 'drums', `${names[0]} is struck and has no program`),
  },
  {
    of: ['show'],
    flags: ['nodes', 'no-time'],
    why: (line) =>
      has(line, 'plan')
        ? '--plan shows the plan alone'
        : when(has(line, 'diagram'), '--diagram shows the diagram alone'),
  },
  {
    of: ['show'],
    flags: ['mnist-dir'],
    why: (line) =>
      has(line, 'plan') || has(line, 'diagram')
        ? 'the program does not depend on where the digits lie'
        : null,
  },
  { of: ['show'], flags: ['diagram'], why: (line) => when(has(line, 'plan'), '--plan shows the plan alone') },
  {
    of: ['show'],
    flags: ['engine', 'fuse'],
    why: (line) =>
      when(
        ['plan', 'diagram', 'no-time'].some((flag) => has(line, flag)),
        'it is for the estimate of the time, which is left out',
      ),
    noted: true,
  },
  {
    of: ['diff'],
    flags: ['preset'],
    why: ({ kind, names }) => when(kind === 'drums', `${names[0]} is struck and has one size`),
  },
  {
    of: ['diff'],
    flags: ['set'],
    why: ({ kind, names }) => when(kind === 'drums', `${names.at(-1)} is struck and learns nothing`),
  },
];

const asking: readonly Rule[] = [
  {
    of: ['engine'],
    flags: ['from'],
    why: ({ names: [action] }) =>
      when(action === 'remove', 'what was added is removed, wherever it came from'),
  },
  {
    of: ['data'],
    flags: ['force'],
    why: (line) =>
      when(
        !has(line, 'export') && Number(line.flags.show) === 0,
        'it is for --export FOLDER and the contact sheet, and --show 0 draws none',
      ),
  },
  {
    of: ['data'],
    flags: ['out'],
    why: ({ flags: { show } }) => when(Number(show) === 0, '--show 0 draws no contact sheet'),
  },
  {
    of: ['data'],
    flags: ['mnist-dir'],
    why: ({ kind, names: [name] }) =>
      when(kind === 'task' && !digits.includes(name), `the task ${name} has no digits of MNIST`) ??
      when(kind === 'folder', `${name} is a folder, whose data is taken as it is`),
  },
  {
    of: ['data'],
    flags: ['cache'],
    why: ({ kind, names: [name] }) =>
      when(kind === 'folder' || name === 'npy' || name === 'png', 'what lies in files is read where it lies'),
  },
  {
    of: ['laws'],
    flags: ['out', 'force'],
    why: (line) => when(has(line, 'no-pictures'), '--no-pictures draws none'),
  },
  {
    of: ['laws'],
    flags: ['expect'],
    why: ({ flags: { law, expect } }) =>
      when(
        Array.isArray(law) && Array.isArray(expect) && !expect.some((name: unknown) => law.includes(name)),
        '--law holds the system against other laws alone',
      ),
  },
  {
    of: ['laws'],
    flags: ['order'],
    why: ({ flags: { law } }) =>
      when(
        Array.isArray(law) && !law.includes('convergence'),
        '--law leaves out convergence, which measures the order',
      ),
  },
  {
    of: ['laws'],
    flags: ['cases'],
    why: (line) => when(has(line, 'path'), '--path tries the one case that it leads to'),
  },
  {
    of: ['laws'],
    flags: ['preset'],
    why: ({ kind, names }) => when(kind === 'system', `${names[0]} is a system, which has one size`),
  },
];

const results: readonly Rule[] = [
  {
    of: ['table'],
    flags: ['split'],
    why: ({ flags: { scores } }) =>
      when(
        typeof scores === 'string' && scores.trim() !== '' && splitIsIdle(scores),
        'it is for scores that name no split, and each of --scores says of which images it is, or is of none',
      ),
  },
  {
    of: ['table'],
    flags: ['no-extremes'],
    why: ({ flags: { tables, format } }) =>
      when(tables === 'means' && format !== 'csv' && format !== 'json', '--tables means has no extremes'),
  },
  { of: ['table', 'report', 'figure', 'waves', 'export', 'run-program'], flags: ['set'], why: ownFolder },
  {
    of: ['table', 'report', 'figure'],
    flags: ['set'],
    why: ({ begun, names }) =>
      when(begun, `${names.at(-1)} was begun already, with the settings that its record says`),
  },
  { of: ['table', 'report'], flags: ['preset'], why: ownFolder },
  {
    of: ['table', 'report'],
    flags: ['preset'],
    why: ({ begun, names }) => when(begun, `${names[0]} was begun already, at the size that its record says`),
    noted: true,
  },
  {
    of: ['table', 'report', 'figure', 'export', 'run-program'],
    flags: ['runs'],
    why: ownFolder,
    noted: true,
  },
  {
    of: ['evaluate', 'waves', 'play'],
    flags: ['runs'],
    why: (line) => when(ownFolder(line) !== null, `${ownFolder(line)}; made data alone is kept there`),
    noted: true,
  },
  {
    of: ['evaluate'],
    flags: ['preset'],
    why: (line) => {
      if (!has(line, 'task')) return ownFolder(line);
      // The flag sets the size of an experiment's task.
      return line.task === 'other' || ownFolder(line) === null
        ? null
        : `${ownFolder(line)}, and ${String(line.flags.task)} has one size`;
    },
  },
  {
    of: ['evaluate'],
    flags: ['mnist-dir'],
    why: ({ task, flags: { task: name } }) =>
      when(
        task === 'task' && !digits.includes(String(name)),
        `the task ${String(name)} has no digits of MNIST`,
      ) ?? when(task === 'folder', `${String(name)} is a folder, whose data is taken as it is`),
  },
  { of: ['figure', 'waves', 'play'], flags: ['preset'], why: ownFolder },
  {
    of: ['figure', 'evaluate', 'waves'],
    flags: ['preset'],
    why: (line) =>
      when(
        line.begun && !has(line, 'task'),
        `${line.names.at(-1)} was begun already, at the size that its record says`,
      ),
    noted: true,
  },
  {
    of: ['query'],
    flags: ['force'],
    why: (line) => when(!has(line, 'parquet'), 'it is for --parquet FILE'),
  },
  {
    of: ['query'],
    flags: ['format'],
    why: (line) => when(has(line, 'parquet'), '--parquet writes a file alone'),
  },
  {
    of: ['play'],
    flags: ['preset', 'untrained', 'runs'],
    why: ({ kind, names }) => when(kind === 'system', `${names[0]} is a system, which has no runs`),
  },
  {
    of: ['play'],
    flags: ['resize'],
    why: ({ kind, names }) =>
      when(kind === 'system', `${names[0]} is a system; --size and --steps are for its sites and steps`),
  },
];

/** The flags that each kind of figure uses, in addition to the common ones. */
const drawnWith: Readonly<Record<string, readonly string[]>> = {
  scores: ['score'],
  curves: ['score'],
  parameters: [],
  waves: ['samples', 'channels', 'frames', 'engine', 'fuse'],
  segmentations: ['samples', 'engine', 'fuse'],
  answers: [],
  'nwm-lstm': ['samples', 'channels', 'engine', 'fuse'],
};

const figures: readonly Rule[] = ['score', 'samples', 'channels', 'frames', 'engine', 'fuse'].map((flag) => ({
  of: ['figure'],
  flags: [flag],
  why: ({ names: [figure] }) =>
    when(
      Object.hasOwn(drawnWith, figure) && !drawnWith[figure].includes(flag),
      `figure ${figure} is drawn without it`,
    ),
}));

/** Whether a name is that of a file of weights. */
export const isWeights = (name: string): boolean =>
  /(\.safetensors|(^|[\\/])(model|program)\.json)$/.test(name);

const exchange: readonly Rule[] = [
  {
    of: ['export', 'run-program'],
    flags: ['runs'],
    why: ({ kind, names }) =>
      when(kind === 'weights', `${names[0]} holds weights of its own, which are of no run here`),
  },
  {
    of: ['export'],
    flags: ['untrained'],
    why: ({ kind, names }) =>
      when(kind === 'weights', `${names[0]} holds weights, and no experiment to begin anew`),
  },
  { of: ['export'], flags: ['preset'], why: (line) => (has(line, 'untrained') ? asItWas(line) : null) },
  {
    of: ['run-program'],
    flags: ['fuse'],
    why: ({ names: [name] }) =>
      when(/(^|[\\/])model\.json$/.test(name), `${name} is a GraphModel, which TensorFlow.js runs by itself`),
  },
  {
    of: ['export'],
    flags: ['runs'],
    why: (line) => when(has(line, 'untrained'), 'weights as they start are of no run'),
    noted: true,
  },
  {
    of: ['import'],
    flags: ['set', 'size', 'classes', 'preset'],
    why: (line) => when(!has(line, 'model'), 'it says more of --model, which is not given'),
  },
  {
    of: ['import'],
    flags: ['preset'],
    why: ({ flags: { model } }) =>
      when(
        modelNames.some((name) => name === model),
        `${model} is a model, which has its own settings: --set`,
      ),
  },
  {
    of: ['import'],
    flags: ['preset'],
    why: ({ model, flags }) =>
      when(model === 'folder', `${String(flags.model)} is a folder, which is meant as it was written`),
  },
];

/** All rules. */
export const rules: readonly Rule[] = [
  ...training,
  ...showing,
  ...asking,
  ...results,
  ...figures,
  ...exchange,
];
