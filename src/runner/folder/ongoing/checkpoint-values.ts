/** A training state as the header of a checkpoint and the bytes of its values. Pure. */

import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { sha256Hex } from '../../../base/canonical.js';
import { type Checked, decodeError } from '../../../base/error.js';
import { joined } from '../../../base/joined.js';
import type { Arrays } from '../../../compile/tfjs/session/session.js';
import { type ParameterDeclaration, volume } from '../../../dsl/index.js';
import type { Arithmetic } from '../../../engine/arithmetic.js';
import { Kernels } from '../../../engine/names.js';
import { type EpochMetrics, epochMetricsCodec, type TrainState } from '../../training/state.js';
import { decodeWeights, encodeWeights, type WeightEntry } from '../weights.js';

const ofEveryEngine = t.type({
  values: t.string,
  sha256: t.string,
  epoch: t.number,
  step: t.number,
  lossSum: t.number,
  optimiserStep: t.number,
  best: t.union([t.null, t.type({ epoch: t.number, loss: t.number })]),
  history: t.readonlyArray(epochMetricsCodec),
});
/** The codec of a header: with the arithmetic of its engine (left out: number 1), and the kernels where the engine has a choice. */
export const headerCodec = t.intersection([
  ofEveryEngine,
  /** `average`: whether averaged weights are among the values. */
  t.partial({ arithmetic: t.number, kernels: Kernels, average: t.literal(true) }),
]);
/** The content of a header. */
export type Header = t.TypeOf<typeof headerCodec>;

const groups = ['parameters', 'mean', 'square', 'best', 'average'] as const;
type Group = (typeof groups)[number];

/**
 * The arrays in the file of values, in their order. Trainable parameters have moments once a step was taken.
 */
const entriesOf = (
  declared: readonly ParameterDeclaration[],
  header: Pick<Header, 'optimiserStep' | 'best' | 'average'>,
): Readonly<Record<Group, readonly WeightEntry[]>> => {
  const moments = header.optimiserStep > 0 ? declared.filter(({ trainable }) => trainable) : [];
  return {
    parameters: declared,
    mean: moments,
    square: moments,
    best: header.best === null ? [] : declared,
    average: header.average === true ? declared : [],
  };
};

const bytesOf = (entries: readonly WeightEntry[]): number =>
  4 * entries.reduce((sum, { shape }) => sum + volume(shape), 0);

/** The file of a state's values. */
const valuesOf = ({ epoch, step }: Pick<TrainState, 'epoch' | 'step'>): string =>
  `checkpoint-${epoch}-${step}.bin`;

/** Parameters that no gradient reaches, such as those of the waves alone, have no moments: these are zero. */
const withZeros = (entries: readonly WeightEntry[], found: Arrays): Arrays =>
  Object.fromEntries(
    entries.map(({ name, shape }) => [name, found[name] ?? new Float32Array(volume(shape))]),
  );

/** The header of a state and the bytes that it names. */
export const packed = (
  declared: readonly ParameterDeclaration[],
  state: TrainState,
  arithmetic: Arithmetic,
): { readonly header: Header; readonly bytes: Uint8Array } => {
  const best = state.best === null ? null : { epoch: state.best.epoch, loss: state.best.loss };
  const kept = state.average === undefined ? {} : { average: true as const };
  const entries = entriesOf(declared, { optimiserStep: state.optimiser.step, best, ...kept });
  const values: Readonly<Record<Group, Arrays>> = {
    parameters: state.parameters,
    mean: withZeros(entries.mean, state.optimiser.mean),
    square: withZeros(entries.square, state.optimiser.square),
    best: state.best?.parameters ?? {},
    average: state.average ?? {},
  };
  const bytes = joined(groups.map((group) => encodeWeights(entries[group], values[group])));
  const header: Header = {
    values: valuesOf(state),
    sha256: sha256Hex(bytes),
    epoch: state.epoch,
    step: state.step,
    lossSum: state.lossSum,
    optimiserStep: state.optimiser.step,
    best,
    history: state.history,
    ...kept,
    ...(arithmetic.number === 1 ? {} : { arithmetic: arithmetic.number }),
    ...(arithmetic.kernels === null ? {} : { kernels: arithmetic.kernels }),
  };
  return { header, bytes };
};

/** The state of a header and its bytes. **Errors** DecodeError if the bytes do not match the header. */
export const unpacked = (
  header: Header,
  bytes: Uint8Array,
  declared: readonly ParameterDeclaration[],
  source: string,
): Checked<TrainState> => {
  if (sha256Hex(bytes) !== header.sha256)
    return E.left(decodeError(source, 'its checksum is wrong; the file is damaged'));
  const entries = entriesOf(declared, header);
  const arrays: Partial<Record<Group, Arrays>> = {};
  let offset = 0;
  for (const group of groups) {
    const size = bytesOf(entries[group]);
    const part = decodeWeights(entries[group], bytes.subarray(offset, offset + size), source);
    if (E.isLeft(part)) return part;
    arrays[group] = part.right;
    offset += size;
  }
  const { parameters = {}, mean = {}, square = {}, best = {}, average = {} } = arrays;
  const history: readonly EpochMetrics[] = header.history;
  return E.right({
    epoch: header.epoch,
    step: header.step,
    lossSum: header.lossSum,
    parameters,
    optimiser: { step: header.optimiserStep, mean, square },
    best: header.best === null ? null : { ...header.best, parameters: best },
    ...(header.average === true ? { average } : {}),
    history,
  });
};
