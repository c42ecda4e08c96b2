/** A GraphModel as files: model.json, and its weights in shards of at most 4 MiB. */

import type { GraphModel } from './index.js';

/** A size that browsers cache and fetch well; TensorFlow's own converter uses the same. */
const shardBytes = 4 * 2 ** 20;

const littleEndian = (values: Float32Array | Int32Array, into: DataView, offset: number): void => {
  for (let i = 0; i < values.length; i++)
    if (values instanceof Float32Array) into.setFloat32(offset + 4 * i, values[i], true);
    else into.setInt32(offset + 4 * i, values[i], true);
};

/** The values of all weights, one after the other. */
export const weightBytes = ({ weights }: GraphModel): Uint8Array => {
  const all = Object.values(weights).map(({ values }) => values);
  const bytes = new Uint8Array(4 * all.reduce((sum, values) => sum + values.length, 0));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const values of all) {
    littleEndian(values, view, offset);
    offset += 4 * values.length;
  }
  return bytes;
};

/** Name, shape and type of every weight, in the order of their bytes. */
export const weightSpecs = ({ weights }: GraphModel) =>
  Object.entries(weights).map(([name, { shape, values }]) => ({
    name,
    shape: [...shape],
    dtype: values instanceof Float32Array ? ('float32' as const) : ('int32' as const),
  }));

/** Further content of a model.json. */
export interface About {
  readonly generatedBy: string;
  /** Goes into `userDefinedMetadata`. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * The files of a model, by name.
 *
 * With `structuredOutputKeys` among its metadata `model.predict` gives its outputs by name.
 */
export const graphModelFiles = (
  model: GraphModel,
  { generatedBy, metadata }: About,
): Readonly<Record<string, Uint8Array>> => {
  const bytes = weightBytes(model);
  const count = Math.max(1, Math.ceil(bytes.length / shardBytes));
  const shards = Array.from({ length: count }, (_, i): readonly [string, Uint8Array] => [
    `group1-shard${i + 1}of${count}.bin`,
    bytes.subarray(i * shardBytes, (i + 1) * shardBytes),
  ]);
  const json = {
    format: 'graph-model',
    generatedBy,
    convertedBy: null,
    modelTopology: model.graph,
    signature: model.signature,
    userDefinedMetadata: { ...metadata, structuredOutputKeys: Object.keys(model.signature.outputs) },
    weightsManifest: [{ paths: shards.map(([name]) => name), weights: weightSpecs(model) }],
  };
  return { ...Object.fromEntries(shards), 'model.json': new TextEncoder().encode(JSON.stringify(json)) };
};
