/** Pictures in a folder for each class: PNG files of one size. */

import { basename, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect, errorMessage } from '../../base/error.js';
import { listFolder, readBytes } from '../../files/files.js';
import { kindOf } from '../../files/kind-of.js';
import type { LeftOut, Picture } from '../../formats/png/png.js';
import { type SplitName, splitNames, withinLimit } from '../dataset.js';
import { breath, interrupted } from '../made/generate.js';
import { assembled, type ReadArrays, type ReadOptions } from './arrays.js';
import { pictureIn, spread } from './pairs/png-pairs.js';
import { mayUnpack } from './picture-limit.js';
import { isLitter, isPictureFile, misnamed, pictureWords } from './png-folder.js';
import type { ImageFoldersTask } from './stated/image-folders.js';
import { type StoredArrays, storedInMemory } from './stored/stored.js';

/** A picture's file, and the number of its class. */
interface Labelled {
  readonly path: string;
  readonly label: number;
}

interface Found {
  readonly files: readonly Labelled[];
  readonly notes: readonly string[];
  /** Folders without pictures, or that cannot be read. */
  readonly problems: readonly string[];
}

/** The folders in a folder, by name. */
const foldersIn = async (folder: string): Promise<Checked<readonly string[]>> => {
  const listed = await listFolder(folder)();
  if (E.isLeft(listed)) return listed;
  const found: string[] = [];
  for (const name of listed.right.filter((one) => !isLitter(one)))
    if ((await kindOf(join(folder, name))) === 'folder') found.push(name);
  return E.right(found);
};

/** The pictures of the classes in a folder. */
const picturesIn = async (folder: string, classes: readonly string[]): Promise<Found> => {
  const files: Labelled[] = [];
  const notes: string[] = [];
  const problems: string[] = [];
  for (const [label, name] of classes.entries()) {
    const listed = await listFolder(join(folder, name))();
    if (E.isLeft(listed)) {
      problems.push(errorMessage(listed.left));
      continue;
    }
    const names = listed.right.filter((one) => !isLitter(one));
    const others = names.filter((one) => !isPictureFile(one));
    const shown = `${others.slice(0, 3).join(', ')}${others.length > 3 ? ` and ${others.length - 3} more` : ''}`;
    if (others.length === names.length)
      problems.push(
        `${join(folder, name)}: there are no ${pictureWords} files in it${others.length === 0 ? '' : `, but ${shown}; save them as PNG, which keeps every value as it is`}`,
      );
    else if (others.length > 0)
      notes.push(`${join(folder, name)}: files that are not ${pictureWords} were passed over: ${shown}`);
    files.push(...names.filter(isPictureFile).map((one) => ({ path: join(folder, name, one), label })));
  }
  return { files, notes, problems };
};

interface Pictures {
  readonly pictures: readonly Picture[];
  readonly labels: readonly number[];
}

const setsOf = (
  sets: Readonly<Partial<Record<SplitName, Pictures>>>,
): readonly (readonly [SplitName, Pictures])[] =>
  splitNames.flatMap((split) => {
    const set = sets[split];
    return set === undefined ? [] : [[split, set] as const];
  });

/** After this many bad files, reading stops. */
const enough = 12;

/** Reads pictures; all are of the size of the first. */
const read = async (
  folder: string,
  files: readonly Labelled[],
  stage: SplitName,
  splits: number,
  { onProgress, signal }: ReadOptions,
  notes: string[],
): Promise<Checked<{ readonly pictures: readonly Picture[] }>> => {
  const pictures: Picture[] = [];
  const problems: string[] = [];
  const leftOut = new Map<LeftOut, { readonly first: string; readonly count: number }>();
  for (const [at, { path }] of files.entries()) {
    const bytes = await readBytes(path, 'picture')();
    const found = E.isLeft(bytes) ? bytes : await pictureIn(bytes.right, path)();
    if (E.isLeft(found)) problems.push(errorMessage(found.left));
    else {
      const { picture } = found.right;
      pictures.push(picture);
      const [first] = pictures;
      if (picture.height !== first.height || picture.width !== first.width)
        problems.push(
          `${path}: ${picture.height}x${picture.width}, and ${basename(files[0].path)} is ${first.height}x${first.width}; all must be of one size`,
        );
      for (const what of found.right.leftOut) {
        const { first: one = path, count = 0 } = leftOut.get(what) ?? {};
        leftOut.set(what, { first: one, count: count + 1 });
      }
      const fits = withinLimit(folder, files.length, picture.values.length);
      if (E.isLeft(fits)) return fits;
      if (pictures.length === 1) {
        const unpacks = await mayUnpack(
          folder,
          files.map((one) => one.path),
          files.length * picture.values.length,
          splits,
        );
        if (E.isLeft(unpacks)) return unpacks;
      }
    }
    if (problems.length === enough) break;
    onProgress?.({ stage, done: at + 1, total: files.length });
    await breath();
    if (signal?.aborted) return E.left(interrupted);
  }
  for (const [what, { first, count }] of leftOut)
    notes.push(`left out: ${what} of ${first}${count === 1 ? '' : ` and ${count - 1} more`}`);
  return problems.length > 0 ? E.left(decodeError(folder, problems)) : E.right({ pictures });
};

/** The classes that the task names, or else the folders. */
const classesIn = async (task: ImageFoldersTask, split: string): Promise<Checked<readonly string[]>> => {
  const found = await foldersIn(split);
  if (E.isLeft(found)) return found;
  if (task.classes.length > 0) {
    const idle = found.right.filter((name) => !task.classes.includes(name));
    return idle.length === 0
      ? E.right(task.classes)
      : E.left(
          decodeError(
            split,
            `task.classes does not name the folders ${idle.join(', ')}; name them too, or move them away`,
          ),
        );
  }
  return found.right.length >= 2
    ? E.right(found.right)
    : E.left(
        decodeError(
          split,
          `a folder of classes has a folder for each, at least two, with ${pictureWords} files in it; there ${found.right.length === 0 ? 'is none' : `is ${found.right[0]} alone`}`,
        ),
      );
};

/**
 * Reads folders of pictures as the arrays `image` [height, width, channels], 0 to 1, and `label`, the number of the class.
 *
 * **Errors** FileError; Interrupted; DecodeError with every bad file, and where a split is empty.
 */
export const readImageFolders =
  (
    task: ImageFoldersTask,
    options: ReadOptions,
  ): Effect<ReadArrays & { readonly classes: readonly string[] }> =>
  async () => {
    const top = await foldersIn(task.folder);
    if (E.isLeft(top)) return top;
    const apart = top.right.includes('train');
    const wrong = apart ? misnamed(top.right) : null;
    if (wrong !== null) return E.left(decodeError(task.folder, wrong));
    const own = apart ? splitNames.filter((split) => top.right.includes(split)) : (['train'] as const);
    const folderOf = (split: SplitName): string => (apart ? join(task.folder, split) : task.folder);
    const classes = await classesIn(task, folderOf('train'));
    if (E.isLeft(classes)) return classes;
    const notes: string[] = [];
    const sets: Partial<Record<SplitName, Pictures>> = {};
    const problems: string[] = [];
    for (const split of own) {
      const found = await picturesIn(folderOf(split), classes.right);
      notes.push(...found.notes);
      problems.push(...found.problems);
      const pictures = await read(folderOf(split), found.files, split, own.length, options, notes);
      if (E.isRight(pictures))
        sets[split] = { ...pictures.right, labels: found.files.map(({ label }) => label) };
      else if (pictures.left._tag === 'DecodeError') problems.push(...pictures.left.problems);
      else return pictures;
    }
    if (problems.length > 0) return E.left(decodeError(task.folder, problems));
    const all = Object.values(sets).flatMap(({ pictures }) => pictures);
    const [{ height, width }] = all;
    const odd = all.find((one) => one.height !== height || one.width !== width);
    if (odd !== undefined)
      return E.left(
        decodeError(
          task.folder,
          `pictures of ${height}x${width} in train and of ${odd.height}x${odd.width} in another split; all must be of one size`,
        ),
      );
    const channels = all.reduce((most, one) => Math.max(most, one.channels), 1);
    const stored: Partial<Record<SplitName, StoredArrays>> = {};
    for (const [split, { pictures, labels }] of setsOf(sets)) {
      const bytes = Buffer.concat(pictures.map((one) => spread(one, channels)));
      const of = folderOf(split);
      stored[split] = {
        image: storedInMemory(of, bytes, pictures.length, [height, width, channels], 255),
        label: storedInMemory(of, Float32Array.from(labels), labels.length, []),
      };
    }
    const { validationShare, testShare, seed } = task;
    return pipe(
      assembled(
        {
          folder: task.folder,
          arrays: {},
          shapes: {},
          planes: { image: 0 },
          classes: { label: classes.right },
          validationShare,
          testShare,
          seed,
        },
        { sets: stored, notes },
        options,
      ),
      TE.map((read) => ({ ...read, classes: classes.right })),
    )();
  };
