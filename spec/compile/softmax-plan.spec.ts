/** Softmax as one operation: found where nothing else reads what lies inside, and the same numbers where it is. */

import assert from 'node:assert/strict';
import { findSoftmax } from '../../src/compile/softmax-plan.js';
import {
  attention,
  div,
  exp,
  maxAlong,
  type Program,
  program,
  softmax,
  stopGradient,
  sub,
  sum,
  sumAlong,
  type Tensor,
} from '../../src/dsl/index.js';
import { openEngine } from '../../src/engine/index.js';
import { right } from '../support/either.js';
import { caseOf, reverse, run } from './transform/differentiate.js';
import { distance, runOn, tapeGradient } from './transform/tape.js';

const founds = ({ graph }: Program): number => {
  const readers = graph.nodes.map((): number[] => []);
  for (const [number, { inputs }] of graph.nodes.entries())
    for (const input of inputs) readers[input].push(number);
  return findSoftmax(graph.nodes, readers, Object.values(graph.outputs)).size;
};

type Field = Tensor<readonly [number, number, number]>;
const of = (f: (x: Field) => Readonly<Record<string, Tensor>>): Program =>
  program({ x: [4, 5, 3] }, ({ x }) => f(x));

describe('softmax as one operation', () => {
  it('is found over the last axis, in attention too', () => {
    assert.equal(founds(of((x) => ({ y: softmax()(x) }))), 1);
    assert.equal(founds(of((x) => ({ y: softmax()(softmax()(x)) }))), 2);
    assert.equal(
      founds(program({ q: [4, 2], k: [6, 2], v: [6, 3] }, ({ q, k, v }) => ({ y: attention()(q, k, v) }))),
      1,
    );
  });

  it('is not where another axis is meant, where more is read of it, or where it is written otherwise', () => {
    assert.equal(founds(of((x) => ({ y: softmax(1)(x) }))), 0);
    const open = of((x) => {
      const powers = exp(sub(x, stopGradient(maxAlong()(x))));
      return { y: div(powers, sumAlong()(powers)), powers };
    });
    assert.equal(founds(open), 0);
    assert.equal(
      founds(
        of((x) => {
          const powers = exp(sub(x, maxAlong()(x)));
          return { y: div(powers, sumAlong()(powers)) };
        }),
      ),
      0,
    );
    assert.equal(
      founds(
        of((x) => {
          const powers = exp(sub(x, stopGradient(maxAlong()(x))));
          return { y: div(powers, sumAlong(1)(powers)) };
        }),
      ),
      0,
    );
  });

  for (const name of ['wasm', 'cpu'] as const)
    it(`has the reference's values and gradients op by op on ${name}, once or in turn`, async () => {
      const engine = right(await openEngine(name, 'op by op')());
      for (const p of [
        of((x) => ({ y: softmax()(x) })),
        of((x) => ({ y: softmax()(softmax()(x)), z: sum(0)(x) })),
      ]) {
        const c = caseOf(p, 4, 2);
        assert.ok(distance(runOn(engine, c), run(c)) < 1e-6);
        const cotangents = Object.fromEntries(
          Object.entries(run(c)).map(([output, { shape, data }]) => [
            output,
            { shape, data: Float64Array.from(data, (_, i) => Math.cos(i)) },
          ]),
        );
        assert.ok(distance(tapeGradient(engine, c, cotangents).inputs, reverse(c, cotangents).inputs) < 1e-6);
      }
    });
});
