/** The settings of a task of named arrays in a person's files. */

import * as t from 'io-ts';
import { real, record, text, where, whole, withDefault } from '../../../base/codec.js';
import { classNames } from '../../classes/names.js';

/** The codec of a record from names of arrays to values of one kind. */
export const byArray = <A>(of: t.Type<A, A, unknown>, what: string) =>
  withDefault<Readonly<Record<string, A>>>(
    new t.Type<Readonly<Record<string, A>>, Readonly<Record<string, A>>, unknown>(
      what,
      (u): u is Readonly<Record<string, A>> => t.record(t.string, of).is(u),
      (u, context) =>
        t.UnknownRecord.is(u)
          ? t.record(t.string, of).validate(u, context)
          : t.failure(u, context, `it is no list of ${what} by the names of arrays, { name: … }`),
      t.identity,
    ),
    {},
  );

const shape = where(t.readonlyArray(whole(1, 2 ** 31)), (sizes) =>
  sizes.length > 8 ? 'a shape has at most 8 axes' : null,
);

/**
 * - `folder`: a folder of .npy, .npz, .safetensors or .parquet files, or one such file. The first axis of each array counts the
 *   samples. `train.npz`, `train/` or `train_NAME.npy`, likewise `validation` and `test`, are the splits; without them all
 *   arrays are of one set.
 * - `arrays`: for each name the array in the files, `{ sequence: x_data }`; empty: all, under their own names.
 * - `shapes`: the shape of one sample, if the files store it flat, `{ field: [16, 16, 1] }`.
 * - `planes`: the axis of the rows of a sample that is a field or a film, before that of the columns, `{ film: 1 }`: `augment`
 *   moves them.
 * - `classes`: names of the classes of arrays that hold classes, `{ label: [rest, walk, run] }`.
 * - `validationShare`, `testShare`: shares that are drawn from the training samples where the files have no such split; `seed`:
 *   which.
 */
export type ArraysTask = t.TypeOf<typeof arraysTask>;

export const arraysTask = record('arrays', {
  name: t.literal('arrays'),
  folder: text,
  arrays: byArray(text, 'names in the files'),
  shapes: byArray(shape, 'shapes'),
  planes: byArray(whole(0, 7), 'axes of rows'),
  classes: byArray<readonly string[]>(classNames, 'names of classes'),
  validationShare: withDefault(real(0, 0.9), 0.15),
  testShare: withDefault(real(0, 0.9), 0.15),
  seed: withDefault(whole(0, Number.MAX_SAFE_INTEGER), 0),
});

export const describeArrays = ({ folder, validationShare, testShare, seed }: ArraysTask): string =>
  `arrays read from ${folder}; without splits of their own ${testShare} of the samples for the test and ${validationShare} of the others for validation, drawn by seed ${seed}`;
