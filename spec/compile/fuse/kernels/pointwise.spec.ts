/** Pointwise groups: what a pass over memory computes from values, numbers of a plane, and numbers. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type Group,
  type PointwiseStep,
  pointwiseGroup,
} from '../../../../src/compile/fuse/kernels/pointwise.js';
import { Arena } from '../../../../src/compile/fuse/memory/arena.js';

const round = Math.fround;

/** Operations that round once, so that not a bit may differ; `keep` is the first where the second is more than 0, else the second. */
const exactly = {
  add: (a: number, b: number) => round(a + b),
  sub: (a: number, b: number) => round(a - b),
  mul: (a: number, b: number) => round(a * b),
  div: (a: number, b: number) => round(a / b),
  max: Math.max,
  min: Math.min,
  greater: (a: number, b: number) => (a > b ? 1 : 0),
  greaterEqual: (a: number, b: number) => (a >= b ? 1 : 0),
  keep: (a: number, b: number) => (b > 0 ? a : b),
} as const;
type Exact = keyof typeof exactly;
/** Lengths and angles are rounded more than once, and have specs of their own. */
const exactOf = (fn: Exact | 'length' | 'atan2'): Exact =>
  fn === 'length' || fn === 'atan2' ? assert.fail(fn) : fn;
const zips: readonly Exact[] = [
  ...(['add', 'sub', 'mul', 'div', 'max', 'min', 'greater', 'greaterEqual', 'keep'] as const),
];

interface Case {
  readonly group: Group;
  readonly strips: number;
  readonly planes: number;
  readonly vectors: number;
  readonly values: readonly number[];
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    operands: fc.array(fc.constantFrom('full' as const, 'plane' as const, 'scalar' as const), {
      minLength: 1,
      maxLength: 4,
    }),
    steps: fc.array(
      fc.record({
        kind: fc.constantFrom('zip', 'zip', 'affine', 'relu', 'constant', 'where'),
        fn: fc.constantFrom(...zips),
        number: fc.float({ noNaN: true, min: -4, max: 4 }),
        a: fc.nat(),
        b: fc.nat(),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    results: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
    strips: fc.integer({ min: 1, max: 3 }),
    planes: fc.integer({ min: 1, max: 4 }),
    vectors: fc.integer({ min: 1, max: 5 }),
    values: fc.array(
      fc.oneof(
        fc.float({ min: -100, max: 100 }),
        fc.constantFrom(0, -0, NaN, Infinity, -Infinity, round(1e38)),
      ),
      { minLength: 40, maxLength: 40 },
    ),
  })
  .map(({ operands, steps, results, ...sizes }) => {
    const made = steps.map(({ kind, fn, number, a, b }, i): PointwiseStep => {
      const known = operands.length + i;
      if (kind === 'constant') return { op: 'constant', value: number };
      if (kind === 'relu') return { op: 'map', fn: 'relu', of: a % known };
      if (kind === 'where')
        return { op: 'where', condition: a % known, of: b % known, with: (a + b) % known };
      if (kind === 'affine') return { op: 'affine', scale: number, shift: round(number / 3), of: a % known };
      return { op: 'zip', fn, of: a % known, with: b % known };
    });
    const all = operands.length + made.length;
    return { ...sizes, group: { operands, steps: made, results: results.map((n) => n % all) } };
  });

/** The group at one place, from the values of its operands. */
const at = ({ steps, results }: Group, operands: readonly number[]): readonly number[] => {
  const values = [...operands];
  for (const step of steps)
    switch (step.op) {
      case 'constant':
        values.push(step.value);
        break;
      case 'map':
        values.push(Math.max(values[step.of], 0));
        break;
      case 'affine':
        values.push(
          // nothing is added where that is zero, so that a zero keeps its sign
          step.shift === 0
            ? round(values[step.of] * step.scale)
            : round(round(values[step.of] * step.scale) + step.shift),
        );
        break;
      case 'where':
        values.push(values[step.condition] <= 0 ? values[step.with] : values[step.of]);
        break;
      case 'zip':
        values.push(exactly[exactOf(step.fn)](values[step.of], values[step.with]));
    }
  return results.map((result) => values[result]);
};

describe('pointwise groups', () => {
  it('compute each step once rounded, at every place', () => {
    fc.assert(
      fc.property(cases, ({ group, strips, planes, vectors, values }) => {
        const machine = new Arena();
        const places = strips * planes * vectors * 4;
        const sizes = { full: places, plane: planes, scalar: 1 };
        const operands = group.operands.map((kind, operand) => {
          const given = Array.from(
            { length: sizes[kind] },
            (_, i) => values[(7 * operand + 3 * i) % values.length],
          );
          return { kind, given, address: machine.constants(given) };
        });
        const results = group.results.map(() => {
          const address = machine.allocate(4 * (places + 4));
          machine.floats.fill(17, address / 4, address / 4 + places + 4);
          return address;
        });
        const run = machine.kernel(`pointwise ${JSON.stringify(group)}`, () => pointwiseGroup(group));
        run(strips, planes, vectors, ...operands.map(({ address }) => address), ...results);
        for (let place = 0; place < places; place++) {
          const plane = Math.floor(place / (4 * vectors)) % planes;
          const here = operands.map(({ kind, given }) =>
            kind === 'full' ? given[place] : kind === 'plane' ? given[plane] : given[0],
          );
          for (const [i, expected] of at(group, here).entries()) {
            const found = machine.floats[results[i] / 4 + place];
            // zeros of either sign are one: max of the two may be either
            if (!Object.is(found + 0, expected + 0))
              assert.fail(`${found} instead of ${expected} of ${here}`);
          }
        }
        for (const address of results)
          assert.equal(machine.floats[address / 4 + places], 17, 'more than its place is written');
      }),
      { numRuns: 300 },
    );
  });
});
