/** The pairs of image and mask in a folder, and notes on other files. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import { listFolder } from '../../files/files.js';

/** The files of one pair. */
export interface PairFiles {
  readonly image: string;
  readonly mask: string;
}

/** The pairs of a folder, in the order of their names, and notes on other files. */
export interface Pairs {
  readonly pairs: readonly PairFiles[];
  readonly notes: readonly string[];
}

/** The pictures that are read, in words: PNG always, TIFF with the optional package, of which its reader says more. */
export const pictureWords = 'PNG or TIFF';

/** Whether a file is a picture that is read, by its ending. */
export const isPictureFile = (name: string): boolean => /\.(png|tiff?)$/i.test(name);

/** Hidden files, and files that operating systems leave in folders of pictures. */
export const isLitter = (name: string): boolean => /^(\.|thumbs\.db$|desktop\.ini$|__macosx$)/i.test(name);

const some = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;

/** The name of a pair: `a.PNG`, `a.png` and `a.tif` belong together. */
const stemOf = (name: string): string => name.replace(/\.(png|tiff?)$/i, '');

interface Listed {
  readonly byStem: ReadonlyMap<string, string>;
  readonly others: readonly string[];
}

const listed = (folder: string): Effect<Listed> =>
  pipe(
    listFolder(folder),
    TE.flatMapEither((all) => {
      const names = all.filter((name) => !isLitter(name));
      const pngs = names.filter(isPictureFile);
      const byStem = new Map(pngs.map((name) => [stemOf(name), name]));
      const twice = pngs.find((name) => byStem.get(stemOf(name)) !== name);
      return twice === undefined
        ? E.right({ byStem, others: names.filter((name) => !isPictureFile(name)) })
        : E.left(decodeError(folder, `${twice} and ${byStem.get(stemOf(twice))} are two files of one name`));
    }),
  );

const noPngs = (folder: string, { others }: Listed): DrumheadError =>
  decodeError(
    folder,
    others.length === 0
      ? `there are no ${pictureWords} files in it`
      : `there are no ${pictureWords} files in it, but ${some(others)}; save them as PNG, which keeps every value as it is`,
  );

const passedOver = (folder: string, { others }: Listed): readonly string[] =>
  others.length === 0
    ? []
    : [
        `${folder}: ${others.length} ${others.length === 1 ? 'file that is' : 'files that are'} not ${pictureWords} ${others.length === 1 ? 'was' : 'were'} passed over: ${some(others)}`,
      ];

const without = (names: Listed['byStem'], others: Listed['byStem']): readonly string[] =>
  [...names].flatMap(([stem, name]) => (others.has(stem) ? [] : [name]));

/**
 * The pairs in `images` and `masks` of a folder: files of one name, whatever the case of their ending.
 *
 * **Errors** FileError; DecodeError that names the images without a mask and the masks without an image.
 */
export const pairsIn = (folder: string): Effect<Pairs> => {
  const [imageFolder, maskFolder] = [join(folder, 'images'), join(folder, 'masks')];
  return pipe(
    TE.Do,
    TE.bind('images', () => listed(imageFolder)),
    TE.bind('masks', () => listed(maskFolder)),
    TE.flatMapEither(({ images, masks }): Checked<Pairs> => {
      if (images.byStem.size === 0) return E.left(noPngs(imageFolder, images));
      if (masks.byStem.size === 0) return E.left(noPngs(maskFolder, masks));
      const [unmasked, unused] = [without(images.byStem, masks.byStem), without(masks.byStem, images.byStem)];
      const problems = [
        ...(unmasked.length > 0 ? [`images without a mask of the same name: ${some(unmasked)}`] : []),
        ...(unused.length > 0 ? [`masks without an image of the same name: ${some(unused)}`] : []),
      ];
      return problems.length > 0
        ? E.left(decodeError(folder, problems))
        : E.right({
            pairs: [...images.byStem].map(([stem, name]) => ({
              image: join(imageFolder, name),
              mask: join(maskFolder, masks.byStem.get(stem) ?? name),
            })),
            notes: [...passedOver(imageFolder, images), ...passedOver(maskFolder, masks)],
          });
    }),
  );
};

const likeValidation = /^(val|valid|dev)$/i;

/** A hint on an entry whose name was probably meant to be that of a split, or null. */
export const misnamed = (names: readonly string[]): string | null => {
  const validation = names.find((name) => likeValidation.test(name));
  return validation === undefined || names.includes('validation')
    ? null
    : `there is a folder ${validation}; the parts are train, validation and test, so name it validation`;
};
