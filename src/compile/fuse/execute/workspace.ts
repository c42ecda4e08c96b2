/** A program in an arena: its parameters, and how samples are written and read. */

import { type Graph, parametersOf } from '../../../dsl/graph.js';
import { type Shape, volume } from '../../../dsl/shape.js';
import type { Arrays } from '../../parameters.js';
import type { Layout } from '../ir/layout.js';
import { type Lowering, lowerGraph } from '../lower/index.js';
import { isRefusal, type Lowered } from '../lower/value.js';
import { type Address, type Grid, gridOf } from '../memory/address.js';
import type { Arena } from '../memory/arena.js';
import { labelBytes, readPlanes, type Transfer, transferOf, writePlanes } from '../memory/transfer.js';
import { ParameterAddresses } from './parameter-addresses.js';
import { type LossAddresses, layOut, type Region, type RegionPlan } from './region.js';

/** Throws unless there are `size` values: kernels do not check what they read. */
export const checkSize = (what: string, values: ArrayLike<number> | undefined, size: number): void => {
  if (values?.length !== size) throw new Error(`${what} has ${values?.length ?? 'no'} values, not ${size}`);
};

/** An input, parameter or output of the program, with its node and layout in the field graph. */
export interface LoweredLeaf extends Lowered {
  readonly shape: Shape;
}

/** A program in an arena: it lays out regions, and writes and reads their values. */
export class Workspace {
  readonly grid: Grid;
  readonly loss: LossAddresses;
  /** Inputs and parameters of the program that are lowered, by name. */
  readonly inputs: ReadonlyMap<string, LoweredLeaf>;
  readonly parameters: ReadonlyMap<string, LoweredLeaf>;
  readonly #lowering: Lowering;
  readonly #addresses: ParameterAddresses;
  readonly #values = new Map<string, Float32Array>();
  readonly #transfers = new Map<string, Transfer>();

  constructor(
    private readonly graph: Graph,
    private readonly shape: Shape,
    values: Arrays,
    readonly arena: Arena,
  ) {
    this.grid = gridOf(shape);
    this.#lowering = lowerGraph(graph, shape);
    this.#addresses = new ParameterAddresses(this.arena, this.grid);
    this.inputs = this.#leaves('input');
    this.parameters = this.#leaves('parameter');
    this.loss = {
      labels: this.arena.allocate(labelBytes(this.grid)),
      scale: this.arena.allocate(4),
      weights: this.arena.allocate(4 * (this.output('logits')?.shape.at(-1) ?? 1)),
      total: this.arena.allocate(32),
    };
    for (const { name, shape: size } of parametersOf(graph))
      checkSize(`parameter '${name}'`, values[name], volume(size));
    this.load(values);
  }

  #leaves(kind: 'input' | 'parameter'): ReadonlyMap<string, LoweredLeaf> {
    return new Map(
      this.graph.nodes.flatMap(({ op, shape }, number) => {
        const value = this.#lowering.values.get(number);
        if (op.op !== kind || value === undefined || isRefusal(value)) return [];
        return [[op.name, { ...value, shape }] as const];
      }),
    );
  }

  /** A new builder that holds the nodes of the program, to which gradients may be added; node numbers are always the same. */
  lowered(): Lowering['builder'] {
    return lowerGraph(this.graph, this.shape).builder;
  }

  /** An output, if it is lowered. */
  output(name: string): LoweredLeaf | undefined {
    const number = this.graph.outputs[name];
    const value = number === undefined ? undefined : this.#lowering.values.get(number);
    return value === undefined || isRefusal(value)
      ? undefined
      : { ...value, shape: this.graph.nodes[number].shape };
  }

  /** Sets the given parameters; others keep their values. */
  load(values: Arrays): void {
    for (const [name, data] of Object.entries(values)) {
      const leaf = this.parameters.get(name);
      if (leaf === undefined) continue;
      checkSize(`parameter '${name}'`, data, volume(leaf.shape));
      this.#values.set(name, data);
      this.write(leaf, data, 0, this.#addresses.address(name, this.#lowering.builder.nodes[leaf.node]));
    }
    this.#addresses.repack();
  }

  layOut(plan: RegionPlan): Region {
    const region = layOut(this.arena, this.grid, this.#addresses, this.loss, plan);
    // loading again packs the weights as this region reads them
    this.load(Object.fromEntries(this.#values));
    return region;
  }

  /** Writes the inputs of a sample where a region reads them. */
  feed(region: Region, inputs: Arrays, sample: number): void {
    for (const [name, leaf] of this.inputs) {
      const target = region.input(name);
      if (target !== undefined) this.write(leaf, inputs[name], sample, target.address);
    }
  }

  write({ shape, layout }: LoweredLeaf, values: Float32Array, sample: number, address: Address): void {
    const transfer = this.#transfer(shape, layout);
    writePlanes(this.arena, transfer, values, sample * volume(shape), address);
  }

  read({ shape, layout }: LoweredLeaf, address: Address, values: Float32Array, sample: number): void {
    const transfer = this.#transfer(shape, layout);
    readPlanes(this.arena, transfer, address, values, sample * volume(shape));
  }

  #transfer(shape: Shape, layout: Layout): Transfer {
    const key = `${shape.join()} ${layout.dims.join()} ${layout.axes.join()}`;
    const made = this.#transfers.get(key) ?? transferOf(shape, layout);
    this.#transfers.set(key, made);
    return made;
  }
}
