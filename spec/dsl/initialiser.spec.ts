/** How parameters start: the statistics of each draw, the stencils, and what a draw depends on. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { initialParameters } from '../../src/compile/parameters.js';
import {
  batchNorm,
  conv,
  conv1d,
  convTranspose,
  coupling,
  decodeProgram,
  dense,
  depthwise,
  depthwise1d,
  encodeProgram,
  encoder,
  fourierOperator,
  hashProgram,
  type InitialiserName,
  initialValues,
  layerNorm,
  mlp,
  type Program,
  parameter,
  parametersOf,
  program,
  projection,
  readout,
  type Shape,
} from '../../src/dsl/index.js';
import { resolveInitialiser } from '../../src/dsl/initialiser.js';
import { near, refused, valuesOfProgram } from './refusal.js';

const moments = (values: Float32Array): { readonly mean: number; readonly deviation: number } => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
};

const size = 40_000;
const drawn = (name: InitialiserName, fanIn = 48, fanOut = 16): Float32Array =>
  initialValues(resolveInitialiser(name, fanIn, fanOut), [size], 1, 'w');

const inits = (p: Program): Readonly<Record<string, unknown>> =>
  Object.fromEntries(parametersOf(p.graph).map(({ name, init }) => [name, init]));

const ramp = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => Math.sin(3 * i + 1));

/** Shapes whose sizes the types need not know, which is quicker to check. */
const list = (a: number): readonly [number] => [a];
const line = (a: number, b: number): readonly [number, number] => [a, b];
const plane = (a: number, b: number, c: number): readonly [number, number, number] => [a, b, c];

describe('dsl: initialisers', () => {
  // Bounds on a sample's mean and deviation are five of its own standard errors.
  const uniform: readonly (readonly [InitialiserName, number])[] = [
    ['pytorch', 1 / Math.sqrt(48)],
    ['glorot', Math.sqrt(6 / (48 + 16))],
    [{ uniform: 0.3 }, 0.3],
  ];
  for (const [name, bound] of uniform)
    it(`${JSON.stringify(name)} is uniform within ±${bound.toFixed(3)}`, () => {
      const values = drawn(name);
      const { mean, deviation } = moments(values);
      assert.ok(values.every((value) => Math.abs(value) <= bound));
      assert.ok(
        values.some((value) => value > 0.999 * bound) && values.some((value) => value < -0.999 * bound),
      );
      assert.ok(Math.abs(mean) < (5 * bound) / Math.sqrt(3 * size));
      assert.ok(Math.abs(deviation / (bound / Math.sqrt(3)) - 1) < 0.012);
    });

  const normal: readonly (readonly [InitialiserName, number])[] = [
    ['kaiming', Math.sqrt(2 / 48)],
    [{ normal: 0.7 }, 0.7],
  ];
  for (const [name, expected] of normal)
    it(`${JSON.stringify(name)} is normal with deviation ${expected.toFixed(3)}`, () => {
      const values = drawn(name);
      const { mean, deviation } = moments(values);
      assert.ok(Math.abs(mean) < (5 * expected) / Math.sqrt(size));
      assert.ok(Math.abs(deviation / expected - 1) < 5 / Math.sqrt(2 * size));
      const within = values.filter((value) => Math.abs(value) < expected).length / size;
      assert.ok(Math.abs(within - 0.6827) < 0.012, `${within} within one deviation`);
    });

  it('{ between: [from, to] } is uniform from the one to the other', () => {
    const values = drawn({ between: [0.2, 1] });
    const { mean, deviation } = moments(values);
    assert.ok(values.every((value) => value >= 0.2 && value < 1));
    assert.ok(values.some((value) => value < 0.201) && values.some((value) => value > 0.999));
    assert.ok(Math.abs(mean - 0.6) < (5 * 0.4) / Math.sqrt(3 * size));
    assert.ok(Math.abs(deviation / (0.4 / Math.sqrt(3)) - 1) < 0.012);
    assert.throws(
      () => program({}, () => ({ a: parameter('a', [2], { init: { between: [1, 0] } }) })),
      /the upper bound must be at least 1, got 0/,
    );
  });

  it('constants and zeros are what they say', () => {
    assert.deepEqual(
      initialValues({ kind: 'constant', value: 0.25 }, [3], 1, 'w'),
      Float32Array.of(0.25, 0.25, 0.25),
    );
    assert.deepEqual(drawn('zeros').slice(0, 2), Float32Array.of(0, 0));
  });

  it('a draw depends on seed and name alone', () => {
    const init = { kind: 'normal', deviation: 1 } as const;
    assert.deepEqual(initialValues(init, [5], 1, 'a'), initialValues(init, [5], 1, 'a'));
    assert.deepEqual(initialValues(init, [3], 1, 'a'), initialValues(init, [5], 1, 'a').slice(0, 3));
    assert.notDeepEqual(initialValues(init, [5], 1, 'a'), initialValues(init, [5], 2, 'a'));
    assert.notDeepEqual(initialValues(init, [5], 1, 'a'), initialValues(init, [5], 1, 'b'));
  });

  it('a draw is the same on every machine and in every version', () => {
    near(
      [...initialValues({ kind: 'uniform', bound: 1 }, [2], 0, 'conv1/weight')],
      [0.2240288257598877, -0.5676813125610352],
      1e-7,
    );
    near(
      [...initialValues({ kind: 'normal', deviation: 1 }, [2], 0, 'conv1/weight')],
      [0.2903905212879181, 1.3450827598571777],
      1e-7,
    );
  });

  describe('fans', () => {
    const bound = (fan: number) => ({ kind: 'uniform', bound: 1 / Math.sqrt(fan) });

    it('of a convolution are those of its kernel', () => {
      const p = program({ x: plane(6, 6, 3) }, ({ x }) => ({ y: conv(8)(x) }));
      assert.deepEqual(inits(p), { 'conv1/weight': bound(27), 'conv1/bias': bound(27) });
    });
    it('of a convolution on a line too', () => {
      const p = program({ x: line(6, 3) }, ({ x }) => ({ y: conv1d(8, { kernel: 5 })(x) }));
      assert.deepEqual(inits(p), { 'conv1/weight': bound(15), 'conv1/bias': bound(15) });
    });
    it('of a depthwise one have one channel in', () => {
      const p = program({ x: plane(6, 6, 3) }, ({ x }) => ({ y: depthwise()(x) }));
      assert.deepEqual(inits(p), { 'depthwise1/weight': bound(9), 'depthwise1/bias': bound(9) });
    });
    it('of a transposed one count as PyTorch counts them', () => {
      const p = program({ x: plane(6, 6, 3) }, ({ x }) => ({ y: convTranspose(5)(x) }));
      assert.deepEqual(inits(p), { 'convTranspose1/weight': bound(20), 'convTranspose1/bias': bound(20) });
    });
    it('of a dense layer are its features', () => {
      const p = program({ x: line(6, 3) }, ({ x }) => ({ y: dense(4)(x) }));
      assert.deepEqual(inits(p), { 'dense1/weight': bound(3), 'dense1/bias': bound(3) });
    });
    it('enter Glorot from both sides, and the bias then starts at zero', () => {
      const p = program({ x: plane(6, 6, 3) }, ({ x }) => ({ y: conv(8, { init: 'glorot' })(x) }));
      assert.deepEqual(inits(p), {
        'conv1/weight': { kind: 'uniform', bound: Math.sqrt(6 / (27 + 72)) },
        'conv1/bias': { kind: 'constant', value: 0 },
      });
    });
    it('of a parameter are what its user says, or all sizes but the last', () => {
      const p = program({}, () => ({
        a: parameter('a', [4, 5], { init: 'pytorch' }),
        b: parameter('b', [4, 5], { init: 'pytorch', fanIn: 100 }),
        c: parameter('c', [3], { init: 'kaiming' }),
      }));
      assert.deepEqual(inits(p), {
        a: bound(4),
        b: bound(100),
        c: { kind: 'normal', deviation: Math.SQRT2 },
      });
    });
  });

  describe('stencils', () => {
    it('are the five-point star on each channel by itself', () => {
      const star = [0, 1, 0, 1, -4, 1, 0, 1, 0];
      const weight = initialValues({ kind: 'laplacian' }, [3, 3, 2, 2], 0, 'w');
      star.forEach((value, tap) => {
        near([...weight.slice(4 * tap, 4 * tap + 4)], [value, 0, 0, value]);
      });
    });

    it('are [1, -2, 1] on a line, and lie at the centre of a wider kernel', () => {
      near([...initialValues({ kind: 'laplacian' }, [3, 1, 1], 0, 'w')], [1, -2, 1]);
      near([...initialValues({ kind: 'laplacian' }, [5, 1, 1], 0, 'w')], [0, 1, -2, 1, 0]);
      near([...initialValues({ kind: 'identity' }, [5, 1, 1], 0, 'w')], [0, 0, 1, 0, 0]);
    });

    it('on a depthwise kernel stand on every channel', () => {
      near([...initialValues({ kind: 'laplacian' }, [3, 2, 1], 0, 'w')], [1, 1, -2, -2, 1, 1]);
      near([...initialValues({ kind: 'identity' }, [1, 1, 3, 1], 0, 'w')], [1, 1, 1]);
    });

    it('of a dense layer: the identity matrix, also where it is not square', () => {
      near([...initialValues({ kind: 'identity' }, [2, 2], 0, 'w')], [1, 0, 0, 1]);
      near([...initialValues({ kind: 'identity' }, [2, 3], 0, 'w')], [1, 0, 0, 0, 1, 0]);
    });

    const side = 5;
    const field = ramp(side * side * 2);
    const doNothing = {
      'an odd kernel': program({ x: [side, side, 2] }, ({ x }) => ({
        y: conv(2, { init: 'identity', bias: false })(x),
      })),
      'an even kernel': program({ x: [side, side, 2] }, ({ x }) => ({
        y: conv(2, { init: 'identity', kernel: 4, bias: false, boundary: 'circular' })(x),
      })),
      'a depthwise kernel': program({ x: [side, side, 2] }, ({ x }) => ({
        y: depthwise({ init: 'identity', kernel: 2, bias: false, boundary: 'reflect' })(x),
      })),
    };
    for (const [what, p] of Object.entries(doNothing))
      it(`the identity in ${what} does nothing`, () => near(valuesOfProgram(p, { x: field }), field, 1e-6));

    it('the Laplacian of a torus is the sum of the neighbours less four times the site', () => {
      const p = program({ x: [side, side, 2] }, ({ x }) => ({
        y: conv(2, { init: 'laplacian', bias: false, boundary: 'circular' })(x),
      }));
      const wrap = (i: number): number => (i + side) % side;
      const at = (r: number, c: number, k: number): number => field[(wrap(r) * side + wrap(c)) * 2 + k];
      const expected = Array.from({ length: side * side * 2 }, (_, i) => {
        const [r, c, k] = [Math.floor(i / (2 * side)), Math.floor(i / 2) % side, i % 2];
        return at(r - 1, c, k) + at(r + 1, c, k) + at(r, c - 1, k) + at(r, c + 1, k) - 4 * at(r, c, k);
      });
      near(valuesOfProgram(p, { x: field }), expected, 1e-6);
    });

    it('the Laplacian of a straight line is zero inside', () => {
      const p = program({ x: line(6, 1) }, ({ x }) => ({
        y: depthwise1d({ init: 'laplacian', bias: false, boundary: 'none' })(x),
      }));
      near(valuesOfProgram(p, { x: [0, 1, 2, 3, 4, 5] }), [0, 0, 0, 0]);
    });
  });

  describe('given values', () => {
    const star = [0, 1, 0, 1, -4, 1, 0, 1, 0];
    const given = program({ x: plane(5, 5, 1) }, ({ x }) => ({
      y: conv(1, { init: { values: star }, bias: false, boundary: 'circular' })(x),
    }));

    it('are the parameter, row-major, whatever the seed, in 32 bits', () => {
      for (const seed of [0, 7])
        assert.deepEqual(initialParameters(given.graph, seed)['conv1/weight'], Float32Array.from(star));
      const p = program({}, () => ({ w: parameter('w', [2], { init: { values: [0.1, 1e-3] } }) }));
      assert.deepEqual(initialParameters(p.graph, 0).w, Float32Array.of(0.1, 1e-3));
      const typed = dense(2, { init: { values: Float32Array.from(ramp(4)) }, bias: false });
      const q = program({ x: list(2) }, ({ x }) => ({ y: typed(x) }));
      assert.deepEqual(initialParameters(q.graph, 0)['dense1/weight'], Float32Array.from(ramp(4)));
    });

    it('are part of the program: of its JSON as they were given, and of its hash', () => {
      const of = (...values: readonly number[]) =>
        program({}, () => ({ w: parameter('w', [2], { init: { values } }) }));
      assert.match(encodeProgram(of(0.1, -3)), /"init":\{"kind":"values","values":\[0\.1,-3\]\}/);
      assert.deepEqual(E.toUnion(decodeProgram(JSON.parse(encodeProgram(given)))), given);
      assert.notEqual(hashProgram(of(0.1, -3)), hashProgram(of(0.1, -3.5)));
      assert.equal(hashProgram(of(0, 1)), hashProgram(of(-0, 1)));
    });

    it('do as the same numbers drawn by name: the Laplacian written out', () => {
      const stencil = program({ x: plane(5, 5, 1) }, ({ x }) => ({
        y: conv(1, { init: 'laplacian', bias: false, boundary: 'circular' })(x),
      }));
      const x = ramp(25);
      assert.deepEqual(valuesOfProgram(given, { x }), valuesOfProgram(stencil, { x }));
    });

    it('fit every layer with weights, with any other start of the bias, trained or not', () => {
      const options = { init: { values: ramp(36) }, trainable: false } as const;
      const p = program({ x: [6, 6, 2], t: [2, 6, 6, 2] }, ({ x, t }) => ({
        a: conv(2, { ...options, biasInit: { values: [1, 2] } })(x),
        b: depthwise({ init: { values: ramp(18) }, biasInit: { constant: 3 }, trainable: false })(x),
        c: convTranspose(2, { kernel: 3, ...options, bias: false })(x),
        d: dense(2, { init: { values: ramp(4) }, trainable: false })(x),
        e: coupling(options)(x),
        f: projection(3, { init: { values: ramp(6) }, trainable: false, name: 'heard' })(t),
        g: readout('linear', { init: 'glorot', trainable: false })(t),
        h: mlp([4], 2, { init: 'kaiming', trainable: false })(x),
        i: encoder([4], 2, { init: 'zeros', trainable: false })(x),
        j: batchNorm({ trainable: false })(x),
        k: fourierOperator(2, { modes: 2, init: { values: ramp(48) }, trainable: false })(x),
        l: layerNorm({ trainable: false })(x),
      }));
      assert.ok(parametersOf(p.graph).every(({ trainable }) => !trainable));
      const start = initialParameters(p.graph, 0);
      assert.deepEqual(start['conv1/bias'], Float32Array.of(1, 2));
      assert.deepEqual(start['depthwise1/bias'], Float32Array.of(3, 3));
      assert.deepEqual(start['coupling/weight'], Float32Array.from(ramp(36)));
      assert.deepEqual(start['dense1/bias'], Float32Array.of(0, 0));
    });

    it('are refused in another number, beyond 32 bits, and by the hundred thousand', () => {
      const of = (values: readonly number[], shape: Shape = [2, 2]) =>
        refused(() => parameter('w', shape, { init: { values } }));
      assert.equal(of([1, 2, 3]), 'parameter: 3 starting values do not fill [2,2], which has 4');
      assert.equal(
        of([1, 2, 3, 1e39]),
        'parameter: every starting value must be a finite 32-bit number, got 1e+39',
      );
      assert.match(of([1, 2, 3, Number.NaN]), /got NaN$/);
      assert.match(
        of(
          Array.from({ length: 2 ** 18 + 1 }, () => 1),
          [2 ** 18 + 1],
        ),
        /its starting values are 262,145 numbers, and 262,144 is the limit/,
      );
      const json = JSON.parse(encodeProgram(given));
      json.nodes[1].op.init.values.pop();
      const read = decodeProgram(json);
      assert.match(
        E.isLeft(read) ? read.left.problems.join() : '',
        /8 starting values do not fill \[3,3,1,1\]/,
      );
    });
  });

  it('all parameters of a program are drawn by their names', () => {
    const p = program({ x: plane(4, 4, 2) }, ({ x }) => ({ y: conv(2)(x) }));
    const start = initialParameters(p.graph, 3);
    for (const { name, init, shape } of parametersOf(p.graph))
      assert.deepEqual(start[name], initialValues(init, shape, 3, name));
  });
});
