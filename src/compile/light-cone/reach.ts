/**
 * Reach: how far dependence extends on an unbounded lattice, by adding up kernels; the light cone without its masks.
 *
 * Each value has a reach, the largest Chebyshev distance from a site of it to a site of the input it depends on, and
 * knows which of its axes run over the lattice. Convolutions add half their kernel, pointwise operations take the
 * larger; operations that leave the lattice (a reduction over sites, a change of grid) reach everything.
 */

import { labelsOf } from '../../dsl/einsum-formula.js';
import { extentsOf, sidesOf } from '../../dsl/kernel.js';
import { isKept, keptSteps, type Node, type Op, type OpOf, type ScanOp, scanInputs } from '../../dsl/op.js';
import { inPhase } from '../../dsl/phase.js';
import { finalPort, observedPort } from '../../dsl/ports.js';
import type { Program } from '../../dsl/program.js';
import { type Shape, sameShape, volume } from '../../dsl/shape.js';

/** Reach after 0, 1, 2, ... steps: -Infinity if nothing is seen, Infinity if every site may be seen. */
export type Reach = readonly number[];

/** A value's reach and, for each of its axes, which axis of the lattice it runs along. */
interface Spread {
  readonly radius: number;
  readonly axes: readonly (number | undefined)[];
}

const unseen = (shape: Shape): Spread => ({
  radius: Number.NEGATIVE_INFINITY,
  axes: shape.map(() => undefined),
});
const everything = (shape: Shape): Spread => ({
  radius: Number.POSITIVE_INFINITY,
  axes: shape.map(() => undefined),
});

/**
 * The reach from an output to an input after 0, 1, ... steps of the program's scans (all take as many, up to their
 * own length): an upper bound of the radius in `lightCone`, which the lattice's size cuts off. Undefined where the
 * program has no such output or input.
 *
 * Law: of a Neural Wave Machine's logits, the last entry is steps + encoder depth.
 *
 * @example
 * reach(nwm({ ..., steps: 100 }), { output: 'logits', input: 'image' })?.at(-1)   // 104
 */
export const reach = (
  p: Program,
  { output, input }: { readonly output: string; readonly input: string },
): Reach | undefined => {
  const { nodes, outputs } = inPhase(p, 'inference').graph;
  const known = nodes.some(({ op }) => op.op === 'input' && op.name === input);
  if (!known || !Object.hasOwn(outputs, output)) return undefined;
  const leaf = ({ op, shape }: Node): Spread =>
    op.op === 'input' && op.name === input ? placed(shape) : unseen(shape);
  const longest = nodes.reduce((most, { op }) => (op.op === 'scan' ? Math.max(most, op.steps) : most), 0);
  return Array.from(
    { length: longest + 1 },
    (_, steps) => forward(nodes, leaf, steps)[outputs[output]].radius,
  );
};

/**
 * The reach when every scan takes all its steps: the last entry of `reach`, without those before it.
 *
 * @example
 * wholeReach(nwm({ ..., steps: 100 }), { output: 'logits', input: 'image' })   // 104
 */
export const wholeReach = (
  p: Program,
  { output, input }: { readonly output: string; readonly input: string },
): number => {
  const { nodes, outputs } = inPhase(p, 'inference').graph;
  return forward(
    nodes,
    ({ op, shape }) => (op.op === 'input' && op.name === input ? placed(shape) : unseen(shape)),
    Number.POSITIVE_INFINITY,
  )[outputs[output]].radius;
};

/**
 * How far the state depends on itself within one step of a scan: 0 if every site depends only on itself, Infinity if
 * every site may depend on every other (an upper bound, like `reach`), -Infinity if no state is read.
 *
 * @param shapes of the scan's inputs
 */
export const stepReach = (op: ScanOp, shapes: readonly Shape[]): number => {
  const inputs = shapes.map((shape, i) => (i < op.fields.length ? placed(shape) : unseen(shape)));
  const ports = scanned(op, inputs, 1);
  return Math.max(...op.fields.map((field) => ports[finalPort(field)].radius));
};

/** A field on the lattice: its last axis holds channels. */
const placed = (shape: Shape): Spread => ({
  radius: 0,
  axes: shape.map((_, axis) => (axis < shape.length - 1 ? axis : undefined)),
});

/** Spreads of all nodes when scans take at most this many steps. */
const forward = (nodes: readonly Node[], leaf: (node: Node) => Spread, steps: number): readonly Spread[] => {
  const spreads: Spread[] = [];
  const scans = new Map<number, Readonly<Record<string, Spread>>>();
  for (const [number, node] of nodes.entries()) {
    const { op, inputs, shape } = node;
    const sources = inputs.map((input) => spreads[input]);
    if (op.op === 'scan') scans.set(number, scanned(op, sources, Math.min(steps, op.steps)));
    const taken = op.op === 'take' ? scans.get(inputs[0])?.[op.port] : undefined;
    const shapes = inputs.map((input) => nodes[input].shape);
    spreads.push(taken ?? (inputs.length === 0 ? leaf(node) : through(op, sources, shapes, shape)));
  }
  return spreads;
};

/** Spreads of a scan's ports after this many steps: of all observations until then, and of the state. */
const scanned = (op: ScanOp, inputs: readonly Spread[], steps: number): Readonly<Record<string, Spread>> => {
  const { nodes, next, observe } = op.body;
  const given = scanInputs(op, inputs);
  let state = Object.fromEntries(op.fields.map((field, i) => [field, given.fields[i]]));
  const observed: Record<string, Spread> = {};
  const leaf = ({ op: leafOp, shape }: Node): Spread => {
    switch (leafOp.op) {
      case 'state':
        return state[leafOp.field];
      case 'element': {
        const { radius, axes } = given.sequences[leafOp.sequence];
        return axes[0] === undefined ? { radius, axes: axes.slice(1) } : everything(shape);
      }
      case 'external':
        return given.externals[leafOp.index];
      default:
        return unseen(shape);
    }
  };
  for (let step = 0; step < steps; step++) {
    const spreads = forward(nodes, leaf, Number.POSITIVE_INFINITY);
    state = Object.fromEntries(op.fields.map((field) => [field, spreads[next[field]]]));
    for (const [name, node] of Object.entries(observe)) {
      if (!isKept(op, name, step)) continue;
      const { radius, axes } = spreads[node];
      const sequence: Spread = { radius, axes: [undefined, ...axes] };
      const earlier = observed[name];
      observed[name] = earlier === undefined ? sequence : joined([earlier, sequence]);
    }
  }
  return Object.fromEntries([
    ...Object.entries(state).map(([field, spread]) => [finalPort(field), spread]),
    ...Object.entries(observe).map(([name, node]) => [
      observedPort(name),
      observed[name] ?? unseen([keptSteps(op, name), ...nodes[node].shape]),
    ]),
  ]);
};

const depends = ({ radius }: Spread): boolean => radius > Number.NEGATIVE_INFINITY;

/**
 * The spread of several values of one shape; if their axes run differently along the lattice, every site may be seen.
 */
const joined = (spreads: readonly Spread[]): Spread => {
  const [first, ...others] = spreads.filter(depends);
  if (first === undefined) return spreads[0];
  const agree = others.every(({ axes }) => axes.every((axis, i) => axis === first.axes[i]));
  const radius = Math.max(first.radius, ...others.map((other) => other.radius));
  return { axes: first.axes, radius: agree ? radius : Number.POSITIVE_INFINITY };
};

const through = (op: Op, sources: readonly Spread[], shapes: readonly Shape[], shape: Shape): Spread => {
  const [x] = sources;
  if (!sources.some(depends)) return unseen(shape);
  if (sources.some(({ radius }) => radius === Number.POSITIVE_INFINITY)) return everything(shape);
  const off = (axis: number): boolean => x.axes[axis] === undefined;
  const keep = (axes: readonly (number | undefined)[], holds = true): Spread =>
    holds ? { radius: x.radius, axes } : everything(shape);
  switch (op.op) {
    case 'map':
    case 'affine':
    case 'batchNorm':
      return x;
    case 'zip':
    case 'where': {
      const fields = sources.filter((_, i) => sameShape(shapes[i], shape));
      const scalars = sources.filter((_, i) => !sameShape(shapes[i], shape));
      // A scalar that depends on a field has no sites, so it may have seen all.
      return scalars.some(depends) ? everything(shape) : joined(fields);
    }
    case 'conv':
      return convolved(op, x, shapes, shape);
    case 'dense':
      return keep(x.axes, off(shape.length - 1));
    case 'einsum':
      return multiplied(op.formula, sources, shape);
    case 'concat': {
      const together = joined(sources);
      return together.axes[op.axis] === undefined ? together : everything(shape);
    }
    case 'slice':
      return keep(
        x.axes,
        shape.every((n, axis) => off(axis) || n === shapes[0][axis]),
      );
    case 'broadcast':
      return keep(
        x.axes,
        shape.every((n, axis) => off(axis) || n === shapes[0][axis]),
      );
    case 'reverse':
      return keep(x.axes, op.axes.every(off));
    case 'transpose':
      return keep(op.axes.map((axis) => x.axes[axis]));
    case 'reduce':
      return keep(
        x.axes.filter((_, axis) => !op.axes.includes(axis)),
        op.axes.every(off),
      );
    case 'gather':
    case 'scatter':
      return keep(x.axes, off(op.axis));
    case 'fourier': {
      const body = op.from === 'complex' ? x.axes.slice(0, -1) : x.axes;
      const within = [...op.axes, ...(op.from === 'complex' ? [x.axes.length - 1] : [])];
      return keep(op.to === 'complex' ? [...body, undefined] : body, within.every(off));
    }
    case 'spectrum':
      return keep(x.axes, off(0));
    case 'recurrence':
      return recurred(op.kind, sources, shape);
    case 'reshape':
      return reshaped(x, shapes[0], shape);
    default:
      return everything(shape);
  }
};

/** Sites stay where they are, unless a product sums over them, or pairs them. */
const multiplied = (formula: string, sources: readonly Spread[], shape: Shape): Spread => {
  const { a, b, out } = labelsOf(formula);
  const placesOf = (labels: readonly string[], { axes }: Spread): readonly (readonly [string, number])[] =>
    labels.flatMap((label, i) => {
      const place = axes[i];
      return place === undefined ? [] : [[label, place] as const];
    });
  const seen = sources.flatMap((source, i) =>
    depends(source) ? [{ source, labels: i === 0 ? a : b, places: placesOf(i === 0 ? a : b, source) }] : [],
  );
  const [first] = seen;
  const axes = out.map((label) => first.places.find(([own]) => own === label)?.[1]);
  // An axis of the lattice that one operand lacks is paired with every site of the other's.
  const agree = seen.every(
    ({ places }) =>
      places.length === first.places.length &&
      places.every(([label, place]) => out.includes(label) && axes[out.indexOf(label)] === place),
  );
  return agree ? { radius: Math.max(...seen.map(({ source }) => source.radius)), axes } : everything(shape);
};

/** Sites stay where they are, unless time or the axis that a matrix acts on runs over them. */
const recurred = (
  kind: OpOf<'recurrence'>['kind'],
  [factors, inputs, initial]: readonly Spread[],
  shape: Shape,
): Spread => {
  const { radius, axes } = factors;
  const together = joined([
    { radius, axes: axes.slice(0, shape.length) },
    inputs,
    ...(initial === undefined ? [] : [{ radius: initial.radius, axes: [undefined, ...initial.axes] }]),
  ]);
  const mixed =
    kind === 'diagonal' ? [together.axes[0]] : [together.axes[0], together.axes.at(-1), axes.at(-1)];
  return mixed.every((axis) => axis === undefined) ? together : everything(shape);
};

/** Half the kernel's extent further, where every site keeps its place. */
const convolved = (op: OpOf<'conv'>, x: Spread, [from, weight]: readonly Shape[], shape: Shape): Spread => {
  const spatial = from.length - 1;
  const placed = x.axes.slice(0, spatial).every((axis, i) => axis === i) && x.axes[spatial] === undefined;
  if (!placed || !sameShape(shape.slice(0, -1), from.slice(0, -1)) || op.boundary === 'none')
    return everything(shape);
  return {
    radius: x.radius + Math.max(...extentsOf(op, sidesOf(weight)).map((extent) => Math.floor(extent / 2))),
    axes: x.axes,
  };
};

/** An axis of the lattice survives a reshape where an axis of its size has as many elements before it. */
const reshaped = (x: Spread, from: Shape, to: Shape): Spread => {
  const before = (shape: Shape, axis: number): number => volume(shape.slice(0, axis));
  const axes = to.map((n, axis) => {
    const source = from.findIndex((m, i) => m === n && n > 1 && before(from, i) === before(to, axis));
    return source < 0 ? undefined : x.axes[source];
  });
  const survive = x.axes.every((axis, i) => axis === undefined || from[i] === 1 || axes.includes(axis));
  return survive ? { radius: x.radius, axes } : everything(to);
};
