/** Lowering: from the nodes of a program to a field graph, or the reason why a node cannot be fused. */

import type { Graph } from '../../../dsl/graph.js';
import { type Node, type OpOf, rootsOf } from '../../../dsl/op.js';
import { type Shape, volume } from '../../../dsl/shape.js';
import { FieldBuilder } from '../ir/builder.js';
import type { Source } from '../ir/field.js';
import {
  forSamples,
  type Layout,
  ofSamples,
  onGrid,
  plain,
  planesOf,
  sameLayout,
  samePlanes,
} from '../ir/layout.js';
import { transferOf } from '../memory/transfer.js';
import { layoutOn, reachesSample } from './leaves.js';
import { lowerBatchNorm } from './operations/batch-norm.js';
import { lowerEinsum } from './operations/einsum.js';
import { lowerEinsumOfSamples } from './operations/einsum-of-samples.js';
import { lowerFourier } from './operations/fourier.js';
import { lowerPool } from './operations/pixels.js';
import { lowerRecurrence } from './operations/recurrence.js';
import { lowerReduce } from './operations/reduce.js';
import { isAlongPixels, lowerRoll, type Roll, rollsOf, slicesOfRolls } from './operations/roll.js';
import { type LoweredScan, lowerScan } from './operations/scan.js';
import {
  lowerBroadcast,
  lowerConcat,
  lowerEntries,
  lowerReshape,
  lowerReverse,
  lowerSlice,
  lowerTranspose,
} from './operations/structure.js';
import { lowerConv, lowerConvTranspose, lowerDense, lowerSpectrum } from './operations/weighted.js';
import { hasPixels, noPixels, type PixelAxes } from './pixel-axes.js';
import { type Pixels, samplesIn } from './samples.js';
import {
  asList,
  extentOf,
  inAxisOrder,
  isRefusal,
  type Lowered,
  notFused,
  type Result,
  storedAs,
} from './value.js';

/** Running statistics that move towards the moments of a batch. */
export interface RunningStatistics {
  /** The node of the moments. */
  readonly moments: number;
  readonly momentum: number;
  /** The parameters that hold them. */
  readonly mean: string;
  readonly variance: string;
}

/** Lowers nodes one by one, in their order. */
export class Lowering {
  readonly builder = new FieldBuilder();
  readonly values = new Map<number, Result>();
  /** The batch norms whose running statistics move, in the order of the program. */
  readonly statistics: RunningStatistics[] = [];
  readonly #scans = new Map<number, LoweredScan>();
  readonly #rolls: ReadonlyMap<number, Roll>;
  readonly #slices: ReadonlySet<number>;

  constructor(
    private readonly nodes: readonly Node[],
    private readonly pixels: Pixels,
    /** Nodes whose values are read from outside. */
    roots: Iterable<number>,
    /** Lowers the leaves of a step; not for the main graph. */
    private readonly stepLeaf?: (node: Node, builder: FieldBuilder) => Result,
    /** Whether batch norm takes the statistics of the batch. */
    private readonly training = false,
  ) {
    this.#rolls = rollsOf(nodes);
    this.#slices = slicesOfRolls(nodes, this.#rolls, roots);
  }

  /** The pixel axes of the values; none if pixels are samples. */
  get #axes(): PixelAxes {
    return 'samples' in this.pixels ? noPixels : this.pixels;
  }

  /** Whether no value has pixels: all are lists, of one sample. */
  get #isWithoutPixels(): boolean {
    return !('samples' in this.pixels) && !hasPixels(this.pixels);
  }

  /** Lowers the node of this number; the nodes before it must have been lowered. */
  lower(number: number): Result {
    const lowered = this.#lower(number);
    // a list whose reader needs pixels
    const result = isRefusal(lowered) ? lowered : this.#settled(number, lowered);
    this.values.set(number, result);
    return result;
  }

  /** Takes a node's value from outside, as an input of this name. */
  border(number: number, name: string): void {
    this.values.set(number, this.#leaf(number, { kind: 'input', name }));
  }

  /** The layout of a value from outside, or of a list. */
  #layoutOf(number: number): Layout {
    return layoutOn(this.nodes[number].shape, this.#axes.nodes[number] ?? []);
  }

  /** The layout of a value that is given or drawn for each sample. */
  #ofSample(number: number): Layout {
    const samples = samplesIn(this.pixels);
    const layout = this.#layoutOf(number);
    return samples === undefined ? layout : forSamples(layout, samples);
  }

  #leaf(number: number, source: Source): Lowered {
    const layout = source.kind === 'input' ? this.#ofSample(number) : this.#layoutOf(number);
    return { node: this.builder.add({ op: 'leaf', source }, [], extentOf(layout)), layout };
  }

  #lower(number: number): Result {
    const node = this.nodes[number];
    const inputs: Lowered[] = [];
    for (const input of node.inputs) {
      const value = this.values.get(input);
      if (value === undefined || isRefusal(value)) return notFused('it reads what is not fused');
      inputs.push(value);
    }
    const [x, y] = inputs;
    const { op } = node;
    const { builder } = this;
    if ('samples' in this.pixels && (op.op === 'conv' || op.op === 'convTranspose' || op.op === 'pool'))
      return notFused('a window over axes that are not the pixels');
    const shapeOf = (index: number): Shape => this.nodes[node.inputs[index]].shape;
    switch (op.op) {
      case 'input':
        return this.#leaf(number, { kind: 'input', name: op.name });
      case 'parameter':
        return this.#leaf(number, { kind: 'parameter', name: op.name });
      case 'constant':
        return this.#leaf(number, { kind: 'constant', value: constantOf(op, this.#layoutOf(number)) });
      case 'state':
      case 'element':
      case 'external':
      case 'clock':
        return this.stepLeaf?.(node, builder) ?? notFused(`${op.op} outside a step`);
      case 'noise': {
        const layout = this.#ofSample(number);
        const { name, distribution, shape } = op;
        const draws = { op: 'noise', name, distribution, shape, layout } as const;
        return {
          node: builder.add(draws, node.inputs.length === 0 ? [] : [x.node], extentOf(layout)),
          layout,
        };
      }
      case 'map':
        return { node: builder.map(op.fn, x.node), layout: x.layout };
      case 'affine':
        return { node: builder.affine(x.node, op.scale, op.shift), layout: x.layout };
      case 'zip':
        return this.#zip([x, y], ([a, b]) => builder.zip(op.fn, a, b));
      case 'where':
        return this.#zip(inputs, (parts) => builder.where(parts));
      case 'batchNorm':
        return this.#orAsLists(number, inputs, (given) => this.#batchNorm(node, op, given));
      case 'dense':
        return this.#orAsLists(number, inputs, (given) =>
          lowerDense(builder, given, node.shape[node.shape.length - 1], this.#isWithoutPixels),
        );
      case 'einsum':
        return inputs.some(({ layout }) => ofSamples(layout))
          ? lowerEinsumOfSamples(builder, op, inputs, [shapeOf(0), shapeOf(1)])
          : lowerEinsum(builder, op, inputs, [shapeOf(0), shapeOf(1)], this.#layoutOf(number));
      case 'conv':
        return lowerConv(builder, op, inputs, {
          weight: shapeOf(1),
          result: node.shape,
          field: shapeOf(0),
        });
      case 'convTranspose':
        return lowerConvTranspose(builder, op, inputs, { weight: shapeOf(1), result: node.shape });
      case 'pool':
        return lowerPool(builder, op, x, node.shape);
      case 'fourier':
        return lowerFourier(builder, op, x, shapeOf(0));
      case 'spectrum':
        return this.#orAsLists(number, inputs, ([only]) => lowerSpectrum(builder, only, shapeOf(0)[0]));
      case 'transpose':
        return this.#orAsLists(number, inputs, ([only]) => lowerTranspose(op, only));
      case 'reshape':
        return this.#orAsLists(number, inputs, ([only]) => lowerReshape(builder, op, only, shapeOf(0)));
      case 'slice': {
        const cut = op.size.findIndex((size, axis) => size !== shapeOf(0)[axis]);
        // a slice that only a roll reads, which takes the whole field
        return this.#slices.has(number) && isAlongPixels(x, cut)
          ? x
          : this.#orAsLists(number, inputs, ([only]) => lowerSlice(builder, op, only, shapeOf(0)));
      }
      case 'gather':
      case 'scatter':
        return this.#orAsLists(number, inputs, ([only]) =>
          lowerEntries(builder, op.axis, entriesOf(op), only),
        );
      case 'reverse':
        return this.#orAsLists(number, inputs, ([only]) => lowerReverse(builder, op, only, shapeOf(0)));
      case 'concat': {
        const roll = this.#rolls.get(number);
        const source = roll === undefined ? undefined : this.values.get(roll.source);
        return roll !== undefined &&
          source !== undefined &&
          !isRefusal(source) &&
          isAlongPixels(source, op.axis)
          ? lowerRoll(builder, source, roll)
          : this.#orAsLists(number, inputs, (given) => lowerConcat(builder, op, given, node.shape[op.axis]));
      }
      case 'broadcast':
        return this.#orAsLists(number, inputs, ([only], isAgain) =>
          lowerBroadcast(
            builder,
            only,
            shapeOf(0),
            op.shape,
            isAgain ? plain(op.shape, 0) : this.#layoutOf(number),
          ),
        );
      case 'reduce':
        return this.#orAsLists(number, inputs, ([only]) => lowerReduce(builder, op, only));
      case 'scan': {
        const inside = samplesIn(this.pixels) === undefined ? this.#axes.bodies.get(number) : this.pixels;
        const scan = lowerScan(builder, op, inputs, this.pixels, (nodes, leaf) => {
          const step = new Lowering(nodes, inside ?? noPixels, rootsOf(op.body), leaf);
          for (const index of nodes.keys()) if (isRefusal(step.lower(index))) break;
          return step;
        });
        if (isRefusal(scan)) return scan;
        this.#scans.set(number, scan);
        return { node: scan.node, layout: { dims: [], axes: [], pixels: [] } };
      }
      case 'recurrence':
        return lowerRecurrence(builder, op, inputs, node.shape[0]);
      case 'take': {
        const scan = this.#scans.get(node.inputs[0]);
        const layout = scan?.ports.get(op.port);
        if (scan === undefined || layout === undefined) return notFused('it reads what is not fused');
        const port = builder.add({ op: 'port', port: op.port }, [scan.node], extentOf(layout));
        return { node: port, layout };
      }
      default:
        return notFused(`${op.op} has no fused kernel`);
    }
  }

  /**
   * An operation that pixels do not support is computed on lists of all numbers, and its result is stored in the
   * layout of a value from outside.
   */
  #orAsLists(
    number: number,
    inputs: readonly Lowered[],
    lower: (given: readonly Lowered[], isAgain: boolean) => Result,
  ): Result {
    const made = lower(inputs, false);
    // a list cannot have samples as an axis
    if (!isRefusal(made) || 'samples' in this.pixels) return made;
    const again = lower(
      inputs.map((input) => asList(this.builder, input)),
      true,
    );
    return isRefusal(again) ? again : this.#settled(number, again);
  }

  #batchNorm(node: Node, op: OpOf<'batchNorm'>, inputs: readonly Lowered[]): Result {
    if (this.training && !reachesSample(this.nodes, node.inputs[0]))
      return notFused('a batch norm of what is the same for all samples');
    const normal = lowerBatchNorm(this.builder, op, inputs, this.training, volume(node.shape.slice(0, -1)));
    if (isRefusal(normal) || normal.moments === undefined) return normal;
    const [mean, variance] = node.inputs.slice(3).map((input) => this.nodes[input].op);
    if (mean.op === 'parameter' && variance.op === 'parameter')
      this.statistics.push({
        moments: normal.moments,
        momentum: op.momentum,
        mean: mean.name,
        variance: variance.name,
      });
    return normal;
  }

  /** A list converted to the planes that it would have from outside. */
  #settled(number: number, value: Lowered): Lowered {
    const layout = this.#layoutOf(number);
    return onGrid(layout) && !onGrid(value.layout) ? storedAs(this.builder, value, layout) : value;
  }

  /** A pointwise function of values of one layout, and of scalars. */
  #zip(values: readonly Lowered[], join: (nodes: readonly number[]) => number): Result {
    if ('samples' in this.pixels) return this.#zipSamples(values, join);
    const full = values.filter(({ layout }) => layout.axes.length > 0);
    const [first] = full;
    const joined = (parts: readonly Lowered[]): number =>
      join(values.map((value) => (full.includes(value) ? parts[full.indexOf(value)] : value).node));
    if (first === undefined) return { node: joined([]), layout: values[0].layout };
    if (full.every(({ layout }) => sameLayout(layout, first.layout)))
      return { node: joined(full), layout: first.layout };
    const parts = full.map((value) => inAxisOrder(this.builder, value));
    const { layout } = parts.find((part) => onGrid(part.layout)) ?? parts[0];
    return { node: joined(parts.map((part) => storedAs(this.builder, part, layout))), layout };
  }

  /** The same if pixels are samples: a list has a number for each plane, equal for all samples. */
  #zipSamples(values: readonly Lowered[], join: (nodes: readonly number[]) => number): Lowered {
    const { builder } = this;
    const full = values.flatMap(({ layout }) => (layout.axes.length > 0 ? [layout] : []));
    const alike = full.every((layout) => samePlanes(layout, full[0]));
    const ordered = alike ? values : values.map((value) => inAxisOrder(builder, value));
    const planes = ordered.find(({ layout }) => layout.axes.length > 0)?.layout ?? values[0].layout;
    const parts = ordered.map(({ node, layout }): number => {
      if (layout.axes.length > 0 || !onGrid(layout) || planesOf(planes) === 1) return node;
      // a scalar of each sample, for all planes
      const count = planesOf(planes);
      return builder.add({ op: 'repeatPlanes', outer: 1, count, inner: 1 }, [node], {
        planes: count,
        grid: builder.extent(node).grid,
      });
    });
    const own = values.find(({ layout }) => onGrid(layout))?.layout.pixels ?? [];
    return { node: join(parts), layout: { ...planes, pixels: own } };
  }
}

/** For each entry of the result, the entries that it sums. */
const entriesOf = (op: OpOf<'gather' | 'scatter'>): readonly (readonly number[])[] => {
  if (op.op === 'gather') return op.indices.map((index) => [index]);
  const from = Array.from({ length: op.size }, (): number[] => []);
  for (const [entry, to] of op.indices.entries()) from[to].push(entry);
  return from;
};
/** The numbers of a constant, pixel by pixel with the planes in their order. */
const constantOf = (
  { value, shape }: OpOf<'constant'>,
  layout: Layout,
): Extract<Source, { kind: 'constant' }>['value'] => {
  if (typeof value === 'number' || !onGrid(layout)) return value;
  const { planes, pixels } = transferOf(shape, layout);
  return Array.from(pixels).flatMap((pixel) => Array.from(planes, (plane) => value[pixel + plane]));
};

/** Lowers a whole graph: the value of each node, or the reason why it cannot be fused. */
export const lowerGraph = (graph: Graph, pixels: Pixels, training = false): Lowering => {
  const lowering = new Lowering(graph.nodes, pixels, Object.values(graph.outputs), undefined, training);
  for (const number of graph.nodes.keys()) lowering.lower(number);
  return lowering;
};
