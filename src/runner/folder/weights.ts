/**
 * Weights in TensorFlow.js's own format: a manifest (weights.json) and the values (weights.bin), little-endian
 * float32 one array after the other. `tf.io.decodeWeights` reads them.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { decodeWith } from '../../base/codec.js';
import { type Checked, type DecodeError, decodeError } from '../../base/error.js';
import { type Shape, volume } from '../../dsl/index.js';

export interface WeightEntry {
  readonly name: string;
  readonly shape: Shape;
}

const manifestCodec = t.readonlyArray(
  t.type({
    paths: t.readonlyArray(t.string),
    weights: t.readonlyArray(
      t.type({ name: t.string, shape: t.readonlyArray(t.number), dtype: t.literal('float32') }),
    ),
  }),
);

/** The manifest of these entries, as TensorFlow.js's `weightsManifest`. */
export const weightsManifest = (entries: readonly WeightEntry[], path: string) => [
  { paths: [path], weights: entries.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })) },
];

/** The values of these entries, one after the other. */
export const encodeWeights = (
  entries: readonly WeightEntry[],
  values: Readonly<Record<string, Float32Array>>,
): Uint8Array => {
  const bytes = new Uint8Array(4 * entries.reduce((sum, { shape }) => sum + volume(shape), 0));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const { name } of entries)
    for (const value of values[name]) {
      view.setFloat32(offset, value, true);
      offset += 4;
    }
  return bytes;
};

/** The entries of a manifest. **Errors** DecodeError for what is not one. */
export const decodeManifest = (json: unknown, source: string): Checked<readonly WeightEntry[]> =>
  pipe(
    json,
    decodeWith(manifestCodec, source),
    E.map((groups) => groups.flatMap(({ weights }) => weights)),
  );

/** The arrays by name. **Errors** DecodeError when the bytes are too few or too many. */
export const decodeWeights = (
  entries: readonly WeightEntry[],
  bytes: Uint8Array,
  source: string,
): E.Either<DecodeError, Readonly<Record<string, Float32Array>>> => {
  const wanted = 4 * entries.reduce((sum, { shape }) => sum + volume(shape), 0);
  if (wanted !== bytes.length)
    return E.left(
      decodeError(source, `expected ${wanted} bytes of weights, got ${bytes.length}; the file is damaged`),
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  return E.right(
    Object.fromEntries(
      entries.map(({ name, shape }) => {
        const values = new Float32Array(volume(shape));
        for (let i = 0; i < values.length; i++, offset += 4) values[i] = view.getFloat32(offset, true);
        return [name, values];
      }),
    ),
  );
};
