/** Law 19: Fourier transforms keep the energy. */

import { rememberedBy } from '../../base/remembered.js';
import { languageVersion } from '../../dsl/graph.js';
import type { Node, OpOf } from '../../dsl/op.js';
import type { Program } from '../../dsl/program.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { bodyOf } from '../../dsl/shape-rules.js';
import { dot, exact, sumOf, unit64, within } from '../rounding/bounded.js';
import { fourierError } from '../rounding/sums.js';
import type { System } from '../system/system.js';
import { exactState } from '../trial/bounded-steps.js';
import { firstBroken, isNought } from '../trial/findings.js';
import { boundedNodes } from '../trial/interpreter.js';
import { inconclusive, type Law, type Requirement } from '../trial/law.js';

type Transform = Node & { readonly op: OpOf<'fourier'> };

const isTransform = (node: Node): node is Transform => node.op.op === 'fourier';

const hasTransform: Requirement = {
  name: 'a Fourier transform',
  essential: true,
  missing: ({ nodes }: System) => (nodes.some(isTransform) ? null : 'it has no Fourier transform'),
};

/** The transform by itself, with the imaginary parts that the step may drop. */
const alone = rememberedBy(
  (from: Shape) => from.join(),
  (node: Transform, from): Program => {
    const op: OpOf<'fourier'> = { ...node.op, to: 'complex' };
    return {
      graph: {
        language: languageVersion,
        nodes: [
          { op: { op: 'input', name: 'x', shape: from }, inputs: [], shape: from },
          { op, inputs: [0], shape: [...bodyOf(op, from), 2] },
        ],
        outputs: { modes: 1 },
      },
    };
  },
);

/** Law 19. */
export const parseval: Law = {
  name: 'Parseval',
  entry: 19,
  statement: 'sum |X|^2 = N sum |x|^2 for every Fourier transform of the step, N the number of its modes',
  source: "Parseval's theorem; the transform divides by nothing",
  tolerance: 'running error analysis of the transform as an engine computes it, and of both sums of squares',
  requirements: [hasTransform],
  property: ({ system, on, start, around }) => {
    const values = boundedNodes(system, exactState(start), around, unit64);
    return firstBroken(
      ...system.nodes.map((node) => () => {
        if (!isTransform(node)) return inconclusive;
        const given = values[node.inputs[0]].array;
        // A start at which the step divides by nothing says nothing of its transforms.
        if (!given.data.every(Number.isFinite)) return inconclusive;
        // What an engine is given is exact in its arithmetic.
        const x = { shape: given.shape, data: given.data.map(Math.fround) };
        const { modes } = on.run(alone(node, x.shape), {}, { x });
        const op: OpOf<'fourier'> = { ...node.op, to: 'complex' };
        const known = { array: x, error: new Float64Array(x.data.length) };
        const found = within(modes.data, fourierError(op, known, modes.shape, on.unit));
        const count = volume(op.axes.map((axis) => x.shape[axis]));
        const energy = dot(exact(x.data), exact(x.data));
        return isNought(
          sumOf([1, dot(found, found)], [-count, energy]),
          count * energy.value,
          ({ by, allowed }) =>
            `the modes along ${op.axes.join(',')} have ${by} more energy than ${count} times what they are modes of; rounding allows ${allowed}`,
        );
      }),
    );
  },
};
