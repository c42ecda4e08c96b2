/** A step as a person writes it, the one that the benchmark measures: five fields, two couplings, twelve operations. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { writtenStep } from '../../../bench/recurrence/steps.js';
import { fusionPlan } from '../../../src/compile/fuse/coverage/fusion-plan.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { runReference } from '../../../src/compile/reference/index.js';
import { type CouplingOptions, program, scanWithFinal } from '../../../src/dsl/index.js';
import { type Engine, opByOp } from '../../../src/engine/index.js';
import {
  cotangentsOf,
  fusedOf,
  inputsFor,
  isClose,
  isSlope,
  referenceOptions,
  tapePull,
  wasm,
} from './oracles.js';

const samples = 2;

const arbitrary = fc
  .record({
    height: fc.integer({ min: 2, max: 9 }),
    width: fc.integer({ min: 2, max: 13 }),
    channels: fc.integer({ min: 1, max: 5 }),
    steps: fc.integer({ min: 1, max: 9 }),
    boundary: fc.constantFrom<CouplingOptions['boundary']>('circular', 'zero', 'reflect', { fixed: -0.5 }),
    seed: fc.nat(),
  })
  .map((one) => {
    const { height, width, channels, steps, boundary, seed } = one;
    const field = [height, width, channels] as const;
    const made = program({ y: field, omega: field, alpha: field }, (fields) => {
      const { sequence, final } = scanWithFinal({
        steps,
        ...writtenStep(fields, boundary),
        observe: (state) => state,
      });
      return { ...sequence, last: final.y, spent: final.energy };
    });
    const inputs = inputsFor(made, samples, seed);
    const parameters = initialParameters(made.graph, seed);
    const outputs = Object.keys(made.graph.outputs);
    const options = referenceOptions(made, parameters, inputs, samples);
    return Object.assign(
      { made, inputs, parameters, outputs, options, seed },
      { [fc.toStringMethod]: () => JSON.stringify(one) },
    );
  });

describe('a step with five fields, two couplings and twelve pointwise operations', () => {
  let engine: Engine;
  before(async () => {
    engine = opByOp(await wasm());
  });

  it('is fused as a whole, with no kernel written for it', () => {
    fc.assert(
      fc.property(arbitrary, ({ made }) => {
        const { segments, leftOut } = fusionPlan(made);
        assert.deepEqual(
          segments.map(({ fused }) => fused),
          [true],
        );
        assert.deepEqual(leftOut, []);
        const scans = made.graph.nodes.flatMap(({ op }) => (op.op === 'scan' ? [op] : []));
        assert.equal(scans.length, 1);
        assert.equal(scans[0].fields.length, 5);
        const inStep = scans[0].body.nodes.map(({ op }) => op.op);
        assert.ok(inStep.filter((op) => ['map', 'zip', 'affine'].includes(op)).length >= 12);
        assert.equal(inStep.filter((op) => op === 'conv').length, 2);
      }),
      { numRuns: 10 },
    );
  });

  it('gives every field at every step as the reference in float64', () => {
    fc.assert(
      fc.property(arbitrary, ({ made, inputs, parameters, outputs, options }) => {
        const expected = Object.entries(runReference(made, options).outputs);
        const found = fusedOf(made, parameters).infer({ count: samples, inputs }, outputs);
        isClose('value', found, Object.fromEntries(expected.map(([name, x]) => [name, x.data])), 1e-5);
      }),
      { numRuns: 25 },
    );
  });

  it('gives the gradients of the tape, of every output alone and of all together', () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(), ({ made, inputs, parameters, outputs, seed }, place) => {
        const fused = fusedOf(made, parameters);
        for (const names of [outputs, [outputs[place % outputs.length]]]) {
          const cotangents = cotangentsOf(made, names, samples, seed);
          const found = fused.vjp({ count: samples, inputs }, cotangents);
          const tape = tapePull(engine, made, parameters, inputs, samples, cotangents);
          isClose('gradient', found.parameters, tape.parameters, 1e-4);
          isClose('gradient', found.inputs, tape.inputs, 1e-4);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('gives the gradients of central differences in float64', () => {
    fc.assert(
      fc.property(arbitrary, ({ made, inputs, parameters, outputs, options, seed }) => {
        const cotangents = cotangentsOf(made, outputs, samples, seed);
        const found = fusedOf(made, parameters).vjp({ count: samples, inputs }, cotangents);
        isSlope(found, made, cotangents, options, { count: 5, seed, tolerance: 1e-4 });
      }),
      { numRuns: 10 },
    );
  });
});
