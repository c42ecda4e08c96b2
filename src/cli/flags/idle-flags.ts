/** Flags that would do nothing: known by the others beside them and by what the names are, before any work starts. */

import { stat } from 'node:fs/promises';
import { drumExperiments } from '../../drums/index.js';
import { modelNames } from '../../models/catalogue.js';
import { systemNames } from '../../models/systems/index.js';
import { splitIsIdle } from '../../report/tables/index.js';
import { sweepPath } from '../../runner/folder/sweep-file.js';

/** A command line as it was given. */
export interface Line {
  readonly command: string;
  readonly names: readonly string[];
  /** Flags that stand there, without their dashes: `no-time`. */
  readonly given: readonly string[];
  /** What each says, those left out by their defaults; by its name in the program: `mnistDir`. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/** What a name is, as far as that is known without reading it. */
type Kind = 'system' | 'drums' | 'folder' | 'other';

interface Known extends Line {
  readonly kind: Kind;
  /** Whether a sweep of this name was begun in the folder of all runs. */
  readonly begun: boolean;
}

/** Flags of a command, and why they do nothing; null where they do something. */
interface Rule {
  readonly of: readonly string[];
  readonly flags: readonly string[];
  readonly why: (line: Known) => string | null;
  /** What scripts give out of habit is not refused: it is said, and the work goes on. */
  readonly noted?: true;
}

const has = ({ given }: Line, flag: string): boolean => given.includes(flag);

const when = (is: boolean, why: string): string | null => (is ? why : null);

const ownFolder = ({ kind, begun, names }: Known): string | null =>
  when(
    kind === 'folder' && !begun,
    `${names[names.length - 1]} is a folder, whose runs are meant as they are`,
  );

const training: readonly Rule[] = [
  {
    of: ['run'],
    flags: ['preset', 'seed', 'label', 'epochs', 'set', 'mnist-dir', 'workers', 'no-pictures'],
    why: ({ kind, names }) => when(kind === 'drums', `${names[0]} is struck and learns nothing`),
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
];

const asking: readonly Rule[] = [
  { of: ['data'], flags: ['force'], why: (line) => when(!has(line, 'export'), 'it is for --export FOLDER') },
  {
    of: ['data'],
    flags: ['out'],
    why: ({ flags: { show } }) => when(Number(show) === 0, '--show 0 draws no contact sheet'),
  },
  {
    of: ['data'],
    flags: ['cache'],
    why: ({ kind, names: [name] }) =>
      when(kind === 'folder' || name === 'npy' || name === 'png', 'what lies in files is read where it lies'),
  },
  { of: ['laws'], flags: ['out'], why: (line) => when(has(line, 'no-pictures'), '--no-pictures draws none') },
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
    of: ['evaluate', 'waves'],
    flags: ['runs'],
    why: (line) => when(ownFolder(line) !== null, `${ownFolder(line)}; made data alone is kept there`),
    noted: true,
  },
  { of: ['evaluate'], flags: ['preset'], why: (line) => (has(line, 'task') ? null : ownFolder(line)) },
  { of: ['figure', 'waves'], flags: ['preset'], why: ownFolder },
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
];

/** What each kind of figure is drawn with, beside the flags of all. */
const drawnWith: Readonly<Record<string, readonly string[]>> = {
  scores: ['score'],
  curves: ['score'],
  parameters: [],
  waves: ['samples', 'channels', 'frames', 'engine', 'fuse'],
  segmentations: ['samples', 'engine', 'fuse'],
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

const exchange: readonly Rule[] = [
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
];

const rules: readonly Rule[] = [...training, ...showing, ...asking, ...results, ...figures, ...exchange];

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isDirectory() === true;

const kindOf = async (name: string): Promise<Kind> => {
  if (systemNames.some((known) => known === name)) return 'system';
  if (Object.hasOwn(drumExperiments, name)) return 'drums';
  return (await isFolder(name)) ? 'folder' : 'other';
};

/** What is to be said of a line: flags that are refused, and flags that are only noted, a sentence each. */
export interface IdleFlags {
  readonly refused: readonly string[];
  readonly noted: readonly string[];
}

/**
 * Flags of a command line that do nothing there.
 *
 * @example
 * await idleFlags({ command: 'query', names: [], given: ['parquet', 'format'], flags: {} })
 * // { refused: ['--format: it does nothing here, since --parquet writes a file alone; leave it out'], noted: [] }
 */
export const idleFlags = async (line: Line): Promise<IdleFlags> => {
  const name = line.names[line.names.length - 1] ?? '';
  const { runs } = line.flags;
  const known: Known = {
    ...line,
    kind: await kindOf(name),
    begun:
      typeof runs === 'string' &&
      name !== '' &&
      (await stat(sweepPath(runs, name)).catch(() => null)) !== null,
  };
  const said = (flag: string, noted: boolean): readonly string[] => {
    const whys = rules
      .filter(
        ({ of, flags, noted: only = false }) =>
          only === noted && of.includes(line.command) && flags.includes(flag),
      )
      .flatMap(({ why }) => why(known) ?? []);
    return whys.slice(0, 1);
  };
  const refused = line.given.flatMap((flag) =>
    said(flag, false).map((why) => `--${flag}: it does nothing here, since ${why}; leave it out`),
  );
  return {
    refused,
    noted: line.given
      .filter((flag) => said(flag, false).length === 0)
      .flatMap((flag) => said(flag, true).map((why) => `--${flag} does nothing here: ${why}`)),
  };
};
