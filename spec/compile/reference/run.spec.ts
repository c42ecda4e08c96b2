import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../../src/base/error.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import {
  ndarray,
  parameterArrays,
  type ReferenceOptions,
  runReference,
} from '../../../src/compile/reference/index.js';
import { add, dense, ones, parameter, program, scale, tryProgram } from '../../../src/dsl/index.js';
import { hasValues } from './compute.js';

describe('reference: running a program', () => {
  const p = program({ x: [2] }, ({ x }) => {
    const w = parameter('w', [2], { init: { constant: 3 } });
    return { sum: add(x, w), shared: scale(2, w), none: ones(1) };
  });
  const parameters = parameterArrays(p, initialParameters(p.graph, 0));
  const x = ndarray([3, 2], [1, 2, 3, 4, 5, 6]);

  it('gives every output a batch axis, also one that is the same for all samples', () => {
    const { outputs } = runReference(p, { parameters, inputs: { x }, batch: 3 });
    hasValues(outputs.sum, [3, 2], [4, 5, 6, 7, 8, 9]);
    hasValues(outputs.shared, [3, 2], [6, 6, 6, 6, 6, 6]);
    hasValues(outputs.none, [3, 1], [1, 1, 1]);
  });

  it('a batch is its samples, one by one', () => {
    const q = program({ x: [2] }, ({ x: value }) => ({ y: dense(3)(value) }));
    const start = parameterArrays(q, initialParameters(q.graph, 3));
    const y = (values: readonly number[]): number[] => {
      const batch = values.length / 2;
      const inputs = { x: ndarray([batch, 2], values) };
      return [...runReference(q, { parameters: start, inputs, batch }).outputs.y.data];
    };
    assert.deepEqual(y([1, 2, 3, 4]), [...y([1, 2]), ...y([3, 4])]);
  });

  const refusals: readonly (readonly [string, Partial<ReferenceOptions>, RegExp])[] = [
    ['a missing parameter', { parameters: {} }, /the parameter 'w' is missing/],
    [
      'a parameter of another shape',
      { parameters: { w: ndarray([1], [0]) } },
      /'w' must be \[2\], got \[1\]/,
    ],
    ['a missing input', { inputs: {} }, /the input 'x' is missing/],
    ['another batch than the inputs have', { batch: 2 }, /'x' must be \[2,2\], got \[3,2\]/],
    ['an empty batch', { batch: 0 }, /at least 1, got 0/],
    ['too few sample numbers', { samples: [0] }, /1 sample numbers for a batch of 3/],
  ];
  for (const [name, change, message] of refusals)
    it(`refuses ${name}`, () => {
      const result = tryProgram(() => runReference(p, { parameters, inputs: { x }, batch: 3, ...change }));
      assert.match(E.isLeft(result) ? errorMessage(result.left) : 'no refusal', message);
    });

  it('refuses a graph whose shapes are wrong, and numbers that do not fill a shape', () => {
    const nodes = p.graph.nodes.map((node) => (node.op.op === 'zip' ? { ...node, shape: [3] } : node));
    const broken = { graph: { ...p.graph, nodes } };
    const result = tryProgram(() => runReference(broken, { parameters, inputs: { x }, batch: 3 }));
    assert.match(E.isLeft(result) ? errorMessage(result.left) : 'no refusal', /says \[3\], it is \[2\]/);
    const unfilled = tryProgram(() => parameterArrays(p, { w: [1, 2, 3] }));
    assert.match(
      E.isLeft(unfilled) ? errorMessage(unfilled.left) : 'no refusal',
      /3 numbers do not fill \[2\]/,
    );
  });
});
