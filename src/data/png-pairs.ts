/** Segmentation data as folders of PNG files, `images/NAME.png` and `masks/NAME.png`. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { record, withDefault } from '../base/codec.js';
import { type DrumheadError, decodeError } from '../base/error.js';
import type { Loaded } from './cache.js';
import type { Split } from './dataset.js';
import { listFolder, readBytes } from './files.js';
import { assemble, folderFields, holdOut, type Parts, share } from './folder.js';

import { breath, interrupted, type Watch } from './generate.js';
import { readClassNames } from './npy-pairs.js';
import { decodeMaskPng, decodePng, type Picture } from './png.js';

/**
 * A folder with `images` and `masks`, of which `testShare` is held out for the test; or with `train` and `test`, and
 * perhaps `validation`, each of which has `images` and `masks`. An image and its mask have the same name. The grey
 * value of a mask's pixel, or its index in the palette, is its class.
 */
export type PngTask = t.TypeOf<typeof pngTask>;

export const pngTask = record('png', {
  name: t.literal('png'),
  ...folderFields,
  testShare: withDefault(share, 0.15),
});

interface Pair {
  readonly image: Picture;
  readonly mask: Picture;
}

const readPair = (folder: string, name: string): TE.TaskEither<DrumheadError, Pair> => {
  const imagePath = join(folder, 'images', name);
  const maskPath = join(folder, 'masks', name);
  return pipe(
    TE.Do,
    TE.bind('imageBytes', () => readBytes(imagePath)),
    TE.bind('maskBytes', () => readBytes(maskPath)),
    TE.chainEitherK(({ imageBytes, maskBytes }) =>
      pipe(
        E.Do,
        E.bind('image', () => decodePng(imageBytes, imagePath)),
        E.bind('mask', () => decodeMaskPng(maskBytes, maskPath)),
      ),
    ),
    TE.filterOrElse(
      ({ image, mask }) => image.height === mask.height && image.width === mask.width,
      ({ image, mask }): DrumheadError =>
        decodeError(
          maskPath,
          `${mask.height}x${mask.width}, but its image is ${image.height}x${image.width}`,
        ),
    ),
  );
};

/** Grey pictures among coloured ones take three equal channels. */
const spread = ({ channels, values }: Picture, wanted: number): Uint8Array =>
  channels === wanted
    ? values
    : Uint8Array.from({ length: values.length * 3 }, (_, i) => values[Math.floor(i / 3)]);

const splitOf = (folder: string, pairs: readonly Pair[]): E.Either<DrumheadError, Split> => {
  const [first] = pairs;
  if (first === undefined) return E.left(decodeError(join(folder, 'images'), 'there are no PNG files in it'));
  const { height, width } = first.image;
  const odd = pairs.find(({ image }) => image.height !== height || image.width !== width);
  if (odd !== undefined) {
    const problem = `images of ${height}x${width} and of ${odd.image.height}x${odd.image.width}; all must be of one size`;
    return E.left(decodeError(join(folder, 'images'), problem));
  }
  const channels = Math.max(...pairs.map(({ image }) => image.channels));
  return E.right({
    ...{ count: pairs.length, height, width, channels },
    images: Buffer.concat(pairs.map(({ image }) => spread(image, channels))),
    masks: Buffer.concat(pairs.map(({ mask }) => mask.values)),
  });
};

const pngsIn = (folder: string): TE.TaskEither<DrumheadError, readonly string[]> =>
  pipe(
    listFolder(folder),
    TE.map((names) => names.filter((name) => name.toLowerCase().endsWith('.png'))),
  );

/** The names that both folders hold; an error names those that only one does. */
const pairNames = (folder: string): TE.TaskEither<DrumheadError, readonly string[]> =>
  pipe(
    TE.Do,
    TE.bind('images', () => pngsIn(join(folder, 'images'))),
    TE.bind('masks', () => pngsIn(join(folder, 'masks'))),
    TE.chainEitherK(({ images, masks }) => {
      const [unmasked, unused] = [without(images, masks), without(masks, images)];
      const problems = [
        ...(unmasked.length > 0 ? [`images without a mask of the same name: ${some(unmasked)}`] : []),
        ...(unused.length > 0 ? [`masks without an image of the same name: ${some(unused)}`] : []),
      ];
      return problems.length > 0 ? E.left(decodeError(folder, ...problems)) : E.right(images);
    }),
  );

const without = (names: readonly string[], others: readonly string[]): readonly string[] => {
  const there = new Set(others);
  return names.filter((name) => !there.has(name));
};

const some = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;

const readSplit = (folder: string, stage: keyof Parts, watch: Watch): TE.TaskEither<DrumheadError, Split> =>
  pipe(
    pairNames(folder),
    TE.chain((names) => async () => {
      const pairs: Pair[] = [];
      for (const name of names) {
        const pair = await readPair(folder, name)();
        if (E.isLeft(pair)) return pair;
        pairs.push(pair.right);
        watch.onProgress?.({ stage, done: pairs.length, total: names.length });
        await breath();
        if (watch.signal?.aborted) return E.left(interrupted);
      }
      return splitOf(folder, pairs);
    }),
  );

const readParts = (task: PngTask, watch: Watch): TE.TaskEither<DrumheadError, Parts> =>
  pipe(
    listFolder(task.folder),
    TE.chain((names) => {
      if (!names.includes('train')) {
        return pipe(
          readSplit(task.folder, 'train', watch),
          TE.map((all): Parts => {
            const { kept, held } = holdOut(all, task.testShare, task.seed, 'test');
            return { train: kept, validation: O.none, test: held };
          }),
        );
      }
      const part = (name: keyof Parts) => readSplit(join(task.folder, name), name, watch);
      return pipe(
        TE.Do,
        TE.bind('train', () => part('train')),
        TE.bind('validation', () =>
          names.includes('validation') ? pipe(part('validation'), TE.map(O.some)) : TE.right(O.none),
        ),
        TE.bind('test', () => part('test')),
      );
    }),
  );

/** Reads a folder of PNG pairs. Fails with what the first bad file has wrong, its path first. */
export const readPngPairs = (task: PngTask, watch: Watch = {}): TE.TaskEither<DrumheadError, Loaded> =>
  pipe(
    TE.Do,
    TE.bind('parts', () => readParts(task, watch)),
    TE.bind('named', () => readClassNames(task.folder)),
    TE.chainEitherK(({ parts, named }) => assemble(task, parts, named)),
  );
