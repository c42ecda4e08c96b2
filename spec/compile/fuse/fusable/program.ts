/** Random programs that can be fused as a whole, with inputs. */

import fc from 'fast-check';
import { stream } from '../../../../src/base/random.js';
import {
  layer,
  type Program,
  parameterOf,
  program,
  reshape,
  type Shapes,
  signature,
  type Tensor,
  transpose,
} from '../../../../src/dsl/index.js';
import { volume } from '../../../../src/dsl/shape.js';
import { apply } from '../../../../src/dsl/tensor.js';
import { entry } from '../../../../src/laws/arbitraries/program/workshop.js';
import { makeField, weightsOf } from './fields.js';
import { type FieldKind, fieldKinds, type Recipe, recipeArbitrary, type SequenceKind } from './recipe.js';
import { makeScan, makeSequence, type Run } from './sequences.js';
import { channelsOf, type Shop, tame } from './shop.js';

export interface Fusable {
  readonly program: Program;
  readonly recipe: Recipe;
  readonly inputs: (count: number) => Readonly<Record<string, Float32Array>>;
}

const isFieldKind = (kind: FieldKind | SequenceKind): kind is FieldKind =>
  fieldKinds.some((known) => known === kind);

const shapesOf = ({ grid, channels, alike }: Recipe): Shapes => ({
  field: [...grid, channels],
  other: [...grid, alike ?? 2],
  list: [alike ?? 3],
});

const lying = (logits: Tensor, { grid, classes, turned }: Recipe): Tensor => {
  const axes = grid.map((_, axis) => axis);
  if (turned === 1) return transpose(grid.length, ...axes)(logits);
  return turned === 2 && classes % 2 === 0 ? reshape(...grid, 2, classes / 2)(logits) : logits;
};

/** Runs instructions one after the other. */
const run: Run = (start, instructions) => {
  let shop = start;
  for (const instruction of instructions) {
    const { pick } = instruction;
    const { fields, sequences } =
      instruction.kind === 'scan'
        ? makeScan(shop, instruction, run)
        : isFieldKind(instruction.kind)
          ? { fields: makeField(shop, instruction.kind, pick), sequences: [] }
          : makeSequence(shop, instruction.kind, pick);
    shop = {
      ...shop,
      pool: [...shop.pool, ...fields.map((e) => tame(e, pick[0]))],
      sequences: [...shop.sequences, ...sequences],
    };
  }
  return shop;
};

/** The program of a recipe. `logits` [grid, classes] stand at its end, after the last field. */
export const fusable = (recipe: Recipe, smooth = false): Fusable => {
  const { grid, classes, seed } = recipe;
  const made = program(shapesOf(recipe), ({ field, other, list }) => {
    const start: Shop = {
      pool: [entry(other, 1), entry(field, 1)],
      lists: [parameterOf(layer('list'), 'weight', [2], { init: { normal: 0.5 } }), list],
      sequences: [],
      grid,
      seed,
      smooth,
      excluded: new Set(),
      clock: undefined,
      shared: new Map(),
    };
    const shop = run(start, recipe.instructions);
    const all = [...shop.sequences, ...shop.pool].map(({ x }) => x);
    const [last] = shop.pool.slice(-1);
    const from = channelsOf(last.x);
    const logits: Tensor = apply(
      'dense',
      { op: 'dense' },
      last.x,
      weightsOf(shop, 'dense', [from, classes], from, 8),
    );
    return {
      logits: lying(logits, recipe),
      ...Object.fromEntries(
        recipe.outputs.map((n, i) => [`out${i}`, all[all.length - 1 - (n % all.length)]]),
      ),
    };
  });
  return {
    program: made,
    recipe,
    inputs: (count) =>
      Object.fromEntries(
        Object.entries(shapesOf(recipe)).map(([name, shape]) => {
          const random = stream(seed, 'fusable', name);
          return [name, Float32Array.from({ length: count * volume(shape) }, () => 2 * random.uniform() - 1)];
        }),
      ),
  };
};

/** Random fusable programs; a counterexample prints its recipe. `smooth`: differentiable everywhere. */
export const fusableArbitrary = (smooth = false): fc.Arbitrary<Fusable> =>
  recipeArbitrary.map((recipe) => {
    const made = fusable(recipe, smooth);
    return Object.assign(made, {
      [fc.toStringMethod]: () => `${signature(made.program)}\nof the recipe ${JSON.stringify(recipe)}`,
    });
  });
