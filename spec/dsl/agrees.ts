/** One function of the language, held against central differences and every engine. */

import assert from 'node:assert/strict';
import { numericalGradient } from '../../src/compile/reference/index.js';
import {
  type Inputs,
  inputsOf,
  outputsOf,
  type Program,
  program,
  type Shapes,
  type Tensor,
} from '../../src/dsl/index.js';
import type { Engine } from '../../src/engine/index.js';
import { adjoints, caseOf, inner, randoms, reverse, run } from '../compile/transform/differentiate.js';
import { distance, opened, runOn, tapeGradient } from '../compile/transform/tape.js';

const engines = new Map<string, Promise<Engine>>();
const engineOf = (name: 'cpu' | 'wasm'): Promise<Engine> => {
  const known = engines.get(name) ?? opened(name);
  engines.set(name, known);
  return known;
};

/**
 * Asserts that forward and reverse mode are adjoint, that the gradient is that of central differences, and that values and
 * gradients on cpu and wasm are those of the reference.
 */
export const agrees = async <const I extends Shapes>(
  inputs: I,
  f: (inputs: Inputs<I>) => Tensor,
  batch = 2,
): Promise<void> => {
  const p: Program = program(inputs, (given) => ({ y: f(given) }));
  const c = caseOf(p, 1, batch);
  const { left, right } = adjoints(c, 2);
  assert.ok(
    Math.abs(left.value - right.value) <= 1e-11 * Math.max(1, left.size),
    `${left.value}, ${right.value}`,
  );

  const cotangents = randoms(outputsOf(p.graph), [batch], 3, 'cotangent');
  const gradient = reverse(c, cotangents).inputs;
  const loss = (outputs: ReturnType<typeof run>): number => inner([outputs, cotangents]).value;
  for (const name of Object.keys(inputsOf(p.graph))) {
    const places = c.inputs[name].data.length;
    const at = Array.from({ length: Math.min(places, 24) }, (_, i) => (i * 7) % places);
    const slopes = numericalGradient(
      p,
      loss,
      c,
      at.map((index) => ({ of: 'inputs', name, index })),
    );
    at.forEach((index, i) => {
      const found = gradient[name].data[index];
      assert.ok(Math.abs(found - slopes[i]) <= 1e-6 * Math.max(1, Math.abs(found)), `${name} ${index}`);
    });
  }

  const expected = run(c);
  for (const name of ['cpu', 'wasm'] as const) {
    const engine = await engineOf(name);
    assert.ok(distance(runOn(engine, c), expected) <= 1e-5, `values on ${name}`);
    assert.ok(distance(tapeGradient(engine, c, cotangents).inputs, gradient) <= 1e-5, `gradient on ${name}`);
  }
};
