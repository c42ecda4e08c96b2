/** Readouts, encoders and couplings against their definitions. */

import assert from 'node:assert/strict';
import { stream } from '../../../src/base/random.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import {
  coupling,
  coupling1d,
  encoder,
  last,
  maxOverTime,
  meanOverTime,
  mlp,
  outputsOf,
  program,
  projection,
  type Readout,
  readout,
  readouts,
  reshape,
  type Shape,
  spectral,
  type Tensor,
  volume,
} from '../../../src/dsl/index.js';
import { namesOf, near, valuesOfProgram } from '../refusal.js';

const [steps, h, w, c] = [7, 2, 3, 2] as const;
const random = stream(3, 'readout');
const values = Array.from({ length: steps * h * w * c }, () => (random.integer(1025) - 512) / 256);
const at = (t: number, i: number, j: number, k: number): number => values[((t * h + i) * w + j) * c + k];
const times = Array.from({ length: steps }, (_, t) => t);

/** [h, w, features] from a function of the pixel and the feature k C + channel. */
const features = (
  count: number,
  f: (i: number, j: number, k: number, channel: number) => number,
): readonly number[] =>
  Array.from({ length: h * w * count * c }, (_, flat) => {
    const feature = flat % (count * c);
    const pixel = Math.floor(flat / (count * c));
    return f(Math.floor(pixel / w), pixel % w, Math.floor(feature / c), feature % c);
  });

const sequence = { s: [7, 2, 3, 2] } as const;
const named = (name: Readout) => program(sequence, ({ s }) => ({ y: readout(name)(s) }));

const magnitude = (i: number, j: number, k: number, channel: number): number => {
  const angle = (t: number): number => (-2 * Math.PI * k * t) / steps;
  const re = times.reduce((sum, t) => sum + at(t, i, j, channel) * Math.cos(angle(t)), 0);
  const im = times.reduce((sum, t) => sum + at(t, i, j, channel) * Math.sin(angle(t)), 0);
  return Math.hypot(re, im);
};

const expected: Readonly<Record<Exclude<Readout, 'linear'>, readonly number[]>> = {
  fft: features(4, magnitude),
  last: features(1, (i, j, _, k) => at(steps - 1, i, j, k)),
  mean: features(1, (i, j, _, k) => times.reduce((sum, t) => sum + at(t, i, j, k), 0) / steps),
  max: features(1, (i, j, _, k) => Math.max(...times.map((t) => at(t, i, j, k)))),
};

describe('dsl: readouts', () => {
  it('by name are what their names say', () => {
    for (const [name, wanted] of Object.entries(expected)) {
      const known = readouts.find((r) => r === name) ?? assert.fail(name);
      near(valuesOfProgram(named(known), { s: values }), wanted);
    }
  });

  it('by function are the same', () => {
    near(
      valuesOfProgram(
        program(sequence, ({ s }) => ({ y: spectral(s) })),
        { s: values },
      ),
      expected.fft,
    );
    near(
      valuesOfProgram(
        program(sequence, ({ s }) => ({ y: last(s) })),
        { s: values },
      ),
      expected.last,
    );
    near(
      valuesOfProgram(
        program(sequence, ({ s }) => ({ y: meanOverTime(s) })),
        { s: values },
      ),
      expected.mean,
    );
    near(
      valuesOfProgram(
        program(sequence, ({ s }) => ({ y: maxOverTime(s) })),
        { s: values },
      ),
      expected.max,
    );
  });

  it('are the same of lines and volumes, site by site', () => {
    const sites = (name: Readout, shape: Shape) =>
      program({ s: [7, 2, 3, 2] }, ({ s }) => {
        const y: Tensor = readout(name)(reshape(7, ...shape, 2)(s));
        return { y: reshape(2, 3, volume(outputsOf(named(name).graph).y) / 6)(y) };
      });
    for (const name of readouts)
      for (const shape of [[6], [1, 2, 3], [3, 2, 1]])
        near(valuesOfProgram(sites(name, shape), { s: values }), valuesOfProgram(named(name), { s: values }));
  });

  it('the linear one projects time to as many features as a spectrum has bins, for all alike', () => {
    const p = named('linear');
    assert.deepEqual(namesOf(p), ['projection/weight']);
    assert.deepEqual(outputsOf(p.graph), { y: [2, 3, 8] });
    const weight = initialParameters(p.graph, 0)['projection/weight'];
    assert.equal(weight.length, 7 * 4);
    near(
      valuesOfProgram(p, { s: values }),
      features(4, (i, j, k, channel) =>
        times.reduce((sum, t) => sum + at(t, i, j, channel) * weight[t * 4 + k], 0),
      ),
      1e-6,
    );
    assert.deepEqual(program(sequence, ({ s }) => ({ y: projection(4)(s) })).graph, p.graph);
  });
});

describe('dsl: encoders and couplings', () => {
  it('an encoder is convolutions with ReLU between them, none after the last', () => {
    const p = program({ x: [4, 4, 3] }, ({ x }) => ({ y: encoder([5, 6], 2)(x) }));
    assert.deepEqual(
      p.graph.nodes.flatMap(({ op }) => (op.op === 'conv' ? ['conv'] : op.op === 'map' ? [op.fn] : [])),
      ['conv', 'relu', 'conv', 'relu', 'conv'],
    );
    assert.deepEqual(outputsOf(p.graph), { y: [4, 4, 2] });
  });

  it('takes its options to every layer', () => {
    const p = program({ x: [4, 4, 3] }, ({ x }) => ({
      y: encoder([5], 2, { boundary: 'circular', bias: false, kernel: 1 })(x),
    }));
    assert.deepEqual(namesOf(p), ['conv1/weight', 'conv2/weight']);
    assert.ok(p.graph.nodes.every(({ op }) => op.op !== 'conv' || op.boundary === 'circular'));
  });

  it('an MLP is dense layers over the last axis, at every site', () => {
    const p = program({ x: [2, 2, 3] }, ({ x }) => ({ y: mlp([4, 5], 6)(x) }));
    assert.deepEqual(
      p.graph.nodes.flatMap(({ op }) => (op.op === 'dense' ? ['dense'] : op.op === 'map' ? [op.fn] : [])),
      ['dense', 'relu', 'dense', 'relu', 'dense'],
    );
    assert.deepEqual(outputsOf(p.graph), { y: [2, 2, 6] });
  });

  it('a coupling starts as the Laplacian of the torus, on a field and on a ring', () => {
    const ring = program({ x: [5, 1] }, ({ x }) => ({ y: coupling1d()(x) }));
    near(valuesOfProgram(ring, { x: [1, 2, 4, 8, 16] }), [16, 1, 2, 4, -23]);
    const torus = program({ x: [3, 3, 1] }, ({ x }) => ({ y: coupling()(x) }));
    near(valuesOfProgram(torus, { x: [0, 0, 0, 0, 1, 0, 0, 0, 0] }), [0, 1, 0, 1, -4, 1, 0, 1, 0]);
  });
});
