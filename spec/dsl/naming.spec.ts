/** Names of parameters: from scopes, kinds and the order of the data flow; never from the order of writing. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { initialParameters } from '../../src/compile/parameters.js';
import {
  add,
  batchNorm,
  concat,
  conv,
  convTranspose,
  coupling,
  dense,
  depthwise,
  encoder,
  gaussian,
  hashProgram,
  layer,
  mlp,
  mul,
  parameter,
  parameterOf,
  program,
  projection,
  readout,
  relu,
  scan,
  scope,
  type Tensor,
  tanh,
  zeros,
} from '../../src/dsl/index.js';
import { nwm } from '../../src/models/nwm.js';
import { namesOf, refused } from './refusal.js';

type Field = Tensor<readonly [number, number, number]>;

// Open sizes: the names do not depend on them, and the compiler has less to do.
const side: number = 4;
const two: number = 2;
const image: { readonly image: readonly [number, number, number] } = { image: [side, side, 3] };
const small: { readonly x: readonly [number, number, number] } = { x: [side, side, two] };

describe('dsl: names', () => {
  const field = zeros(side, side, 3);

  it('are a kind, a count and a role', () => {
    const p = program(image, ({ image: x }) => ({
      y: dense(3)(batchNorm()(convTranspose(2)(depthwise()(conv(two, { bias: false })(relu(conv(two)(x))))))),
    }));
    assert.deepEqual(namesOf(p), [
      'batchNorm1/mean',
      'batchNorm1/scale',
      'batchNorm1/shift',
      'batchNorm1/variance',
      'conv1/bias',
      'conv1/weight',
      'conv2/weight',
      'convTranspose1/bias',
      'convTranspose1/weight',
      'dense1/bias',
      'dense1/weight',
      'depthwise1/bias',
      'depthwise1/weight',
    ]);
  });

  it('of the Neural Wave Machine are those of its paper', () => {
    const p = nwm({
      height: side,
      width: side,
      input: side,
      mid: side,
      channels: two,
      steps: side,
      dt: 0.1,
      readout: 'linear',
      hidden: [5],
      classes: two,
    });
    const layers = (path: string, count: number, kind: string) =>
      Array.from({ length: count }, (_, i) => `${path}/${kind}${i + 1}`).flatMap((name) => [
        `${name}/bias`,
        `${name}/weight`,
      ]);
    assert.deepEqual(
      namesOf(p),
      [
        ...layers('alpha', 3, 'conv'),
        'coupling/weight',
        ...layers('omega', 3, 'conv'),
        'projection/weight',
        ...layers('readout', 2, 'dense'),
        ...layers('y0', 4, 'conv'),
      ].sort(),
    );
  });

  it('nest with scopes, which count by themselves', () => {
    const eye = scope('eye', (x: Field) => scope('lens', conv(two))(scope('retina', encoder([3], 2))(x)));
    const p = program(image, ({ image: x }) => ({ y: conv(two)(eye(x)) }));
    assert.deepEqual(namesOf(p), [
      'conv1/bias',
      'conv1/weight',
      'eye/lens/conv1/bias',
      'eye/lens/conv1/weight',
      'eye/retina/conv1/bias',
      'eye/retina/conv1/weight',
      'eye/retina/conv2/bias',
      'eye/retina/conv2/weight',
    ]);
  });

  it('may be chosen, also as paths', () => {
    const p = program(image, ({ image: x }) => ({
      y: mul(
        scope('a', conv(two, { name: 'lens', bias: false }))(x),
        scope('b', () => parameter('deep/gain', [4, 4, 2], { init: 'zeros' }))(),
      ),
    }));
    assert.deepEqual(namesOf(p), ['a/lens/weight', 'b/deep/gain']);
  });

  it('do not outlive the scope, even when it throws', () => {
    const broken = scope('broken', (): typeof field => {
      throw new Error('on purpose');
    });
    assert.throws(() => broken(), /on purpose/);
    const p = program(image, ({ image: x }) => ({ y: conv(1, { bias: false })(x) }));
    assert.deepEqual(namesOf(p), ['conv1/weight']);
  });

  it('follow the data flow, not the order of writing', () => {
    const forwards = program(image, ({ image: x }) => {
      const first = conv(two);
      const second = conv(3);
      return { y: second(first(x)) };
    });
    const backwards = program(image, ({ image: x }) => {
      const second = conv(3);
      const unused = conv(7);
      const first = conv(two);
      unused(x);
      return { y: second(first(x)) };
    });
    assert.equal(hashProgram(forwards), hashProgram(backwards));
    assert.deepEqual(initialParameters(forwards.graph, 5), initialParameters(backwards.graph, 5));
  });

  it('and draws stay when outputs are written in another order', () => {
    const write = (order: readonly ('a' | 'b')[]) =>
      program(image, ({ image: x }) => {
        const made = { a: scope('a', conv(two))(x), b: scope('b', conv(two))(x) };
        return Object.fromEntries(order.map((name) => [name, made[name]]));
      });
    assert.equal(hashProgram(write(['a', 'b'])), hashProgram(write(['b', 'a'])));
  });

  it('of the other parameters and their draws stay when a named layer is added', () => {
    const few = program(image, ({ image: x }) => ({ y: scope('a', conv(two))(x) }));
    const large = program(image, ({ image: x }) => ({
      extra: scope('extra', conv(5))(x),
      y: scope('a', conv(two))(x),
    }));
    const [before, after] = [initialParameters(few.graph, 1), initialParameters(large.graph, 1)];
    for (const [name, values] of Object.entries(before)) assert.deepEqual(after[name], values);
  });
});

describe('dsl: sharing', () => {
  it('one layer used twice is one parameter; built twice it is two', () => {
    const shared = program(small, ({ x }) => {
      const f = conv(two, { bias: false });
      return { y: f(tanh(f(x))) };
    });
    const apart = program(small, ({ x }) => ({
      y: conv(two, { bias: false })(tanh(conv(two, { bias: false })(x))),
    }));
    assert.deepEqual(namesOf(shared), ['conv1/weight']);
    assert.deepEqual(namesOf(apart), ['conv1/weight', 'conv2/weight']);
  });

  it('holds across scopes: the first place in the data flow gives the name', () => {
    const p = program(small, ({ x }) => {
      const f = conv(two, { bias: false });
      return { y: scope('late', f)(scope('early', f)(x)) };
    });
    assert.deepEqual(namesOf(p), ['early/conv1/weight']);
  });

  it('holds over time: a layer called in a step is one parameter, an external of the scan', () => {
    const p = program(small, ({ x }) => {
      const neighbours = coupling();
      return {
        y: scan({
          steps: 5,
          init: { y: x },
          step: ({ y }) => ({ y: tanh(neighbours(y)) }),
          observe: ({ y }) => y,
        }),
      };
    });
    assert.deepEqual(namesOf(p), ['coupling/weight']);
    const [at] = p.graph.nodes.flatMap(({ op }, i) => (op.op === 'parameter' ? [i] : []));
    const scanNode = p.graph.nodes.find(({ op }) => op.op === 'scan');
    assert.ok(scanNode?.inputs.includes(at));
  });

  it('a layer built inside the step is built once, since the step runs once', () => {
    const p = program(small, ({ x }) => ({
      y: scan({
        steps: 5,
        init: { y: x },
        step: ({ y }) => ({ y: conv(two, { bias: false })(y) }),
        observe: ({ y }) => y,
      }),
    }));
    assert.deepEqual(namesOf(p), ['conv1/weight']);
  });

  it('readouts and projections share too', () => {
    const sequence = { s: [6, 4, 4, 2], t: [6, 4, 4, 2] } as const;
    for (const listen of [readout('linear'), projection(4)])
      assert.deepEqual(namesOf(program(sequence, ({ s, t }) => ({ y: add(listen(s), listen(t)) }))), [
        'projection/weight',
      ]);
  });

  it('of a noise: one source is one noise, two are two', () => {
    const write = (sources: readonly ReturnType<typeof gaussian>[]) =>
      program({ x: [3] }, ({ x }) => ({
        y: scan({
          steps: 2,
          init: { y: x },
          step: ({ y }, clock) => ({
            y: sources.reduce((sum, source) => add(sum, source(clock, 3)), y),
          }),
          observe: ({ y }) => y,
        }),
      }));
    const noises = (p: ReturnType<typeof write>) =>
      p.graph.nodes.flatMap(({ op }) =>
        op.op === 'scan'
          ? op.body.nodes.flatMap(({ op: inner }) => (inner.op === 'noise' ? [inner.name] : []))
          : [],
      );
    const source = gaussian();
    assert.deepEqual(noises(write([source, source])), ['noise1']);
    assert.deepEqual(noises(write([gaussian(), gaussian('thermal')])), ['noise1', 'thermal']);
  });
});

describe('dsl: names that clash or cannot be', () => {
  const x = zeros(side, side, two);
  const clash = 'give one of them another name, or use one layer twice to share it';

  it('refuses two layers of one name', () => {
    const named = () => conv(two, { name: 'f' });
    assert.equal(
      refused(() => program({}, () => ({ y: named()(named()(x)) }))),
      `conv: two layers are named 'f'; ${clash}`,
    );
    assert.equal(
      refused(() => program({}, () => ({ y: coupling()(coupling()(x)) }))),
      `coupling: two layers are named 'coupling'; ${clash}`,
    );
  });

  it('refuses a chosen name that a count gives too', () => {
    assert.equal(
      refused(() => program({}, () => ({ y: conv(two)(conv(two, { name: 'conv1' })(x)) }))),
      `conv: two layers are named 'conv1'; ${clash}`,
    );
  });

  it('refuses a parameter whose path is that of a layer', () => {
    assert.equal(
      refused(() =>
        program({}, () => ({
          y: conv(two, { bias: false })(x),
          p: parameter('conv1/weight', [3, 3, 2, 2], { init: 'pytorch' }),
        })),
      ),
      "conv: two parameters are named 'conv1/weight'; give one of them another name",
    );
  });

  it('refuses two scopes of one name, though one scope may be used twice', () => {
    assert.equal(
      refused(() => program({}, () => ({ y: scope('a', conv(two))(scope('a', conv(two))(x)) }))),
      "scope: two scopes are named 'a'; give one of them another name, or use one scope twice",
    );
    const eye = scope('a', conv(two, { bias: false }));
    assert.deepEqual(namesOf(program({}, () => ({ y: eye(eye(x)) }))), ['a/conv1/weight']);
  });

  it('refuses one layer for two shapes', () => {
    const f = dense(2);
    assert.match(
      refused(() => program({}, () => ({ y: f(x), z: f(concat(x, x)) }))),
      /^dense: 'dense1\/weight' is shared by two places that need \[2,2\] and \[4,2\]; build a layer for each/,
    );
    const source = gaussian();
    assert.match(
      refused(() =>
        program({}, () => ({
          y: scan({
            steps: 2,
            init: { a: zeros(2), b: zeros(3) },
            step: (s, clock) => ({ a: add(s.a, source(clock, 2)), b: add(s.b, source(clock, 3)) }),
            observe: (s) => s.a,
          }),
        })),
      ),
      /^noise: 'noise1' is shared by two places that need \[2\] and \[3\]/,
    );
  });

  it('refuses invalid file names', () => {
    for (const name of ['', '..', '.', 'a b', 'a//b', '/a', 'a/', 'a/../b', 'é'])
      assert.match(
        refused(() => conv(two, { name })),
        /is not a name: use letters/,
        name,
      );
    assert.match(
      refused(() => scope('a/b', conv(two))),
      /^scope: 'a\/b' is not a name/,
    );
    assert.match(
      refused(() => layer('a b')),
      /^layer: 'a b' is not a name/,
    );
    assert.match(
      refused(() => parameterOf(layer('ok'), 'ro le', [1], { init: 'zeros' })),
      /^ok: 'ro le' is not/,
    );
  });
});

describe('dsl: many layers', () => {
  it('get a name each, whatever the tree of scopes', () =>
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }), { maxLength: 6 }),
        (paths) => {
          // The scopes of one path are shared by all layers below it.
          const p = program({ x: [2] }, ({ x }) => {
            const build =
              (depth: number, group: readonly (readonly string[])[]) =>
              (v: typeof x): typeof x => {
                const own = group.filter((path) => path.length === depth).map(() => dense(2));
                const below = ['a', 'b', 'c'].flatMap((name) => {
                  const inside = group.filter((path) => path.length > depth && path[depth] === name);
                  return inside.length === 0 ? [] : [scope(name, build(depth + 1, inside))];
                });
                return [...own, ...below].reduce((w, f) => f(w), v);
              };
            return { y: mlp([], 2)(build(0, paths)(x)) };
          });
          assert.equal(new Set(namesOf(p)).size, 2 * (paths.length + 1));
        },
      ),
    ));
});
