/** Reads GraphModels that drumhead wrote and checks them against their metadata. */

import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { hashOf, sha256Hex } from '../../base/canonical.js';
import { decodeWith } from '../../base/codec.js';
import {
  type Checked,
  type DrumheadError,
  decodeError,
  type Effect,
  errorMessage,
} from '../../base/error.js';
import { joined } from '../../base/joined.js';
import { fileLimits, grouped, limits, sizeText } from '../../base/limits.js';
import { type Shape, volume } from '../../dsl/index.js';
import { readBytes } from '../../files/files.js';
import { misfits } from '../export/misfits.js';
import { descriptionCodec } from '../export/trained.js';
import { knownVersion } from './program.js';

/** The arguments of `tf.loadGraphModel`. */
export interface Artifacts {
  readonly format: 'graph-model';
  readonly modelTopology: object;
  readonly signature: object;
  readonly userDefinedMetadata: { [key: string]: object | string };
  readonly weightSpecs: { name: string; shape: number[]; dtype: 'float32' | 'int32' }[];
  readonly weightData: ArrayBuffer;
}

export interface GraphFile {
  readonly artifacts: Artifacts;
  /** Per sample. */
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly outputs: readonly string[];
  /** The tensor of the logits whose arg-max is `classes`, if it is not an output; null if there is none. */
  readonly hiddenLogits: string | null;
  /** Whether it must be run asynchronously. */
  readonly loops: boolean;
  readonly description: string;
}

const tensorCodec = t.type({
  name: t.string,
  tensorShape: t.type({ dim: t.readonlyArray(t.type({ size: t.string })) }),
});

/** A node; a constant has the shape of its weight. */
const nodeCodec = t.intersection([
  t.type({ name: t.string, op: t.string }),
  t.partial({
    input: t.readonlyArray(t.string),
    attr: t.partial({ value: t.partial({ tensor: t.type({ tensorShape: tensorCodec.props.tensorShape }) }) }),
  }),
]);
const nodesCodec = t.readonlyArray(nodeCodec);

const codec = t.type({
  modelTopology: t.intersection([
    t.type({ node: nodesCodec }),
    t.partial({ library: t.type({ function: t.readonlyArray(t.type({ nodeDef: nodesCodec })) }) }),
  ]),
  signature: t.type({ inputs: t.record(t.string, tensorCodec), outputs: t.record(t.string, tensorCodec) }),
  userDefinedMetadata: t.type({
    drumhead: t.unknown,
    description: descriptionCodec,
    program: t.string,
    graphSha256: t.string,
    weightsSha256: t.string,
  }),
  weightsManifest: t.readonlyArray(
    t.type({
      paths: t.readonlyArray(t.string),
      weights: t.readonlyArray(
        t.type({
          name: t.string,
          shape: t.readonlyArray(t.number),
          dtype: t.union([t.literal('float32'), t.literal('int32')]),
        }),
      ),
    }),
  ),
});

const sizesOf = (dim: readonly { readonly size: string }[]): Shape => dim.map(({ size }) => Number(size));

/** The weights of the constants in a graph and its functions; constants of one name share one weight. */
const constantsOf = ({ modelTopology: { node, library } }: t.TypeOf<typeof codec>) => [
  ...new Map(
    [node, ...(library?.function ?? []).map(({ nodeDef }) => nodeDef)]
      .flat()
      .flatMap(({ name, op, attr }) => {
        const tensor = attr?.value?.tensor;
        return op === 'Const' && tensor !== undefined
          ? [[name, { name, shape: sizesOf(tensor.tensorShape.dim) }] as const]
          : [];
      }),
  ).values(),
];

/**
 * Checks that the weights are those of the graph, and that the graph is unchanged. **Errors** all misfits at
 * once.
 */
const wholeGraph = (file: t.TypeOf<typeof codec>, path: string): Checked<void> => {
  const problems = misfits(
    constantsOf(file),
    file.weightsManifest.flatMap(({ weights }) => weights),
  );
  if (problems.length > 0) return E.left(decodeError(path, problems));
  return hashOf([file.modelTopology, file.signature]) === file.userDefinedMetadata.graphSha256
    ? E.right(undefined)
    : E.left(decodeError(path, 'its graph is not the one that was exported; export the run again'));
};

/**
 * If only the classes are an output, the logits are read as well, since a class does not show whether its
 * logits are finite.
 */
const hiddenLogitsOf = ({ modelTopology, signature: { outputs } }: t.TypeOf<typeof codec>): string | null => {
  if (!Object.hasOwn(outputs, 'classes') || Object.hasOwn(outputs, 'logits')) return null;
  const name = outputs.classes.name.replace(/:0$/, '');
  const found = modelTopology.node.find((node) => node.name === name);
  return found?.op === 'ArgMax' ? (found.input?.[0] ?? null) : null;
};

const isOurs = (json: Readonly<Record<string, unknown>>): boolean =>
  t.UnknownRecord.is(json.userDefinedMetadata) && 'drumhead' in json.userDefinedMetadata;

const shortOrLong = (found: number, wanted: number): string =>
  `its shards hold ${found} bytes of weights, ${wanted} are needed; one of them is ` +
  `${found < wanted ? 'cut short' : 'too long'}`;

/** Why these cannot be the shards of a model; null if they can. */
const wrongShards = (names: readonly string[], wanted: number): string | null => {
  if (names.length > limits.shards)
    return `it names ${grouped(names.length)} shards, and ${grouped(limits.shards)} is the limit; export the run again`;
  const outside = names.find((name) => !/^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(name));
  if (outside !== undefined) return `'${outside}' is not the name of a shard beside it`;
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return `it names the shard '${twice}' twice; export the run again`;
  return wanted > fileLimits.array
    ? `its weights have ${sizeText(wanted)}, and ${sizeText(fileLimits.array)} is the limit`
    : null;
};

/** Every shard, one after the other, or every one that cannot be read. Sizes are checked before any is read. */
const readShards = (
  path: string,
  names: readonly string[],
  wanted: number,
): Effect<readonly Uint8Array[]> => {
  const wrong = wrongShards(names, wanted);
  if (wrong !== null) return TE.left(decodeError(path, wrong));
  return async () => {
    const paths = names.map((name) => join(dirname(path), name));
    const sizes: number[] = [];
    for (const shard of paths) {
      const found = await stat(shard).catch(() => null);
      if (found?.isFile()) sizes.push(found.size);
    }
    const total = sizes.reduce((sum, size) => sum + size, 0);
    // Missing shards are reported below.
    if (sizes.length === paths.length && total !== wanted)
      return E.left(decodeError(path, shortOrLong(total, wanted)));
    const read: Checked<Uint8Array>[] = [];
    for (const shard of paths) read.push(await readBytes(shard, 'array')());
    const problems = read.flatMap((one) => (E.isLeft(one) ? [errorMessage(one.left)] : []));
    return problems.length > 0
      ? E.left(
          decodeError(
            path,
            problems.map((problem) => `a shard is missing: ${problem}`),
          ),
        )
      : E.right(A.rights(read));
  };
};

/** Whether a weight is NaN. Infinity is allowed, since graphs use it to mask; integers may have any bits. */
const holdsNaN = (
  specs: readonly { readonly shape: Shape; readonly dtype: string }[],
  bytes: Uint8Array<ArrayBuffer>,
): boolean => {
  let offset = 0;
  return specs.some(({ shape, dtype }) => {
    const begin = offset;
    offset += 4 * volume(shape);
    return dtype === 'float32' && new Float32Array(bytes.buffer, begin, volume(shape)).some(Number.isNaN);
  });
};

/**
 * The GraphModel of a parsed model.json, with the shards beside it.
 *
 * **Errors** DecodeError for a model that is not ours, with every shard that is missing, and for weights that are too
 * short or damaged.
 */
export const readGraphModel = (json: Readonly<Record<string, unknown>>, path: string): Effect<GraphFile> =>
  pipe(
    isOurs(json)
      ? decodeWith(codec, path)(json)
      : E.left(
          decodeError(
            path,
            'this GraphModel was not written by drumhead: it does not say which program it is',
          ),
        ),
    E.tap(({ userDefinedMetadata }) => knownVersion(userDefinedMetadata.drumhead, path)),
    E.tap((file) => wholeGraph(file, path)),
    TE.fromEither,
    TE.flatMap((file) => {
      const specs = file.weightsManifest.flatMap(({ weights }) => weights);
      const wanted = 4 * specs.reduce((sum, { shape }) => sum + volume(shape), 0);
      const { weightsSha256, description } = file.userDefinedMetadata;
      return pipe(
        readShards(
          path,
          file.weightsManifest.flatMap(({ paths }) => paths),
          wanted,
        ),
        TE.map(joined),
        TE.filterOrElse(
          (bytes) => bytes.length === wanted,
          (bytes): DrumheadError => decodeError(path, shortOrLong(bytes.length, wanted)),
        ),
        TE.filterOrElse(
          (bytes) => sha256Hex(bytes) === weightsSha256,
          (): DrumheadError => decodeError(path, 'the checksum of its weights is wrong; a shard is damaged'),
        ),
        TE.filterOrElse(
          (bytes) => !holdsNaN(specs, bytes),
          (): DrumheadError =>
            decodeError(path, 'some of its weights are not numbers (NaN); export a run whose weights are'),
        ),
        TE.map((bytes) => ({
          artifacts: {
            format: 'graph-model',
            modelTopology: file.modelTopology,
            signature: file.signature,
            userDefinedMetadata: { description },
            weightSpecs: specs.map(({ name, shape, dtype }) => ({ name, shape: [...shape], dtype })),
            weightData: bytes.buffer,
          },
          inputs: Object.fromEntries(
            Object.entries(file.signature.inputs).map(([name, { tensorShape }]) => [
              name,
              sizesOf(tensorShape.dim.slice(1)),
            ]),
          ),
          outputs: Object.keys(file.signature.outputs),
          hiddenLogits: hiddenLogitsOf(file),
          loops: file.modelTopology.library !== undefined,
          description,
        })),
      );
    }),
  );
