/** The graphs themselves: tidy, named after their programs, constants computed, weights shared. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { type GraphModel, graphModel } from '../../../src/compile/graph-model/index.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { add, data, exp, mul, parameter, program, select, sin, square, sum } from '../../../src/dsl/index.js';
import { programArbitrary } from '../../../src/laws/arbitraries/program.js';
import { buildModel } from '../../../src/models/catalogue.js';
import { right, sentence } from '../../support/either.js';
import { exported } from './against.js';

describe('a GraphModel', () => {
  const p = right(
    buildModel(
      { name: 'nwm', mid: 3, channels: 2, steps: 4, dt: 0.2, readout: 'linear', hidden: [5] },
      { height: 6, width: 5, channels: 3, classes: 4 },
    ),
  );
  const parameters = initialParameters(p.graph, 3);

  const scopes = ({ graph, signature }: GraphModel) => [
    { nodes: graph.node, wanted: Object.keys(signature.outputs), given: [] as readonly string[] },
    ...(graph.library?.function ?? []).map(({ nodeDef, ret, signature: own }) => ({
      nodes: nodeDef,
      wanted: Object.values(ret),
      given: own.inputArg.map(({ name }) => name),
    })),
  ];

  it('says which parameter has no weights, also where none are given, and takes a program that has none', () => {
    const own = program({ x: [2] }, ({ x }) => ({
      y: mul(x, parameter('w', [2], { init: { constant: 1 } })),
    }));
    const nothing: Readonly<Record<string, number[]>> = JSON.parse('null');
    const missing =
      "graph model: 'w' has no weights; give an array of 2 numbers for it, by its name, as the second argument";
    assert.equal(sentence(graphModel(own, nothing)), missing);
    assert.equal(sentence(graphModel(own, {})), missing);
    assert.equal(sentence(graphModel(own, JSON.parse('{"w":null}'))), missing);
    assert.equal(
      sentence(graphModel(own, { w: [1] })),
      "graph model: 'w' is [2], so it has 2 weights, got 1",
    );
    const plain = program({ x: [2] }, ({ x }) => ({ y: square(x) }));
    assert.deepEqual(right(graphModel(plain, nothing)), right(graphModel(plain, {})));
  });

  it('has no dead node, no name twice, and no weight that is not read, for random programs', () => {
    fc.assert(
      fc.property(programArbitrary(), fc.boolean(), ({ program: random, seed }, unroll) => {
        const model = exported(random, initialParameters(random.graph, seed), { unroll });
        const read = new Set<string>();
        for (const { nodes, wanted, given } of scopes(model)) {
          const names = nodes.map(({ name }) => name);
          assert.equal(new Set([...names, ...given]).size, names.length + given.length, 'a name twice');
          for (const name of names) assert.match(name, /^[A-Za-z0-9.][A-Za-z0-9_./-]*$/);
          const used = new Set(
            [...wanted, ...nodes.flatMap(({ input }) => input ?? [])].map((of) => of.split(':')[0]),
          );
          // The batch is read off an input even where nothing else is.
          assert.deepEqual(
            names.filter((name) => !used.has(name)),
            [],
          );
          for (const of of used)
            assert.ok(names.includes(of) || given.includes(of), `${of} is read and not there`);
          for (const { name, op, attr } of nodes) {
            if (op !== 'Const') continue;
            read.add(name);
            const told = model.weights[name];
            const type = told.values instanceof Float32Array ? 'DT_FLOAT' : 'DT_INT32';
            const dim = told.shape.map((size) => ({ size: String(size) }));
            assert.deepEqual(attr?.value, { tensor: { dtype: type, tensorShape: { dim } } });
          }
          for (const name of given) assert.ok(!Object.hasOwn(model.weights, name), `${name} hides a weight`);
        }
        assert.deepEqual([...read].sort(), Object.keys(model.weights).sort());
        const has = (...names: readonly string[]): boolean =>
          random.graph.nodes.some(({ op }) => names.includes(op.op));
        // A recurrence of constants is computed when the graph is written.
        if (unroll || !has('scan', 'recurrence')) assert.equal(model.graph.library, undefined);
        if (!unroll && has('scan')) assert.notEqual(model.graph.library, undefined);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps the names of the program and shares its weights between loops and steps', () => {
    const looping = exported(p, parameters);
    const names = looping.graph.node.map(({ name }) => name);
    for (const name of [
      'image',
      'omega/conv1',
      'alpha/conv3',
      'y0/tanh',
      'readout/dense1',
      'logits',
      'waves',
    ])
      assert.ok(names.includes(name), name);
    assert.deepEqual(
      looping.graph.library?.function.map(({ signature }) => signature.name),
      ['scan_body', 'scan_cond'],
    );
    const unrolled = exported(p, parameters, { unroll: true });
    for (const model of [looping, unrolled]) {
      const own = Object.keys(model.weights).filter((name) => name in parameters);
      assert.deepEqual(own.sort(), Object.keys(parameters).sort());
      for (const name of own) assert.deepEqual(model.weights[name].values, parameters[name]);
      // Besides the parameters there are sizes, axes and single numbers.
      const others = Object.entries(model.weights).filter(([name]) => !(name in parameters));
      for (const [name, { values }] of others) assert.ok(values.length <= 8, name);
    }
  });

  it('computes when it is written what does not depend on its inputs', () => {
    const twice = program({ x: [4, 4, 1] }, ({ x }) => ({ a: square(sum(0)(x)), b: sin(sum(0)(x)) }));
    assert.equal(exported(twice, {}).graph.node.filter(({ op }) => op === 'Sum').length, 1);
    const folded = program({ x: [3] }, ({ x }) => {
      const gain = parameter('gain', [3], { init: { normal: 1 } });
      return { y: mul(x, exp(add(gain, data([1, 2, 3], 3)))) };
    });
    const small = exported(folded, { gain: Float32Array.of(0, -1, -2) });
    assert.deepEqual(
      small.graph.node.map(({ op }) => op).filter((op) => op !== 'Const'),
      ['Placeholder', 'Mul'],
    );
    const [{ values }] = Object.values(small.weights);
    assert.ok(values.every((v) => v === Math.fround(Math.E)));
  });

  it('refuses outputs that are not there and parameters that are missing', () => {
    const stranger = graphModel(p, parameters, { outputs: ['logit'] });
    assert.ok(E.isLeft(stranger) && stranger.left._tag === 'UnknownName');
    const { 'coupling/weight': _, ...rest } = parameters;
    const missing = graphModel(p, rest);
    assert.ok(E.isLeft(missing) && missing.left._tag === 'ProgramError');
    assert.match(missing.left.message, /'coupling\/weight' has no weights/);
  });

  it('leaves out inputs that nothing needs', () => {
    const two = program({ a: [3], b: [3] }, ({ a, b }) => ({ p: square(a), q: square(b) }));
    const one = exported(select(two, 'q'), {});
    assert.deepEqual(Object.keys(one.signature.inputs), ['b']);
  });
});
