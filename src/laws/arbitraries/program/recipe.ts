/**
 * Recipes: random programs as plain data, before they are built.
 *
 * A recipe is a list of instructions with a few small numbers each. The meaning of the numbers depends on what was
 * built before, and an instruction without suitable operands does nothing. So every part of a recipe is a recipe, and
 * counterexamples shrink by dropping instructions and lowering numbers.
 */

import fc from 'fast-check';

/** Kinds of single instructions, inside of scans and outside. */
export const plainKinds = [
  'map',
  'guarded',
  'decision',
  'affine',
  'zip',
  'quotient',
  'special',
  'choice',
  'clamp',
  'constant',
  'parameter',
  'conv',
  'convTranspose',
  'dense',
  'einsum',
  'pool',
  'concat',
  'slice',
  'gather',
  'scatter',
  'reshape',
  'transpose',
  'reverse',
  'broadcast',
  'reduce',
  'fourier',
  'spectrum',
  'batchNorm',
  'diagonal',
  'matrix',
  'noise',
  'phase',
  'clock',
  'normal',
  'roll',
  'pad',
  'resample',
  'attention',
  'norm',
  'dropout',
  'delay',
] as const;
export type PlainKind = (typeof plainKinds)[number];

export interface Plain {
  readonly kind: PlainKind;
  /** Choices: each is taken modulo the number of possibilities. */
  readonly pick: readonly number[];
}

export interface ScanRecipe {
  readonly kind: 'scan';
  readonly pick: readonly number[];
  /** Whether a sequence drives it, if there is one. */
  readonly driven: boolean;
  readonly steps: number;
  /** k: observations are kept after steps k, 2k, ... */
  readonly every: number;
  /** Steps that the adjoint computes again at a time; 0: none. */
  readonly remat: number;
  /** Whether samples stop, each after a number of steps of its own. */
  readonly ends: boolean;
  readonly fields: number;
  readonly body: readonly Instruction[];
}

export type Instruction = Plain | ScanRecipe;

export interface Recipe {
  /** Height, width and channels of the field; length of the line; steps of the sequence. */
  readonly sizes: readonly [number, number, number, number, number];
  readonly instructions: readonly Instruction[];
  /** The values that are outputs, counted from the last. */
  readonly outputs: readonly number[];
  /** The seed of inputs, parameters and constants. */
  readonly seed: number;
}

const pick = fc.array(fc.nat(99), { minLength: 5, maxLength: 5 });

/** Kinds with many variants occur more often. */
const often: readonly PlainKind[] = ['map', 'conv', 'conv', 'zip', 'pool', 'reduce'];

const plain = (kinds: readonly PlainKind[]): fc.Arbitrary<Plain> =>
  fc.record({ kind: fc.constantFrom(...kinds, ...often), pick });

const scan = (body: fc.Arbitrary<Instruction>): fc.Arbitrary<ScanRecipe> =>
  fc.record({
    kind: fc.constant('scan' as const),
    pick,
    driven: fc.boolean(),
    steps: fc.integer({ min: 1, max: 3 }),
    every: fc.constantFrom(1, 1, 2, 3),
    remat: fc.constantFrom(0, 0, 1, 2),
    ends: fc.constantFrom(false, false, true),
    fields: fc.integer({ min: 1, max: 2 }),
    body: fc.array(body, { minLength: 1, maxLength: 5 }),
  });

/** Kinds for steps of scans occur only there, and kinds for the outside only outside. */
const outside = plainKinds.filter((kind) => kind !== 'clock');
const inside: readonly PlainKind[] = [
  ...plainKinds.filter((kind) => kind !== 'batchNorm'),
  'noise',
  'noise',
  'clock',
];

const nested: fc.Arbitrary<Instruction> = fc.oneof(
  { weight: 7, arbitrary: plain(inside) },
  { weight: 1, arbitrary: scan(plain(inside)) },
);

type Sizes = Recipe['sizes'];

const anySizes: fc.Arbitrary<Sizes> = fc.tuple(
  fc.integer({ min: 3, max: 5 }),
  fc.integer({ min: 3, max: 6 }),
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 3, max: 6 }),
  fc.integer({ min: 2, max: 4 }),
);

/** Equal numbers of pixels, channels, sites and steps, so that no size says what an axis is. */
const sizes: fc.Arbitrary<Sizes> = fc.oneof(
  { weight: 3, arbitrary: anySizes },
  { weight: 1, arbitrary: fc.constantFrom(3, 4).map((n): Sizes => [n, n, n, n, n]) },
  { weight: 1, arbitrary: anySizes.map(([n, , , l, t]): Sizes => [n, n, n, l, t]) },
  {
    weight: 1,
    arbitrary: anySizes.map(([h, w, c, , t]): Sizes => [h, w, Math.max(2, c), h, t === 2 ? w : h]),
  },
);

const recipe: fc.Arbitrary<Recipe> = fc.record({
  sizes,
  instructions: fc.array(
    fc.oneof({ weight: 9, arbitrary: plain(outside) }, { weight: 2, arbitrary: scan(nested) }),
    { minLength: 1, maxLength: 9 },
  ),
  outputs: fc.array(fc.nat(7), { minLength: 1, maxLength: 3 }),
  seed: fc.nat(999),
});

/** Random recipes, without fast-check's bias towards zero, which has no special meaning here. */
export const recipeArbitrary: fc.Arbitrary<Recipe> = fc.noBias(recipe);
