/** Scans, whose steps have instructions of their own. */

import {
  add,
  type Clock,
  complement,
  offset,
  refuse,
  reshape,
  scale,
  scanOverWithFinal,
  scanWithFinal,
  shapeOf,
  slice,
  square,
  sum,
  type Tensor,
} from '../../../dsl/index.js';
import { sameShape, volume } from '../../../dsl/shape.js';
import type { Instruction, ScanRecipe } from './recipe.js';
import { choose, type Entry, entry, fits, from, nothing, rank, type Workshop, within } from './workshop.js';

/** Runs instructions; passed as an argument, since instructions contain scans and scans contain instructions. */
export type Run = (shop: Workshop, instructions: readonly Instruction[]) => readonly Entry[];

type State = Readonly<Record<string, Tensor>>;
const names = ['a', 'θ'] as const;

const isSequence = (x: Tensor): x is Tensor<readonly [number, ...number[]]> => rank(x) >= 1;

export const scan = (shop: Workshop, recipe: ScanRecipe, run: Run): readonly Entry[] => {
  const [a, b, c, d, e] = recipe.pick;
  const over = recipe.driven ? from(shop, a, (x) => rank(x) >= 1 && shapeOf(x)[0] <= 4) : undefined;
  const steps = over === undefined ? recipe.steps : shapeOf(over.x)[0];
  const every = Math.min(steps, recipe.every);
  const remat = recipe.remat === 0 ? false : Math.min(steps, recipe.remat);
  const small = (x: Tensor): boolean => fits([steps, ...shapeOf(x)]);
  const fields = names.slice(0, recipe.fields).flatMap((name, i) => {
    const init = from(shop, b + i * c, small);
    return init === undefined ? [] : [{ name, init: within(1, init).x }];
  });
  if (fields.length === 0) return nothing;
  const clockwork = recipe.ends && !shop.smooth ? countdown(shop, c) : undefined;
  const init: State = {
    ...Object.fromEntries(fields.map(({ name, init: start }) => [name, start])),
    ...(clockwork === undefined ? {} : { left: clockwork }),
  };
  const until = clockwork === undefined ? undefined : ({ left }: State) => below(left, threshold);

  const step = (state: State, clock: Clock, element?: Entry): State => {
    const before = fields.map(({ name }) => entry(state[name], 1));
    const outer = shop.pool.slice(-4);
    const inside: Workshop = {
      ...shop,
      clock,
      pool: [...outer, ...before, ...(element === undefined ? [] : [element])],
    };
    const made = run(inside, recipe.body);
    const moved = Object.fromEntries(
      fields.map(({ name, init: start }, i): [string, Tensor] => {
        const push = from({ ...inside, pool: made.length === 0 ? inside.pool : made }, d + i, (x) =>
          sameShape(shapeOf(x), shapeOf(start)),
        );
        return [name, pushed(state[name], push, e + i)];
      }),
    );
    return clockwork === undefined ? moved : { ...moved, left: offset(-0.5, state.left) };
  };
  const observe = (state: State): State => {
    const first = state[fields[0].name];
    const energy = sum(...shapeOf(first).map((_, axis) => axis))(square(first));
    // The same tensor under two names: two ports of one value.
    return e % 2 === 0 ? { ...state, copy: first } : { energy, ...state };
  };

  const {
    sequence,
    final,
    steps: taken,
  } = over === undefined || !isSequence(over.x)
    ? scanWithFinal({ steps, every, remat, until, init, step, observe })
    : scanOverWithFinal({
        over: over.x,
        every,
        remat,
        until,
        init,
        step: (state: State, x: Tensor, clock) => step(state, clock, { ...over, x }),
        observe,
      });
  const energy = volume(shapeOf(init[fields[0].name]));
  const heard = Object.entries(sequence).map(([name, x]) => entry(x, name === 'energy' ? energy : 1));
  const ends = [
    ...Object.values(final).map((x) => entry(x, 1)),
    ...(clockwork === undefined ? [] : [entry(taken, 3)]),
  ];
  return c % 2 === 0 ? heard : [...heard, ...ends];
};

/** Samples stop when their countdown is below this, an even multiple of 2^-12. */
const threshold = -0.75;

/**
 * A scalar that differs between samples, an odd multiple of 2^-12: an element of an input. It goes down by halves, in
 * numbers that float32 holds exactly, so that it never meets the threshold and no rounding decides when a sample stops.
 */
const countdown = (shop: Workshop, n: number): Tensor<readonly []> | undefined => {
  const raw = choose(
    shop.pool.filter((one) => one.raw && rank(one.x) > 0),
    n,
  );
  if (raw === undefined) return undefined;
  const one: Tensor = slice(
    raw.x,
    shapeOf(raw.x).map(() => 0),
    shapeOf(raw.x).map(() => 1),
  );
  const scalar: Tensor = reshape()(one);
  return isScalar(scalar) ? scalar : undefined;
};

const isScalar = (x: Tensor): x is Tensor<readonly []> => rank(x) === 0;

/** Above 0 where a scalar is below a number. */
const below = (x: Tensor, number: number): Tensor<readonly []> =>
  isScalar(x) ? complement(number, x) : refuse('until', 'a countdown is a scalar');

/** The next value of a field, at most 1, so that it stays bounded for any number of steps. */
const pushed = (before: Tensor, push: Entry | undefined, way: number): Tensor => {
  if (push === undefined || way % 7 === 6) return before;
  const { x } = within(1, push);
  return way % 3 === 0 ? x : add(scale(0.5, before), scale(0.5, x));
};
