/** The manifest of a folder of parity fixtures: its cases and their arrays. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { decodeWith } from '../../base/codec.js';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import { parsedJson } from '../../base/json-text.js';
import { readBytes } from '../../files/files.js';

/** An array in a file of its own, in PyTorch's layout. */
const entryCodec = t.type(
  {
    file: t.string,
    shape: t.readonlyArray(t.number),
    dtype: t.union([t.literal('float32'), t.literal('int64')]),
  },
  'an array { file, shape, dtype }',
);
export type ArrayEntry = t.TypeOf<typeof entryCodec>;

const entries = t.readonly(t.record(t.string, entryCodec), 'a list of arrays by name');
export type ArrayEntries = t.TypeOf<typeof entries>;

/** A score; 'NaN' means that there is none. */
const scoreCodec = new t.Type<number | null, number | 'NaN', unknown>(
  'a number or "NaN"',
  (u): u is number | null => u === null || typeof u === 'number',
  (u, context) =>
    u === 'NaN' ? t.success(null) : typeof u === 'number' ? t.success(u) : t.failure(u, context),
  (score) => score ?? 'NaN',
);

const scoresCodec = t.readonly(
  t.type({ iou: scoreCodec, acc: scoreCodec, foreground_iou: scoreCodec, foreground_acc: scoreCodec }),
  'the four scores',
);
/** The four image scores, under the reference's names. */
export type ReferenceScores = t.TypeOf<typeof scoresCodec>;

const metricsCodec = t.readonly(
  t.type({
    loss: t.number,
    foreground_loss: scoreCodec,
    batch_sums: scoresCodec,
    per_sample_mean: scoresCodec,
  }),
  'losses and scores',
);
export type ReferenceMetrics = t.TypeOf<typeof metricsCodec>;

/** Sizes and settings; each model decodes its own. */
const hyperCodec = t.readonly(t.record(t.string, t.unknown), 'a list of settings by name');

export type Hyper = t.TypeOf<typeof hyperCodec>;

/** Optional. An intersection with a partial type would add its index to the path of every error. */
const optional = <A>(codec: t.Type<A, unknown, unknown>) => t.union([codec, t.undefined], codec.name);

const modelCaseCodec = t.type({
  name: t.string,
  model: t.string,
  hyper: hyperCodec,
  params: entries,
  arrays: entries,
  metrics: metricsCodec,
  grads: t.readonly(t.record(t.string, t.union([entryCodec, t.null])), 'a list of arrays or null by name'),
  num_parameters: optional(t.number),
  buffers_initial: optional(entries),
  buffers_after_one_train_forward: optional(entries),
  metrics_eval_initial_stats: optional(metricsCodec),
  metrics_eval_updated_stats: optional(metricsCodec),
});
/** One forward and one backward pass of a model. */
export type ModelCase = Readonly<t.TypeOf<typeof modelCaseCodec>>;

const adamCaseCodec = t.type({
  name: t.string,
  model: t.string,
  hyper: hyperCodec,
  params: entries,
  arrays: entries,
  params_after: entries,
  losses: t.readonlyArray(t.number),
  optimizer: t.type({
    type: t.union([t.literal('adam'), t.literal('adamw')]),
    lr: t.number,
    beta1: t.number,
    beta2: t.number,
    eps: t.number,
    weight_decay: t.number,
  }),
  loss_on_batch_0_after_last_step: optional(t.number),
  buffers_initial: optional(entries),
});
/** Some steps of training. */
export type AdamCase = Readonly<t.TypeOf<typeof adamCaseCodec>>;

const metricsCaseCodec = t.readonly(
  t.type({
    name: t.string,
    hyper: hyperCodec,
    arrays: entries,
    batch_sums: scoresCodec,
    per_sample: t.readonlyArray(scoresCodec),
  }),
);
/** Maps and their scores. */
export type MetricsCase = t.TypeOf<typeof metricsCaseCodec>;

export type ParityCase =
  | { readonly kind: 'model'; readonly content: ModelCase }
  | { readonly kind: 'adam'; readonly content: AdamCase }
  | { readonly kind: 'metrics'; readonly content: MetricsCase }
  | { readonly kind: 'unsupported'; readonly content: { readonly name: string }; readonly why: string };

const headCodec = t.type({ name: t.string, kind: optional(t.string), model: optional(t.string) });

const manifestCodec = t.type({ format_version: t.literal(1), cases: t.readonlyArray(t.unknown) });

export const parityModels: readonly string[] = ['nwm', 'conv_lstm', 'conv_gru', 'conv_rnn', 'cnn', 'unet'];

const decodeCase =
  (source: string) =>
  (raw: unknown, index: number): Checked<ParityCase> =>
    pipe(
      raw,
      decodeWith(headCodec, `${source}, case ${index}`),
      E.flatMap(({ name, kind, model }): Checked<ParityCase> => {
        const unsupported = (why: string): ParityCase => ({ kind: 'unsupported', content: { name }, why });
        const read = <A>(codec: t.Decoder<unknown, A>): Checked<A> =>
          decodeWith(codec, `${source}, case ${name}`)(raw);
        if (kind === 'metrics_only')
          return pipe(
            read(metricsCaseCodec),
            E.map((content) => ({ kind: 'metrics', content })),
          );
        if (kind !== undefined && kind !== 'adam_trajectory')
          return E.right(unsupported(`cases of kind '${kind}' are not known`));
        if (model === undefined || !parityModels.includes(model))
          return E.right(
            unsupported(`the model ${model === undefined ? 'is not named' : `'${model}' is not known`}`),
          );
        return kind === undefined
          ? pipe(
              read(modelCaseCodec),
              E.map((content) => ({ kind: 'model', content })),
            )
          : pipe(
              read(adamCaseCodec),
              E.map((content) => ({ kind: 'adam', content })),
            );
      }),
    );

const parseJson = (source: string, bytes: Uint8Array): Checked<unknown> =>
  pipe(
    parsedJson(new TextDecoder().decode(bytes)),
    E.mapLeft((problem) => decodeError(source, problem.replace(/^this/, 'it'))),
  );

/**
 * The cases of a folder, in the manifest's order; those of a kind or model not known here are marked so.
 *
 * **Errors** FileError where there is no manifest, DecodeError with a line a problem where it is not one.
 */
export const readManifest = (folder: string): Effect<readonly ParityCase[]> => {
  const path = join(folder, 'manifest.json');
  return pipe(
    readBytes(path),
    TE.flatMapEither((bytes) => parseJson(path, bytes)),
    TE.flatMapEither(decodeWith(manifestCodec, path)),
    TE.flatMapEither(({ cases }) => E.traverseArray(decodeIndexed(path))([...cases.entries()])),
  );
};

const decodeIndexed =
  (path: string) =>
  ([index, raw]: readonly [number, unknown]): Checked<ParityCase> =>
    decodeCase(path)(raw, index);
