/** What reads pixels in other ways than side by side: products, attention, gathers, transforms, other orders of axes. */

import assert from 'node:assert/strict';
import { fusionPlan } from '../../../src/compile/fuse/coverage/fusion-plan.js';
import { fuse } from '../../../src/compile/fuse/execute/fused.js';
import { noPixels } from '../../../src/compile/fuse/lower/pixel-axes.js';
import { axesOf } from '../../../src/compile/fuse/partition/grid.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { runReference } from '../../../src/compile/reference/index.js';
import type { Program } from '../../../src/dsl/index.js';
import * as drumhead from '../../../src/dsl/index.js';
import { cotangentsOf, inputsFor, isClose, isSlope, referenceOptions } from './oracles.js';

const {
  add,
  attention,
  broadcast,
  concatAlong,
  conv,
  conv3d,
  convTranspose,
  coupling,
  dense,
  einsum,
  fourier,
  gather,
  fill,
  inverseFourier,
  linearRecurrence,
  meanPool,
} = drumhead;
const { layer, max, mean, mul, parameterOf, program, reshape, reverse, scale, scan, scatter, sin, slice } =
  drumhead;
const { softmax, spectrum, sub, sum, tanh, transpose, cos, square, where, atan2, erf } = drumhead;

const samples = 2;

/** Values are those of the reference, gradients those of central differences; nothing runs op by op. */
const holds = (p: Program, pixels: readonly number[] | 'samples', places = 12): void => {
  assert.deepEqual(fusionPlan(p).leftOut, []);
  const parameters = initialParameters(p.graph, 1);
  const inputs = inputsFor(p, samples, 2);
  const on = pixels === 'samples' ? pixels : pixels.length === 0 ? noPixels : axesOf(p.graph, pixels);
  const fused = fuse(p.graph, parameters, on) ?? assert.fail('it is not fused');
  const outputs = Object.keys(p.graph.outputs);
  const options = referenceOptions(p, parameters, inputs, samples);
  const expected = Object.entries(runReference(p, options).outputs).map(([name, x]) => [name, x.data]);
  const part = { count: samples, inputs };
  isClose('value', fused.infer(part, outputs), Object.fromEntries(expected), 1e-4);
  const cotangents = cotangentsOf(p, outputs, samples, 3);
  isSlope(fused.vjp(part, cotangents), p, cotangents, options, { count: places, seed: 4, tolerance: 1e-3 });
};

/** A size that the compiler does not know: it multiplies literal ones at each reshape. */
const open = (size: number): number => size;
const three = (a: number, b: number, c: number): readonly [number, number, number] => [a, b, c];

const table = <const S extends readonly number[]>(...shape: S) =>
  parameterOf(layer('table'), 'value', shape, { init: { normal: 0.5 } });

describe('fused kernels beyond pixels', () => {
  const cases: Readonly<Record<string, readonly [Program, readonly number[] | 'samples']>> = {
    'attention among sites in a scan': [
      program({ x: three(5, 4, 6) }, ({ x }) => {
        const [q, k, v] = ['q', 'k', 'v'].map((name) => dense(6, { name }));
        const waves = scan({
          steps: 3,
          init: { y: x },
          step: (s) => {
            const sites = reshape(open(20), open(6))(s.y);
            const felt = attention({ heads: 2 })(q(sites), k(sites), v(sites));
            return { y: add(scale(0.9, s.y), scale(0.2, reshape(open(5), open(4), open(6))(felt))) };
          },
          observe: (s) => s.y,
        });
        return { y: dense(3)(tanh(transpose(1, 2, 0, 3)(waves))) };
      }),
      [5, 4],
    ],
    'phases that attend to each other by fixed shares': [
      program({ x: three(4, 4, 3) }, ({ x }) => {
        const features = reshape(open(16), open(4))(conv(4)(x));
        const shares = softmax(1)(scale(0.5, einsum('qc,kc->qk', dense(3)(features), dense(3)(features))));
        const theta = scan({
          steps: 3,
          init: { theta: dense(2)(features) },
          step: (s) => {
            const [a, b] = [cos(s.theta), sin(s.theta)];
            const pull = sub(mul(a, einsum('qk,kc->qc', shares, b)), mul(b, einsum('qk,kc->qc', shares, a)));
            return { theta: add(s.theta, scale(0.5, pull)) };
          },
          observe: (s) => s.theta,
        });
        return { theta: reshape(open(3), open(4), open(4), open(2))(theta) };
      }),
      [4, 4],
    ],
    'a matrix among the units of a line, and a bilinear form at each': [
      program({ x: [9, 5] }, ({ x }) => {
        const coupled = einsum('ij,jc->ic', table(9, 9), tanh(x));
        const form = einsum('scd,sd->sc', einsum('cde,se->scd', table(5, 5, 5), x), coupled);
        return { y: add(dense(5)(x), form), gram: einsum('sc,sd->cd', x, coupled) };
      }),
      [9],
    ],
    'matrices of the places': [
      program({ x: three(3, 4, 4) }, ({ x }) => {
        const pairs = reshape(open(12), open(2), open(2))(x);
        return {
          y: dense(3)(
            reshape(open(3), open(4), open(4))(tanh(einsum('sxy,sya->sxa', table(12, 2, 2), pairs))),
          ),
        };
      }),
      [3, 4],
    ],
    'sites in other orders, cut, mirrored, joined and repeated': [
      program({ x: three(4, 6, 2) }, ({ x }) => {
        const turned = transpose(1, 0, 2)(conv(2)(x));
        const part = slice(turned, [1, 0, 0], [4, 4, 2]);
        const mirrored = reverse(0, 1)(x);
        const joined = concatAlong(0, part, part);
        const row = sum(1)(mirrored);
        const spread = broadcast(4, 6, 2)(reshape(open(4), open(1), open(2))(row));
        return {
          a: reshape(open(16), open(4))(joined),
          b: dense(2)(add(mul(mirrored, spread), x)),
          crest: max(0, 1)(square(turned)),
          column: mean(0)(turned),
          weighed: mul(transpose(2, 1, 0)(x), mean(0, 1, 2)(x)),
        };
      }),
      [4, 6],
    ],
    'entries by number, of channels and of sites': [
      program({ x: three(4, 5, 3) }, ({ x }) => {
        const y = conv(4)(tanh(x));
        const read = gather(0, [3, 0, 0, 19])(reshape(open(20), open(4))(y));
        return {
          read: dense(3)(read),
          channels: dense(2)(gather(2, [2, 0, 2, 1, 1])(y)),
          back: scatter(0, [1, 1, 6], 9)(slice(read, [0, 0], [3, 4])),
          added: scatter(2, [0, 2, 0, 2], 3)(y),
        };
      }),
      [4, 5],
    ],
    'modes of sites and of time': [
      program({ x: three(6, 5, 2) }, ({ x }) => {
        const y = tanh(conv(2)(x));
        const modes = fourier(0, 1)(y);
        const turn = coupling();
        const waves = scan({
          steps: 7,
          init: { y },
          step: (s) => ({ y: tanh(turn(s.y)) }),
          observe: (s) => s.y,
        });
        return {
          modes,
          back: inverseFourier(0, 1)(modes),
          time: fourier(0)(waves),
          bins: spectrum(transpose(1, 0, 2)(y)),
        };
      }),
      [6, 5],
    ],
    'recurrences and scans along pixels, and of lists': [
      program({ x: three(4, 4, 3) }, ({ x }) => {
        const turned = transpose(2, 0, 1)(conv(3)(x));
        const rows = tanh(conv(2, { name: 'rows' })(x));
        const list = mean(1)(rows);
        return {
          channels: linearRecurrence(fill(0.5, 3, open(4), open(4)), turned),
          sites: linearRecurrence(rows, conv(2, { name: 'more' })(x)),
          list: linearRecurrence(scale(0.9, list), list),
        };
      }),
      [4, 4],
    ],
    'windows along axes that lie elsewhere': [
      program({ x: [4, 5, 4], d: [3, 4, 4, 2] }, ({ x, d }) => {
        const turned = transpose(2, 0, 1)(conv(4)(x));
        return {
          channels: conv(2, { name: 'turned' })(turned),
          wide: convTranspose(2)(turned),
          pooled: meanPool(2)(turned),
          volume: conv3d(2)(transpose(2, 0, 1, 3)(conv3d(2, { name: 'first' })(d))),
        };
      }),
      [4, 5],
    ],
    'comparisons, angles and what is chosen': [
      program({ x: three(4, 4, 3) }, ({ x }) => {
        const [a, b] = [conv(2)(x), conv(2, { name: 'other' })(x)];
        return { y: where(sub(a, b), atan2(a, add(b, square(a))), erf(mul(a, b))) };
      }),
      [4, 4],
    ],
  };
  for (const [name, [p, pixels]] of Object.entries(cases)) it(`hold for ${name}`, () => holds(p, pixels));

  it('hold for attention among so many sites that scores are made tile by tile, and made again for the gradient', () => {
    const [sites, steps] = [372, 2];
    const p = program({ x: [sites, 8] }, ({ x }) => {
      const felt = scan({
        steps,
        init: { y: x },
        step: (s) => ({ y: add(s.y, attention({ heads: 2 })(s.y, s.y, tanh(s.y))) }),
        observe: (s) => s.y,
      });
      return { y: felt };
    });
    const inputs = inputsFor(p, 1, 2);
    const cotangents = cotangentsOf(p, ['y'], 1, 3);
    const [tiled, whole] = [axesOf(p.graph, [sites]), 'samples' as const].map((pixels) => {
      const fused = fuse(p.graph, {}, pixels) ?? assert.fail('it is not fused');
      const values = fused.infer({ count: 1, inputs }, ['y']);
      return { values, slopes: fused.vjp({ count: 1, inputs }, cotangents).inputs, bytes: fused.bytes() };
    });
    isClose('value', tiled.values, whole.values, 1e-5);
    isClose('gradient', tiled.slopes, whole.slopes, 1e-5);
    // less than twice the scores of a step, of which there would be more than ten
    assert.ok(tiled.bytes < 2 * 4 * 2 * sites ** 2, `${tiled.bytes} bytes`);
  });

  it('hold for products at each sample, of two values of its own and with weights of each entry', () => {
    const p = program({ x: [5, 3], y: [6, 3] }, ({ x, y }) => {
      const shares = softmax(1)(einsum('qc,kc->qk', tanh(x), y));
      const each = einsum('sc,scd->sd', x, table(5, 3, 4));
      return { read: einsum('qk,kc->qc', shares, y), each, pairs: einsum('qc,qd->qcd', x, each) };
    });
    holds(p, 'samples');
    // a list for each sample as well, where all values are lists
    holds(p, []);
  });
});
