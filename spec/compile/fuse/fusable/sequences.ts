/** Scans, and instructions about the sequences that they leave. */

import {
  add,
  type Clock,
  complement,
  concatAlong,
  fill,
  max,
  mean,
  min,
  mul,
  offset,
  refuse,
  reshape,
  reverse,
  scale,
  scanOverWithFinal,
  scanWithFinal,
  shapeOf,
  sin,
  slice,
  spectrum,
  square,
  sum,
  type Tensor,
  tanh,
  transpose,
} from '../../../../src/dsl/index.js';
import { sameShape } from '../../../../src/dsl/shape.js';
import { apply } from '../../../../src/dsl/tensor.js';
import { type Entry, entry, within } from '../../../../src/laws/arbitraries/program/workshop.js';
import { weightsOf } from './fields.js';
import type { Instruction, ScanRecipe, SequenceKind } from './recipe.js';
import { recur } from './recurrences.js';
import { channelsOf, type Made, mayBe, pickOf, type Shop, tame } from './shop.js';

type State = Readonly<Record<string, Tensor>>;

/** Runs instructions; passed as an argument, since instructions contain scans and scans contain instructions. */
export type Run = (shop: Shop, instructions: readonly Instruction[]) => Shop;

const isSequence = (x: Tensor): x is Tensor<readonly [number, ...number[]]> => shapeOf(x).length > 1;

/** The next value of a field: pushed, put in its place, the same again, or what another field was. */
const pushed = (before: Tensor, others: readonly Tensor[], push: Entry | undefined, way: number): Tensor => {
  const other = others.find((y) => y !== before && sameShape(shapeOf(y), shapeOf(before)));
  if (way % 5 === 3 && other !== undefined) return other;
  if (push === undefined || way % 11 === 6) return before;
  const { x } = within(1, push);
  return way % 3 === 0 ? x : add(scale(0.5, before), scale(0.5, x));
};

/** Samples stop when their countdown is below this. */
const threshold = -0.75;

const isScalar = (x: Tensor): x is Tensor<readonly []> => shapeOf(x).length === 0;

/** A scalar that differs between samples, from which every step takes a half. */
const countdown = ({ lists }: Shop, n: number): Tensor => {
  const list = lists.at(-1) ?? fill(0, 1);
  return reshape()(slice(list, [n % (shapeOf(list)[0] ?? 1)], [1]));
};

/** Above 0 where a countdown is over. */
const isOver = ({ left }: State): Tensor<readonly []> => {
  const over = complement(threshold, left);
  return isScalar(over) ? over : refuse('until', 'a countdown is a scalar');
};

export const makeScan = (shop: Shop, recipe: ScanRecipe, run: Run): Made => {
  const { pick, steps: asked, fields, driven, body, ends = false } = recipe;
  const [a, b, c, d, e, f] = pick;
  const over = driven
    ? pickOf(
        shop.sequences.filter(({ x }) => isSequence(x)),
        a,
      )
    : undefined;
  const steps = over === undefined ? asked : shapeOf(over.x)[0];
  const names = ['a', 'b', 'c'].slice(0, fields);
  const start = names.flatMap((name, i) => {
    const init = pickOf(shop.pool, b + i * c);
    return init === undefined || !mayBe(steps, ...shapeOf(init.x)) ? [] : [{ name, init: within(1, init).x }];
  });
  if (start.length === 0) return { fields: [], sequences: [] };
  // an impulse at the first step, which every bin of a spectrum hears: none is near zero, where it has no slope
  const pulse: State = { pulse: fill(1000, ...shapeOf(start[0].init)) };
  const init: State = {
    ...Object.fromEntries(start.map(({ name, init: x }) => [name, x])),
    ...pulse,
    ...(ends ? { left: countdown(shop, b) } : {}),
  };
  const every = Math.min(steps, recipe.every ?? 1);
  const remat = Math.min(steps, recipe.remat ?? 0);
  const settings = { every, ...(remat > 0 ? { remat } : {}), ...(ends ? { until: isOver } : {}) };
  const step = (state: State, clock: Clock, element?: Tensor): State => {
    const before = start.map(({ name }) => entry(state[name], 1));
    const time: Tensor = scale(0.2, clock.index);
    const ticking = f % 4 === 0 ? [entry(apply('add', { op: 'zip', fn: 'add' }, before[0].x, time), 3)] : [];
    const inside: Shop = {
      ...shop,
      clock,
      // one of the sequences outside may drive what is inside
      sequences: d % 3 === 0 ? shop.sequences.slice(-1) : [],
      pool: [
        ...shop.pool.slice(-2),
        ...(element === undefined ? [] : [entry(element, over?.bound ?? 1)]),
        ...ticking,
        ...before,
      ],
    };
    const made = run(inside, body).pool.slice(inside.pool.length);
    const all = made.length === 0 ? inside.pool : made;
    return {
      ...Object.fromEntries(
        start.map(({ name, init: x }, i) => [
          name,
          pushed(
            state[name],
            start.map((other) => state[other.name]),
            pickOf(
              all.filter((m) => sameShape(shapeOf(m.x), shapeOf(x))),
              d + 7 * i,
            ),
            e + i,
          ),
        ]),
      ),
      pulse: scale(0.001, state.pulse),
      ...(ends ? { left: offset(-0.5, state.left) } : {}),
    };
  };
  const observe = (state: State): State => ({
    ...Object.fromEntries(start.map(({ name }) => [name, state[name]])),
    copy: state[start[0].name],
    heard: add(scale(0.5 / steps, state[start[0].name]), state.pulse),
    ...(e % 2 === 0
      ? {
          derived: scale(
            0.5,
            add(state[start[0].name], apply('map', { op: 'map', fn: 'tanh' }, state[start[0].name])),
          ),
        }
      : {}),
  });
  const { sequence, final } =
    over === undefined || !isSequence(over.x)
      ? scanWithFinal({ steps, init, step, observe, ...settings })
      : scanOverWithFinal({
          over: over.x,
          ...settings,
          init,
          step: (state: State, x: Tensor, clock) => step(state, clock, x),
          observe,
        });
  const { heard, ...plain } = sequence;
  const last = Object.entries(final).filter(([name]) => name !== 'pulse' && name !== 'left');
  return {
    fields: c % 3 === 0 || shop.clock !== undefined ? last.map(([, x]) => entry(x, 1)) : [],
    sequences: [
      ...(d % 2 === 0 && every === 1 && !ends && isSequence(heard) ? [entry(spectrum(heard), 1.5)] : []),
      ...Object.values(plain).map((x) => entry(x, 1)),
    ],
  };
};

/** Time after the pixels, or in front of them. */
const timeLast = (x: Tensor, grid: number): Tensor =>
  transpose(...Array.from({ length: grid }, (_, i) => i + 1), 0, grid + 1)(x);

const makers: Readonly<Record<SequenceKind, (shop: Shop, x: Entry, pick: readonly number[]) => Made>> = {
  toChannels: ({ grid }, { x, bound }, [, b]) => {
    const last = timeLast(x, grid.length);
    const [steps] = shapeOf(x);
    const channels = channelsOf(x);
    const axes = grid.map((_, axis) => axis);
    // steps outside and channels inside, or the other way round
    const turned = b % 3 === 0 ? transpose(...axes, grid.length + 1, grid.length)(last) : last;
    return { fields: [entry(reshape(...grid, steps * channels)(turned), bound)], sequences: [] };
  },
  overTime: ({ smooth }, { x, bound }, [, b]) => {
    const [reduce, factor] = (
      [
        [mean, 1],
        [sum, shapeOf(x)[0]],
        [max, 1],
        [min, 1],
      ] as const
    )[b % (smooth ? 2 : 4)];
    return { fields: [entry(reduce(0)(x), factor * bound)], sequences: [] };
  },
  mixTime: (shop, { x, bound }, [, b, c]) => {
    // a dense layer over time: [grid, C, T] -> [grid, C, n] -> [n, grid, C]
    const { grid } = shop;
    const g = grid.length;
    const axes = Array.from({ length: g }, (_, i) => i + 1);
    const turned: Tensor = transpose(...axes, g + 1, 0)(x);
    const [steps] = shapeOf(x);
    const to = 1 + (b % 5);
    if (!mayBe(...grid, channelsOf(x), to)) return { fields: [], sequences: [] };
    const mixed: Tensor = apply(
      'dense',
      { op: 'dense' },
      turned,
      weightsOf(shop, 'dense', [steps, to], steps, c),
    );
    const back: Tensor = transpose(g + 1, ...grid.map((_, i) => i), g)(mixed);
    return { fields: [], sequences: [entry(back, Math.sqrt(steps) * bound + 1)] };
  },
  cutTime: (_, { x, bound }, [, b, c]) => {
    const shape = shapeOf(x);
    const size = 1 + (b % shape[0]);
    const begin = c % (shape[0] - size + 1);
    const cut: Tensor = slice(x, [begin, ...shape.slice(1).map(() => 0)], [size, ...shape.slice(1)]);
    return {
      fields: [],
      sequences: [entry(mayBe(2 * size, ...shape.slice(1)) ? concatAlong(0, cut, cut) : cut, bound)],
    };
  },
  // a dense layer over the channels at every step
  perStep: (shop, { x, bound }, [, b, c]) => {
    const to = 1 + (b % 6);
    const from = channelsOf(x);
    if (!mayBe(...shapeOf(x).slice(0, -1), to)) return { fields: [], sequences: [] };
    const mixed: Tensor = apply('dense', { op: 'dense' }, x, weightsOf(shop, 'dense', [from, to], from, c));
    return { fields: [], sequences: [entry(mixed, Math.sqrt(from) * bound + 1)] };
  },
  recur,
  mirrorTime: (_, { x, bound }) => ({ fields: [], sequences: [entry(reverse(0)(x), bound)] }),
  // the same at every step, or at every step after the one before
  mapTime: (_, { x, bound }, [, b]) => {
    const maps = [tanh, sin, square, (y: Tensor): Tensor => scale(-0.7, y)];
    return { fields: [], sequences: [entry(maps[b % maps.length](x), Math.max(1, bound * bound))] };
  },
  // two sequences of one length: one with the other, or side by side
  blend: (shop, { x, bound }, [, b, c]) => {
    const alike = shop.sequences.filter((other) => sameShape(shapeOf(other.x), shapeOf(x)));
    const other = pickOf(alike, b) ?? { x, bound };
    if (c % 3 === 0) return { fields: [], sequences: [entry(add(x, other.x), bound + other.bound)] };
    if (c % 3 === 1) return { fields: [], sequences: [entry(mul(x, other.x), bound * other.bound)] };
    const joined: Tensor = concatAlong(shapeOf(x).length - 1, x, other.x);
    return {
      fields: [],
      sequences: mayBe(...shapeOf(joined)) ? [entry(joined, Math.max(bound, other.bound))] : [],
    };
  },
  // what was at one step, as a field
  moment: (_, { x, bound }, [, b]) => {
    const [steps, ...shape] = shapeOf(x);
    const one: Tensor = slice(x, [b % steps, ...shape.map(() => 0)], [1, ...shape]);
    return { fields: [entry(sum(0)(one), bound)], sequences: [] };
  },
  turn: ({ grid }, { x, bound }, [, b]) => {
    // over channels and time at once, or over channels alone and then back
    const last = timeLast(x, grid.length);
    const channel = grid.length + 1;
    const reduced: Tensor = b % 2 === 0 ? mean(channel)(last) : sum(grid.length, channel)(last);
    const field: Tensor = b % 2 === 0 ? reduced : reshape(...grid, 1)(reduced);
    return {
      fields: [entry(field, bound * (b % 2 === 0 ? 1 : shapeOf(x)[0] * channelsOf(x)))],
      sequences: [],
    };
  },
};

export const makeSequence = (shop: Shop, kind: SequenceKind, pick: readonly number[]): Made => {
  const chosen = pickOf(shop.sequences, pick[0]);
  if (chosen === undefined) return { fields: [], sequences: [] };
  const { fields, sequences } = makers[kind](shop, chosen, pick);
  return { fields: fields.map((e) => tame(e, pick[1])), sequences: sequences.map((e) => tame(e, pick[1])) };
};
