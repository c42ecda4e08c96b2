/** Sums in GraphModels, as far from the exact sum as those of our engines: at most 68 roundings of what is summed. */

import assert from 'node:assert/strict';
import { inputsOf, mean, program, sum } from '../../../src/dsl/index.js';
import { exported } from './against.js';
import { type Plain, plainTensorFlow } from './plain.js';

const rounding = 2 ** -24;

/** Fields on which a sum carried along in single precision goes wrong. */
const fields: Readonly<Record<string, (i: number, n: number) => number>> = {
  constant: () => 1000.1,
  'small after large': (i) => (i === 0 ? 2 ** 24 : 1),
  alternating: (i) => (i % 2 === 0 ? 1000.1 : -999.9),
  'large in the middle': (i, n) => (Math.abs(i - n / 2) < 2 ? 1e6 : 0.1),
};

describe('sums in a GraphModel', () => {
  let plain: Plain;
  before(async () => {
    plain = await plainTensorFlow();
  });

  const programs = {
    channels: program({ x: [2, 20_000] }, ({ x }) => ({ sum: sum(1)(x), mean: mean(1)(x) })),
    rows: program({ x: [4099, 3] }, ({ x }) => ({ sum: sum(0)(x), mean: mean(0)(x) })),
    grid: program({ x: [72, 65, 2] }, ({ x }) => ({ sum: sum(0, 1)(x), mean: mean(0, 1)(x) })),
    around: program({ x: [70, 3, 81] }, ({ x }) => ({ sum: sum(0, 2)(x), mean: mean(0, 2)(x) })),
    few: program({ x: [8, 8, 2] }, ({ x }) => ({ sum: sum(0, 1)(x), mean: mean(0, 1)(x) })),
  };
  /** Which result an element of the input belongs to. */
  const partOf: Readonly<Record<keyof typeof programs, (i: number) => number>> = {
    channels: (i) => Math.floor(i / 20_000),
    rows: (i) => i % 3,
    grid: (i) => i % 2,
    around: (i) => Math.floor(i / 81) % 3,
    few: (i) => i % 2,
  };

  for (const backend of ['cpu', 'wasm'] as const)
    for (const [name, p] of Object.entries(programs))
      it(`over ${name} on ${backend}, whatever is summed and whatever the batch`, async () => {
        const model = exported(p, {});
        const shape = inputsOf(p.graph).x;
        const n = shape.reduce((all, k) => all * k, 1);
        const kinds = Object.values(fields);
        const data = Float32Array.from(
          kinds.flatMap((field) => Array.from({ length: n }, (_, i) => field(i, n))),
        );
        const { values } = await plain.run({
          backend,
          model,
          inputs: { x: { shape: [kinds.length, ...shape], data } },
        });
        const part = Object.entries(partOf).find(([key]) => key === name)?.[1] ?? (() => 0);
        const parts = values.sum.data.length / kinds.length;
        for (let sample = 0; sample < kinds.length; sample++)
          for (let k = 0; k < parts; k++) {
            const terms = [...data.subarray(sample * n, (sample + 1) * n)].filter((_, i) => part(i) === k);
            const exact = terms.reduce((a, b) => a + b, 0);
            const sizes = terms.reduce((a, b) => a + Math.abs(b), 0);
            const at = sample * parts + k;
            const off = (found: number, scale: number): number =>
              (Math.abs(found - exact / scale) * scale) / sizes / rounding;
            assert.ok(
              off(values.sum.data[at], 1) <= 68,
              `sum ${at}: ${off(values.sum.data[at], 1)} roundings`,
            );
            assert.ok(off(values.mean.data[at], terms.length) <= 68, `mean ${at}: ${values.mean.data[at]}`);
          }
      });
});
