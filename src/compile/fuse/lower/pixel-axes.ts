/**
 * Finds the pixel axes of a program's values. Convolutions and pools determine those of their inputs and results.
 * From there they spread along operations that keep axes, forwards and backwards, into and out of the steps of scans.
 * So each value is on the grid on which it is used, and a program may have several grids.
 */

import { type Node, type ScanOp, scanInputs } from '../../../dsl/op.js';
import { splitPort } from '../../../dsl/ports.js';
import { type Shape, sameShape } from '../../../dsl/shape.js';
import { leafLayout, sequenceNodes, weightNodes } from './leaves.js';

/** Axes, in ascending order. */
type Axes = readonly number[];

/** The pixel axes of each node that has some, and those inside of scans by the scan's number. */
export interface PixelAxes {
  readonly nodes: readonly (Axes | undefined)[];
  readonly bodies: ReadonlyMap<number, PixelAxes>;
}

/** From an axis of an input to the axis of the result that holds the same sites; undefined if there is none. */
type Link = (axis: number) => number | undefined;

const same: Link = (axis) => axis;

/** The input axes of a reshape that are result axes too: of the same size, with as many elements before them. */
const reshapeLink = (from: Shape, to: Shape): Link => {
  const before = (shape: Shape, axis: number): number => shape.slice(0, axis).reduce((a, b) => a * b, 1);
  return (axis) => {
    if (from[axis] === 1) return undefined;
    const found = to.findIndex((size, at) => size === from[axis] && before(to, at) === before(from, axis));
    return found < 0 ? undefined : found;
  };
};

/** Axes with the same letter are the same sites. */
const einsumLink = (formula: string, position: number): Link => {
  const [given, result] = formula.split('->');
  const letters = given.split(',')[position];
  return (axis) => {
    const found = result.indexOf(letters[axis]);
    return found < 0 ? undefined : found;
  };
};

/** The link from the axes of an input to those of a node's result. */
const linkOf = (nodes: readonly Node[], { op, inputs, shape }: Node, position: number): Link | undefined => {
  const from = nodes[inputs[position]].shape;
  switch (op.op) {
    case 'map':
    case 'affine':
    case 'slice':
    case 'reverse':
    case 'gather':
    case 'scatter':
    case 'concat':
    case 'broadcast':
      return same;
    case 'zip':
    case 'where':
      return from.length === shape.length ? same : undefined;
    case 'batchNorm':
      return position === 0 ? same : undefined;
    case 'dense':
      return position === 0 ? (axis) => (axis === shape.length - 1 ? undefined : axis) : undefined;
    case 'transpose':
      return (axis) => op.axes.indexOf(axis);
    case 'reduce':
      return (axis) =>
        op.axes.includes(axis) ? undefined : axis - op.axes.filter((gone) => gone < axis).length;
    case 'reshape':
      return reshapeLink(from, op.shape);
    case 'fourier':
      return (axis) => (op.axes.includes(axis) || axis === from.length - 1 ? undefined : axis);
    case 'einsum':
      return einsumLink(op.formula, position);
    case 'spectrum':
      return (axis) => (axis === 0 ? undefined : axis);
    case 'recurrence':
      if (position === 2) return (axis) => axis + 1;
      return (axis) => (axis === 0 || axis >= shape.length ? undefined : axis);
    default:
      return undefined;
  }
};

/**
 * The axes that become pixels, of the axes over which a window moves: for a volume the last two, since its first axis
 * counts planes.
 */
const windowAxes = (count: number): Axes => (count === 3 ? [1, 2] : [...Array(count).keys()]);

/** The nodes of a program or of a step, whose axes are being found. */
class Scope {
  readonly axes: (Axes | undefined)[];
  readonly bodies = new Map<number, Scope>();
  readonly #weights: ReadonlySet<number>;
  #changed = false;

  constructor(readonly nodes: readonly Node[]) {
    this.axes = nodes.map(() => undefined);
    this.#weights = weightNodes(nodes);
    for (const [number, { op }] of nodes.entries())
      if (op.op === 'scan') this.bodies.set(number, new Scope(op.body.nodes));
  }

  /** Whether a value may have pixels. */
  mayHave(number: number): boolean {
    return this.axes[number] === undefined && !this.#weights.has(number);
  }

  set(number: number, axes: readonly (number | undefined)[]): void {
    if (!this.mayHave(number) || axes.length === 0) return;
    const rank = this.nodes[number].shape.length;
    const found = axes.filter((axis): axis is number => axis !== undefined && axis >= 0 && axis < rank);
    const ascend = found.every((axis, i) => i === 0 || found[i - 1] < axis);
    if (found.length < axes.length || !ascend) return;
    this.axes[number] = found;
    this.#changed = true;
  }

  /** Sets the pixel axes that windows determine. */
  seed(): void {
    for (const [number, { op, inputs, shape }] of this.nodes.entries()) {
      const count =
        op.op === 'conv' || op.op === 'convTranspose'
          ? this.nodes[inputs[1]].shape.length - 2
          : op.op === 'pool'
            ? op.size.length
            : 0;
      if (count === 0 || count > 3 || shape.length !== count + 1) continue;
      this.set(number, windowAxes(count));
      this.set(inputs[0], windowAxes(count));
    }
    for (const body of this.bodies.values()) body.seed();
  }

  /** Spreads pixel axes until nothing changes. */
  spread(): void {
    while (this.#pass());
  }

  #pass(): boolean {
    this.#changed = false;
    for (const number of this.nodes.keys()) this.#forward(number);
    for (let number = this.nodes.length - 1; number >= 0; number--) this.#backward(number);
    const inside = [...this.bodies].map(([number, body]) => this.#through(number, body));
    return this.#changed || inside.includes(true);
  }

  #forward(number: number): void {
    const node = this.nodes[number];
    for (const [position, input] of node.inputs.entries()) {
      const known = this.axes[input];
      const link = known && this.mayHave(number) ? linkOf(this.nodes, node, position) : undefined;
      if (known && link) this.set(number, known.map(link));
    }
  }

  #backward(number: number): void {
    const node = this.nodes[number];
    const known = this.axes[number];
    if (known === undefined) return;
    for (const [position, input] of node.inputs.entries()) {
      const link = this.mayHave(input) ? linkOf(this.nodes, node, position) : undefined;
      const { shape } = this.nodes[input];
      // a value that is the same at all pixels may be a list
      const isSpread = node.op.op === 'broadcast' && known.every((axis) => shape[axis] === 1);
      if (link === undefined || isSpread) continue;
      const back = new Map(shape.map((_, axis) => [link(axis), axis]));
      this.set(
        input,
        known.map((axis) => back.get(axis)),
      );
    }
  }

  /** Spreads into the step of a scan and out of it; returns whether something was found inside. */
  #through(number: number, body: Scope): boolean {
    const { op, inputs } = this.nodes[number];
    if (op.op !== 'scan') return false;
    const outside = scanInputs(op, inputs);
    for (const [index, { op: leaf }] of body.nodes.entries()) {
      if (leaf.op === 'state') this.#share(outside.fields[op.fields.indexOf(leaf.field)], body, index, 0);
      if (leaf.op === 'element') this.#share(outside.sequences[leaf.sequence], body, index, 1);
      if (leaf.op === 'external') this.#share(outside.externals[leaf.index], body, index, 0);
    }
    for (const [position, field] of op.fields.entries())
      this.#share(outside.fields[position], body, op.body.next[field], 0);
    for (const [take, { op: port, inputs: of }] of this.nodes.entries())
      if (port.op === 'take' && of[0] === number) this.#takes(port.port, take, op, body);
    return body.#pass();
  }

  #takes(port: string, number: number, { body: step }: ScanOp, body: Scope): void {
    const [kind, name] = splitPort(port);
    if (kind === 'observed') this.#share(number, body, step.observe[name], 1);
    else this.#share(number, body, step.next[name], 0);
  }

  /** Shares axes between a value outside of a scan and the same value inside, which lacks the axes of time. */
  #share(outside: number, body: Scope, inside: number, time: number): void {
    const [out, within] = [this.axes[outside], body.axes[inside]];
    if (out !== undefined)
      body.set(
        inside,
        out.map((axis) => axis - time),
      );
    if (within !== undefined)
      this.set(
        outside,
        within.map((axis) => axis + time),
      );
  }

  /** Puts leaves of these kinds without known pixel axes on the first of these grids that they match. */
  guess(grids: readonly Shape[], kinds: readonly string[]): void {
    const sequences = sequenceNodes(this.nodes);
    for (const [number, { op, shape }] of this.nodes.entries()) {
      if (!kinds.includes(op.op) || !this.mayHave(number)) continue;
      const axes = grids
        .map((grid) => leafLayout(shape, grid, sequences.has(number)).axes)
        // time is not a pixel axis
        .find((found) => found.includes('pixel') && !(sequences.has(number) && found[0] === 'pixel'));
      if (axes === undefined) continue;
      this.set(
        number,
        axes.flatMap((axis, at) => (axis === 'pixel' ? [at] : [])),
      );
      this.spread();
    }
    for (const body of this.bodies.values()) body.guess(grids, kinds);
  }

  /** The sizes of all pixel axes that are known. */
  grids(): readonly Shape[] {
    const own = this.nodes.flatMap(({ shape }, number) => {
      const axes = this.axes[number];
      return axes === undefined ? [] : [axes.map((axis) => shape[axis])];
    });
    const all = [...own, ...[...this.bodies.values()].flatMap((body) => body.grids())];
    return all.filter((grid, i) => all.findIndex((other) => sameShape(other, grid)) === i);
  }

  found(): PixelAxes {
    return {
      nodes: this.axes,
      bodies: new Map([...this.bodies].map(([number, body]) => [number, body.found()])),
    };
  }
}

/**
 * The pixel axes of a program's values. Inputs without known pixel axes are on the first of these grids that they
 * match.
 */
export const pixelAxes = (nodes: readonly Node[], grids: readonly Shape[]): PixelAxes => {
  const scope = new Scope(nodes);
  scope.seed();
  scope.spread();
  scope.guess(grids, ['input']);
  // a field that starts as a constant or a parameter
  const used = scope.grids();
  const known = [
    ...grids.filter((grid) => used.some((other) => sameShape(other, grid))),
    ...(used.length === 0 ? grids : []),
  ];
  scope.guess(known, ['parameter', 'constant', 'noise', 'broadcast']);
  return scope.found();
};

/** All values are lists. */
export const noPixels: PixelAxes = { nodes: [], bodies: new Map() };

/** Pixel axes as a key. */
export const axesKey = ({ nodes, bodies }: PixelAxes): string =>
  [nodes.map((axes) => axes?.join(',') ?? '-').join(' '), ...[...bodies.values()].map(axesKey)].join('; ');

/** Whether any value has pixels. */
export const hasPixels = ({ nodes, bodies }: PixelAxes): boolean =>
  nodes.some((axes) => axes !== undefined) || [...bodies.values()].some(hasPixels);
