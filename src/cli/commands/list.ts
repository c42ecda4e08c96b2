/** `drumhead list`: everything that has a name, each with a line of description. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, decodeError, unknownName } from '../../base/error.js';
import { describeTask, isOwnName, isOwnTask, type OwnTask, taskNamed, taskNames } from '../../data/task.js';
import { drumExperiments } from '../../drums/index.js';
import { experimentNamed, experimentNames } from '../../experiments/catalogue.js';
import { describeAnyModel } from '../../experiments/model.js';
import { runsOf } from '../../experiments/sweep/sweep.js';
import { sweepNamed, sweepNames } from '../../experiments/sweep/sweeps.js';
import { describeModel, modelNamed, modelNames } from '../../models/catalogue.js';
import { systemNamed, systemNames, viewOf } from '../../models/systems/index.js';
import { columnsWide, wrapped } from '../../report/tables/index.js';
import { terminalWidth } from '../terminal/terminal-width.js';

export const listKinds = ['experiments', 'sweeps', 'drums', 'systems', 'tasks', 'models'] as const;
type ListKind = (typeof listKinds)[number];

export interface ListFlags {
  readonly json?: boolean;
  /** Only the names of experiments, sweeps and drums. */
  readonly names?: boolean;
}

interface Entry {
  readonly kind: ListKind;
  readonly name: string;
  readonly about: string;
}

const about = <A>(found: Checked<A>, words: (value: A) => string): string =>
  pipe(
    found,
    E.match(() => '', words),
  );

/** Removes the name from the beginning of a description, since it has its own column. */
const withoutName = (text: string): string => text.replace(/^[\w-]+: */, '');

const seeds = (count: number): string => `${count} ${count === 1 ? 'seed' : 'seeds'}`;

/** The files of a person's own task. */
const ownFiles: Readonly<Record<OwnTask['name'], string>> = {
  npy: 'images and masks as .npy arrays',
  png: 'images and masks as pairs of PNG or TIFF (TIFF with the optional package tiff)',
  arrays: 'named arrays of any shape, .npy, .npz, .safetensors or .parquet',
  'image-folders': 'pictures in a folder for each class, PNG or TIFF (TIFF with the optional package tiff)',
  series: 'CSV files: sequences in a folder for each class, or long series to be forecast',
};

const aboutOf: Readonly<Record<ListKind, (name: string) => string>> = {
  experiments: (name) =>
    about(
      experimentNamed(name, 'full'),
      ({ model, task, seeds: all }) => `${describeAnyModel(model)}; on ${task.name}; ${seeds(all.length)}`,
    ),
  sweeps: (name) =>
    about(
      sweepNamed(name),
      (sweep) => `a sweep of ${sweep.members.length} experiments, ${runsOf(sweep).length} runs`,
    ),
  drums: (name) => `${drumExperiments[name].drums.length} drums, struck and listened to`,
  systems: (name) =>
    about(systemNamed(name, {}), (spec) => {
      const { title, field } = viewOf(spec);
      return `${title}; shows ${field}`;
    }),
  tasks: (name) =>
    about(
      taskNamed(name, isOwnName(name) ? { folder: '.' } : name === 'generated' ? { file: '.' } : {}),
      (task) =>
        task.name === 'generated'
          ? 'a function in your own file that makes each sample'
          : isOwnTask(task)
            ? `files of your own: ${ownFiles[task.name]}`
            : withoutName(describeTask(task)),
    ),
  models: (name) => about(modelNamed(name), (model) => withoutName(describeModel(model))),
};

const namesOf: Readonly<Record<ListKind, readonly string[]>> = {
  experiments: experimentNames,
  sweeps: sweepNames,
  drums: Object.keys(drumExperiments),
  systems: systemNames,
  tasks: taskNames,
  models: modelNames,
};

const entriesOf = (kind: ListKind): readonly Entry[] =>
  namesOf[kind].map((name) => ({ kind, name, about: aboutOf[kind](name) }));

/** Entries with all these words in their kind, name or description, in any case. */
const matching = (words: readonly string[]): readonly Entry[] => {
  const kind = listKinds.find((one) => words.length === 1 && one === words[0].toLowerCase());
  const all = (kind === undefined ? listKinds : [kind]).flatMap(entriesOf);
  return kind !== undefined
    ? all
    : all.filter((entry) => {
        const text = `${entry.kind} ${entry.name} ${entry.about}`.toLowerCase();
        return words.every((word) => text.includes(word.toLowerCase()));
      });
};

const section = (
  kind: ListKind,
  entries: readonly Entry[],
  width: number,
  room: number,
): readonly string[] =>
  entries.length === 0
    ? []
    : [
        '',
        `${kind}:`,
        ...entries.flatMap(({ name, about: words }) => {
          // In a narrow terminal the description is below the name.
          const beside = room - width - 4 >= 24;
          const lines = wrapped(words, Math.max(16, beside ? room - width - 4 : room - 6));
          const indent = ' '.repeat(beside ? width + 4 : 6);
          return beside
            ? lines.map((line, i) => (i === 0 ? `  ${name.padEnd(width)}  ${line}` : `${indent}${line}`))
            : [`  ${name}`, ...lines.map((line) => `${indent}${line}`)];
        }),
      ];

/**
 * The list: everything, one kind, or the entries with these words.
 *
 * **Errors** UnknownName with the nearest name if no entry has them.
 */
export const list = (
  words: readonly string[],
  { json = false, names = false }: ListFlags,
  room = terminalWidth(),
): Checked<string> => {
  if (json && names)
    return E.left(decodeError('--names', 'with --json every entry has its name; give one of both'));
  const found = matching(words).filter(
    ({ kind }) => !names || kind === 'experiments' || kind === 'sweeps' || kind === 'drums',
  );
  if (found.length === 0)
    return E.left(
      unknownName('name or word', words.join(' '), [
        ...listKinds,
        ...listKinds.flatMap((kind) => namesOf[kind]),
      ]),
    );
  if (json) return E.right(JSON.stringify(found, null, 2));
  if (names) return E.right(found.map(({ name }) => name).join('\n'));
  const width = Math.max(...found.map(({ name }) => columnsWide(name)));
  return E.right(
    listKinds
      .flatMap((kind) =>
        section(
          kind,
          found.filter((entry) => entry.kind === kind),
          width,
          room ?? Number.POSITIVE_INFINITY,
        ),
      )
      .slice(1)
      .join('\n'),
  );
};
