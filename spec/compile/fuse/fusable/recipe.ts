/** Recipes of programs that can be fused as a whole, as plain data; numbers are taken modulo what there is to choose. */

import fc from 'fast-check';

/** What can be written between fields [grid, C], in a step and outside. */
export const fieldKinds = [
  'map',
  'guarded',
  'affine',
  'zip',
  'quotient',
  'clamp',
  'conv',
  'conv',
  'conv',
  'depthwise',
  'dense',
  'cut',
  'join',
  'softmax',
  'spread',
  'level',
  'roll',
  'coarse',
  'coarse',
  'margin',
  'deep',
  'constant',
  'fieldParameter',
] as const;
export type FieldKind = (typeof fieldKinds)[number];

/** What can be written about sequences [T, grid, C]. */
export const sequenceKinds = [
  'toChannels',
  'toChannels',
  'overTime',
  'mixTime',
  'cutTime',
  'perStep',
  'recur',
  'recur',
  'turn',
  'mirrorTime',
  'mapTime',
  'blend',
  'moment',
] as const;
export type SequenceKind = (typeof sequenceKinds)[number];

export interface Plain {
  readonly kind: FieldKind | SequenceKind;
  readonly pick: readonly number[];
}

export interface ScanRecipe {
  readonly kind: 'scan';
  readonly pick: readonly number[];
  readonly steps: number;
  readonly fields: number;
  readonly driven: boolean;
  /** What is observed is kept after every so many steps; 1 where nothing is said. */
  readonly every?: number;
  /** Steps that the adjoint computes again at a time; none where it is 0 or nothing is said. */
  readonly remat?: number;
  /** Whether samples stop, each after a number of steps of its own. */
  readonly ends?: boolean;
  readonly body: readonly Instruction[];
}

export type Instruction = Plain | ScanRecipe;

export interface Recipe {
  /** One or two sizes. */
  readonly grid: readonly number[];
  readonly channels: number;
  readonly classes: number;
  /** How the logits lie: classes last (mostly), classes first, or two of them where there was one. */
  readonly turned: number;
  readonly instructions: readonly Instruction[];
  readonly outputs: readonly number[];
  readonly seed: number;
  /** The size of every axis of the inputs, where all have one size. */
  readonly alike?: number;
}

const pick = fc.array(fc.nat(99), { minLength: 6, maxLength: 6 });

const plain = <K extends FieldKind | SequenceKind>(kinds: readonly K[]): fc.Arbitrary<Plain> =>
  fc.record({ kind: fc.constantFrom(...kinds), pick });

const often = <A>(usual: A, other: fc.Arbitrary<A>): fc.Arbitrary<A> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

const scanOf = (body: fc.Arbitrary<Instruction>, most: number): fc.Arbitrary<ScanRecipe> =>
  fc.record({
    kind: fc.constant('scan' as const),
    pick,
    steps: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 4, max: 6 })),
    fields: fc.integer({ min: 1, max: 3 }),
    driven: fc.boolean(),
    every: often(1, fc.integer({ min: 2, max: 3 })),
    remat: often(0, fc.integer({ min: 1, max: 4 })),
    ends: often(false, fc.constant(true)),
    body: fc.array(body, { minLength: 0, maxLength: most }),
  });

const step = plain(fieldKinds);
const innermost = scanOf(step, 4);
/** A step of scans, and of what is written about the sequences that they leave. */
const nesting = (inside: fc.Arbitrary<ScanRecipe>): fc.Arbitrary<ScanRecipe> =>
  scanOf(
    fc.oneof(
      { weight: 4, arbitrary: step },
      { weight: 3, arbitrary: inside },
      { weight: 2, arbitrary: plain(sequenceKinds) },
    ),
    5,
  );
const scan: fc.Arbitrary<ScanRecipe> = fc.oneof(
  { weight: 4, arbitrary: scanOf(step, 6) },
  { weight: 4, arbitrary: nesting(innermost) },
  { weight: 1, arbitrary: nesting(nesting(innermost)) },
);

/** Fields from one line of a few sites to two strips and a rest; at least four sites. */
const grid: fc.Arbitrary<readonly number[]> = fc
  .oneof(
    fc.tuple(fc.integer({ min: 4, max: 20 })),
    fc.tuple(fc.constant(1), fc.integer({ min: 4, max: 19 })),
    fc.tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 1, max: 12 })),
    fc.tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 1, max: 4 })),
  )
  .map((sizes): readonly number[] => sizes)
  .filter((sizes) => sizes.reduce((a, b) => a * b, 1) >= 4);

const anySizes: fc.Arbitrary<Recipe> = fc.record({
  grid,
  channels: fc.integer({ min: 1, max: 4 }),
  classes: fc.integer({ min: 1, max: 9 }),
  turned: fc.nat(9),
  instructions: fc
    .tuple(
      fc.array(fc.oneof({ weight: 5, arbitrary: plain(fieldKinds) }, { weight: 1, arbitrary: scan }), {
        maxLength: 4,
      }),
      scan,
      fc.array(
        fc.oneof(
          { weight: 3, arbitrary: plain(sequenceKinds) },
          { weight: 3, arbitrary: plain(fieldKinds) },
          { weight: 1, arbitrary: scan },
        ),
        { maxLength: 6 },
      ),
    )
    .map(([before, middle, after]): readonly Instruction[] => [...before, middle, ...after]),
  outputs: fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }),
  seed: fc.nat(),
});

/** Rows, columns, channels, classes and steps of one size: an axis that is taken for another is not found by its size. */
const alike = (recipe: Recipe, n: number): Recipe => ({
  ...recipe,
  grid: [n, n],
  channels: n,
  classes: n,
  instructions: recipe.instructions.map((one) => ('steps' in one ? { ...one, steps: n } : one)),
  alike: n,
});

export const recipeArbitrary: fc.Arbitrary<Recipe> = fc
  .tuple(
    anySizes,
    fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom(2, 3, 4) }),
  )
  .map(([recipe, n]) => (n === null ? recipe : alike(recipe, n)));
