/** Segmentation data as folders of PNG files, `images/NAME.png` and `masks/NAME.png`. */

import { basename, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  type Checked,
  type DrumheadError,
  decodeError,
  type Effect,
  errorMessage,
} from '../../../base/error.js';
import { listFolder, readBytes } from '../../../files/files.js';
import { notesOnList } from '../../../files/manifest.js';
import {
  type FoundPicture,
  findMask,
  findPicture,
  type LeftOut,
  type Picture,
  type StoredMask,
} from '../../../formats/png/png.js';
import { isReadAsTiff, tiffMask, tiffPicture } from '../../../formats/png/tiff.js';
import type { Loaded } from '../../cache.js';
import { type Split, withinLimit } from '../../dataset.js';
import { breath, interrupted, type Watch } from '../../made/generate.js';
import { assemble, fileProblems, holdOut, labellingIn, type Parts } from '../folder.js';
import type { Labelling } from '../labelling.js';
import { type FileProblem, labelsOfValues } from '../mask-values.js';
import { mayUnpack } from '../picture-limit.js';
import { misnamed, type PairFiles, pairsIn } from '../png-folder.js';
import type { PngTask } from '../stated/png.js';
import { readClasses } from './classes-file.js';

interface Pair {
  readonly files: PairFiles;
  readonly image: FoundPicture;
  readonly mask: StoredMask;
}

const readPair = (files: PairFiles): Effect<Pair> =>
  pipe(
    TE.Do,
    TE.let('files', () => files),
    TE.bind('imageBytes', () => readBytes(files.image, 'picture')),
    TE.bind('maskBytes', () => readBytes(files.mask, 'picture')),
    TE.bind('image', ({ imageBytes }) => pictureIn(imageBytes, files.image)),
    TE.bind('mask', ({ maskBytes }) => maskIn(maskBytes, files.mask)),
    TE.filterOrElse(
      ({ image: { picture }, mask }) => picture.height === mask.height && picture.width === mask.width,
      ({ image: { picture }, mask }): DrumheadError =>
        decodeError(
          files.mask,
          `${mask.height}x${mask.width}, but its image is ${picture.height}x${picture.width}`,
        ),
    ),
  );

/** The picture in the bytes of a PNG or a TIFF, whatever its file is called. **Errors** DecodeError. */
export const pictureIn = (bytes: Uint8Array, path: string): Effect<FoundPicture> =>
  isReadAsTiff(bytes, path) ? tiffPicture(bytes, path) : TE.fromEither(findPicture(bytes, path));

const maskIn = (bytes: Uint8Array, path: string): Effect<StoredMask> =>
  isReadAsTiff(bytes, path) ? tiffMask(bytes, path) : TE.fromEither(findMask(bytes, path));

/** Grey pictures among coloured ones get three equal channels. */
export const spread = ({ channels, values }: Picture, wanted: number): Uint8Array =>
  channels === wanted
    ? values
    : Uint8Array.from({ length: values.length * 3 }, (_, i) => values[Math.floor(i / 3)]);

const some = (names: readonly string[]): string =>
  names.length <= 2 ? names.join(' and ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;

/** A sentence for each kind of content that is left out, with the files concerned. */
const leftOutNotes = (pairs: readonly Pair[]): readonly string[] => {
  const files = new Map<LeftOut, string[]>();
  for (const { files: at, image, mask } of pairs) {
    const found = [
      ...image.leftOut.map((what) => [what, at.image] as const),
      ...mask.leftOut.map((what) => [what, at.mask] as const),
    ];
    for (const [what, path] of found) {
      const before = files.get(what);
      if (before === undefined) files.set(what, [path]);
      else before.push(path);
    }
  }
  return [...files].map(([what, paths]) => `left out: ${what} of ${some(paths)}`);
};

/** Whether a picture is of another size than the first. */
const isOdd = ({ image: { picture: first } }: Pair, { image: { picture } }: Pair): boolean =>
  picture.height !== first.height || picture.width !== first.width;

const splitOf = (folder: string, pairs: readonly Pair[], labelling: Labelling): Checked<Split> => {
  const { height, width } = pairs[0].image.picture;
  const odd = pairs.find((pair) => isOdd(pairs[0], pair));
  if (odd !== undefined) {
    const { picture } = odd.image;
    const names = `${basename(pairs[0].files.image)} and ${basename(odd.files.image)}`;
    const problem = `images of ${height}x${width} and of ${picture.height}x${picture.width}; all must be of one size (${names})`;
    return E.left(decodeError(join(folder, 'images'), problem));
  }
  const channels = pairs.reduce(
    (most, { image: { picture } }) => Math.max(most, picture.channels),
    Number.NEGATIVE_INFINITY,
  );
  return pipe(
    labelsOfValues(
      pairs.map(({ files, mask: { values } }) => ({ path: files.mask, values, width })),
      labelling,
    ),
    E.mapLeft((problems) => fileProblems(folder, problems)),
    E.map((masks) => ({
      ...{ count: pairs.length, height, width, channels },
      images: Buffer.concat(pairs.map(({ image: { picture } }) => spread(picture, channels))),
      masks,
    })),
  );
};

interface ReadSplit {
  readonly split: Split;
  readonly notes: readonly string[];
}

/** After this many bad files, reading stops. */
const enough = 12;

/** The message of an error of one file, without its path. */
const problemOf = (error: DrumheadError, files: PairFiles): FileProblem => {
  const path =
    error._tag === 'FileError' ? error.path : error._tag === 'DecodeError' ? error.source : files.image;
  return { path, problem: errorMessage(error).replace(`${path}: `, '') };
};

const readSplit = (
  folder: string,
  stage: keyof Parts,
  splits: number,
  labelling: Labelling,
  watch: Watch,
): Effect<ReadSplit> =>
  pipe(
    pairsIn(folder),
    TE.flatMap(({ pairs: files, notes }) => async () => {
      const pairs: Pair[] = [];
      const problems: FileProblem[] = [];
      const errors: DrumheadError[] = [];
      let values = 0;
      for (const [at, one] of files.entries()) {
        const pair = await readPair(one)();
        if (E.isRight(pair)) {
          pairs.push(pair.right);
          const { length } = pair.right.image.picture.values;
          values += length;
          // The estimate assumes that all following images have this size.
          const fits = withinLimit(folder, 1, values + (files.length - at - 1) * length);
          if (E.isLeft(fits)) return fits;
          if (pairs.length === 1) {
            const unpacks = await mayUnpack(
              folder,
              files.flatMap(({ image, mask }) => [image, mask]),
              files.length * (length + pair.right.mask.values.length),
              splits,
            );
            if (E.isLeft(unpacks)) return unpacks;
          }
          // Pictures of other sizes are refused; a thousand of them need not be held for that.
          if (isOdd(pairs[0], pair.right)) break;
        } else {
          errors.push(pair.left);
          problems.push(problemOf(pair.left, one));
          if (errors.length === enough) break;
        }
        watch.onProgress?.({ stage, done: at + 1, total: files.length });
        await breath();
        if (watch.signal?.aborted) return E.left(interrupted);
      }
      if (errors.length === 1) return E.left(errors[0]);
      if (errors.length > 1) return E.left(fileProblems(folder, problems));
      return pipe(
        splitOf(folder, pairs, labelling),
        E.map((split) => ({ split, notes: [...notes, ...leftOutNotes(pairs)] })),
      );
    }),
  );

interface ReadParts {
  readonly parts: Parts;
  readonly notes: readonly string[];
}

const readParts = (task: PngTask, labelling: Labelling, watch: Watch): Effect<ReadParts> =>
  pipe(
    listFolder(task.folder),
    TE.flatMap((names) => {
      if (!names.includes('train')) {
        return pipe(
          readSplit(task.folder, 'train', 1, labelling, watch),
          TE.map(({ split, notes }): ReadParts => {
            const { kept, held } = holdOut(split, task.testShare, task.seed, 'test');
            return { parts: { train: kept, validation: null, test: held }, notes };
          }),
        );
      }
      const wrong = misnamed(names);
      if (wrong !== null) return TE.left(decodeError(task.folder, wrong));
      const part = (name: keyof Parts) =>
        readSplit(join(task.folder, name), name, names.includes('validation') ? 3 : 2, labelling, watch);
      return pipe(
        TE.Do,
        TE.bind('train', () => part('train')),
        TE.bind('validation', () => (names.includes('validation') ? part('validation') : TE.right(null))),
        TE.bind('test', () => part('test')),
        TE.map(({ train, validation, test }) => ({
          parts: {
            train: train.split,
            validation: validation?.split ?? null,
            test: test.split,
          },
          notes: [
            ...(names.includes('images')
              ? [`${join(task.folder, 'images')} is not read: the images are those in train and test`]
              : []),
            ...[train, ...(validation === null ? [] : [validation]), test].flatMap(({ notes }) => notes),
          ],
        })),
      );
    }),
  );

/** Reads a folder of PNG pairs. Fails with the problems, the path of each bad file first. */
export const readPngPairs = (task: PngTask, watch: Watch = {}): Effect<Loaded> =>
  pipe(
    TE.Do,
    TE.bind('named', () => readClasses(task.folder)),
    TE.bind('read', ({ named }) => readParts(task, labellingIn(task, named), watch)),
    TE.bind('listed', () => notesOnList(task.folder)),
    TE.flatMapEither(({ read: { parts, notes }, named, listed }) =>
      assemble(task, parts, named, [...notes, ...listed]),
    ),
  );
