/**
 * VJPs of scans, as programs that any engine runs: a scan backwards in time over the recorded states. The adjoints of
 * the fused kernels are derived in `compile/fuse/adjoint/scan.ts`.
 *
 * With `remat` the states between two that were kept are computed again: a scan backwards over segments, in whose step one
 * scan goes forward through the segment and one back.
 */

import { everyOf, type Node, type ScanInputs, type ScanOp, scanInputs } from '../../dsl/op.js';
import { finalPort, splitPort } from '../../dsl/ports.js';
import type { Shape } from '../../dsl/shape.js';
import { shapeOf, type Tensor } from '../../dsl/tensor.js';
import { activeNodes } from './activity.js';
import { add, affine, concat, filled, reshape, reverse, sliceAxis, zerosOf } from './raw.js';
import { bodyLeaf, type NamedSources, type Retraced, type RetracedScan, retrace } from './retrace.js';
import { previous } from './rules/recurrence.js';
import type { Cotangents, Wanted } from './rules/weighted.js';
import {
  activeLeaves,
  cotangentOf,
  eachStep,
  elementField,
  externalField,
  inOne,
  inPieces,
  type NodeCotangents,
  type Shown,
  splitField,
  stateField,
} from './scan-cotangents.js';
import { runSteps, type Tensors } from './write-scan.js';

/** The VJP of a list of nodes; passed as an argument, since lists contain scans and scans contain lists. */
export type VjpNodes = (
  nodes: readonly Node[],
  retraced: Retraced,
  active: readonly boolean[],
  seeds: NodeCotangents,
  own: NamedSources,
) => NodeCotangents;

/** A scan whose ports have cotangents. */
export interface ReversedScan {
  readonly op: ScanOp;
  readonly inputs: readonly Tensor[];
  /** Which inputs are active. */
  readonly moving: Wanted;
  readonly retraced: RetracedScan;
  /** Cotangents by port. */
  readonly ports: ReadonlyMap<string, Tensor>;
}

/** Some steps of a scan that follow one another. */
interface Piece {
  readonly steps: number;
  /** The number of the first one; undefined where that is 0. */
  readonly begin: Tensor | undefined;
  /** The state before each step, in the order of the fields. */
  readonly starts: readonly Tensor[];
  readonly sequences: readonly Tensor[];
  readonly shown: readonly Shown[];
}

/** Cotangents before a piece, and those of the elements that it was driven by, in their order. */
interface Before {
  readonly state: Tensors;
  readonly elements: Tensors;
}

/** What all pieces of a scan have in common. */
interface Reversing {
  readonly op: ScanOp;
  readonly given: ScanInputs<Tensor>;
  /** Which nodes of the body have cotangents. */
  readonly active: readonly boolean[];
  /** The fields of the cotangents of elements. */
  readonly driven: readonly string[];
  /** Cotangents after the last step, and zeros for sums that have not begun. */
  readonly end: Tensors;
  readonly own: NamedSources;
  readonly vjpNodes: VjpNodes;
}

/** A scan as it was recorded: states after the kept steps and before them, driving sequences, what was observed. */
interface Recorded {
  readonly states: readonly Tensor[];
  readonly starts: readonly Tensor[];
  readonly sequences: readonly Tensor[];
  readonly shown: readonly Shown[];
}

/** The cotangents of the elements; without any that of a field, since a scan must observe something: what is not read is pruned. */
const elementsOf = ({ op, driven }: Reversing, state: Tensors): Tensors =>
  Object.fromEntries(
    (driven.length === 0 ? [stateField(op.fields[0])] : driven).map((name) => [name, state[name]]),
  );

/** Back through one step: `elements` are the state before it, the current elements, the cotangents of what it shows. */
const stepBack = (
  { op, given, active, end, own, vjpNodes }: Reversing,
  state: Tensors,
  elements: readonly Tensor[],
  seen: readonly Shown[],
  time: Tensor,
): Tensors => {
  const { body, fields } = op;
  const { fields: before, sequences: current, externals: cotangentsNow } = scanInputs(op, elements);
  const leaf = bodyLeaf((field) => before[fields.indexOf(field)], current, given.externals, time);
  const seeds = new Map<number, Tensor>();
  const seed = (node: number, amount: Tensor): void => {
    const already = seeds.get(node);
    seeds.set(node, already === undefined ? amount : add(already, amount));
  };
  for (const field of fields) seed(body.next[field], state[stateField(field)]);
  seen.forEach(({ node }, i) => {
    seed(node, cotangentsNow[i]);
  });
  const found = vjpNodes(body.nodes, retrace(body.nodes, leaf, own), active, seeds, own);
  return Object.fromEntries(
    Object.keys(end).map((name) => {
      const [kind, of] = splitField(name);
      const cotangent = cotangentOf(body.nodes, found, (inner) => {
        if (kind === 'state') return inner.op === 'state' && inner.field === of;
        if (kind === 'element') return inner.op === 'element' && inner.sequence === Number(of);
        return inner.op === 'external' && inner.index === Number(of);
      });
      if (kind === 'external')
        return [name, cotangent === undefined ? state[name] : add(state[name], cotangent)];
      return [name, cotangent ?? zerosOf(shapeOf(end[name]))];
    }),
  );
};

/** Back through a piece, from the cotangents after it. */
const back = (
  scan: Reversing,
  { steps: count, begin, starts, sequences, shown: rare }: Piece,
  after: Tensors,
): Before => {
  const seen = rare.map((one) => eachStep(count, one));
  const driving = [...starts, ...sequences, ...seen.map(({ amount }) => amount)];
  const { sequence, final } = runSteps({
    steps: count,
    sequences: driving.map((x) => reverse([0], x)),
    init: after,
    step: (state, elements, time) => {
      const number = affine(-1, time, count - 1);
      return stepBack(scan, state, elements, seen, begin === undefined ? number : add(begin, number));
    },
    observe: (state) => elementsOf(scan, state),
  });
  return {
    state: final,
    elements: Object.fromEntries(scan.driven.map((name) => [name, reverse([0], sequence[name])])),
  };
};

/** The states before some steps, computed again from the first. */
const startsAgain = (
  { op, given, own }: Reversing,
  count: number,
  begin: Tensor,
  first: readonly Tensor[],
  sequences: readonly Tensor[],
): readonly Tensor[] => {
  const { body, fields } = op;
  const { sequence } = runSteps({
    steps: count,
    sequences,
    init: Object.fromEntries(fields.map((field, i) => [field, first[i]])),
    step: (state, elements, time) => {
      const leaf = bodyLeaf((field) => state[field], elements, given.externals, add(begin, time));
      const { values } = retrace(body.nodes, leaf, own);
      return Object.fromEntries(fields.map((field) => [field, values[body.next[field]]]));
    },
    observe: (state) => state,
  });
  return fields.map((field, i) => previous(sequence[field], first[i]));
};

/** Back through the steps after the last whole segment. */
const lastSteps = (
  scan: Reversing,
  from: number,
  count: number,
  { states, sequences: all, shown }: Pick<Recorded, 'states' | 'sequences' | 'shown'>,
): Before => {
  const begin = filled(from, []);
  const first = states.map((y) => {
    const [entries, ...shape]: Shape = shapeOf(y);
    return reshape(shape, sliceAxis(0, entries - 1, 1, y));
  });
  const sequences = all.map((x) => sliceAxis(0, from, count, x));
  const left = shown.flatMap((one): readonly Shown[] => {
    const [entries] = shapeOf(one.amount);
    const before = from / one.every;
    return entries === before ? [] : [{ ...one, amount: sliceAxis(0, before, entries - before, one.amount) }];
  });
  const starts = startsAgain(scan, count, begin, first, sequences);
  return back(scan, { steps: count, begin, starts, sequences, shown: left }, scan.end);
};

/**
 * Back through all steps by segments of `size`, whose first states alone were kept, and through the steps after the
 * last whole one.
 */
const inSegments = (
  scan: Reversing,
  size: number,
  { states, starts, sequences: driving, shown }: Recorded,
): Before => {
  const { op, driven, end } = scan;
  const { steps } = op;
  const count = Math.floor(steps / size);
  const rest = steps - count * size;
  // an observation whose entries do not fill segments is written out for all steps
  const fitting = shown.map((one) => (size % one.every === 0 ? one : eachStep(steps, one)));
  const tail =
    rest === 0
      ? { state: end, elements: {} }
      : lastSteps(scan, count * size, rest, { states, sequences: driving, shown: fitting });
  const segment = (x: Tensor, every = 1): Tensor =>
    reverse([0], inPieces(count, sliceAxis(0, 0, (count * size) / every, x)));
  let seen: Tensors = {};
  const { sequence, final } = runSteps({
    steps: count,
    sequences: [
      ...starts.map((x) => reverse([0], x)),
      ...driving.map((x) => segment(x)),
      ...fitting.map(({ amount, every }) => segment(amount, every)),
    ],
    init: tail.state,
    step: (state, elements, time) => {
      const { fields: first, sequences, externals: amounts } = scanInputs(op, elements);
      const begin = affine(-size, time, (count - 1) * size);
      const before = back(
        scan,
        {
          steps: size,
          begin,
          starts: startsAgain(scan, size, begin, first, sequences),
          sequences,
          shown: fitting.map((one, i) => ({ ...one, amount: amounts[i] })),
        },
        state,
      );
      seen = before.elements;
      return before.state;
    },
    observe: (state) => (driven.length === 0 ? elementsOf(scan, state) : seen),
  });
  return {
    state: final,
    elements: Object.fromEntries(
      driven.map((name) => {
        const all = inOne(reverse([0], sequence[name]));
        return [name, rest === 0 ? all : concat(0, [all, tail.elements[name]])];
      }),
    ),
  };
};

/**
 * The VJP of a scan: it runs from the last step to the first.
 *
 * Its state holds the cotangents of the forward state, the sums so far of the externals' cotangents, and the cotangents
 * of the current elements of the driving sequences. It is driven by the states before each forward step, by the driving
 * sequences, and by the cotangents of what was observed. Each step computes the forward step again: only states are
 * recorded, and with `remat` only some of them.
 */
export const vjpScan = (
  { op, inputs, moving, retraced, ports }: ReversedScan,
  own: NamedSources,
  vjpNodes: VjpNodes,
): Cotangents => {
  const { body, fields, steps } = op;
  const given = scanInputs(op, inputs);
  const moves = scanInputs(op, moving);
  const active = activeNodes(body.nodes, activeLeaves(op, moving));
  const shown = [...ports].flatMap(([port, amount]): readonly Shown[] => {
    const [kind, name] = splitPort(port);
    return kind === 'observed' ? [{ node: body.observe[name], every: everyOf(op, name), amount }] : [];
  });
  const driven = given.sequences.flatMap((_, i) => (moves.sequences[i] ? [elementField(i)] : []));
  const end: Tensors = Object.fromEntries([
    ...fields.map((field, i) => [
      stateField(field),
      ports.get(finalPort(field)) ?? zerosOf(shapeOf(given.fields[i])),
    ]),
    ...given.sequences.flatMap((sequence, i) =>
      moves.sequences[i] ? [[elementField(i), zerosOf(shapeOf(sequence).slice(1))]] : [],
    ),
    ...given.externals.flatMap((external, i) =>
      moves.externals[i] ? [[externalField(i), zerosOf(shapeOf(external))]] : [],
    ),
  ]);
  const states = fields.map((field) => retraced.states[field]);
  const starts = states.map((y, i) => previous(y, given.fields[i]));
  const { sequences } = given;
  const scan: Reversing = { op, given, active, driven, end, own, vjpNodes };
  const { state, elements } =
    op.remat === undefined
      ? back(scan, { steps, begin: undefined, starts, sequences, shown }, end)
      : inSegments(scan, op.remat, { states, starts, sequences, shown });
  return [
    ...fields.map((field) => state[stateField(field)]),
    ...given.sequences.map((_, i) => (moves.sequences[i] ? elements[elementField(i)] : undefined)),
    ...given.externals.map((_, i) => (moves.externals[i] ? state[externalField(i)] : undefined)),
  ];
};
