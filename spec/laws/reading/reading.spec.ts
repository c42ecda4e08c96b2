/** What is read of a step from its operations alone is true of what it computes: random programs, all their values. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { initialParameters } from '../../../src/compile/parameters.js';
import { type NdArray, ndarray, parameterArrays } from '../../../src/compile/reference/index.js';
import { inputsOf, type Node } from '../../../src/dsl/index.js';
import { graphIn } from '../../../src/dsl/phase.js';
import { type GeneratedProgram, programArbitrary } from '../../../src/laws/arbitraries/program.js';
import { degreesOf } from '../../../src/laws/reading/degree.js';
import { formsOf } from '../../../src/laws/reading/forms.js';
import { intervalsOf } from '../../../src/laws/reading/interval.js';
import { paritiesOf } from '../../../src/laws/reading/parity.js';
import { evaluateBounded } from '../../../src/laws/rounding/evaluate.js';

type Arrays = Readonly<Record<string, NdArray>>;

const drawn = programArbitrary({ exclude: ['scan', 'noise', 'batchNorm', 'spectrum'] });
const isInput = ({ op }: Node): boolean => op.op === 'input';
/** Laws read a program as it infers. */
const nodesOf = ({ program }: GeneratedProgram): readonly Node[] => graphIn(program.graph, 'inference').nodes;

/** Two samples of inputs. */
const inputsFor = (g: GeneratedProgram): readonly [Arrays, Arrays] => {
  const given = g.inputs(2);
  const sample = (index: number): Arrays =>
    Object.fromEntries(
      Object.entries(inputsOf(g.program.graph)).map(([name, shape]) => {
        const size = given[name].length / 2;
        return [name, ndarray(shape, given[name].slice(index * size, (index + 1) * size))];
      }),
    );
  return [sample(0), sample(1)];
};
const parametersFor = ({ program, seed }: GeneratedProgram): Arrays =>
  parameterArrays(program, initialParameters(program.graph, seed));

/** The values of all nodes. */
const valuesOf = (g: GeneratedProgram, inputs: Arrays): readonly Float64Array[] => {
  const parameters = parametersFor(g);
  return evaluateBounded(
    nodesOf(g),
    (op) => {
      const array =
        op.op === 'input'
          ? inputs[op.name]
          : op.op === 'parameter'
            ? parameters[op.name]
            : assert.fail(op.op);
      return { array, error: new Float64Array(array.data.length) };
    },
    2 ** -53,
  ).map(({ array }) => array.data);
};
const mapped = (arrays: Arrays, f: (v: number, name: string, i: number) => number): Arrays =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [
      name,
      ndarray(
        shape,
        data.map((v, i) => f(v, name, i)),
      ),
    ]),
  );

/** Whether numbers of that size are the same but for rounding; what overflowed says nothing. */
const same = (a: number, b: number, size: number): boolean =>
  !Number.isFinite(size) || !(Math.abs(a - b) > 1e-7 * (1 + size));
const sizeOf = (...all: readonly (readonly Float64Array[])[]): number =>
  Math.max(
    ...all.map((values) =>
      values.reduce((most, data) => data.reduce((m, v) => Math.max(m, Math.abs(v)), most), 0),
    ),
  );

const everyNode = (
  g: GeneratedProgram,
  holds: (node: number, i: number) => boolean,
  values: readonly Float64Array[],
): void => {
  for (const [node, data] of values.entries())
    for (const i of data.keys())
      assert.ok(holds(node, i), `node ${node}, ${JSON.stringify(nodesOf(g)[node].op)}, element ${i}`);
};

const numRuns = 150;

describe('reading', () => {
  it('degrees: none, linear and affine are what they say', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(drawn, (g) => {
        const degrees = degreesOf(nodesOf(g), isInput);
        const [x, y] = inputsFor(g);
        const zero = valuesOf(
          g,
          mapped(x, () => 0),
        );
        const [fx, fy] = [valuesOf(g, x), valuesOf(g, y)];
        const sum = valuesOf(
          g,
          mapped(x, (v, name, i) => 2 * v + y[name].data[i]),
        );
        const size = sizeOf(fx, fy, sum, zero);
        everyNode(
          g,
          (node, i) => {
            seen.add(degrees[node]);
            const [a, b, c, o] = [fx, fy, sum, zero].map((values) => values[node][i]);
            switch (degrees[node]) {
              case 'none':
                return same(a, b, size) && same(a, c, size);
              case 'linear':
                return same(c, 2 * a + b, size);
              case 'affine':
                return same(c - o, 2 * (a - o) + (b - o), size);
              default:
                return true;
            }
          },
          fx,
        );
      }),
      { numRuns },
    );
    assert.deepEqual([...seen].sort(), ['affine', 'linear', 'none', 'other']);
  });

  it('parities: odd changes its sign with its inputs, even does not', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(drawn, (g) => {
        const parities = paritiesOf(nodesOf(g), isInput);
        const [x] = inputsFor(g);
        const [there, back] = [
          valuesOf(g, x),
          valuesOf(
            g,
            mapped(x, (v) => -v),
          ),
        ];
        const size = sizeOf(there, back);
        everyNode(
          g,
          (node, i) => {
            seen.add(parities[node]);
            const [a, b] = [there[node][i], back[node][i]];
            return parities[node] === 'odd'
              ? same(a, -b, size)
              : parities[node] === 'even'
                ? same(a, b, size)
                : true;
          },
          there,
        );
      }),
      { numRuns },
    );
    assert.deepEqual([...seen].sort(), ['even', 'neither', 'odd']);
  });

  it('intervals hold every value', () =>
    fc.assert(
      fc.property(drawn, (g) => {
        const [x] = inputsFor(g);
        const values = valuesOf(g, x);
        const nodes = nodesOf(g);
        const intervals = intervalsOf(nodes, (node) => {
          if (node.op.op !== 'input' && node.op.op !== 'parameter') return null;
          const data = values[nodes.indexOf(node)];
          return { low: Math.min(...data), high: Math.max(...data) };
        });
        everyNode(
          g,
          (node, i) => {
            const { low, high } = intervals[node];
            const v = values[node][i];
            const room = 1e-9 * (1 + Math.abs(v));
            return Number.isNaN(v) || (v >= low - room && v <= high + room);
          },
          values,
        );
      }),
      { numRuns },
    ));

  it('forms are sums of nodes that give the node', () =>
    fc.assert(
      fc.property(drawn, (g) => {
        const forms = formsOf(nodesOf(g));
        const [x] = inputsFor(g);
        const values = valuesOf(g, x);
        const size = sizeOf(values);
        everyNode(
          g,
          (node, i) => {
            const { constant, terms } = forms[node];
            const parts = [...terms].map(([other, c]) => {
              const data = values[other];
              return c * (data.length === 1 ? data[0] : data[i]);
            });
            return same(
              values[node][i],
              parts.reduce((a, b) => a + b, constant),
              size,
            );
          },
          values,
        );
      }),
      { numRuns },
    ));
});
