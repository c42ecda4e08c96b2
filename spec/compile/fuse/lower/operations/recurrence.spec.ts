import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fusionPlan } from '../../../../../src/compile/fuse/coverage/fusion-plan.js';
import { initialParameters } from '../../../../../src/compile/parameters.js';
import { runReference } from '../../../../../src/compile/reference/index.js';
import { type Program, program, type Tensor } from '../../../../../src/dsl/index.js';
import { apply } from '../../../../../src/dsl/tensor.js';
import { type Engine, opByOp } from '../../../../../src/engine/index.js';
import {
  cotangentsOf,
  fusedOf,
  inputsFor,
  isClose,
  referenceOptions,
  tapePull,
  wasm,
} from '../../oracles.js';

interface Case {
  readonly program: Program;
  readonly seed: number;
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    grid: fc.oneof(
      fc.tuple(fc.integer({ min: 4, max: 20 })),
      fc.tuple(fc.integer({ min: 2, max: 7 }), fc.integer({ min: 2, max: 9 })),
    ),
    channels: fc.integer({ min: 1, max: 3 }),
    /** Often as many as a side of the field. */
    steps: fc.integer({ min: 1, max: 9 }),
    /** Rows of the matrices; none where each number is by itself. */
    rows: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    starts: fc.boolean(),
    seed: fc.nat(),
  })
  .map(({ grid, channels, steps, rows, starts, seed }) => {
    const field = rows === undefined ? [...grid, channels] : [...grid, channels, rows];
    const factors = [steps, ...field, ...(rows === undefined ? [] : [rows])];
    return {
      seed,
      program: program(
        { factors, pushes: [steps, ...field], start: field, place: [...grid, channels] },
        (given) => {
          const op = { op: 'recurrence', kind: rows === undefined ? 'diagonal' : 'matrix' } as const;
          const initial: readonly Tensor[] = starts ? [given.start] : [];
          const h: Tensor = apply('recurrence', op, given.factors, given.pushes, ...initial);
          return { h, place: apply('tanh', { op: 'map', fn: 'tanh' }, given.place) };
        },
      ),
    };
  });

describe('linear recurrences', () => {
  let engine: Engine;
  before(async () => {
    engine = opByOp(await wasm());
  });

  it('are fused, on lines and planes', () => {
    fc.assert(
      fc.property(cases, ({ program: p }) => {
        const { segments, leftOut } = fusionPlan(p);
        assert.deepEqual(leftOut, []);
        assert.deepEqual(
          segments.map(({ fused }) => fused),
          [true],
        );
      }),
      { numRuns: 60 },
    );
  });

  it('give the values of the reference and the gradients of the tape', () => {
    fc.assert(
      fc.property(cases, ({ program: p, seed }) => {
        const inputs = inputsFor(p, 2, seed);
        const parameters = initialParameters(p.graph, seed);
        const fused = fusedOf(p, parameters);
        const { outputs } = runReference(p, referenceOptions(p, parameters, inputs, 2));
        isClose('value', fused.infer({ count: 2, inputs }, ['h']), { h: outputs.h.data }, 1e-5);
        const cotangents = cotangentsOf(p, ['h'], 2, seed);
        const pulled = fused.vjp({ count: 2, inputs }, cotangents);
        const tape = tapePull(engine, p, parameters, inputs, 2, cotangents);
        isClose('gradient', pulled.inputs, tape.inputs, 1e-4);
      }),
      { numRuns: 40 },
    );
  });
});
