/** Published wave networks against numbers of their authors' own code: states, outputs and gradients. */

import assert from 'node:assert/strict';
import { randomCoordinates } from '../../../src/compile/reference/gradient.js';
import type { Engine } from '../../../src/engine/index.js';
import { type NdArray, ndarray, numericalGradient, outputsOf } from '../../../src/index.js';
import { type Arrays, type Case, reverse, run } from '../../compile/transform/differentiate.js';
import { opened, runOn, tapeGradient } from '../../compile/transform/tape.js';
import { around, errorOf } from './arrays.js';
import { writtenCases } from './cases.js';
import type { Source, Written } from './written.js';
import { caseNamed, caseNames, hasFull, type ZooCase } from './zoo.js';

const arraysOf = (c: ZooCase, sources: Readonly<Record<string, Source>>): Arrays =>
  Object.fromEntries(
    Object.entries(sources).map(([ours, { kind, name, layout }]) => [ours, layout(c.array(kind, name))]),
  );

const caseOf = (c: ZooCase, w: Written): Case => ({
  program: w.program,
  inputs: arraysOf(c, w.inputs),
  parameters: { ...w.constants, ...arraysOf(c, w.parameters) },
  batch: w.batch ?? c.hyper.B,
  noiseSeed: 0,
  training: w.training ?? false,
});

/** The gradient of the authors' loss, mean (output - target)^2, by each output: zero but for the one it is of. */
const cotangentsOf = (c: ZooCase, w: Written, found: Arrays): Arrays => {
  const of = w.outputs[c.loss?.of_output ?? ''];
  const target = of.layout(c.array('input', 'target'));
  return Object.fromEntries(
    Object.keys(outputsOf(w.program.graph)).map((name): [string, NdArray] => {
      const { shape, data } = found[name];
      const slope = (y: number, i: number) =>
        name === of.of ? (2 * (y - target.data[i])) / target.data.length : 0;
      return [name, ndarray(shape, data.map(slope))];
    }),
  );
};

const compareOutputs = (c: ZooCase, w: Written, found: Arrays, limit: number): void => {
  for (const [theirs, { of, layout, angle = false }] of Object.entries(w.outputs)) {
    const error = errorOf(found[of], layout(c.array('output64', theirs)), angle ? around : undefined);
    assert.ok(error <= limit, `${theirs}: ${error}, limit ${limit}`);
  }
};

/** Against the authors' gradients in our layout; those of parameters that take no part are not there. */
const compareGradients = (
  c: ZooCase,
  w: Written,
  found: { inputs: Arrays; parameters: Arrays },
  limit: number,
): number => {
  let compared = 0;
  for (const [sources, arrays] of [
    [w.inputs, found.inputs],
    [w.parameters, found.parameters],
  ] as const)
    for (const [ours, { kind, name, layout }] of Object.entries(sources)) {
      if (!c.has('grad64', `${kind}/${name}`)) continue;
      const expected = layout(c.array('grad64', `${kind}/${name}`));
      // What is zero in theory has no size of its own.
      const zero = c.gradient_zero_up_to_rounding?.includes(`${kind}/${name}`) ?? false;
      const error = zero ? Math.max(...arrays[ours].data.map(Math.abs)) : errorOf(arrays[ours], expected);
      assert.ok(error <= limit, `gradient of ${kind}/${name}: ${error}, limit ${limit}`);
      compared++;
    }
  return compared;
};

/** `vjp` takes batch norm by its running statistics; some gradients by central differences stand for all. */
const compareNumerically = (c: ZooCase, w: Written, values: Case): void => {
  const of = w.outputs[c.loss?.of_output ?? ''];
  const target = of.layout(c.array('input', 'target'));
  const loss = (outputs: Arrays): number =>
    outputs[of.of].data.reduce((sum, y, i) => sum + (y - target.data[i]) ** 2, 0) / target.data.length;
  const coordinates = randomCoordinates(w.program, values.batch, 12, 0);
  const found = numericalGradient(w.program, loss, { ...values, training: true }, coordinates);
  for (const [i, { of: sort, name, index }] of coordinates.entries()) {
    const { kind, name: theirs, layout } = (sort === 'inputs' ? w.inputs : w.parameters)[name];
    const { data } = layout(c.array('grad64', `${kind}/${theirs}`));
    const size = Math.max(1e-3, ...data.map(Math.abs));
    assert.ok(Math.abs(found[i] - data[index]) <= 1e-7 * size, `gradient of ${theirs}`);
  }
};

describe(`published networks (${hasFull ? 'all cases of the parity zoo' : 'the few cases in this repository'})`, () => {
  let engine: Engine;
  before(async () => {
    engine = await opened('wasm');
  });

  it('are all written', () =>
    assert.deepEqual(
      caseNames.filter((name) => !(name in writtenCases)),
      [],
    ));

  for (const name of caseNames) {
    const written = writtenCases[name];
    if (written === undefined) continue;
    describe(name, () => {
      let c: ZooCase;
      let w: Written;
      let values: Case;
      let exact: Arrays;
      before(() => {
        c = caseNamed(name);
        w = written(c);
        values = caseOf(c, w);
        exact = run(values);
      });

      it('gives their states and outputs, in float64 and on an engine', () => {
        compareOutputs(c, w, exact, c.tolerance.output_float64);
        const { phases_float32_with_rescaling: phases, output_float32: limit = phases } = c.tolerance;
        compareOutputs(c, w, runOn(engine, values), limit);
      });

      it('gives their gradients, in float64 and on an engine', () => {
        // The phases of cv-RNN are not differentiated: nothing is learned.
        if (c.loss === null || c.loss.of_output === undefined) return;
        const cotangents = cotangentsOf(c, w, exact);
        if (w.training === true) compareNumerically(c, w, values);
        else assert.ok(compareGradients(c, w, reverse(values, cotangents), c.tolerance.grad_float64) > 0);
        compareGradients(c, w, tapeGradient(engine, values, cotangents), c.tolerance.grad_float32);
      });

      it('compares every array of theirs', () => {
        const compared = [...Object.keys(w.outputs), ...Object.keys(w.left ?? {})];
        assert.deepEqual(
          Object.keys(c.arrays.output64).filter((array) => !compared.includes(array)),
          [],
        );
        const sources = [...Object.values(w.inputs), ...Object.values(w.parameters)];
        const used = sources.map(({ kind, name: array }) => `${kind}/${array}`);
        assert.deepEqual(
          Object.keys(c.arrays.grad64 ?? {}).filter((array) => !used.includes(array)),
          [],
        );
      });
    });
  }
});
