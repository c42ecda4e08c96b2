/** GraphModels in plain TensorFlow.js, in a process that knows nothing of drumhead, against our own results. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import {
  type GraphModel,
  type GraphModelOptions,
  graphModel,
} from '../../../src/compile/graph-model/index.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import {
  type NdArray,
  ndarray,
  parameterArrays,
  runReference,
} from '../../../src/compile/reference/index.js';
import { compile } from '../../../src/compile/tfjs/compile.js';
import {
  add,
  data,
  exp,
  gaussian,
  inputsOf,
  mul,
  type Program,
  parameter,
  parametersOf,
  program,
  scan,
  select,
  sin,
  square,
  sum,
  zeros,
} from '../../../src/dsl/index.js';
import { type Engine, openEngine } from '../../../src/engine/index.js';
import { modelWithSizesArbitrary } from '../../../src/laws/arbitraries/model.js';
import { programArbitrary } from '../../../src/laws/arbitraries/program.js';
import { buildModel } from '../../../src/models/catalogue.js';
import { value } from '../../models/either.js';
import { type Answer, type Filled, type Plain, plainTensorFlow } from './plain.js';

type Arrays = Readonly<Record<string, Float32Array>>;

const batch = 2;

const exported = (p: Program, parameters: Arrays, options?: GraphModelOptions): GraphModel =>
  value(graphModel(p, parameters, options));

/** What the model's inputs are given. */
const fed = (p: Program, model: GraphModel, values: Arrays): Readonly<Record<string, Filled>> => {
  const shapes = inputsOf(p.graph);
  return Object.fromEntries(
    Object.keys(model.signature.inputs).map((name) => [
      name,
      { shape: [batch, ...shapes[name]], data: values[name] },
    ]),
  );
};

const waving = (size: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(1 + i * i));

/** Largest difference over the larger of 1 and the largest value; what is not a number is infinitely far. */
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  let scale = 1;
  for (let i = 0; i < b.length; i++) {
    const apart = Math.abs(a[i] - b[i]);
    worst = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : Math.max(worst, apart);
    scale = Math.max(scale, Math.abs(b[i]));
  }
  return worst / scale;
};

/** The program in float64. */
const exactly = (p: Program, parameters: Arrays, inputs: Arrays): Readonly<Record<string, NdArray>> =>
  runReference(p, {
    parameters: parameterArrays(p, parameters),
    inputs: Object.fromEntries(
      Object.entries(inputsOf(p.graph)).map(([name, shape]) => [
        name,
        ndarray([batch, ...shape], inputs[name]),
      ]),
    ),
    batch,
  }).outputs;

/** Within 1e-5 of ours; where dynamics amplify rounding, two ways to round end as far apart as each is from the truth. */
const assertEqual = (
  found: Answer['values'],
  expected: Arrays,
  exact: Readonly<Record<string, NdArray>>,
  where: string,
): void => {
  for (const [name, array] of Object.entries(expected)) {
    assert.deepEqual(found[name].shape, exact[name].shape);
    const rounding = distance(array, exact[name].data);
    const apart = distance(found[name].data, array);
    assert.ok(apart < 1e-5 + 2 * rounding, `${name} on ${where}: ${apart} apart`);
  }
};

const backends = ['cpu', 'wasm'] as const;

describe('a GraphModel in plain TensorFlow.js', () => {
  let plain: Plain;
  const engines = new Map<string, Engine>();
  before(async () => {
    plain = await plainTensorFlow();
    for (const name of backends) {
      const engine = await openEngine(name)();
      engines.set(name, E.isRight(engine) ? engine.right : assert.fail(JSON.stringify(engine.left)));
    }
  });
  after(() => plain.close());

  /** Our own results: the program compiled op by op, which everything else of ours is held against. */
  const ours = async (
    backend: string,
    p: Program,
    parameters: Arrays,
    inputs: Arrays,
    names: readonly string[],
  ): Promise<Arrays> => {
    const engine = engines.get(backend);
    if (engine === undefined) return assert.fail(backend);
    const { tf } = engine;
    // Engines share one TensorFlow.js: the backend is set for each.
    await tf.setBackend(backend);
    const execute = value(compile(tf, select(p, ...names)));
    return tf.tidy(() => {
      const { outputs } = execute({
        parameters: Object.fromEntries(
          parametersOf(p.graph).map(({ name, shape }) => [name, tf.tensor(parameters[name], [...shape])]),
        ),
        inputs: Object.fromEntries(
          Object.entries(inputsOf(p.graph)).map(([name, shape]) => [
            name,
            tf.tensor(inputs[name], [batch, ...shape], 'float32'),
          ]),
        ),
        batch,
      });
      // Copied: what a tensor gives may be the engine's own memory.
      const values = names.map((name): [string, Float32Array] => [
        name,
        new Float32Array(outputs[name].dataSync()),
      ]);
      return { ...Object.fromEntries(values) };
    });
  };

  it('computes what we compute, for random programs, looping and unrolled', async () => {
    await fc.assert(
      fc.asyncProperty(programArbitrary({ exclude: ['noise'] }), async (made) => {
        const { program: p, seed } = made;
        const parameters = initialParameters(p.graph, seed);
        const inputs = made.inputs(batch);
        const exact = exactly(p, parameters, inputs);
        for (const unroll of [false, true]) {
          const model = exported(p, parameters, { unroll });
          for (const backend of backends) {
            const expected = await ours(backend, p, parameters, inputs, Object.keys(exact));
            const { values, left } = await plain.run({
              backend,
              model,
              inputs: fed(p, model, inputs),
              sync: unroll,
            });
            for (const [name, array] of Object.entries(expected)) {
              assert.deepEqual(values[name].shape, exact[name].shape);
              // Two ways to round may end as far apart as each is from the exact result.
              const rounding = distance(array, exact[name].data);
              const apart = distance(values[name].data, array);
              assert.ok(
                apart < 1e-5 + 2 * rounding,
                `${name} on ${backend}, unroll ${unroll}: ${apart} apart`,
              );
            }
            assert.equal(left, 0, 'tensors were left behind');
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('computes what we compute, for every model family and readout at random sizes', async () => {
    await fc.assert(
      fc.asyncProperty(modelWithSizesArbitrary, fc.nat(99), async ([spec, sizes], seed) => {
        const p = value(buildModel(spec, sizes));
        const parameters = initialParameters(p.graph, seed);
        const model = exported(p, parameters);
        const image = waving(batch * sizes.height * sizes.width * sizes.channels);
        const exact = exactly(p, parameters, { image });
        const names = Object.keys(model.signature.outputs);
        assert.deepEqual(
          names,
          ['logits', 'classes', 'waves'].filter((name) => name !== 'waves' || 'readout' in spec),
        );
        for (const backend of backends) {
          const { values } = await plain.run({ backend, model, inputs: fed(p, model, { image }) });
          const expected = await ours(
            backend,
            p,
            parameters,
            { image },
            names.filter((name) => name !== 'classes'),
          );
          assertEqual(values, expected, exact, backend);
          assertClasses(values, sizes.classes);
        }
      }),
      { numRuns: 15 },
    );
  });

  /** The classes are those of the logits beside them. */
  const assertClasses = (values: Answer['values'], count: number): void => {
    assert.equal(values.classes.dtype, 'int32');
    assert.deepEqual(values.classes.shape, values.logits.shape.slice(0, -1));
    values.classes.data.forEach((found, pixel) => {
      const own = values.logits.data.slice(pixel * count, (pixel + 1) * count);
      assert.equal(own[found], Math.max(...own));
    });
  };

  const spec = {
    name: 'nwm',
    mid: 3,
    channels: 2,
    steps: 4,
    dt: 0.2,
    readout: 'linear',
    hidden: [5],
  } as const;
  const sizes = { height: 6, width: 5, channels: 3, classes: 4 };
  const nwm = value(buildModel(spec, sizes));
  const weights = initialParameters(nwm.graph, 3);
  const image = { shape: [3, 6, 5, 3], data: waving(3 * 90) };

  it('gives each output alone, whatever the batch', async () => {
    const model = exported(nwm, weights);
    const all = await plain.run({ backend: 'cpu', model, inputs: { image } });
    assert.deepEqual(all.inputs, ['image']);
    assert.deepEqual(all.outputs, ['logits', 'classes', 'waves']);
    for (const name of all.outputs) {
      const one = await plain.run({ backend: 'cpu', model, inputs: { image }, outputs: [name] });
      assert.deepEqual(Object.keys(one.values), [name]);
      assert.equal(one.values[name].shape[0], 3);
      assert.deepEqual(one.values[name], all.values[name]);
    }
    const chosen = exported(nwm, weights, { outputs: ['omega'] });
    assert.deepEqual(Object.keys(chosen.signature.outputs), ['omega']);
    assert.equal(chosen.graph.library, undefined, 'the waves are not computed for omega');
  });

  it('without a loop is run by predict, which gives its outputs by name', async () => {
    const model = exported(nwm, weights, { unroll: true });
    const named = await plain.run({ backend: 'cpu', model, inputs: { image }, named: true });
    const listed = await plain.run({ backend: 'cpu', model, inputs: { image }, sync: true });
    assert.deepEqual(named.values, listed.values);
  });

  it('of a program without inputs has a batch of one', async () => {
    const alone = program({}, () => ({
      path: scan({
        steps: 3,
        init: { y: zeros(2) },
        step: ({ y }) => ({ y: add(y, data([1, 10], 2)) }),
        observe: ({ y }) => y,
      }),
    }));
    const { values } = await plain.run({ backend: 'wasm', model: exported(alone, {}), inputs: {} });
    assert.deepEqual(values.path, { shape: [1, 3, 2], dtype: 'float32', data: [1, 10, 2, 20, 3, 30] });
  });

  it('unrolled can be differentiated', async () => {
    const model = exported(nwm, weights, { unroll: true });
    const { slope, values } = await plain.run({
      backend: 'cpu',
      model,
      inputs: { image },
      outputs: ['logits'],
      sync: true,
      gradient: 'logits',
    });
    if (slope === undefined) return assert.fail('no gradient came back');
    const total = (data: readonly number[]): number => data.reduce((a, b) => a + b, 0);
    for (const index of [0, 77, 200]) {
      const step = 0.01;
      const moved = { ...image, data: image.data.map((v, i) => (i === index ? v + step : v)) };
      const after = await plain.run({
        backend: 'cpu',
        model,
        inputs: { image: moved },
        outputs: ['logits'],
        sync: true,
      });
      const difference = (total(after.values.logits.data) - total(values.logits.data)) / step;
      assert.ok(Math.abs(difference - slope[index]) < 0.02 * Math.max(0.1, Math.abs(difference)));
    }
  });

  it('draws fresh noise of the right kind at every site, step and run', async () => {
    const noisy = program({ x: [8, 8, 2] }, ({ x }) => {
      const thermal = gaussian('thermal');
      return {
        path: scan({
          steps: 4,
          init: { y: x },
          step: (_, clock) => ({ y: thermal(clock, 8, 8, 2) }),
          observe: ({ y }) => y,
        }),
      };
    });
    const model = exported(noisy, {});
    const x = { shape: [4, 8, 8, 2], data: new Float32Array(512) };
    const draw = async () => (await plain.run({ backend: 'wasm', model, inputs: { x } })).values.path.data;
    const [first, second] = [await draw(), await draw()];
    assert.equal(first.length, 2048);
    assert.ok(new Set([...first, ...second]).size > 4090);
    const mean = first.reduce((a, b) => a + b, 0) / 2048;
    const variance = first.reduce((a, b) => a + b * b, 0) / 2048;
    assert.ok(Math.abs(mean) < 0.12 && Math.abs(variance - 1) < 0.2, `${mean}, ${variance}`);
  });
});

describe('a GraphModel', () => {
  const p = value(
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
          for (const { name, op } of nodes) if (op === 'Const') read.add(name);
          for (const name of given) assert.ok(!Object.hasOwn(model.weights, name), `${name} hides a weight`);
        }
        assert.deepEqual([...read].sort(), Object.keys(model.weights).sort());
        assert.equal(
          model.graph.library === undefined,
          unroll || !random.graph.nodes.some(({ op }) => op.op === 'scan'),
        );
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
