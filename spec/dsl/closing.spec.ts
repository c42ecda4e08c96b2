/** From expressions to a graph: equal subexpressions are one node, what a step does not change is computed before it. */

import assert from 'node:assert/strict';
import { pipe } from 'fp-ts/lib/function.js';
import {
  add,
  conv,
  coupling,
  data,
  exp,
  fill,
  gaussian,
  hashProgram,
  mul,
  type Node,
  type OpName,
  offset,
  type Program,
  parameter,
  program,
  relu,
  scale,
  scan,
  scanOver,
  scanWithFinal,
  sin,
  square,
  sub,
  type Tensor,
  tanh,
  zeros,
} from '../../src/dsl/index.js';
import type { ScanOp } from '../../src/dsl/op.js';
import { near, valuesOfProgram } from './refusal.js';

const count = (nodes: readonly Node[], name: OpName): number =>
  nodes.filter(({ op }) => op.op === name).length;

const scansOf = (nodes: readonly Node[]): readonly ScanOp[] =>
  nodes.flatMap(({ op }) => (op.op === 'scan' ? [op] : []));

const onlyScan = ({ graph }: Program): ScanOp => {
  const [scanOp, ...more] = scansOf(graph.nodes);
  assert.deepEqual(more, []);
  return scanOp ?? assert.fail('there is no scan');
};

/** Sizes that the types need not know, which is quicker to check. */
const field: { readonly x: readonly [number, number, number] } = { x: [4, 4, 2] };
type Field = Tensor<readonly [number, number, number]>;

describe('dsl: closing', () => {
  describe('a program is what it computes, not how it was written', () => {
    const same = (a: Program, b: Program): void => {
      assert.deepEqual(a.graph, b.graph);
      assert.equal(hashProgram(a), hashProgram(b));
    };

    it('as a pipe or nested', () =>
      same(
        program(field, ({ x }) => ({ y: pipe(x, conv(2), relu, tanh) })),
        program(field, ({ x }) => ({ y: tanh(relu(conv(2)(x))) })),
      ));

    it('shared or repeated', () =>
      same(
        program(field, ({ x }) => {
          const t = tanh(x);
          return { y: mul(t, t) };
        }),
        program(field, ({ x }) => ({ y: mul(tanh(x), tanh(x)) })),
      ));

    it('with inputs and outputs in another order', () =>
      same(
        program({ a: [2], b: [2] }, ({ a, b }) => ({ sum: add(a, b), difference: sub(a, b) })),
        program({ b: [2], a: [2] }, ({ a, b }) => ({ difference: sub(a, b), sum: add(a, b) })),
      ));

    it('with fields of a state and observations in another order', () => {
      const step = ({ y, z }: { readonly y: Field; readonly z: Field }) => ({ y: add(y, z), z: sub(z, y) });
      same(
        program(field, ({ x }) =>
          scan({ steps: 3, init: { y: x, z: tanh(x) }, step, observe: ({ y, z }) => ({ y, z }) }),
        ),
        program(field, ({ x }) =>
          scan({
            steps: 3,
            init: { z: tanh(x), y: x },
            step: (s) => {
              const { y, z } = step(s);
              return { z, y };
            },
            observe: ({ y, z }) => ({ z, y }),
          }),
        ),
      );
    });

    it('with one scan, or the same scan written twice', () => {
      const wave = (x: Field) =>
        scanWithFinal({ steps: 3, init: { y: x }, step: ({ y }) => ({ y: sin(y) }), observe: ({ y }) => y });
      same(
        program(field, ({ x }) => {
          const { sequence, final } = wave(x);
          return { sequence, end: final.y };
        }),
        program(field, ({ x }) => ({ sequence: wave(x).sequence, end: wave(x).final.y })),
      );
    });

    it('with 0 or -0', () =>
      same(
        program(field, ({ x }) => ({
          y: offset(-0, conv(2, { boundary: { fixed: -0 } })(x)),
          z: fill(-0, 2),
        })),
        program(field, ({ x }) => ({ y: offset(0, conv(2, { boundary: { fixed: 0 } })(x)), z: fill(0, 2) })),
      ));

    it('but differs if it computes something else', () => {
      const hashes = [
        program(field, ({ x }) => ({ y: tanh(x) })),
        program(field, ({ x }) => ({ y: sin(x) })),
        program(field, ({ x }) => ({ z: tanh(x) })),
        program({ x: [4, 4, 3] }, ({ x }) => ({ y: tanh(x) })),
        program({ ...field, unused: [1] }, ({ x }) => ({ y: tanh(x) })),
        program(field, ({ x }) => ({ y: scale(0.1, tanh(x)) })),
        program(field, ({ x }) => ({ y: scale(0.1 + 2 ** -55, tanh(x)) })),
        program(field, ({ x }) => ({ y: conv(2)(x) })),
        program(field, ({ x }) => ({ y: conv(2, { name: 'other' })(x) })),
        program(field, ({ x }) => ({ y: conv(2, { init: 'glorot' })(x) })),
      ].map(hashProgram);
      assert.equal(new Set(hashes).size, hashes.length);
    });

    it('and does not change when its user changes what was given', () => {
      const shape = [2, 2];
      const values = [1, 2, 3, 4];
      const p = program({ x: shape }, ({ x }) => ({ y: add<readonly number[]>(x, data(values, 2, 2)) }));
      const before = hashProgram(p);
      shape[0] = 7;
      values[0] = 9;
      assert.equal(hashProgram(p), before);
    });
  });

  it("keeps unused inputs, which are part of a program's signature", () => {
    const p = program({ b: [2], a: [3] }, ({ b }) => ({ y: tanh(b) }));
    assert.deepEqual(
      p.graph.nodes.map(({ op }) => ('name' in op ? op.name : op.op)),
      ['a', 'b', 'map'],
    );
  });

  it('drops nodes that no output needs', () => {
    const p = program(field, ({ x }) => {
      conv(7)(x);
      return { y: tanh(x) };
    });
    assert.equal(p.graph.nodes.length, 2);
  });

  it('every node reads only nodes before it, and keeps equal ones once', () => {
    const p = program(field, ({ x }) => {
      const ys = Array.from({ length: 20 }, (_, i) => sin(scale(i % 4, x)));
      return { y: ys.reduce((a, b) => add(a, b)) };
    });
    p.graph.nodes.forEach(({ inputs }, i) => {
      assert.ok(inputs.every((input) => input < i));
    });
    assert.equal(count(p.graph.nodes, 'affine'), 4);
    assert.equal(count(p.graph.nodes, 'zip'), 19);
  });

  it('takes chains and sums of ten thousand operations', () => {
    const p = program({ x: [1] }, ({ x }) => {
      let y: Tensor<readonly [1]> = x;
      for (let i = 0; i < 10_000; i++) y = add(scale(0.5, y), x);
      return { y };
    });
    assert.equal(p.graph.nodes.length, 20_001);
    near(valuesOfProgram(p, { x: [1] }), [2]);
  });

  it('takes a shared value doubled a hundred times, which written out would be 2^100 operations', () => {
    const p = program({ x: [1] }, ({ x }) => ({
      y: Array.from({ length: 100 }).reduce<Tensor<readonly [1]>>((y) => scale(0.5, add(y, y)), x),
    }));
    assert.equal(p.graph.nodes.length, 201);
  });
});

describe('dsl: externals', () => {
  it('values that a step does not change are computed once, before it', () => {
    const p = program(field, ({ x }) => {
      const frequency = relu(conv(2)(x));
      return {
        y: scan({
          steps: 9,
          init: { y: x },
          // exp(x) and the square of the frequency are written inside, but belong outside.
          step: ({ y }) => ({ y: sub(y, mul(add(square(frequency), exp(x)), y)) }),
          observe: ({ y }) => y,
        }),
      };
    });
    const { body } = onlyScan(p);
    assert.deepEqual(
      body.nodes.map(({ op }) => ('fn' in op ? op.fn : op.op)),
      ['state', 'external', 'mul', 'sub'],
    );
    assert.equal(count(p.graph.nodes, 'conv'), 1);
    assert.equal(p.graph.nodes.filter(({ op }) => op.op === 'map' && op.fn === 'exp').length, 1);
  });

  it('plain numbers stay inside, arrays of them go out', () => {
    const p = program(field, ({ x }) => ({
      y: scan({
        steps: 2,
        init: { y: x },
        step: ({ y }) => ({
          y: add(
            mul(y, fill(0.5)),
            data(
              Array.from({ length: 32 }, (_, i) => i),
              4,
              4,
              2,
            ),
          ),
        }),
        observe: ({ y }) => y,
      }),
    }));
    const { body } = onlyScan(p);
    assert.equal(count(body.nodes, 'constant'), 1);
    assert.equal(count(body.nodes, 'external'), 1);
  });

  it('one value used in several places is one external', () => {
    const p = program(field, ({ x }) => ({
      y: scan({
        steps: 2,
        init: { y: x, z: x },
        step: ({ y, z }) => ({ y: add(y, tanh(x)), z: mul(z, tanh(x)) }),
        observe: ({ y }) => add(y, tanh(x)),
      }),
    }));
    const { body } = onlyScan(p);
    assert.equal(count(body.nodes, 'external'), 1);
    assert.equal(p.graph.nodes.find(({ op }) => op.op === 'scan')?.inputs.length, 3);
  });

  it('noise, the clock and values computed from them stay inside', () => {
    const source = gaussian();
    const p = program(field, ({ x }) => ({
      y: scan({
        steps: 2,
        init: { y: x },
        step: ({ y }, clock) => ({ y: add(y, mul(sin(clock.index), tanh(source(clock, 4, 4, 2)))) }),
        observe: ({ y }) => y,
      }),
    }));
    const { body } = onlyScan(p);
    assert.equal(count(body.nodes, 'external'), 0);
    assert.equal(count(body.nodes, 'noise'), 1);
  });

  it('a scan that does not depend on the step around it stands outside of it', () => {
    const inner = (x: Field) =>
      scanWithFinal({ steps: 3, init: { v: x }, step: ({ v }) => ({ v: tanh(v) }), observe: ({ v }) => v });
    const p = program(field, ({ x }) => ({
      y: scan({
        steps: 2,
        init: { y: x },
        step: ({ y }) => ({ y: add(y, inner(x).final.v) }),
        observe: ({ y }) => y,
      }),
    }));
    assert.equal(scansOf(p.graph.nodes).length, 2);
    for (const { body } of scansOf(p.graph.nodes)) assert.equal(scansOf(body.nodes).length, 0);
  });

  it('a scan that does stays inside, and takes from two levels up through both', () => {
    const p = program(field, ({ x }) => {
      const neighbours = coupling();
      return {
        y: scan({
          steps: 2,
          init: { y: x },
          step: ({ y }) => ({
            y: scanWithFinal({
              steps: 3,
              init: { v: y },
              step: ({ v }) => ({ v: tanh(add(neighbours(v), mul(y, exp(x)))) }),
              observe: ({ v }) => v,
            }).final.v,
          }),
          observe: ({ y }) => y,
        }),
      };
    });
    const outer = onlyScan(p);
    const [inner] = scansOf(outer.body.nodes);
    // Outside: x and W and exp(x). In the outer step: both come in, and pass on with the state's product.
    assert.equal(count(outer.body.nodes, 'external'), 2);
    assert.deepEqual(
      inner.body.nodes.map(({ op }) => ('fn' in op ? op.fn : op.op)),
      ['state', 'external', 'conv', 'external', 'add', 'tanh'],
    );
    assert.equal(outer.body.nodes.filter(({ op }) => op.op === 'zip' && op.fn === 'mul').length, 1);
  });

  it('a driven step sees its element, and the sequence itself as an external', () => {
    const p = program({ s: [3, 2] }, ({ s }) => ({
      y: scanOver({
        over: s,
        init: { y: zeros(2) },
        step: ({ y }, x) => ({ y: add(y, x) }),
        observe: ({ y }) => y,
      }),
    }));
    assert.equal(onlyScan(p).sequences, 1);
    near(valuesOfProgram(p, { s: [1, 2, 3, 4, 5, 6] }), [1, 2, 4, 6, 9, 12]);
  });

  it('the body holds neither inputs nor parameters', () => {
    const p = program(field, ({ x }) => ({
      y: scan({
        steps: 2,
        init: { y: x },
        step: ({ y }) => ({
          y: add(conv(2)(y), mul(x, parameter('gain', [4, 4, 2], { init: 'zeros' }))),
        }),
        observe: ({ y }) => y,
      }),
    }));
    const { body } = onlyScan(p);
    assert.equal(count(body.nodes, 'input') + count(body.nodes, 'parameter'), 0);
  });
});
