/** Lowering: from the nodes of a program to a field graph, or the reason why a node cannot be fused. */

import type { Graph } from '../../../dsl/graph.js';
import { type Node, type OpOf, rootsOf } from '../../../dsl/op.js';
import type { Shape } from '../../../dsl/shape.js';
import { FieldBuilder } from '../ir/builder.js';
import type { Source } from '../ir/field.js';
import { type Layout, onGrid, plain, sameLayout } from '../ir/layout.js';
import { transferOf } from '../memory/transfer.js';
import { leafLayout, sequenceNodes, weightNodes } from './leaves.js';
import { lowerRecurrence } from './recurrence.js';
import { lowerReduce } from './reduce.js';
import { isAlongPixels, lowerRoll, type Roll, rollsOf, slicesOfRolls } from './roll.js';
import { type LoweredScan, lowerScan } from './scan.js';
import {
  lowerBroadcast,
  lowerConcat,
  lowerReshape,
  lowerReverse,
  lowerSlice,
  lowerTranspose,
} from './structure.js';
import { extentOf, inAxisOrder, isRefusal, type Lowered, notFused, type Result } from './value.js';
import { lowerConv, lowerDense, lowerSpectrum } from './weighted.js';

/** Lowers nodes one by one, in their order. `grid`: the sizes of the pixel axes. */
export class Lowering {
  readonly builder = new FieldBuilder();
  readonly values = new Map<number, Result>();
  readonly #scans = new Map<number, LoweredScan>();
  readonly #weights: ReadonlySet<number>;
  readonly #sequences: ReadonlySet<number>;
  readonly #rolls: ReadonlyMap<number, Roll>;
  readonly #slices: ReadonlySet<number>;

  constructor(
    private readonly nodes: readonly Node[],
    private readonly grid: Shape,
    /** Nodes whose values are read from outside. */
    roots: Iterable<number>,
    /** Lowers the leaves of a step; not for the main graph. */
    private readonly stepLeaf?: (node: Node, builder: FieldBuilder) => Result,
  ) {
    this.#weights = weightNodes(nodes);
    this.#sequences = sequenceNodes(nodes);
    this.#rolls = rollsOf(nodes);
    this.#slices = slicesOfRolls(nodes, this.#rolls, roots);
  }

  /** Lowers the node of this number; the nodes before it must have been lowered. */
  lower(number: number): Result {
    const result = this.#lower(number);
    this.values.set(number, result);
    return result;
  }

  /** Takes a node's value from outside instead, as an input of this name. */
  border(number: number, name: string): void {
    this.values.set(number, this.#leaf(number, { kind: 'input', name }));
  }

  /** The layout of a value from outside, or of a list. */
  #layoutOf(number: number): Layout {
    const { shape } = this.nodes[number];
    return this.#weights.has(number)
      ? plain(shape, 0)
      : leafLayout(shape, this.grid, this.#sequences.has(number));
  }

  #leaf(number: number, source: Source): Lowered {
    const layout = this.#layoutOf(number);
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
    const { builder, grid } = this;
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
      case 'map':
        return op.fn === 'floor' || op.fn === 'erf'
          ? notFused(`${op.fn} has no fused kernel`)
          : { node: builder.map(op.fn, x.node), layout: x.layout };
      case 'affine':
        return { node: builder.affine(x.node, op.scale, op.shift), layout: x.layout };
      case 'zip': {
        const { fn } = op;
        return fn === 'greaterEqual' || fn === 'atan2'
          ? notFused(`${fn} has no fused kernel`)
          : this.#zip(x, y, (a, b) => builder.zip(fn, a, b));
      }
      case 'dense':
        return lowerDense(builder, inputs, node.shape[node.shape.length - 1]);
      case 'conv':
        return lowerConv(builder, op, inputs, { weight: shapeOf(1), result: node.shape, grid });
      case 'spectrum':
        return lowerSpectrum(builder, x, shapeOf(0)[0]);
      case 'transpose':
        return lowerTranspose(op, x);
      case 'reshape':
        return lowerReshape(builder, op, x, shapeOf(0));
      case 'slice': {
        const cut = op.size.findIndex((size, axis) => size !== shapeOf(0)[axis]);
        // a slice that only a roll reads: the roll takes the whole field
        return this.#slices.has(number) && isAlongPixels(x, cut) ? x : lowerSlice(builder, op, x, shapeOf(0));
      }
      case 'reverse':
        return lowerReverse(builder, op, x);
      case 'concat': {
        const roll = this.#rolls.get(number);
        const source = roll === undefined ? undefined : this.values.get(roll.source);
        return roll !== undefined &&
          source !== undefined &&
          !isRefusal(source) &&
          isAlongPixels(source, op.axis)
          ? lowerRoll(builder, source, roll)
          : lowerConcat(builder, op, inputs, node.shape[op.axis]);
      }
      case 'broadcast':
        return lowerBroadcast(builder, x, shapeOf(0), op.shape, this.#layoutOf(number));
      case 'reduce':
        return lowerReduce(builder, op, x, grid);
      case 'scan': {
        const scan = lowerScan(builder, op, inputs, grid, (nodes, leaf) => {
          const step = new Lowering(nodes, grid, rootsOf(op.body), leaf);
          for (const index of nodes.keys()) if (isRefusal(step.lower(index))) break;
          return step;
        });
        if (isRefusal(scan)) return scan;
        this.#scans.set(number, scan);
        return { node: scan.node, layout: { dims: [], axes: [] } };
      }
      case 'recurrence':
        return this.stepLeaf === undefined
          ? lowerRecurrence(builder, op, inputs, node.shape[0])
          : notFused('a recurrence inside a step');
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

  /** A pointwise function of two values of one layout, or of a value and a scalar. */
  #zip(x: Lowered, y: Lowered, join: (a: number, b: number) => number): Result {
    const scalar = ({ layout }: Lowered): boolean => layout.axes.length === 0;
    if (scalar(x) || scalar(y)) return { node: join(x.node, y.node), layout: (scalar(x) ? y : x).layout };
    const alike = sameLayout(x.layout, y.layout);
    const [a, b] = alike ? [x, y] : [x, y].map((value) => inAxisOrder(this.builder, value));
    return sameLayout(a.layout, b.layout)
      ? { node: join(a.node, b.node), layout: a.layout }
      : notFused('only one of its operands has pixels');
  }
}

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
export const lowerGraph = (graph: Graph, grid: Shape): Lowering => {
  const lowering = new Lowering(graph.nodes, grid, Object.values(graph.outputs));
  for (const number of graph.nodes.keys()) lowering.lower(number);
  return lowering;
};
