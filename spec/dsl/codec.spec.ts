/** Programs as JSON: they come back equal, and what was tampered with does not come back at all. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import {
  add,
  batchNorm,
  conv,
  decodeProgram,
  encodeProgram,
  gaussian,
  hashProgram,
  maxPool,
  program,
  scan,
  scanOver,
  sin,
  tanh,
} from '../../src/dsl/index.js';
import { programArbitrary } from '../../src/laws/arbitraries/program.js';
import { sentence } from '../support/either.js';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Path = readonly (string | number)[];

const decoded = (json: unknown): string => {
  const result = decodeProgram(json, 'file');
  return sentence(result);
};

const isList = (json: Json | undefined): json is readonly Json[] => Array.isArray(json);

/** The same JSON with what stands at this path changed; `undefined` removes it. */
const changed = (json: Json, [key, ...rest]: Path, to: (old: Json | undefined) => Json | undefined): Json => {
  if (isList(json))
    return json.flatMap((item, i) => {
      if (i !== key) return [item];
      const now = rest.length === 0 ? to(item) : changed(item, rest, to);
      return now === undefined ? [] : [now];
    });
  if (typeof json !== 'object' || json === null) return assert.fail(`there is no ${key}`);
  const record: { readonly [key: string]: Json } = { ...json };
  const now = rest.length === 0 ? to(record[key]) : changed(record[key], rest, to);
  const others = Object.entries(record).filter(([name]) => name !== key);
  return Object.fromEntries(now === undefined ? others : [...others, [key, now]]);
};

const parse = (text: string): Json => JSON.parse(text);

const p = program({ image: [4, 4, 3], movie: [5, 4, 4, 2] }, ({ image, movie }) => {
  const source = gaussian('thermal');
  const y = tanh(conv(2)(image));
  return {
    waves: scanOver({
      over: movie,
      init: { y },
      step: (s, frame, clock) => ({ y: add(add(s.y, frame), source(clock, 4, 4, 2)) }),
      observe: (s) => s.y,
    }),
    small: batchNorm()(maxPool(2)(y)),
  };
});
const json = parse(encodeProgram(p));

/** The number of the first node of this operation. */
const nodeOf = (op: string): number => p.graph.nodes.findIndex((node) => node.op.op === op);
const [inputNode, weightNode, convNode, poolNode, normNode, scanNode, takeNode] = [
  'input',
  'parameter',
  'conv',
  'pool',
  'batchNorm',
  'scan',
  'take',
].map(nodeOf);
const node = (n: number, ...path: Path): Path => ['nodes', n, ...path];
const set = (value: Json) => (): Json => value;
const remove = (): undefined => undefined;
const extend =
  (field: string) =>
  (old: Json | undefined): Json =>
    typeof old === 'object' && old !== null && !Array.isArray(old) ? { ...old, [field]: 1 } : { [field]: 1 };

const unknown = (field: string): string => `has a field '${field}' that the language does not know`;

/** What is done to the JSON → what is said. */
const tampered: Readonly<Record<string, readonly [Json, string]>> = {
  'is not an object': [[], 'this is not a program of drumhead: it has no language version'],
  'is foreign': [{ nodes: [], version: 3 }, 'this is not a program of drumhead: it has no language version'],
  'is of a newer language': [
    changed(json, ['language'], set(2)),
    'it is written in version 2 of the language, this drumhead reads 1',
  ],
  'is of a language that never was': [
    changed(json, ['language'], set(0.5)),
    'there is no version 0.5 of the language',
  ],
  'has a field too many': [changed(json, ['author'], set('me')), `it ${unknown('author')}`],
  'has no nodes': [changed(json, ['nodes'], remove), 'nodes must be a list of nodes, got nothing'],
  'has no outputs at all': [
    changed(json, ['outputs'], remove),
    'outputs must be an object of numbers of nodes, got nothing',
  ],
  'has empty outputs': [changed(json, ['outputs'], set({})), 'it has no outputs'],
  'has an output that is no node': [
    changed(json, ['outputs', 'small'], set(99)),
    "output 'small' names node 99, which does not exist",
  ],
  'has an output that is no number': [
    changed(json, ['outputs', 'small'], set('x')),
    `output 'small' must be the number of a node, got "x"`,
  ],
  'has a scan as an output': [
    changed(json, ['outputs', 'waves'], set(scanNode)),
    `output 'waves' names node ${scanNode}, which is a scan; only its ports have values`,
  ],
  'has an output of a bad name': [
    changed(json, ['outputs', '../x'], set(0)),
    "'../x' cannot be the name of an output",
  ],
  'has a node that is none': [
    changed(json, node(convNode), set(7)),
    `node ${convNode} must be a node, got 7`,
  ],
  'has a node without an operation': [
    changed(json, node(convNode, 'op'), remove),
    `node ${convNode} has no operation`,
  ],
  'has an operation that is not known': [
    changed(json, node(convNode, 'op', 'op'), set('cnov')),
    `node ${convNode}: 'cnov' is not an operation of the language; the nearest is 'conv'`,
  ],
  'has an operation called as every object has one': [
    changed(json, node(convNode, 'op', 'op'), set('toString')),
    `node ${convNode}: 'toString' is not an operation of the language`,
  ],
  'has a node with a field too many': [
    changed(json, node(convNode), extend('colour')),
    `node ${convNode} (conv): ${unknown('colour')}`,
  ],
  'has an operation with a field too many': [
    changed(json, node(convNode, 'op'), extend('padding')),
    `node ${convNode} (conv): ${unknown('padding')}`,
  ],
  'has a boundary with a field too many': [
    changed(json, node(convNode, 'op', 'boundary'), set({ fixed: 1, free: 2 })),
    `node ${convNode} (conv): boundary has a field that the language does not know: {"fixed":1,"free":2}`,
  ],
  'lacks a field of an operation': [
    changed(json, node(convNode, 'op', 'stride'), remove),
    `node ${convNode} (conv): stride must be a list of whole numbers, got nothing`,
  ],
  'has a stride that is none': [
    changed(json, node(convNode, 'op', 'stride'), set([1, -1])),
    `node ${convNode} (conv): stride must be a list of whole numbers, got [1,-1]`,
  ],
  'has a boundary that is none': [
    changed(json, node(convNode, 'op', 'boundary'), set('wrap')),
    `node ${convNode} (conv): boundary must be 'zero', 'circular', 'reflect', 'none' or { fixed: a number }, got "wrap"`,
  ],
  'has a pooling of no kind': [
    changed(json, node(poolNode, 'op', 'fn'), set('sum')),
    `node ${poolNode} (pool): fn must be one of 'max', 'mean', got "sum"`,
  ],
  'has an initialiser that is none': [
    changed(json, node(weightNode, 'op', 'init'), set({ kind: 'orthogonal' })),
    `node ${weightNode} (parameter): init must be an initialiser, got {"kind":"orthogonal"}`,
  ],
  'has a number as a name': [
    changed(json, node(inputNode, 'op', 'name'), set(3)),
    `node ${inputNode} (input): name must be a text, got 3`,
  ],
  'has inputs that are none': [
    changed(json, node(convNode, 'inputs'), set(['a'])),
    `node ${convNode} (conv): inputs must be a list of numbers of nodes, got ["a"]`,
  ],
  'has a shape that is none': [
    changed(json, node(convNode, 'shape'), set([4, 4, 2.5])),
    `node ${convNode} (conv): shape must be a list of whole numbers, got [4,4,2.5]`,
  ],
  'claims another shape': [
    changed(json, node(convNode, 'shape'), set([4, 4, 3])),
    `node ${convNode} (conv): says [4,4,3], it is [4,4,2]`,
  ],
  'gives another size to an input': [
    changed(
      changed(json, node(inputNode, 'shape'), set([4, 4, 1])),
      node(inputNode, 'op', 'shape'),
      set([4, 4, 1]),
    ),
    `node ${convNode} (conv): the kernel [3,3,3,2] expects 3 channels, got [4,4,1]`,
  ],
  'reads a node that comes later': [
    changed(json, node(convNode, 'inputs', 0), set(convNode + 1)),
    `node ${convNode} (conv): reads node ${convNode + 1}, which does not come before it`,
  ],
  'reads itself': [
    changed(json, node(convNode, 'inputs', 0), set(convNode)),
    `node ${convNode} (conv): reads node ${convNode}, which does not come before it`,
  ],
  'reads a node that is not there': [
    changed(json, node(convNode, 'inputs', 0), set(99)),
    `node ${convNode} (conv): reads node 99, which does not exist`,
  ],
  'reads too much': [
    changed(json, node(poolNode, 'inputs'), (old) => [...(isList(old) ? old : []), 0]),
    `node ${poolNode} (pool): takes 1 input, got 2`,
  ],
  'has two parameters of one name': [
    changed(json, node(nodeOf('parameter') + 1, 'op', 'name'), set('conv1/weight')),
    `node ${weightNode + 1} (parameter): its name 'conv1/weight' is already that of node ${weightNode}`,
  ],
  'has a parameter that would leave its folder': [
    changed(json, node(weightNode, 'op', 'name'), set('../../weight')),
    `node ${weightNode} (parameter): '../../weight' cannot be the name of a parameter`,
  ],
  'has weights that depend on the sample': [
    {
      language: 1,
      nodes: [
        { op: { op: 'input', name: 'k', shape: [3, 3, 1, 1] }, inputs: [], shape: [3, 3, 1, 1] },
        { op: { op: 'input', name: 'x', shape: [4, 4, 1] }, inputs: [], shape: [4, 4, 1] },
        {
          op: { op: 'conv', boundary: 'zero', stride: [1, 1], depthwise: false },
          inputs: [1, 0],
          shape: [4, 4, 1],
        },
      ],
      outputs: { y: 2 },
    },
    'node 2 (conv): its weights depend on the sample; weights must be made of parameters and constants alone',
  ],
  'has running statistics that are no parameters': [
    changed(json, node(normNode, 'inputs'), (old) =>
      isList(old) ? [old[0], old[1], old[2], old[3], old[0]] : [],
    ),
    `node ${normNode} (batchNorm): its running statistics must be parameters, node ${p.graph.nodes[normNode].inputs[0]} is not`,
  ],
  'takes a port that is not there': [
    changed(json, node(takeNode, 'op', 'port'), set('final/toString')),
    `node ${takeNode} (take): the scan has no port 'final/toString'`,
  ],
  'observes what every object has': [
    changed(json, node(takeNode, 'op', 'port'), set('observed/toString')),
    `node ${takeNode} (take): the scan has no port 'observed/toString'`,
  ],
  'takes from what is no scan': [
    changed(json, node(takeNode, 'inputs'), set([0])),
    `node ${takeNode} (take): take must read one scan`,
  ],
  'reads a scan without taking': [
    changed(json, node(takeNode, 'op'), set({ op: 'map', fn: 'sin' })),
    `node ${takeNode} (map): reads node ${scanNode}, a scan; only take reads a scan`,
  ],
  'has a step without nodes': [
    changed(json, node(scanNode, 'op', 'body', 'nodes'), remove),
    `node ${scanNode} (scan): nodes must be a list of nodes, got nothing`,
  ],
  'has a step with a bad node': [
    changed(json, node(scanNode, 'op', 'body', 'nodes', 1, 'op'), extend('extra')),
    `node ${scanNode} (scan): node 1 (element): ${unknown('extra')}`,
  ],
  'has a step that gives no field back': [
    changed(json, node(scanNode, 'op', 'body', 'next'), set({})),
    `node ${scanNode} (scan): the step must return the state's fields y, got `,
  ],
  'has a step that gives back what is not there': [
    changed(json, node(scanNode, 'op', 'body', 'next', 'y'), set(77)),
    `node ${scanNode} (scan): its step has no node 77 to give as 'y'`,
  ],
  'has a step that gives back what is not there, behind an observation of the same name': [
    changed(
      changed(json, node(scanNode, 'op', 'body', 'observe'), set({ y: 0 })),
      node(scanNode, 'op', 'body', 'next', 'y'),
      set(77),
    ),
    `node ${scanNode} (scan): its step has no node 77 to give as 'y'`,
  ],
  'has a step that changes a shape': [
    changed(json, node(scanNode, 'op', 'body', 'next', 'y'), set(3)),
    `node ${scanNode} (scan): the step changes the shape of 'y' from [4,4,2] to []`,
  ],
  'has a step with a field of no state': [
    changed(json, node(scanNode, 'op', 'body', 'nodes', 0, 'op', 'field'), set('valueOf')),
    `node ${scanNode} (scan): in its step, node 0 (state): the state field 'valueOf' does not exist here`,
  ],
  'has more steps than its sequence': [
    changed(json, node(scanNode, 'op', 'steps'), set(6)),
    `node ${scanNode} (scan): 6 steps need sequences [6,...], got [5,4,4,2]`,
  ],
  'has a parameter in a step': [
    changed(
      json,
      node(scanNode, 'op', 'body', 'nodes', 1, 'op'),
      set({
        op: 'parameter',
        name: 'w',
        shape: [4, 4, 2],
        init: { kind: 'constant', value: 0 },
        trainable: true,
      }),
    ),
    `node ${scanNode} (scan): in its step, node 1 (parameter): a parameter cannot stand in the step of a scan`,
  ],
  'has a state outside of a scan': [
    changed(json, node(inputNode, 'op'), set({ op: 'state', field: 'y' })),
    `node ${inputNode} (state): the state field 'y' does not exist here`,
  ],
  'has a clock outside of a scan': [
    changed(json, node(inputNode, 'op'), set({ op: 'clock' })),
    `node ${inputNode} (clock): the clock stands only in the step of a scan`,
  ],
  'has a number too large for 32 bits': [
    changed(json, node(poolNode, 'op'), set({ op: 'affine', scale: 1e300, shift: 0 })),
    `node ${poolNode} (affine): the factor and the offset must be a finite 32-bit number, got 1e+300`,
  ],
};

describe('dsl: programs as JSON', () => {
  it('come back equal, with the same hash, for any program', () =>
    fc.assert(
      fc.property(programArbitrary(), ({ program: any }) => {
        const text = encodeProgram(any);
        const back = decodeProgram(JSON.parse(text));
        assert.ok(E.isRight(back), E.isLeft(back) ? errorMessage(back.left) : '');
        assert.deepEqual(back.right, any);
        assert.equal(hashProgram(back.right), hashProgram(any));
        assert.equal(encodeProgram(back.right), text);
      }),
      { numRuns: 150 },
    ));

  it('are the same text whatever the order of keys in a file', () => {
    const reversed = (value: Json): Json => {
      if (isList(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([k, v]) => [k, reversed(v)]),
      );
    };
    const back = decodeProgram(reversed(json));
    assert.ok(E.isRight(back));
    assert.equal(encodeProgram(back.right), encodeProgram(p));
  });

  for (const [what, [bad, said]] of Object.entries(tampered))
    it(`is refused when it ${what}`, () => {
      assert.equal(decoded(bad), `file: ${said}`);
    });

  it('is refused with one sentence, never a throw, when any part of it is replaced', () => {
    const paths = (value: Json, at: Path): readonly Path[] =>
      typeof value !== 'object' || value === null
        ? [at]
        : [
            at,
            ...Object.entries(value).flatMap(([key, inner]) =>
              paths(inner, [...at, Array.isArray(value) ? Number(key) : key]),
            ),
          ];
    const places = paths(json, []).filter((path) => path.length > 0);
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.oneof(
          fc.constantFrom<Json | undefined>(undefined, null, true, -1, 0.5, 1e9, '', 'x', [], {}),
          fc.nat(20),
          fc.constantFrom('scan', 'take', 'zip', 'toString', '__proto__', 'constructor'),
        ),
        (path, value) => {
          const bad = changed(json, path, () => value);
          const result = decodeProgram(bad, 'file');
          // Some replacements are programs again, such as another constant: then they are coherent ones.
          if (E.isRight(result))
            return encodeProgram(result.right) === encodeProgram({ graph: result.right.graph });
          return (
            result.left.problems.length === 1 && !/undefined|NaN|\[object/.test(errorMessage(result.left))
          );
        },
      ),
      { numRuns: 600 },
    );
  });

  it('is checked against the inputs and outputs that are expected', () => {
    const small = program({ x: [3] }, ({ x }) => ({ y: sin(x) }));
    const expecting = (
      inputs: Record<string, readonly number[]>,
      outputs: Record<string, readonly number[]>,
    ) => decodeProgram(JSON.parse(encodeProgram(small)), 'file', { inputs, outputs });
    const said = (result: ReturnType<typeof expecting>): string =>
      E.isLeft(result) ? errorMessage(result.left) : 'accepted';
    assert.equal(said(expecting({ x: [3] }, { y: [3] })), 'accepted');
    assert.equal(said(expecting({ x: [4] }, { y: [3] })), "file: input 'x': expected [4], got [3]");
    assert.equal(said(expecting({}, { y: [3] })), "file: input 'x': expected none, got [3]");
    assert.equal(said(expecting({ x: [3] }, { y: [3], z: [] })), "file: output 'z': expected [], got none");
    assert.equal(
      said(expecting({ x: [3] }, { toString: [1] })),
      "file: output 'toString': expected [1], got none",
    );
  });

  it('is typed by what is expected', () => {
    const result = decodeProgram(json, 'file', {
      inputs: { image: [4, 4, 3], movie: [5, 4, 4, 2] },
      outputs: { waves: [5, 4, 4, 2], small: [2, 2, 2] },
    });
    assert.ok(E.isRight(result));
    assert.equal(hashProgram(result.right), hashProgram(p));
  });

  it('come back for a scan without externals', () => {
    const closed = program({ x: [2] }, ({ x }) => ({
      y: scan({ steps: 2, init: { y: x }, step: (s) => s, observe: (s) => s.y }),
    }));
    assert.ok(E.isRight(decodeProgram(JSON.parse(encodeProgram(closed)))));
  });
});
