/** Manifests of the parity zoo: its cases, and their arrays. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as RR from 'fp-ts/lib/ReadonlyRecord.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { choice, decodeWith } from '../../../base/codec.js';
import { type Checked, decodeError, type Effect } from '../../../base/error.js';
import { parsedJson } from '../../../base/json-text.js';
import { type NdArray, ndarray } from '../../../compile/reference/index.js';
import { readBytes } from '../../../files/files.js';
import { describedArray } from '../arrays.js';

const zooFormat = 'parity-zoo 1';

/** The kinds of arrays that are compared or fed; those of the authors' own float32 run are neither. */
export type Kind = 'input' | 'param' | 'output64' | 'grad64';
const kinds: readonly Kind[] = ['input', 'param', 'output64', 'grad64'];

const optional = <A>(codec: t.Type<A, unknown, unknown>) => t.union([codec, t.undefined], codec.name);

const entryCodec = t.type(
  {
    file: t.string,
    shape: t.readonlyArray(t.number),
    dtype: choice('float32', 'float64', 'int64', 'int32', 'uint8', 'bool'),
  },
  'an array { file, shape, dtype }',
);
type Entry = t.TypeOf<typeof entryCodec>;
const entries = t.readonly(t.record(t.string, entryCodec), 'a list of arrays by name');

const zooCodec = t.type({
  format: t.literal(zooFormat),
  cases: t.readonlyArray(t.type({ name: t.string, model: t.string, manifest: t.string })),
});

const caseCodec = t.type({
  name: t.string,
  model: t.string,
  hyper: t.readonly(t.record(t.string, t.unknown), 'a list of settings by name'),
  formula: t.readonlyArray(t.string),
  loss: t.union([t.null, t.type({ of_output: t.string })]),
  gradient_zero_up_to_rounding: optional(t.readonlyArray(t.string)),
  tolerance: t.type({
    output_float64: t.number,
    grad_float64: optional(t.number),
    output_float32: optional(t.number),
    grad_float32: optional(t.number),
    /** The error of phases if amplitudes leave the range of float32 and are scaled. */
    phases_float32_with_rescaling: optional(t.number),
  }),
  arrays: t.type({
    input: entries,
    param: optional(entries),
    output64: entries,
    grad64: optional(entries),
  }),
});
type Manifest = t.TypeOf<typeof caseCodec>;

/** A case: its description, and its arrays by kind and name. */
export interface ZooCase extends Omit<Manifest, 'arrays'> {
  /** The file that it was read from, for error messages. */
  readonly source: string;
  readonly arrays: Readonly<Record<Kind, Readonly<Record<string, NdArray>>>>;
}

const readJson = <A>(path: string, codec: t.Decoder<unknown, A>): Effect<A> =>
  pipe(
    readBytes(path),
    TE.flatMapEither(
      (bytes): Checked<unknown> =>
        pipe(
          parsedJson(new TextDecoder().decode(bytes)),
          E.mapLeft((problem) => decodeError(path, problem.replace(/^this/, 'it'))),
        ),
    ),
    TE.flatMapEither(decodeWith(codec, path)),
  );

const readEntry =
  (folder: string) =>
  (entry: Entry): Effect<NdArray> =>
    pipe(
      describedArray(folder)(entry),
      TE.map((array) => ndarray(array.shape, Float64Array.from(array.data, Number))),
    );

/**
 * Whether a folder is a zoo, according to its manifest.
 *
 * **Errors** FileError where there is no manifest, DecodeError where it is not JSON.
 */
export const isZoo = (folder: string): Effect<boolean> =>
  pipe(
    readJson(join(folder, 'manifest.json'), t.unknown),
    TE.map((manifest) => t.UnknownRecord.is(manifest) && manifest.format === zooFormat),
  );

/** A case that is listed: its name, and its manifest relative to the zoo's folder. */
export interface Listed {
  readonly name: string;
  readonly manifest: string;
}

/**
 * The cases that a zoo lists.
 *
 * **Errors** FileError where there is no manifest, DecodeError where it is not one.
 */
export const listCases = (folder: string): Effect<readonly Listed[]> =>
  pipe(
    readJson(join(folder, 'manifest.json'), zooCodec),
    TE.map(({ cases }) => cases),
  );

/**
 * A case with its arrays.
 *
 * **Errors** FileError and DecodeError where a manifest or an array is missing, damaged or of another shape.
 */
export const readCase = (folder: string, { manifest }: Listed): Effect<ZooCase> => {
  const path = join(folder, manifest);
  return pipe(
    readJson(path, caseCodec),
    TE.flatMap((found) =>
      pipe(
        Object.fromEntries(kinds.map((kind) => [kind, found.arrays[kind] ?? {}])),
        RR.traverse(TE.ApplicativeSeq)(RR.traverse(TE.ApplicativeSeq)(readEntry(join(path, '..')))),
        TE.map(({ input, param, output64, grad64 }) => ({
          ...found,
          source: path,
          arrays: { input, param, output64, grad64 },
        })),
      ),
    ),
  );
};
