/** Lowering: from the nodes of a program to a field graph, or the reason why a node cannot be fused. */

import type { Graph } from '../../dsl/graph.js';
import { splitPort } from '../../dsl/infer.js';
import type { Node, OpOf, ScanOp } from '../../dsl/op.js';
import { bins, type Shape, volume } from '../../dsl/shape.js';
import { type Extent, type FieldBody, FieldBuilder } from './field.js';
import {
  along,
  type Layout,
  onGrid,
  plain,
  planesOf,
  reshaped,
  resized,
  sameLayout,
  sequenceOf,
  transposed,
  without,
} from './layout.js';

/** A value in a field graph, and where the axes of the program's value are in it. */
export interface Lowered {
  readonly node: number;
  readonly layout: Layout;
}

/** Why a node cannot be fused. */
export interface Refusal {
  readonly why: string;
}

type Result = Lowered | Refusal;

export const refused = (result: Result): result is Refusal => 'why' in result;
const refuse = (why: string): Refusal => ({ why });

const extentOf = (layout: Layout): Extent => ({ planes: planesOf(layout), grid: onGrid(layout) });

/** Lowers nodes one by one; `grid` are the sizes of the pixel axes of everything that has pixels. */
export class Lowering {
  readonly builder = new FieldBuilder();
  readonly values = new Map<number, Result>();

  constructor(
    readonly nodes: readonly Node[],
    readonly grid: Shape,
    /** What a leaf of a step is; the main graph has none. */
    private readonly leaf: (node: Node, builder: FieldBuilder) => Result = mainLeaf(grid),
  ) {}

  /** Lowers the node of this number; those before it have been. */
  lower(number: number): Result {
    const result = this.#lower(this.nodes[number]);
    this.values.set(number, result);
    return result;
  }

  #lower(node: Node): Result {
    const inputs: Lowered[] = [];
    for (const input of node.inputs) {
      const value = this.values.get(input) ?? refuse('it reads what was not lowered');
      if (refused(value)) return refuse(`it reads what is not fused`);
      inputs.push(value);
    }
    const [x, y, z] = inputs;
    const { op } = node;
    const { builder } = this;
    const shapeOf = (place: number): Shape => this.nodes[node.inputs[place]].shape;
    switch (op.op) {
      case 'input':
      case 'parameter':
      case 'state':
      case 'element':
      case 'external':
      case 'clock':
        return this.leaf(node, builder);
      case 'constant': {
        const pixels = this.#pixelsOf(op.shape);
        if (typeof op.value === 'number') {
          const layout = plain(op.shape, pixels);
          const node = builder.add(
            { op: 'leaf', source: { kind: 'constant', value: op.value } },
            [],
            extentOf(layout),
          );
          return { node, layout };
        }
        const layout = plain(op.shape, pixels);
        return {
          node: builder.add(
            { op: 'leaf', source: { kind: 'constant', value: op.value } },
            [],
            extentOf(layout),
          ),
          layout,
        };
      }
      case 'map':
        return { node: builder.map(op.fn, x.node), layout: x.layout };
      case 'affine':
        return { node: builder.affine(x.node, op.scale, op.shift), layout: x.layout };
      case 'zip': {
        const scalar = (value: Lowered): boolean => value.layout.axes.length === 0;
        if (!scalar(x) && !scalar(y) && !sameLayout(x.layout, y.layout))
          return refuse('its operands lie in memory in different orders');
        return { node: builder.zip(op.fn, x.node, y.node), layout: scalar(x) ? y.layout : x.layout };
      }
      case 'dense': {
        const middle = along(x.layout, x.layout.axes.length - 1);
        if (middle === undefined || !onGrid(x.layout)) return refuse('a dense layer over what has no pixels');
        if (onGrid(y.layout) || !asStored(y.layout)) return refuse('weights that have pixels or were turned');
        const to = node.shape[node.shape.length - 1];
        const layout = resized(x.layout, x.layout.axes.length - 1, to);
        const product = builder.add(
          { op: 'dense', ...middle, to, transposed: false },
          [x.node, y.node],
          extentOf(layout),
        );
        return this.#biased({ node: product, layout }, z);
      }
      case 'conv': {
        if (op.boundary === 'none') return refuse("the boundary 'none' makes the field smaller");
        if (op.stride.some((step) => step !== 1)) return refuse('a stride makes the field smaller');
        const weight = shapeOf(1);
        if (!onGrid(x.layout) || onGrid(y.layout) || !asStored(y.layout) || x.layout.dims.length !== 1)
          return refuse('a convolution over what is not a field');
        if (weight.length !== this.grid.length + 2) return refuse('a convolution over other axes');
        const [height, width] = this.grid.length === 2 ? weight : [1, weight[0]];
        const [from, to] = weight.slice(-2);
        const layout = plain(node.shape, this.grid.length);
        const convolved = builder.add(
          { op: 'conv', height, width, from, to, depthwise: op.depthwise, boundary: op.boundary },
          [x.node, y.node],
          extentOf(layout),
        );
        return this.#biased({ node: convolved, layout }, z);
      }
      case 'transpose': {
        const layout = transposed(x.layout, op.axes);
        return layout === undefined ? refuse('it exchanges pixels') : { node: x.node, layout };
      }
      case 'reshape': {
        const layout = reshaped(x.layout, shapeOf(0), op.shape);
        if (layout === undefined) return refuse('it reshapes pixels, or what does not lie together');
        return onGrid(layout) === onGrid(x.layout) ? { node: x.node, layout } : refuse('it makes pixels');
      }
      case 'slice':
        return this.#slice(op, x, shapeOf(0));
      case 'concat': {
        const parts = inputs.map(({ layout }) => along(layout, op.axis));
        const [first] = parts;
        if (first === undefined) return refuse('it joins pixels');
        const layout = resized(x.layout, op.axis, node.shape[op.axis]);
        const fits = inputs.every((input) =>
          sameLayout(resized(input.layout, op.axis, node.shape[op.axis]), layout),
        );
        if (!fits || parts.some((part) => part === undefined))
          return refuse('its parts lie in different orders');
        const joined = builder.add(
          {
            op: 'concatPlanes',
            outer: first.outer,
            inner: first.inner,
            sizes: parts.map((part) => part?.count ?? 0),
          },
          inputs.map((input) => input.node),
          extentOf(layout),
        );
        return { node: joined, layout };
      }
      case 'broadcast': {
        if (onGrid(x.layout)) return this.#repeat(x, shapeOf(0), op.shape);
        if (!asStored(x.layout)) return refuse('it repeats numbers in another order');
        const pixels = this.#pixelsOf(op.shape);
        const layout = plain(op.shape, pixels);
        const size = volume(shapeOf(0));
        if (
          pixels === 0 ||
          size !== planesOf(layout) ||
          shapeOf(0).slice(pixels).join() !== layout.dims.join()
        )
          return refuse('it repeats other axes than the pixels');
        return { node: builder.add({ op: 'spread' }, [x.node], extentOf(layout)), layout };
      }
      case 'reduce':
        return this.#reduce(op, x);
      case 'spectrum':
        return this.#spectrum(x, shapeOf(0)[0]);
      case 'scan':
        return refuse('a scan is read through its ports');
      case 'take':
        return refuse('a port of a scan that is not fused');
      default:
        return refuse(`${op.op} has no fused kernel`);
    }
  }

  /** What has pixels, repeated along other axes. */
  #repeat(x: Lowered, from: Shape, to: Shape): Result {
    let value = x;
    for (const [axis, count] of to.entries()) {
      if (count === from[axis]) continue;
      const middle = along(value.layout, axis);
      if (middle === undefined) return refuse('it repeats pixels');
      const layout = resized(value.layout, axis, count);
      value = {
        node: this.builder.add({ op: 'repeatPlanes', ...middle, count }, [value.node], extentOf(layout)),
        layout,
      };
    }
    return value;
  }

  /** How many leading axes of a shape are pixels: all of the grid's, or none. */
  #pixelsOf(shape: Shape): number {
    return pixelsOf(shape, this.grid);
  }

  #biased(product: Lowered, bias: Lowered | undefined): Result {
    if (bias === undefined) return product;
    if (product.layout.dims.length !== 1) return refuse('a bias along one of several axes of planes');
    return { node: this.builder.zip('add', product.node, bias.node), layout: product.layout };
  }

  #slice(op: OpOf<'slice'>, x: Lowered, shape: Shape): Result {
    const { builder } = this;
    let value = x;
    for (const [axis, size] of op.size.entries()) {
      if (size === shape[axis]) continue;
      const middle = along(value.layout, axis);
      if (middle === undefined) return refuse('it takes some of the pixels');
      const layout = resized(value.layout, axis, size);
      value = {
        node: builder.add(
          { op: 'slicePlanes', ...middle, begin: op.begin[axis], size },
          [value.node],
          extentOf(layout),
        ),
        layout,
      };
    }
    return value;
  }

  #reduce(op: OpOf<'reduce'>, x: Lowered): Result {
    const { builder } = this;
    const pixels = op.axes.filter((axis) => x.layout.axes[axis] === 'pixel');
    if (pixels.length > 0) {
      if (pixels.length < this.grid.length || (op.fn !== 'sum' && op.fn !== 'mean'))
        return refuse('a reduction over pixels other than the sum or mean over all');
    }
    let value = x;
    // later axes first, so that the numbers of the others stay
    for (const axis of [...op.axes].sort((a, b) => b - a)) {
      if (value.layout.axes[axis] === 'pixel') continue;
      const middle = along(value.layout, axis);
      if (middle === undefined || !onGrid(value.layout)) return refuse('a reduction of what has no pixels');
      const layout = without(value.layout, axis);
      const extent = extentOf(layout);
      const reduce = (fn: 'sum' | 'max', of: number): number =>
        builder.add({ op: 'reducePlanes', fn, ...middle }, [of], extent);
      const node =
        op.fn === 'max'
          ? reduce('max', value.node)
          : op.fn === 'min'
            ? builder.affine(reduce('max', builder.affine(value.node, -1)), -1)
            : builder.affine(reduce('sum', value.node), op.fn === 'mean' ? 1 / middle.count : 1);
      value = { node, layout };
    }
    if (pixels.length === 0) return value;
    const summed = builder.add({ op: 'sumPixels' }, [value.node], {
      planes: planesOf(value.layout),
      grid: false,
    });
    const node = builder.affine(summed, op.fn === 'mean' ? 1 / volume(this.grid) : 1);
    return {
      node,
      layout: { dims: value.layout.dims, axes: value.layout.axes.filter((axis) => axis !== 'pixel') },
    };
  }

  /** |DFT| as two products with constants and a length, whose gradient at zero is zero. */
  #spectrum(x: Lowered, steps: number): Result {
    const middle = along(x.layout, 0);
    if (middle === undefined || !onGrid(x.layout)) return refuse('a spectrum along pixels');
    const { builder } = this;
    const layout = resized(x.layout, 0, bins(steps));
    const part = (wave: (angle: number) => number): number => {
      const weight = builder.add(
        { op: 'leaf', source: { kind: 'constant', value: fourier(steps, wave) } },
        [],
        { planes: steps * bins(steps), grid: false },
      );
      return builder.add(
        { op: 'dense', ...middle, to: bins(steps), transposed: false },
        [x.node, weight],
        extentOf(layout),
      );
    };
    const [re, im] = [part(Math.cos), part((angle) => -Math.sin(angle))].map((node) =>
      builder.map('square', node),
    );
    return { node: builder.map('sqrt', builder.zip('add', re, im)), layout };
  }

  /** Lowers a scan and gives its node and the layouts of its ports, by their names. */
  lowerScan(
    number: number,
  ): Refusal | { readonly node: number; readonly ports: ReadonlyMap<string, Layout> } {
    const node = this.nodes[number];
    if (node.op.op !== 'scan') return refuse('not a scan');
    const { op } = node;
    const inputs: Lowered[] = [];
    for (const input of node.inputs) {
      const value = this.values.get(input) ?? refuse('it reads what was not lowered');
      if (refused(value)) return refuse('it reads what is not fused');
      inputs.push(value);
    }
    const fields = inputs.slice(0, op.fields.length);
    const sequences = inputs.slice(op.fields.length, op.fields.length + op.sequences);
    const externals = inputs.slice(op.fields.length + op.sequences);
    if (fields.some(({ layout }) => !onGrid(layout))) return refuse('a state field without pixels');
    if (sequences.some(({ layout }) => layout.axes[0] !== 0 || !onGrid(layout)))
      return refuse('a driving sequence that is not stored step after step');
    const body = new Lowering(op.body.nodes, this.grid, (leafNode, builder): Result => {
      const leaf = leafNode.op;
      const of = (layout: Layout, source: Parameters<typeof asLeaf>[1]): Result => ({
        node: builder.add(asLeaf(extentOf(layout), source), [], extentOf(layout)),
        layout,
      });
      switch (leaf.op) {
        case 'state':
          return of(fields[op.fields.indexOf(leaf.field)].layout, { kind: 'state', field: leaf.field });
        case 'element':
          return of(without(sequences[leaf.sequence].layout, 0), {
            kind: 'element',
            sequence: leaf.sequence,
          });
        case 'external':
          return of(externals[leaf.index].layout, { kind: 'external', index: leaf.index });
        case 'clock':
          return of({ dims: [], axes: [] }, { kind: 'clock' });
        default:
          return refuse(`${leaf.op} inside a step`);
      }
    });
    for (const place of op.body.nodes.keys()) {
      const result = body.lower(place);
      if (refused(result)) return refuse(`in its step: ${op.body.nodes[place].op.op}: ${result.why}`);
    }
    return this.#closeScan(op, body, fields, inputs);
  }

  #closeScan(
    op: ScanOp,
    body: Lowering,
    fields: readonly Lowered[],
    inputs: readonly Lowered[],
  ): Refusal | { readonly node: number; readonly ports: ReadonlyMap<string, Layout> } {
    const ports = new Map<string, Layout>();
    const next: Record<string, number> = {};
    const observe: Record<string, number> = {};
    for (const [i, field] of op.fields.entries()) {
      const value = body.values.get(op.body.next[field]);
      if (value === undefined || refused(value)) return refuse('a next state that is not fused');
      if (!sameLayout(value.layout, fields[i].layout))
        return refuse(`the field '${field}' lies in another order after a step`);
      next[field] = value.node;
      ports.set(`final/${field}`, value.layout);
    }
    for (const [name, place] of Object.entries(op.body.observe)) {
      const value = body.values.get(place);
      if (value === undefined || refused(value) || !onGrid(value.layout))
        return refuse(`what is observed as '${name}' has no pixels`);
      observe[name] = value.node;
      ports.set(`observed/${name}`, sequenceOf(value.layout, op.steps));
    }
    const lowered: FieldBody = { nodes: body.builder.nodes, next, observe };
    const node = this.builder.add(
      { op: 'scan', steps: op.steps, fields: op.fields, sequences: op.sequences, body: lowered },
      inputs.map((input) => input.node),
      { planes: 0, grid: false },
    );
    return { node, ports };
  }

  /** A port of a lowered scan. */
  port(scan: number, port: string, layout: Layout): Lowered {
    splitPort(port);
    return { node: this.builder.add({ op: 'port', port }, [scan], extentOf(layout)), layout };
  }
}

/** Whether a list of numbers is stored in the order of its axes. */
const asStored = ({ axes }: Layout): boolean => axes.every((dim, axis) => dim === axis);

const asLeaf = (_extent: Extent, source: import('./field.js').Source) => ({ op: 'leaf', source }) as const;

export const pixelsOf = (shape: Shape, grid: Shape): number =>
  shape.length > grid.length && grid.every((size, axis) => shape[axis] === size) ? grid.length : 0;

const mainLeaf =
  (grid: Shape) =>
  (node: Node, builder: FieldBuilder): Result => {
    const { op } = node;
    if (op.op === 'input') {
      const layout = plain(op.shape, pixelsOf(op.shape, grid));
      return {
        node: builder.add({ op: 'leaf', source: { kind: 'input', name: op.name } }, [], extentOf(layout)),
        layout,
      };
    }
    if (op.op === 'parameter') {
      const layout = plain(op.shape, pixelsOf(op.shape, grid));
      return {
        node: builder.add({ op: 'leaf', source: { kind: 'parameter', name: op.name } }, [], extentOf(layout)),
        layout,
      };
    }
    return refuse(`${op.op} outside a step`);
  };

/** A wave at each (time, bin): [T, K], angles reduced before the function, which keeps them exact. */
const fourier = (steps: number, wave: (angle: number) => number): readonly number[] =>
  Array.from({ length: steps * bins(steps) }, (_, i) => {
    const time = Math.floor(i / bins(steps));
    const bin = i % bins(steps);
    return wave((2 * Math.PI * ((time * bin) % steps)) / steps);
  });

/** The whole graph lowered as far as it goes: each node's value, or why it has none. */
export const lowerGraph = (
  graph: Graph,
  grid: Shape,
): { readonly lowering: Lowering; readonly results: ReadonlyMap<number, Result> } => {
  const lowering = new Lowering(graph.nodes, grid);
  const scans = new Map<number, Exclude<ReturnType<Lowering['lowerScan']>, Refusal>>();
  for (const [number, node] of graph.nodes.entries()) {
    if (node.op.op === 'scan') {
      const scan = lowering.lowerScan(number);
      if ('why' in scan) lowering.values.set(number, scan);
      else {
        scans.set(number, scan);
        lowering.values.set(number, { node: scan.node, layout: { dims: [], axes: [] } });
      }
    } else if (node.op.op === 'take') {
      const scan = scans.get(node.inputs[0]);
      const layout = scan?.ports.get(node.op.port);
      lowering.values.set(
        number,
        scan === undefined || layout === undefined
          ? refuse('it reads what is not fused')
          : lowering.port(scan.node, node.op.port, layout),
      );
    } else lowering.lower(number);
  }
  return { lowering, results: lowering.values };
};
