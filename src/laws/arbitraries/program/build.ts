/** From a recipe to a program. */

import { stream } from '../../../base/random.js';
import { type Program, program, type Shapes, shapeOf, type Tensor } from '../../../dsl/index.js';
import type { OpName } from '../../../dsl/op.js';
import { type Expr, insideOf } from '../../../dsl/tensor.js';
import * as layers from './layers.js';
import * as pointwise from './pointwise.js';
import * as products from './products.js';
import type { Instruction, PlainKind, Recipe } from './recipe.js';
import { scan } from './scans.js';
import * as sequence from './sequence.js';
import * as structure from './structure.js';
import * as weights from './weights.js';
import { type Builder, type Entry, fits, tamed, type Workshop } from './workshop.js';

const builders: Readonly<Record<PlainKind, Builder>> = {
  map: pointwise.map,
  guarded: pointwise.guarded,
  decision: pointwise.decision,
  affine: pointwise.affine,
  zip: pointwise.zip,
  quotient: pointwise.quotient,
  special: pointwise.special,
  choice: pointwise.choice,
  clamp: pointwise.clamped,
  constant: pointwise.constant,
  parameter: pointwise.parameterLike,
  conv: weights.conv,
  convTranspose: weights.convTranspose,
  dense: weights.dense,
  einsum: products.multiplied,
  batchNorm: weights.norm,
  pool: structure.pool,
  concat: structure.concat,
  slice: structure.sliced,
  gather: structure.gathered,
  scatter: structure.scattered,
  reshape: structure.reshape_,
  transpose: structure.transposed,
  reverse: structure.reversed,
  roll: structure.rolled,
  broadcast: structure.broadcast_,
  reduce: structure.reduce,
  fourier: sequence.modal,
  spectrum: sequence.spectral,
  diagonal: sequence.diagonal,
  matrix: sequence.matrix,
  noise: sequence.noise,
  phase: sequence.phase,
  clock: sequence.time,
  normal: sequence.normal,
  pad: structure.padded_,
  resample: structure.resampled_,
  attention: layers.attended,
  norm: layers.normed,
  dropout: layers.dropped,
  delay: layers.delayed,
};

/** The operations in an expression. */
const operations = (root: Expr): ReadonlySet<string> => {
  const seen = new Set<Expr>();
  const pending = [root];
  for (let expr = pending.pop(); expr !== undefined; expr = pending.pop()) {
    if (seen.has(expr)) continue;
    seen.add(expr);
    pending.push(...expr.inputs);
    if (expr.op.op === 'scan') pending.push(...insideOf(expr.op));
  }
  return new Set([...seen].map(({ op }) => (op.op === 'placeholder' ? op.leaf.op : op.op)));
};

const isAllowed =
  ({ excluded }: Workshop) =>
  ({ x }: Entry): boolean => {
    if (excluded.size === 0) return true;
    const used = operations(x.expr);
    // Values from outside of a step are externals.
    return ![...excluded].some((op) => used.has(op) || (op === 'external' && used.has('scan')));
  };

const run = (shop: Workshop, instructions: readonly Instruction[]): readonly Entry[] =>
  instructions.reduce<readonly Entry[]>((made, instruction) => {
    const now: Workshop = { ...shop, pool: shop.pool.concat(made) };
    const more =
      instruction.kind === 'scan'
        ? scan(now, instruction, run)
        : builders[instruction.kind](now, instruction.pick);
    const way = instruction.pick[0];
    const kept = more.filter(({ x }) => fits(shapeOf(x))).map((e) => tamed(now, e, way));
    return made.concat(kept.filter(isAllowed(now)));
  }, []);

/** The inputs of every generated program: a field [H, W, C], a line [L, C] and a sequence [T, L, C] of lines. */
export const inputShapes = ({ sizes: [h, w, c, l, t] }: Recipe): Shapes => ({
  field: [h, w, c],
  line: [l, c],
  sequence: [t, l, c],
});

export const build = (recipe: Recipe, excluded: ReadonlySet<OpName>, smooth: boolean): Program =>
  program(inputShapes(recipe), (inputs) => {
    const pool = Object.values(inputs).map((x): Entry => ({ x, bound: 1, raw: true }));
    const made = run(
      { pool, seed: recipe.seed, smooth, excluded, clock: undefined, shared: new Map() },
      recipe.instructions,
    );
    const last: readonly Tensor[] = made.length === 0 ? [inputs.field] : made.map(({ x }) => x);
    return Object.fromEntries(
      recipe.outputs.map((n, i) => [`out${i}`, last[last.length - 1 - (n % last.length)]]),
    );
  });

/**
 * Values for the inputs, row-major with a leading batch axis: odd multiples of 2^-12 between -1 and 1, all different
 * within one sample of one input, so that every maximum is unique and no decision is close.
 */
export const feed = (recipe: Recipe, batch: number): Readonly<Record<string, Float32Array>> =>
  Object.fromEntries(
    Object.entries(inputShapes(recipe)).map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const samples = Array.from({ length: batch }, (_, sample) => {
        const random = stream(recipe.seed, 'input', name, sample);
        const chosen = new Set<number>();
        while (chosen.size < size) chosen.add((2 * random.integer(4096) - 4095) / 4096);
        return [...chosen];
      });
      return [name, Float32Array.from(samples.flat())];
    }),
  );
