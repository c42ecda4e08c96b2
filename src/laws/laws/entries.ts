/** Law 22: reading entries by number and adding them up by number are adjoint. */

import { stream } from '../../base/random.js';
import { rememberedBy } from '../../base/remembered.js';
import { languageVersion } from '../../dsl/graph.js';
import type { Node, Op, OpOf } from '../../dsl/op.js';
import type { Program } from '../../dsl/program.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { dot, exact, sumOf, unit64, within } from '../rounding/bounded.js';
import { exactState } from '../trial/bounded-steps.js';
import { firstBroken, isNought } from '../trial/findings.js';
import { boundedNodes } from '../trial/interpreter.js';
import { inconclusive, type Law, type Requirement } from '../trial/law.js';

type ByNumber = Node & { readonly op: OpOf<'gather' | 'scatter'> };

const isByNumber = (node: Node): node is ByNumber => node.op.op === 'gather' || node.op.op === 'scatter';

const readsByNumber: Requirement = {
  name: 'entries that are read or added up by number',
  essential: true,
  missing: ({ nodes }) => (nodes.some(isByNumber) ? null : 'it neither gathers nor scatters'),
};

/** The operation that is the other's adjoint. */
const adjointOf = (op: OpOf<'gather' | 'scatter'>, from: Shape): Op =>
  op.op === 'gather'
    ? { op: 'scatter', axis: op.axis, indices: op.indices, size: from[op.axis] }
    : { op: 'gather', axis: op.axis, indices: op.indices };

const input = (name: string, shape: Shape): Node => ({ op: { op: 'input', name, shape }, inputs: [], shape });

/** Both directions side by side: `there` of x, and `back` of y. */
const both = rememberedBy(
  (from: Shape) => from.join(),
  (node: ByNumber, from): Program => ({
    graph: {
      language: languageVersion,
      nodes: [
        input('x', from),
        input('y', node.shape),
        { op: node.op, inputs: [0], shape: node.shape },
        { op: adjointOf(node.op, from), inputs: [1], shape: from },
      ],
      outputs: { back: 3, there: 2 },
    },
  }),
);

/** Law 22. */
export const entries: Law = {
  name: 'entries by number',
  entry: 22,
  statement: '<gather x, y> = <x, scatter y> for every gather and scatter of the step',
  source: 'definition of the transposed matrix; a gather is a matrix with a single 1 in each row',
  tolerance: 'running error analysis of the sums that a scatter makes, and of both products',
  requirements: [readsByNumber],
  property: ({ system, on, start, around, choices }) => {
    const values = boundedNodes(system, exactState(start), around, unit64);
    return firstBroken(
      ...system.nodes.map((node, number) => () => {
        if (!isByNumber(node)) return inconclusive;
        const given = values[node.inputs[0]].array;
        // A start at which the step divides by nothing says nothing of its entries.
        if (!given.data.every(Number.isFinite)) return inconclusive;
        const x = { shape: given.shape, data: given.data.map(Math.fround) };
        const random = stream(choices[0], 'entries', `${number}`);
        const y = {
          shape: node.shape,
          data: Float64Array.from({ length: volume(node.shape) }, () => (random.integer(65) - 32) / 32),
        };
        const { there, back } = on.run(both(node, x.shape), {}, { x, y });
        // A sum of n numbers has n roundings; reading has none.
        const terms = node.op.indices.length;
        const summed = (data: ArrayLike<number>, of: ArrayLike<number>) => {
          const size = Array.from(of).reduce((sum, v) => sum + Math.abs(v), 0);
          return within(data, new Float64Array(data.length).fill(terms * on.unit * size));
        };
        const [left, right] =
          node.op.op === 'gather'
            ? [dot(exact(there.data), exact(y.data)), dot(exact(x.data), summed(back.data, y.data))]
            : [dot(summed(there.data, x.data), exact(y.data)), dot(exact(x.data), exact(back.data))];
        return isNought(
          sumOf([1, left], [-1, right]),
          left.value,
          ({ by, allowed }) =>
            `<${node.op.op} x, y> and <x, ${node.op.op === 'gather' ? 'scatter' : 'gather'} y> along axis ${node.op.axis} differ by ${by}; rounding allows ${allowed}`,
        );
      }),
    );
  },
};
