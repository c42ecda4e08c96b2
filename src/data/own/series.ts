/** Time series in CSV files: a folder for each class with a file for each sample, or long series to forecast. */

import { join } from 'node:path';
import { dsvFormat } from 'd3-dsv';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect, errorMessage } from '../../base/error.js';
import { grouped } from '../../base/limits.js';
import { listFolder, readBytes } from '../../files/files.js';
import { kindOf } from '../../files/kind-of.js';
import { type SplitName, splitNames } from '../dataset.js';
import { assembled, type ReadArrays, type ReadOptions } from './arrays.js';
import { isLitter } from './png-folder.js';
import type { SeriesTask } from './stated/series.js';
import { type StoredArrays, storedInMemory } from './stored/stored.js';
import { mostNumbers, windowsOf } from './windows.js';

/** The values of a file, row after row. */
interface Rows {
  readonly path: string;
  readonly count: number;
  readonly names: readonly string[];
  /** Columns without a number in the first row, if the task does not say which are read. */
  readonly others: readonly string[];
  readonly values: Float32Array;
}

const isCsv = (name: string): boolean => /\.(csv|tsv)$/i.test(name);

/** The separator of cells, found in the first line. */
const separatorOf = (line: string): string => ['\t', ';', ','].find((mark) => line.includes(mark)) ?? ',';

const isNumber = (cell: string | undefined): boolean =>
  cell !== undefined && cell.trim() !== '' && Number.isFinite(Number(cell));

/** A cell, shortened for a sentence: a cell without its closing quote contains the rest of the file. */
const shortened = (cell: string): string => {
  const [line] = cell.split(/\r?\n/, 1);
  return line.length > 40 || line.length < cell.length ? `${line.slice(0, 40)}…` : line;
};

/** The number of names that a message shows. */
const mostNames = 12;

const someNames = (names: readonly string[]): string =>
  `${names.slice(0, mostNames).map(shortened).join(', ')}${names.length > mostNames ? ` and ${grouped(names.length - mostNames)} more` : ''}`;

const columnsNote = ({ names, others }: Rows): string =>
  `columns: ${someNames(names)}${others.length === 0 ? '' : `; passed over, since they are no numbers: ${someNames(others)}`}`;

/** The number of problems of one file that are shown. */
const mostProblems = 4;

/** The columns of a file that are read. */
interface Columns {
  readonly names: readonly string[];
  readonly places: readonly number[];
  readonly others: readonly string[];
}

/** Problems with the header line: it has no names, or columns are missing. */
const headProblem = (known: readonly string[], wanted: readonly string[]): string | null => {
  const seen = new Set<string>();
  for (const name of known) {
    if (name.trim() !== '' && seen.has(name))
      return `two columns are called '${shortened(name)}'; give each a name of its own`;
    seen.add(name);
  }
  if (known.length > 0 && known.every(isNumber))
    return `its first line is of numbers (${known.slice(0, 4).join(', ')}); it has to name the columns`;
  const missing = wanted.filter((name) => !seen.has(name));
  return missing.length > 0
    ? `there is no column ${missing.map((name) => `'${name}'`).join(', ')}; there are: ${someNames(known)}`
    : null;
};

/** The requested columns, else all whose value in the first row is a number. */
const columnsOf = (
  known: readonly string[],
  first: readonly string[],
  wanted: readonly string[],
): Columns | string => {
  if (wanted.length > 0) {
    const places = new Map(known.map((name, i) => [name, i]));
    return { names: wanted, places: wanted.map((name) => places.get(name) ?? -1), others: [] };
  }
  const places = known.map((_, i) => i).filter((i) => isNumber(first[i]));
  return places.length === 0
    ? 'none of its columns is a number in the first row; the first line names the columns'
    : {
        names: places.map((i) => known[i]),
        places,
        others: known.filter((_, i) => !isNumber(first[i])),
      };
};

/**
 * The columns of a file, with a sentence for each cell that is not a number. Rows are read one by one, since all rows
 * as strings would take a hundred times the bytes of the file.
 */
const rowsOf = (content: string, path: string, wanted: readonly string[]): Checked<Rows> => {
  const end = content.search(/\r?\n/);
  const problems: string[] = [];
  let known: readonly string[] = [];
  let columns: Columns | null = null;
  let values = new Float32Array(1024);
  let [rows, at] = [0, 0];
  /** False once the file is known to be refused. */
  let goes = true;
  const refuse = (problem: string): void => {
    problems.push(problem);
    goes = false;
  };
  const take = (row: readonly string[]): void => {
    if (columns === null) {
      const found = columnsOf(known, row, wanted);
      if (typeof found === 'string') {
        refuse(found);
        return;
      }
      columns = found;
    }
    const { names, places } = columns;
    if (row.length > known.length)
      problems.push(
        `row ${rows}: it has ${row.length} cells, and the first line names ${known.length} columns`,
      );
    if (at + names.length > values.length) {
      const larger = new Float32Array(2 * values.length + names.length);
      larger.set(values);
      values = larger;
    }
    for (let k = 0; k < names.length; k++) {
      const cell: string | undefined = row[places[k]];
      values[at++] = Number(cell);
      if (!isNumber(cell) && problems.length <= mostProblems)
        problems.push(
          `row ${rows}, ${names[k]}: ${cell === undefined || cell.trim() === '' ? 'it is empty' : `'${shortened(cell)}' is no number`}`,
        );
    }
    goes = problems.length <= mostProblems;
  };
  dsvFormat(separatorOf(end < 0 ? content : content.slice(0, end))).parseRows(
    content.replace(/^\ufeff/, ''),
    (row) => {
      rows++;
      if (rows === 1) {
        known = row;
        const problem = headProblem(known, wanted);
        if (problem !== null) refuse(problem);
      } else if (goes) take(row);
      return null;
    },
  );
  if (problems.length > mostProblems) problems[mostProblems] = 'and more';
  if (problems.length > 0) return E.left(decodeError(path, problems));
  if (columns === null)
    return E.left(decodeError(path, 'there are no rows below its first line, which names the columns'));
  const { names, others }: Columns = columns;
  return E.right({ path, count: rows - 1, names, others, values: values.slice(0, at) });
};

const readRows = (path: string, wanted: readonly string[]): Effect<Rows> =>
  pipe(
    readBytes(path, 'table'),
    TE.flatMapEither((bytes) => rowsOf(new TextDecoder().decode(bytes), path, wanted)),
  );

/** Reading stops after this many bad files. */
const enough = 12;

/** Reads files; all have the columns of the first. */
const readAll = async (
  folder: string,
  paths: readonly string[],
  wanted: readonly string[],
): Promise<Checked<readonly Rows[]>> => {
  const all: Rows[] = [];
  const problems: string[] = [];
  let numbers = 0;
  for (const path of paths) {
    const read = await readRows(path, wanted.length > 0 || all.length === 0 ? wanted : all[0].names)();
    if (E.isRight(read)) {
      all.push(read.right);
      numbers += read.right.values.length;
      if (numbers > mostNumbers)
        return E.left(
          decodeError(
            folder,
            `its files hold more than ${grouped(mostNumbers)} numbers, which are too many to be held; save them as arrays (.npy), which are read by position`,
          ),
        );
    } else
      problems.push(
        ...(read.left._tag === 'DecodeError'
          ? read.left.problems.map((problem) => `${path}: ${problem}`)
          : [errorMessage(read.left)]),
      );
    if (problems.length >= enough) break;
  }
  return problems.length > 0 ? E.left(decodeError(folder, problems)) : E.right(all);
};

const csvIn = async (
  folder: string,
): Promise<Checked<{ readonly files: readonly string[]; readonly folders: readonly string[] }>> => {
  if (isCsv(folder)) return E.right({ files: [folder], folders: [] });
  const listed = await listFolder(folder)();
  if (E.isLeft(listed)) return listed;
  const names = listed.right.filter((name) => !isLitter(name));
  const folders: string[] = [];
  for (const name of names) if ((await kindOf(join(folder, name))) === 'folder') folders.push(name);
  return E.right({ files: names.filter(isCsv).map((name) => join(folder, name)), folders });
};

interface FoundSeries {
  readonly sets: Readonly<Partial<Record<SplitName, StoredArrays>>>;
  readonly classes: readonly string[];
  readonly notes: readonly string[];
}

/** Sequences of one length, and their classes. */
const sequences = async (
  { folder, columns: wanted }: SeriesTask,
  folders: readonly string[],
): Promise<Checked<FoundSeries>> => {
  if (folders.length < 2)
    return E.left(
      decodeError(
        folder,
        'sequences with classes lie in a folder for each class, at least two; for a forecast give past and future, in rows',
      ),
    );
  const paths: string[] = [];
  const labels: number[] = [];
  for (const [label, name] of folders.entries()) {
    const found = await csvIn(join(folder, name));
    if (E.isLeft(found)) return found;
    if (found.right.files.length === 0)
      return E.left(decodeError(join(folder, name), 'there are no CSV files in it'));
    paths.push(...found.right.files);
    labels.push(...found.right.files.map(() => label));
  }
  const read = await readAll(folder, paths, wanted);
  if (E.isLeft(read)) return read;
  const [first] = read.right;
  const { count, names, path } = first;
  const odd = read.right.filter((one) => one.count !== count);
  if (odd.length > 0)
    return E.left(
      decodeError(
        folder,
        odd
          .slice(0, enough)
          .map(
            (one) => `${one.path}: ${one.count} rows, and ${path} has ${count}; sequences are of one length`,
          ),
      ),
    );
  const values = new Float32Array(read.right.length * count * names.length);
  read.right.forEach((one, i) => {
    values.set(one.values, i * one.values.length);
  });
  return E.right({
    sets: {
      train: {
        sequence: storedInMemory(folder, values, read.right.length, [count, names.length]),
        label: storedInMemory(folder, Float32Array.from(labels), labels.length, []),
      },
    },
    classes: folders,
    notes: [columnsNote(first)],
  });
};

/** Windows of long series; windows of different splits share no row. */
const forecasts = async (task: SeriesTask, files: readonly string[]): Promise<Checked<FoundSeries>> => {
  const { folder, past, future, every, validationShare } = task;
  if (files.length === 0) return E.left(decodeError(folder, 'there are no CSV files in it'));
  const seen = await readAll(folder, files, task.columns);
  if (E.isLeft(seen)) return seen;
  const wanted = task.asked.length > 0 ? task.asked : seen.right[0].names;
  const asked = task.asked.length > 0 ? await readAll(folder, files, wanted) : seen;
  if (E.isLeft(asked)) return asked;
  const sets: Partial<Record<SplitName, StoredArrays>> = {};
  for (const split of splitNames) {
    if (split === 'validation' && validationShare === 0) continue;
    const counted = windowsOf(
      task,
      split,
      seen.right.map(({ count }) => count),
      { past: seen.right[0].names.length, future: wanted.length },
    );
    if (E.isLeft(counted)) return counted;
    const { parts, all } = counted.right;
    const cut = (rows: readonly Rows[], skipped: number, length: number): Float32Array => {
      const width = rows[0].names.length;
      const values = new Float32Array(all * length * width);
      let at = 0;
      parts.forEach(({ begin, windows }, file) => {
        for (let i = 0; i < windows; i++, at += length * width) {
          const from = (begin + i * every + skipped) * width;
          values.set(rows[file].values.subarray(from, from + length * width), at);
        }
      });
      return values;
    };
    const [before, after] = [cut(seen.right, 0, past), cut(asked.right, past, future)];
    sets[split] = {
      past: storedInMemory(folder, before, all, [past, seen.right[0].names.length]),
      future: storedInMemory(folder, after, all, [future, wanted.length]),
    };
  }
  return E.right({
    sets,
    classes: [],
    notes: [
      `${columnsNote(seen.right[0])}${task.asked.length === 0 ? '' : `; asked: ${wanted.join(', ')}`}`,
      'the last rows of each file are the test, those before them the validation',
    ],
  });
};

/**
 * Reads series as arrays: `sequence` [rows, columns] and `label`; or `past` [past, columns] and `future` [future, columns].
 *
 * **Errors** FileError; DecodeError with every bad file, row and column.
 */
export const readSeries =
  (task: SeriesTask, options: ReadOptions): Effect<ReadArrays & { readonly classes: readonly string[] }> =>
  async () => {
    const there = await csvIn(task.folder);
    if (E.isLeft(there)) return there;
    const found =
      task.future > 0 ? await forecasts(task, there.right.files) : await sequences(task, there.right.folders);
    if (E.isLeft(found)) return found;
    const { sets, classes, notes } = found.right;
    const { folder, validationShare, testShare, seed, past, future } = task;
    const remedy = `a window takes ${past + future} rows of one split, so give a longer series, a shorter past, or the split a larger share`;
    return pipe(
      assembled(
        {
          folder,
          ...(future > 0 ? { remedy } : {}),
          arrays: {},
          shapes: {},
          planes: {},
          classes: classes.length === 0 ? {} : { label: classes },
          validationShare,
          testShare,
          seed,
        },
        { sets, notes },
        options,
      ),
      TE.map((read) => ({ ...read, classes })),
    )();
  };
