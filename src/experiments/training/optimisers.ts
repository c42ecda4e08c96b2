/** Optimisers as plain data, and groups of parameters with their own rate and decay. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { canonical } from '../../base/canonical.js';
import { byName, real, record, text, where, withDefault, withOptional } from '../../base/codec.js';
import { grouped, limits } from '../../base/limits.js';

const names = ['adam', 'adamw', 'sgd'] as const;
/** The name of an optimiser; a name alone means its usual settings. */
export type OptimiserName = (typeof names)[number];

/** Stochastic gradient descent. */
export interface Sgd {
  readonly name: 'sgd';
  /** The share of the last step that the next one repeats. */
  readonly momentum: number;
  /** Whether the gradient is taken ahead of the momentum (Nesterov). */
  readonly nesterov: boolean;
  /** Added to the gradient, times the weight. */
  readonly decay: number;
}

/** Adam. */
export interface Adam {
  readonly name: 'adam';
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Added to the gradient, times the weight. */
  readonly decay: number;
}

/** AdamW, whose decay of the weights is `training.weightDecay`. */
export type AdamW = Omit<Adam, 'name' | 'decay'> & { readonly name: 'adamw' };

/** An optimiser with all its settings. */
export type Optimiser = Sgd | Adam | AdamW;

const share = where(real(0, 1), (value) => (value < 1 ? null : 'it must be less than 1'));
const epsilon = where(real(0, 1), (value) => (value > 0 ? null : 'it must be more than 0'));
const moments = {
  beta1: withDefault(share, 0.9),
  beta2: withDefault(share, 0.999),
  epsilon: withDefault(epsilon, 1e-8),
};
const decay = withDefault(real(0, 1), 0);

const sgdCodec = where(
  record('sgd', {
    name: t.literal('sgd'),
    momentum: withDefault(share, 0),
    nesterov: withDefault(t.boolean, false),
    decay,
  }),
  ({ momentum, nesterov }) => (nesterov && momentum === 0 ? 'nesterov needs a momentum above 0' : null),
);

const full = byName<Optimiser>('optimiser', {
  sgd: sgdCodec,
  adam: record('adam', { name: t.literal('adam'), ...moments, decay }),
  adamw: record('adamw', { name: t.literal('adamw'), ...moments }),
});

const isName = (u: unknown): u is OptimiserName => names.some((name) => name === u);

const usual: Readonly<Record<OptimiserName, Optimiser>> = {
  sgd: { name: 'sgd', momentum: 0, nesterov: false, decay: 0 },
  adam: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0 },
  adamw: { name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
};

/** The optimiser with all its settings. */
export const wholeOptimiser = (optimiser: OptimiserName | Optimiser): Optimiser =>
  isName(optimiser) ? usual[optimiser] : optimiser;

/**
 * The codec of optimisers: a name, or a record with settings. One whose settings are the usual becomes its name, so that both
 * ways of writing it are the same run.
 */
export const optimiserCodec: t.Type<OptimiserName | Optimiser, OptimiserName | Optimiser, unknown> =
  new t.Type(
    'optimiser',
    (u): u is OptimiserName | Optimiser => isName(u) || full.is(u),
    (u, context): t.Validation<OptimiserName | Optimiser> =>
      typeof u === 'string'
        ? isName(u)
          ? t.success(u)
          : pipe(
              full.validate({ name: u }, context),
              E.map((one): OptimiserName | Optimiser => one),
            )
        : pipe(
            full.validate(u, context),
            E.map((one) => (canonical(one) === canonical(usual[one.name]) ? one.name : one)),
          ),
    t.identity,
  );

/** Parameters with their own rate and decay; the first group that matches counts. */
export interface Group {
  /** A pattern of names: `*` is any text, `?` one character. */
  readonly match: string;
  /** A factor of the rate; left out: 1. */
  readonly rate?: number;
  /** The decay of these weights instead of the optimiser's. */
  readonly decay?: number;
  /** Whether they keep their initial values. */
  readonly frozen?: boolean;
}

const groupCodec: t.Type<Group, Group, unknown> = where(
  pipe(
    record('group', { match: text }, ['rate', 'decay', 'frozen']),
    (codec) => withOptional(codec, 'rate', real(0, 1e6)),
    (codec) => withOptional(codec, 'decay', real(0, 1)),
    (codec) => withOptional(codec, 'frozen', t.boolean),
  ),
  ({ match, rate, decay: own, frozen }) =>
    match.length > limits.patternLetters
      ? `its pattern has ${grouped(match.length)} letters, and ${grouped(limits.patternLetters)} is the limit`
      : rate === undefined && own === undefined && frozen === undefined
        ? 'a group says what is different: rate, decay or frozen'
        : frozen === true && (rate !== undefined || own !== undefined)
          ? 'what is frozen has no rate and no decay'
          : null,
);

/** The codec of groups. */
export const groupsCodec: t.Type<readonly Group[], readonly Group[], unknown> = where(
  t.readonlyArray(groupCodec),
  ({ length }) =>
    length > limits.groups ? `${grouped(length)} groups, and ${grouped(limits.groups)} is the limit` : null,
);

/** An optimiser in one line. */
export const describeOptimiser = (optimiser: OptimiserName | Optimiser): string => {
  if (isName(optimiser)) return optimiser;
  const { name, ...settings } = optimiser;
  const plain: Readonly<Record<string, unknown>> = { ...usual[name] };
  const other = Object.entries(settings).filter(([key, value]) => plain[key] !== value);
  return `${name} (${other.map(([key, value]) => `${key} ${value}`).join(', ')})`;
};
