/**
 * Layers of several operations that the compiler recognises by their form: attention, norms of a sample,
 * dropout, delays.
 */

import {
  add,
  attention,
  delay,
  dense,
  dropout,
  groupNorm,
  instanceNorm,
  layerNorm,
  past,
  remember,
  reshape,
  scale,
  scan,
  shapeOf,
  type Tensor,
  tanh,
} from '../../../dsl/index.js';
import { volume } from '../../../dsl/shape.js';
import {
  atLeastRank,
  type Builder,
  type Entry,
  entry,
  fits,
  from,
  nothing,
  rank,
  within,
} from './workshop.js';

/** Rows of channels. */
type Rows = Tensor<readonly [number, number]>;
const isRows = (x: Tensor): x is Rows => rank(x) === 2;

/** A value as rows of its last axis. */
const rowsOf = (x: Tensor): Rows | undefined => {
  const shape = shapeOf(x);
  const channels = shape.at(-1) ?? 1;
  const rows: Tensor = reshape(volume(shape) / channels, channels)(x);
  return isRows(rows) ? rows : undefined;
};

/**
 * Rows that attend to each other or to the rows of another value, with one head or two, with or without
 * projections.
 */
export const attended: Builder = (shop, [a, b, c, d, e]) => {
  const first = from(shop, a, atLeastRank(1));
  const second = c % 2 === 0 ? first : from(shop, b, atLeastRank(1));
  if (first === undefined || second === undefined || shop.smooth) return nothing;
  const [one, other] = [first, second].map((each) => rowsOf(within(1, each).x));
  if (one === undefined || other === undefined) return nothing;
  const heads = 1 + (d % 2);
  const channels = heads * (1 + (e % 2));
  const [q, k] = [one, other].map((rows) => shapeOf(rows)[0]);
  if (!fits([heads, q, k]) || !fits([q, channels])) return nothing;
  const projected = () => dense(channels, { bias: e % 3 > 0 });
  const values = projected()(other);
  const felt =
    b % 3 === 0 && shapeOf(one)[1] === channels && shapeOf(other)[1] === channels
      ? attention({ heads })(one, other, other)
      : attention({ heads })(projected()(one), projected()(other), values);
  const all: Tensor = felt;
  const back = c % 4 < 2 ? reshape(...shapeOf(first.x).slice(0, -1), channels)(all) : all;
  return [entry(back, 3)];
};

/** A norm of each sample by itself, with learned scales, and an epsilon that does not amplify small deviations. */
export const normed: Builder = (shop, [a, b, c]) => {
  const chosen = from(shop, a, atLeastRank(1));
  if (chosen === undefined) return nothing;
  const shape = shapeOf(chosen.x);
  const channels = shape.at(-1) ?? 1;
  const sites = volume(shape) / channels;
  const groups = channels % 2 === 0 && c % 2 === 0 ? 2 : 1;
  const epsilon = 0.1;
  const made: readonly (() => Tensor)[] = [
    () => layerNorm({ epsilon })(chosen.x),
    () => groupNorm<number>(groups, { epsilon })(chosen.x),
    () => (sites > 1 ? instanceNorm({ epsilon })(chosen.x) : layerNorm({ epsilon })(chosen.x)),
  ];
  return [entry(made[b % made.length](), 3)];
};

/** Dropout: once for each sample, or at each step. */
export const dropped: Builder = (shop, [a, b]) => {
  const chosen = from(shop, a);
  if (chosen === undefined) return nothing;
  const rate = [0.25, 0.5][b % 2];
  return [entry(dropout(rate)(chosen.x, shop.clock), chosen.bound / (1 - rate))];
};

type Sites = Tensor<readonly [number, ...number[]]>;
const areSites = (x: Tensor): x is Sites => rank(x) >= 1;

/** Sites that feel their own earlier values: a scan whose state has a history. */
export const delayed: Builder = (shop, [a, b, c, d]) => {
  const depth = 2 + (b % 3);
  const steps = 1 + (c % 5);
  const chosen = from(
    shop,
    a,
    (x) => rank(x) >= 1 && fits([shapeOf(x)[0], depth + steps, ...shapeOf(x).slice(1)]),
  );
  if (chosen === undefined) return nothing;
  const { x } = within(1, chosen);
  if (!areSites(x)) return nothing;
  const [sites] = shapeOf(x);
  const late = Array.from({ length: sites }, (_, i) => (i * (1 + (d % 3)) + d) % depth);
  const waves: Tensor = scan({
    steps,
    init: { now: x, history: past(x, depth) },
    step: ({ now, history }) => {
      const next = add(
        scale(0.5, now),
        scale(0.5, tanh(delay<number, readonly number[], readonly number[]>(history, late))),
      );
      return { now: next, history: remember(history, next) };
    },
    observe: ({ now }) => now,
  });
  const made: readonly Entry[] = [entry(waves, 1)];
  return made;
};
