/** Products by a formula: what each interpreter makes of them, and what is refused. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { volume } from '../../../src/dsl/shape.js';
import {
  attention,
  einsum,
  matmul,
  ndarray,
  outer,
  parameter,
  program,
  runReference,
  slice,
  vjp,
  zeros,
} from '../../../src/index.js';

describe('einsum', () => {
  /** Every sum of products by hand, over all values of all letters. */
  const byHand = (
    formula: string,
    [x, y]: readonly [readonly number[], readonly number[]],
    [a, b]: readonly [readonly number[], readonly number[]],
  ): readonly number[] => {
    const [left, out] = formula.split('->');
    const [one, two] = left.split(',').map((part) => [...part]);
    const labels = [...new Set([...one, ...two])];
    const size = (label: string): number =>
      one.includes(label) ? x[one.indexOf(label)] : y[two.indexOf(label)];
    const at = (of: readonly string[], values: ReadonlyMap<string, number>): number =>
      of.reduce((sum, label) => sum * size(label) + (values.get(label) ?? 0), 0);
    const result = new Array<number>(volume([...out].map(size))).fill(0);
    const count = volume(labels.map(size));
    for (let n = 0; n < count; n++) {
      const values = new Map<string, number>();
      let rest = n;
      for (const label of labels) {
        values.set(label, rest % size(label));
        rest = Math.floor(rest / size(label));
      }
      result[at([...out], values)] += a[at(one, values)] * b[at(two, values)];
    }
    return result;
  };

  const formulas = [
    'qc,kc->qk',
    'qk,kc->qc',
    'ab,ba->ab',
    'ab,ab->',
    'a,b->ab',
    'a,b->ba',
    'ab,b->a',
    'zab,zbc->zac',
    'abz,zcb->caz',
    'hqd,hkd->qhk',
    ',ab->ba',
    'ab,->a',
    'abc,d->ad',
    'abc,cd->',
    'a,a->a',
  ];
  const shapes = (formula: string): readonly [readonly number[], readonly number[]] => {
    const [one, two] = formula.split('->')[0].split(',');
    const size = (label: string): number => 2 + ((label.charCodeAt(0) * 7) % 4);
    return [[...one].map(size), [...two].map(size)];
  };
  for (const formula of formulas)
    it(`gives every sum of products of '${formula}'`, () => {
      const [x, y] = shapes(formula);
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: -9, max: 9 }), { minLength: volume(x), maxLength: volume(x) }),
          fc.array(fc.integer({ min: -9, max: 9 }), { minLength: volume(y), maxLength: volume(y) }),
          (a, b) => {
            const p = program({ x, y }, (inputs) => ({
              // The formula is only text here, so its type says nothing of the shape.
              z: einsum<string, readonly number[], readonly number[]>(formula, inputs.x, inputs.y),
            }));
            const { outputs } = runReference(p, {
              parameters: {},
              inputs: { x: ndarray([1, ...x], a), y: ndarray([1, ...y], b) },
              batch: 1,
            });
            assert.deepEqual(
              [...outputs.z.data].map((v) => v + 0),
              byHand(formula, [x, y], [a, b]).map((v) => v + 0),
            );
          },
        ),
        { numRuns: 5, seed: 1 },
      );
    });

  it('writes equal products alike, whatever their letters', () => {
    const p = (formula: string) =>
      program({ x: [2, 3], y: [4, 3] }, ({ x, y }) => ({
        z: einsum<string, readonly number[], readonly number[]>(formula, x, y),
      }));
    assert.deepEqual(p('qc,kc->qk'), p('ab,zb->az'));
  });

  it('is one product of matrices where it has an axis of its own, and pointwise where it has none', () => {
    const ops = (formula: string, x: readonly number[], y: readonly number[]) =>
      program({ x, y }, (inputs) => ({
        z: einsum<string, readonly number[], readonly number[]>(formula, inputs.x, inputs.y),
      })).graph.nodes.map(({ op }) => op.op);
    assert.deepEqual(ops('qc,kc->qk', [2, 3], [4, 3]), ['input', 'input', 'einsum']);
    assert.deepEqual(ops('ab,ab->a', [2, 3], [2, 3]), ['input', 'input', 'zip', 'reduce']);
    assert.deepEqual(ops('abc,bd->ad', [2, 3, 4], [3, 5]), ['input', 'input', 'reduce', 'einsum']);
  });

  it('has adjoints that are products again', () => {
    const p = program({ q: [2, 3], k: [4, 3] }, ({ q, k }) => ({ scores: einsum('qc,kc->qk', q, k) }));
    const formulas = vjp(p).graph.nodes.flatMap(({ op }) => (op.op === 'einsum' ? [op.formula] : []));
    assert.deepEqual(formulas.sort(), ['ab,ac->cb', 'ab,bc->ac', 'ab,cb->ac']);
  });

  const refused: readonly (readonly [string, readonly number[], readonly number[], RegExp])[] = [
    ['qc,kc', [2, 3], [4, 3], /no formula of two operands/],
    ['q c,kc->qk', [2, 3], [4, 3], /no formula of two operands/],
    ['qq,kq->k', [2, 2], [4, 2], /has q twice in the first operand/],
    ['qc,kc->qkq', [2, 3], [4, 3], /has q twice in the result/],
    ['qc,kc->qz', [2, 3], [4, 3], /has z in the result, and in neither operand/],
    ['qc,kc->qk', [2, 3], [4, 5], /has c of size 3 in the first operand and 5 in the second/],
    ['qc,kc->qk', [2, 3, 1], [4, 3], /2 letters for the first operand, whose shape is \[2,3,1\]/],
  ];
  for (const [formula, x, y, message] of refused)
    it(`refuses '${formula}' of [${x}] and [${y}]`, () => {
      const of = (shape: readonly number[]) => parameter('p', shape, { init: 'zeros' });
      assert.throws(
        () => einsum<string, readonly number[], readonly number[]>(formula, of(x), zeros(...y)),
        message,
      );
    });

  it('is the product of two samples by matmul, and each with each by outer', () => {
    const p = program({ x: [2, 3], y: [3, 2] }, ({ x, y }) => ({
      product: matmul(x, y),
      each: outer(slice(x, [0, 0], [1, 3]), slice(y, [0, 0], [1, 2])),
    }));
    const { outputs } = runReference(p, {
      parameters: {},
      inputs: { x: ndarray([1, 2, 3], [1, 2, 3, 4, 5, 6]), y: ndarray([1, 3, 2], [1, 0, 0, 1, 1, 1]) },
      batch: 1,
    });
    assert.deepEqual([...outputs.product.data], [4, 5, 10, 11]);
    assert.deepEqual([...outputs.each.data], [1, 0, 2, 0, 3, 0]);
  });
});

describe('attention', () => {
  /** Written out: each query by itself, each head by itself. */
  const byHand = (q: number[][], k: number[][], v: number[][], heads: number): number[] => {
    const [c, d] = [q[0].length / heads, v[0].length / heads];
    return q.flatMap((query) =>
      Array.from({ length: heads }, (_, head) => {
        const scores = k.map((key) =>
          Math.exp(
            key.slice(head * c, (head + 1) * c).reduce((sum, x, i) => sum + x * query[head * c + i], 0) /
              Math.sqrt(c),
          ),
        );
        const total = scores.reduce((a, b) => a + b);
        return Array.from({ length: d }, (_, i) =>
          v.reduce((sum, value, n) => sum + (scores[n] / total) * value[head * d + i], 0),
        );
      }).flat(),
    );
  };
  const rows = (n: number, width: number, seed: number): number[][] =>
    Array.from({ length: n }, (_, i) =>
      Array.from({ length: width }, (_, j) => Math.sin(seed + 1.7 * i + 0.9 * j)),
    );

  for (const heads of [1, 2])
    it(`reads what goes with each query, in ${heads} heads`, () => {
      const [q, k, v] = [rows(3, 4, 1), rows(5, 4, 2), rows(5, 6, 3)];
      const p = program({ q: [3, 4], k: [5, 4], v: [5, 6] }, (x) => ({
        y: attention({ heads })(x.q, x.k, x.v),
      }));
      const { outputs } = runReference(p, {
        parameters: {},
        inputs: {
          q: ndarray([1, 3, 4], q.flat()),
          k: ndarray([1, 5, 4], k.flat()),
          v: ndarray([1, 5, 6], v.flat()),
        },
        batch: 1,
      });
      for (const [i, y] of byHand(q, k, v, heads).entries())
        assert.ok(Math.abs(outputs.y.data[i] - y) < 1e-12, `${i}: ${outputs.y.data[i]} for ${y}`);
    });

  it('refuses heads that do not divide the channels', () => {
    const x = zeros(3, 4);
    assert.throws(() => attention({ heads: 3 })(x, x, x), /3 heads do not divide 4 and 4 channels/);
  });
});
