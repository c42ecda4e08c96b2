/** Scans, whose steps have instructions of their own. */

import {
  add,
  type Clock,
  scale,
  scanOverWithFinal,
  scanWithFinal,
  shapeOf,
  square,
  sum,
  type Tensor,
} from '../../../dsl/index.js';
import { sameShape, volume } from '../../../dsl/shape.js';
import type { Instruction, ScanRecipe } from './recipe.js';
import { type Entry, entry, fits, from, nothing, rank, type Workshop, within } from './workshop.js';

/** Runs instructions; passed as an argument, since instructions contain scans and scans contain instructions. */
export type Run = (shop: Workshop, instructions: readonly Instruction[]) => readonly Entry[];

type State = Readonly<Record<string, Tensor>>;
const names = ['a', 'θ'] as const;

const isSequence = (x: Tensor): x is Tensor<readonly [number, ...number[]]> => rank(x) >= 1;

export const scan = (shop: Workshop, recipe: ScanRecipe, run: Run): readonly Entry[] => {
  const [a, b, c, d, e] = recipe.pick;
  const over = recipe.driven ? from(shop, a, (x) => rank(x) >= 1 && shapeOf(x)[0] <= 4) : undefined;
  const steps = over === undefined ? recipe.steps : shapeOf(over.x)[0];
  const small = (x: Tensor): boolean => fits([steps, ...shapeOf(x)]);
  const fields = names.slice(0, recipe.fields).flatMap((name, i) => {
    const init = from(shop, b + i * c, small);
    return init === undefined ? [] : [{ name, init: within(1, init).x }];
  });
  if (fields.length === 0) return nothing;
  const init: State = Object.fromEntries(fields.map(({ name, init: start }) => [name, start]));

  const step = (state: State, clock: Clock, element?: Entry): State => {
    const before = fields.map(({ name }) => entry(state[name], 1));
    const outer = shop.pool.slice(-4);
    const inside: Workshop = {
      ...shop,
      clock,
      pool: [...outer, ...before, ...(element === undefined ? [] : [element])],
    };
    const made = run(inside, recipe.body);
    return Object.fromEntries(
      fields.map(({ name, init: start }, i) => {
        const push = from({ ...inside, pool: made.length === 0 ? inside.pool : made }, d + i, (x) =>
          sameShape(shapeOf(x), shapeOf(start)),
        );
        return [name, pushed(state[name], push, e + i)];
      }),
    );
  };
  const observe = (state: State): State => {
    const first = state[fields[0].name];
    const energy = sum(...shapeOf(first).map((_, axis) => axis))(square(first));
    // The same tensor under two names: two ports of one value.
    return e % 2 === 0 ? { ...state, copy: first } : { energy, ...state };
  };

  const { sequence, final } =
    over === undefined || !isSequence(over.x)
      ? scanWithFinal({ steps, init, step, observe })
      : scanOverWithFinal({
          over: over.x,
          init,
          step: (state: State, x: Tensor, clock) => step(state, clock, { ...over, x }),
          observe,
        });
  const energy = volume(shapeOf(init[fields[0].name]));
  const heard = Object.entries(sequence).map(([name, x]) => entry(x, name === 'energy' ? energy : 1));
  const ends = Object.values(final).map((x) => entry(x, 1));
  return c % 2 === 0 ? heard : [...heard, ...ends];
};

/** The next value of a field, at most 1, so that it stays bounded for any number of steps. */
const pushed = (before: Tensor, push: Entry | undefined, way: number): Tensor => {
  if (push === undefined || way % 7 === 6) return before;
  const { x } = within(1, push);
  return way % 3 === 0 ? x : add(scale(0.5, before), scale(0.5, x));
};
