/** Random cases of a law, which shrink to few steps on a small grid with few nonzero cells. */

import fc from 'fast-check';
import { volume } from '../../dsl/shape.js';
import { type Interval, intervalsOf } from '../reading/interval.js';
import type { System } from '../system/system.js';
import { type Case, type CaseOptions, type Sparse, shapesOf } from './case.js';
import { type Drawn, smaller } from './case-shrinking.js';
import { gridsFor, systemAt } from './grids.js';

/** The number of choices of a case. */
const choiceCount = 4;

/** Values are whole multiples of the range's width over 32: exact in float32. */
const levels = 32;

const clipped = ({ low, high }: Interval): Interval => ({ low: Math.max(-1, low), high: Math.min(1, high) });

/** The range of every free external: the values that the rest of the program can produce, within [-1, 1]. */
const externalRanges = (system: System): Readonly<Record<string, Interval>> => {
  if (system.kind === 'map') return {};
  const { nodes } = system.program.graph;
  const intervals = intervalsOf(nodes, ({ op }) =>
    op.op === 'input' || op.op === 'parameter'
      ? { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
      : null,
  );
  return Object.fromEntries(system.externals.map(({ name, node }) => [name, clipped(intervals[node])]));
};

class CaseArbitrary extends fc.Arbitrary<Case> {
  private readonly drawn: Drawn;
  private readonly options: CaseOptions;

  constructor(system: System, options: CaseOptions) {
    super();
    this.drawn = {
      system,
      grids: gridsFor(system, options),
      ranges: { ...externalRanges(system), ...options.ranges },
    };
    this.options = options;
  }

  override generate(random: fc.Random): fc.Value<Case> {
    const { grids, system } = this.drawn;
    const grid = grids[random.nextInt(0, grids.length - 1)];
    const steps = random.nextInt(1, this.options.steps ?? 6);
    const seed = random.nextInt(0, 999);
    const choices = Array.from({ length: choiceCount }, () => random.nextInt(0, 15));
    // One case in four has few nonzero cells, since some faults only show there.
    const thin = random.nextInt(0, 3) === 0 ? random.nextInt(2, 12) : 1;
    const values = Object.fromEntries(
      Object.entries(shapesOf(systemAt(system, grid) ?? system, steps)).flatMap(([name, shape]) =>
        this.rests(name) ? [] : [[name, this.cells(random, name, volume(shape), thin)]],
      ),
    );
    return new fc.Value({ grid, steps, seed, choices, values }, undefined);
  }

  private rests(name: string): boolean {
    const { resting, undriven } = this.options;
    return resting?.includes(name) === true || (undriven === true && name.startsWith('drive'));
  }

  /** Random values of a field, of which one in `thin` is not zero. */
  private cells(random: fc.Random, name: string, size: number, thin: number): Sparse {
    const { low, high } = this.drawn.ranges[name] ?? { low: -1, high: 1 };
    const entries = Array.from({ length: size }, (_, i): readonly [string, number] => [
      String(i),
      random.nextInt(0, thin - 1) > 0 ? 0 : low + ((high - low) * random.nextInt(0, levels)) / levels,
    ]);
    return Object.fromEntries(entries.filter(([, value]) => value !== 0));
  }

  override canShrinkWithoutContext(value: unknown): value is Case {
    return typeof value === 'object' && value !== null && 'grid' in value && 'values' in value;
  }

  override shrink(value: Case): fc.Stream<fc.Value<Case>> {
    return fc.Stream.of(...smaller(this.drawn, value)).map((one) => new fc.Value(one, undefined));
  }
}

/**
 * Cases for a system: small grids, few steps, values that are exact in float32.
 *
 * @example
 * fc.assert(fc.property(caseArbitrary(system, { steps: 3 }), ({ grid }) => grid.length === 2));
 */
export const caseArbitrary = (system: System, options: CaseOptions = {}): fc.Arbitrary<Case> =>
  new CaseArbitrary(system, options);
