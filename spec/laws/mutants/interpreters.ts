/** Wrong interpreters: the float64 reference, with one thing that it does wrong. */

import {
  add,
  attention,
  coupling,
  coupling3d,
  gather,
  kSpaceWave,
  type Node,
  type Op,
  oscillator,
  type Program,
  program,
  type Shape,
  scale,
  scan,
  scatter,
  stepOf,
  type Tensor,
  type Wave,
} from '../../../src/dsl/index.js';
import { type Interpreter, reference } from '../../../src/laws/trial/interpreter.js';
import {
  akorn,
  cornn,
  ginzburgLandau,
  kuramoto,
  linoss,
  nwmCore,
  wave,
  waveRnn,
} from '../../../src/models/systems/index.js';
import type { Mutant } from './mutant.js';

const membrane = wave({ height: 4, width: 4, channels: 1, steps: 4, dt: 0.25, speed: 1, omega: 0.5 });
const damped = wave({ height: 4, width: 4, channels: 1, steps: 4, dt: 0.25, speed: 1, alpha: 0.4 });
const machine = nwmCore({ height: 4, width: 4, channels: 2, steps: 4, dt: 0.25, init: 'glorot' });
const phases = kuramoto({ height: 4, width: 4, steps: 4, dt: 0.1, coupling: 1, reach: 1 });
const amplitude = ginzburgLandau({ height: 4, width: 4, steps: 4, dt: 0.05, b: 0.5, c: 1 });
const carrier = waveRnn({ length: 6, channels: 1, steps: 6, activation: 'identity' });
const parallel = linoss({
  length: 4,
  channels: 1,
  steps: 5,
  dt: 0.5,
  discretisation: 'imex',
  form: 'parallel',
});
const network = cornn({ height: 4, width: 4, channels: 1, steps: 4, dt: 0.1, gamma: 1, epsilon: 0.5 });
const spheres = akorn({ height: 4, width: 4, oscillators: 1, components: 2, steps: 4, dt: 0.1, omega: 1 });

const exactWaves = program({ y: [5, 1], z: [5, 1] }, (init) =>
  scan({ steps: 3, init, step: stepOf<Wave<readonly [5, 1]>>(kSpaceWave(), 0.5), observe: (s) => s }),
);
/** Waves whose neighbours a coupling reads. */
const coupled = <const S extends Shape>(size: S, force: (y: Tensor<S>) => Tensor<S>): Program =>
  program({ y: size, z: size }, ({ y, z }) => ({
    waves: scan({
      steps: 4,
      init: { y, z },
      step: oscillator<S>({ dt: 0.25, coupling: force }),
      observe: (s: Wave<S>) => s.y,
    }),
  }));
const volume = coupled([3, 4, 3, 1], coupling3d());
/** Units on the edges of a graph. */
const ring = program({ y: [5, 2] }, ({ y }) => ({
  y: scan({
    steps: 3,
    init: { y },
    step: (s) => ({
      y: add(scale(0.5, s.y), scatter(0, [0, 1, 2, 2, 4], 5)(gather(0, [1, 2, 3, 4, 0])(s.y))),
    }),
    observe: (s) => s.y,
  }),
}));
/** Units that attend to one another. */
const attending = program({ y: [5, 2] }, ({ y }) => ({
  y: scan({
    steps: 3,
    init: { y },
    step: (s) => ({ y: add(scale(0.5, s.y), attention()(s.y, s.y, s.y)) }),
    observe: (s) => s.y,
  }),
}));
const dilated = coupled([6, 6, 1], coupling({ dilation: 2 }));

type Change = (node: Node, nodes: readonly Node[]) => Node;

/** Every node changed, those of steps too. */
const changed = (nodes: readonly Node[], change: Change): readonly Node[] =>
  nodes.map((node) => {
    const { op } = node;
    const inner: Op =
      op.op === 'scan' ? { ...op, body: { ...op.body, nodes: changed(op.body.nodes, change) } } : op;
    return change({ ...node, op: inner }, nodes);
  });

/** The reference, which runs a changed program instead. */
const misreading = (change: Change): Interpreter => ({
  ...reference,
  run: (p, parameters, inputs) =>
    reference.run({ graph: { ...p.graph, nodes: changed(p.graph.nodes, change) } }, parameters, inputs),
});

const onOp = (change: (op: Op) => Op): Interpreter =>
  misreading((node) => ({ ...node, op: change(node.op) }));

/** The reference, whose outputs are changed. */
const spoiling = (spoil: (data: Float64Array, p: Program) => Float64Array): Interpreter => ({
  ...reference,
  run: (p, parameters, inputs) =>
    Object.fromEntries(
      Object.entries(reference.run(p, parameters, inputs)).map(([name, { shape, data }]) => [
        name,
        { shape, data: spoil(data, p) },
      ]),
    ),
});

/** The reference, given other driving sequences. */
const driving = (change: (data: Float64Array, element: number) => Float64Array): Interpreter => ({
  ...reference,
  run: (p, parameters, inputs) =>
    reference.run(
      p,
      parameters,
      Object.fromEntries(
        Object.entries(inputs).map(([name, { shape, data }]) => [
          name,
          { shape, data: name.startsWith('drive') ? change(data, data.length / shape[0]) : data },
        ]),
      ),
    ),
});

/** The reference, given kernels that are changed: [side, side, inputs, outputs]. */
const withKernels = (
  change: (data: Float64Array, shape: readonly number[]) => Float64Array,
): Interpreter => ({
  ...reference,
  run: (p, parameters, inputs) =>
    reference.run(
      p,
      Object.fromEntries(
        Object.entries(parameters).map(([name, { shape, data }]) => [
          name,
          { shape, data: change(data, shape) },
        ]),
      ),
      inputs,
    ),
});

/** A derivative is known by the names that a transform gives. */
const isDerivative = ({ graph }: Program): boolean =>
  graph.nodes.some(({ op }) => op.op === 'input' && /^(cotangent|tangent)_/.test(op.name));

/** The reference, which misreads derivatives alone. */
const misreadingDerivatives = (change: Change): Interpreter => {
  const wrong = misreading(change);
  return { ...reference, run: (p, ...rest) => (isDerivative(p) ? wrong : reference).run(p, ...rest) };
};

const noSquares: Change = (node) =>
  node.op.op === 'map' && node.op.fn === 'square'
    ? { ...node, op: { op: 'affine', scale: 0, shift: 0 } }
    : node;

/** The reference, whose scans show, or go on with, the state that these fields had before a step. */
const late = (port: 'observe' | 'next', wanted: (field: string) => boolean): Interpreter =>
  onOp((op) => {
    if (op.op !== 'scan') return op;
    const { nodes } = op.body;
    const before = (name: string, node: number): number => {
      const state = nodes.findIndex((inner) => inner.op.op === 'state' && inner.op.field === name);
      return state >= 0 && wanted(name) ? state : node;
    };
    const ports = Object.fromEntries(
      Object.entries(op.body[port]).map(([name, node]) => [name, before(name, node)]),
    );
    return { ...op, body: { ...op.body, [port]: ports } };
  });

const turnedSubtraction = misreading((node) =>
  node.op.op === 'zip' && node.op.fn === 'sub' ? { ...node, inputs: node.inputs.toReversed() } : node,
);

/** Every wrong interpreter, on a system that its fault touches. */
export const wrongInterpreters: readonly Mutant[] = [
  {
    bug: 'circular convolutions run with zeros around',
    original: membrane,
    on: onOp((op) => (op.op === 'conv' ? { ...op, boundary: 'zero' } : op)),
    law: 'translation',
  },
  {
    bug: 'volumes run with zeros around',
    original: volume,
    on: onOp((op) => (op.op === 'conv' ? { ...op, boundary: 'zero' } : op)),
    law: 'translation',
  },
  {
    bug: 'what lies in front in a volume counts twice',
    original: volume,
    on: withKernels((data, shape) => (shape.length === 5 ? data.map((v, i) => (i < 9 ? 2 * v : v)) : data)),
    law: 'rotations and reflections',
  },
  {
    bug: 'dilated kernels run without their dilation',
    original: dilated,
    on: onOp((op) => {
      if (op.op !== 'conv') return op;
      const { dilation: _, ...plain } = op;
      return plain;
    }),
    law: 'light cone',
  },
  {
    bug: 'circular convolutions run with reflections',
    original: membrane,
    on: onOp((op) => (op.op === 'conv' ? { ...op, boundary: 'reflect' } : op)),
    law: 'translation',
  },
  {
    bug: 'kernels transposed in their channels',
    original: machine,
    on: withKernels((data, shape) =>
      shape.length === 4 && shape[2] === shape[3]
        ? data.map((_, i) => data[Math.floor(i / 4) * 4 + (i % 2) * 2 + (Math.floor(i / 2) % 2)])
        : data,
    ),
    law: 'damped inverse',
  },
  {
    bug: 'kernels mirrored',
    original: machine,
    on: withKernels((data, shape) => (shape.length === 4 ? data.toReversed() : data)),
    law: 'damped inverse',
  },
  {
    bug: 'channels swapped',
    original: amplitude,
    on: spoiling((data) => data.map((_, i) => data[i % 2 === 0 ? i + 1 : i - 1])),
    law: 'gauge invariance',
  },
  {
    bug: 'numbers that multiply taken twice',
    original: phases,
    on: onOp((op) => (op.op === 'affine' ? { ...op, scale: op.scale * 2 } : op)),
    law: 'adjoint',
  },
  {
    bug: 'the time step squared',
    original: membrane,
    on: onOp((op) => (op.op === 'affine' && op.scale === 0.25 ? { ...op, scale: 0.0625 } : op)),
    law: 'work balance',
  },
  {
    bug: 'subtraction reads its sides the wrong way round',
    original: membrane,
    on: turnedSubtraction,
    law: 'work balance',
  },
  {
    bug: 'addition where subtraction is meant',
    original: damped,
    on: onOp((op) => (op.op === 'zip' && op.fn === 'sub' ? { ...op, fn: 'add' } : op)),
    law: 'damped inverse',
  },
  {
    bug: 'tanh left out',
    original: machine,
    on: onOp((op) => (op.op === 'map' && op.fn === 'tanh' ? { op: 'affine', scale: 1, shift: 0 } : op)),
    law: 'damped inverse',
  },
  {
    bug: 'a step early: a scan shows the state before its step',
    original: membrane,
    on: late('observe', () => true),
    law: 'time reversal',
  },
  {
    bug: 'a stale velocity: a scan shows the one before its step',
    original: membrane,
    on: late('observe', (field) => field === 'z'),
    law: 'work balance',
  },
  {
    bug: 'a scan whose velocity never moves on',
    original: damped,
    on: late('next', (field) => field === 'z'),
    law: 'work balance',
  },
  {
    bug: 'phases that repel: differences the wrong way round',
    original: phases,
    on: turnedSubtraction,
    law: 'phases fall together',
  },
  {
    bug: 'the first site never written',
    original: membrane,
    on: spoiling((data) => data.with(0, 0)),
    law: 'work balance',
  },
  {
    bug: 'the last site never written',
    original: membrane,
    on: spoiling((data) => data.with(-1, 0)),
    law: 'work balance',
  },
  {
    bug: 'a distant site leaks, by a billionth',
    original: membrane,
    on: spoiling((data) => data.with(-1, (data.at(-1) ?? 0) + 1e-9 * data[0])),
    law: 'work balance',
  },
  {
    bug: 'results rounded to float32 by an interpreter that claims float64',
    original: membrane,
    on: spoiling((data) => data.map(Math.fround)),
    law: 'work balance',
  },
  {
    bug: 'the ring turned the wrong way',
    original: carrier,
    on: spoiling((data, p) => (isDerivative(p) ? data : data.toReversed())),
    law: 'carrying',
  },
  {
    bug: 'a recurrence that multiplies one factor too few',
    original: parallel,
    on: spoiling((data) => data.with(-1, (data.at(-1) ?? 0) * 0.5 + 0.125)),
    law: 'parallel scan',
  },
  {
    bug: 'a Fourier transform that takes mode n - 1 for mode 0',
    original: exactWaves,
    on: spoiling((data, { graph: { nodes } }) =>
      nodes.length === 2 && nodes[1].op.op === 'fourier' ? data.with(0, data.at(-2) ?? 0) : data,
    ),
    law: 'Parseval',
  },
  {
    bug: 'a step that reads the element of the next step',
    original: network,
    on: driving((data, element) => data.map((_, i) => data[(i + element) % data.length])),
    law: 'causality',
  },
  {
    bug: 'a sum divided by the number of sites, whatever the grid',
    original: coupled([8, 8, 1], coupling()),
    on: spoiling((data) => data.map((v) => v / data.length)),
    law: 'extrapolation',
  },
  {
    bug: 'entries read by number that begin at 1',
    original: ring,
    on: onOp((op) =>
      op.op === 'gather' ? { ...op, indices: op.indices.map((index) => Math.max(0, index - 1)) } : op,
    ),
    law: 'entries by number',
  },
  {
    bug: 'attention that counts the first key twice',
    original: attending,
    on: spoiling((data) => data.map((v, i) => v + 0.1 * data[i % 2])),
    law: 'permutation of the sites',
  },
  {
    bug: 'a norm that misses a component',
    original: spheres,
    on: onOp((op) => (op.op === 'map' && op.fn === 'sqrt' ? { ...op, fn: 'square' } : op)),
    law: 'unit norms',
  },
  {
    bug: 'a gradient without the term of the nonlinearity',
    original: machine,
    on: misreadingDerivatives(noSquares),
    law: 'adjoint',
  },
  {
    bug: 'a gradient that loses a sign',
    original: membrane,
    on: misreadingDerivatives(({ op, ...node }) => ({
      ...node,
      op: op.op === 'affine' ? { ...op, scale: Math.abs(op.scale) } : op,
    })),
    law: 'adjoint',
  },
  {
    bug: 'a gradient that sees zeros around the torus',
    original: machine,
    on: misreadingDerivatives((node) =>
      node.op.op === 'conv' ? { ...node, op: { ...node.op, boundary: 'zero' } } : node,
    ),
    law: 'adjoint',
  },
];
