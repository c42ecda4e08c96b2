/**
 * Properties of the language, each a function of one random program that throws if the property is violated. The specs try
 * them on some programs, `npm run laws:long` on many.
 */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { stream } from '../../../src/base/random.js';
import { cost } from '../../../src/compile/cost/index.js';
import { type LightConeOptions, lightCone } from '../../../src/compile/light-cone/index.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { closed, programLeaf, symbolic } from '../../../src/compile/transform/differentiable.js';
import { namedSources, retrace } from '../../../src/compile/transform/retrace.js';
import {
  decodeProgram,
  encodeProgram,
  hashProgram,
  inputsOf,
  type Node,
  outputsOf,
  type Program,
} from '../../../src/dsl/index.js';
import type { Engine } from '../../../src/engine/index.js';
import type { GeneratedProgram } from '../../../src/laws/arbitraries/index.js';
import { countedFlops } from '../../compile/cost/count.js';
import { observed } from '../../compile/light-cone/observe.js';
import { adjoints, randoms, reverse, run } from '../../compile/transform/differentiate.js';
import { generatedCase } from '../../compile/transform/generated.js';
import { distance, runOn, tapeGradient } from '../../compile/transform/tape.js';

/** A program is what it says as JSON: it comes back with the same hash, and computes the same bits. */
export const comesBack = (g: GeneratedProgram): void => {
  const back = decodeProgram(JSON.parse(encodeProgram(g.program)));
  if (E.isLeft(back)) assert.fail(JSON.stringify(back.left));
  assert.equal(hashProgram(back.right), hashProgram(g.program));
  assert.deepEqual(run(generatedCase({ ...g, program: back.right })), run(generatedCase(g)));
};

/** The program with every value outside of scans for an output. */
const bared = ({ graph }: Program): Program => ({
  graph: {
    ...graph,
    outputs: Object.fromEntries(
      graph.nodes.flatMap(({ op }, number) => (op.op === 'scan' ? [] : [[`node${number}`, number]])),
    ),
  },
});

/** What an engine computes has the shape that was inferred, at every node. */
export const hasItsShapes =
  (engine: Engine) =>
  (g: GeneratedProgram): void => {
    const all = bared(g.program);
    const batch = 2;
    for (const [name, { shape }] of Object.entries(runOn(engine, generatedCase(g, batch), all)))
      assert.deepEqual(shape, [batch, ...outputsOf(all.graph)[name]], name);
  };

/** Nodes in another order in which each still comes after what it reads. */
const shuffled = (nodes: readonly Node[], seed: number): readonly number[] => {
  const random = stream(seed, 'order');
  const left = new Set(nodes.keys());
  const order: number[] = [];
  while (left.size > 0) {
    const ready = [...left].filter((number) => nodes[number].inputs.every((input) => !left.has(input)));
    const next = ready[random.integer(ready.length)];
    left.delete(next);
    order.push(next);
  }
  return order;
};

/** The same program with its statements in another order and inputs and outputs declared the other way round. */
const rewritten = ({ graph }: Program, seed: number): Program => {
  const order = shuffled(graph.nodes, seed);
  const place = new Map(order.map((old, now) => [old, now]));
  const at = (old: number): number => place.get(old) ?? old;
  const nodes = order.map((old) => ({ ...graph.nodes[old], inputs: graph.nodes[old].inputs.map(at) }));
  const own = namedSources();
  const inputs = symbolic(Object.fromEntries(Object.entries(inputsOf(graph)).reverse()));
  const { values } = retrace(nodes, programLeaf(inputs, own), own);
  const outputs = Object.entries(graph.outputs).reverse();
  return closed(inputs, Object.fromEntries(outputs.map(([name, node]) => [name, values[at(node)]])));
};

/**
 * The hash does not depend on the order in which statements, inputs and outputs were written. For programs without scans and
 * batch norm: a rewrite gives the ports of a scan other names, and replaces batch norm by its operations.
 */
export const isOneHoweverWritten = (g: GeneratedProgram): void => {
  assert.equal(hashProgram(rewritten(g.program, g.seed)), hashProgram(g.program));
};

/** Cost's operations and parameters are those of a counting execution. */
export const costsWhatIsCounted = ({ program: p, seed }: GeneratedProgram): void => {
  const { inference, parameters } = cost(p, { batch: 1 });
  assert.equal(inference.flops, countedFlops(p));
  assert.equal(
    parameters,
    Object.values(initialParameters(p.graph, seed)).reduce((sum, { length }) => sum + length, 0),
  );
};

/** What is observed to matter lies in the light cone of every site. */
export const seesWhatMatters = ({ program: p, seed }: GeneratedProgram): void => {
  for (const [output, shape] of Object.entries(outputsOf(p.graph))) {
    const sites = shape.length < 2 ? shape : shape.slice(0, -1);
    const random = stream(seed, 'site', output);
    const options: LightConeOptions = { output, site: sites.map((n) => random.integer(n)) };
    const cone = lightCone(p, options);
    if (E.isLeft(cone)) assert.fail(JSON.stringify(cone.left));
    for (const input of Object.keys(inputsOf(p.graph))) {
      const { mask } = cone.right[input];
      for (const [site, matters] of observed(p, options, input).entries())
        assert.ok(mask[site] === 1 || matters === 0, `${input}, site ${site}, is not seen from ${output}`);
    }
  }
};

const cotangentsFor = (g: GeneratedProgram, batch: number) =>
  randoms(outputsOf(g.program.graph), [batch], g.seed, 'cotangent');

/** An engine computes what the float64 reference does. */
export const agreesForward =
  (engine: Engine, tolerance: number) =>
  (g: GeneratedProgram): void => {
    const c = generatedCase(g);
    const apart = distance(runOn(engine, c), run(c));
    assert.ok(apart < tolerance, `outputs are ${apart} apart`);
  };

/** An engine's tape finds the gradient that the program's derivative gives on the float64 reference. */
export const agreesInGradient =
  (engine: Engine, tolerance: number) =>
  (g: GeneratedProgram): void => {
    const c = generatedCase(g);
    const cotangents = cotangentsFor(g, c.batch);
    const [found, expected] = [tapeGradient(engine, c, cotangents), reverse(c, cotangents)];
    for (const apart of [
      distance(found.inputs, expected.inputs),
      distance(found.parameters, expected.parameters),
    ])
      assert.ok(apart < tolerance, `gradients are ${apart} apart`);
  };

/** <J v, w> = <v, J'w>, up to the rounding of the terms that are added. */
export const isAdjoint = (g: GeneratedProgram): void => {
  const { left, right } = adjoints(generatedCase(g, 1), g.seed);
  const allowed = 1e-10 * (1 + left.size + right.size);
  assert.ok(
    Math.abs(left.value - right.value) <= allowed,
    `<J v, w> = ${left.value}, <v, J'w> = ${right.value}`,
  );
};
