/** A program in a machine: its memory, where its parameters lie, and how samples get in and out. */

import { type Graph, parametersOf } from '../../../dsl/graph.js';
import { type Shape, volume } from '../../../dsl/shape.js';
import type { Layout } from '../ir/layout.js';
import { type Lowering, lowerGraph } from '../lower/index.js';
import { type Lowered, refused } from '../lower/value.js';
import { type Grid, gridOf, type Place } from '../memory/address.js';
import type { Machine } from '../memory/arena.js';
import { type Conveyance, conveyanceOf, labelBytes, putPlanes, takePlanes } from '../memory/transfer.js';
import { type LossPlaces, layOut, type Region, type RegionPlan } from './region.js';
import { Parameters } from './weights.js';

export type Arrays = Readonly<Record<string, Float32Array>>;

/** What is fed is checked here, since kernels read whatever lies in memory. */
export const checkSize = (what: string, values: ArrayLike<number> | undefined, size: number): void => {
  if (values?.length !== size) throw new Error(`${what} has ${values?.length ?? 'no'} values, not ${size}`);
};

/** A leaf of the program with where it lies. */
export interface Leaf extends Lowered {
  readonly shape: Shape;
}

export class Workspace {
  readonly grid: Grid;
  readonly loss: LossPlaces;
  /** Inputs and parameters of the program that are lowered, by name. */
  readonly inputs: ReadonlyMap<string, Leaf>;
  readonly parameters: ReadonlyMap<string, Leaf>;
  readonly #lowering: Lowering;
  readonly #places: Parameters;
  readonly #values = new Map<string, Float32Array>();
  readonly #conveyances = new Map<string, Conveyance>();

  constructor(
    private readonly graph: Graph,
    private readonly shape: Shape,
    values: Arrays,
    readonly machine: Machine,
  ) {
    this.grid = gridOf(shape);
    this.#lowering = lowerGraph(graph, shape);
    this.#places = new Parameters(this.machine, this.grid);
    this.inputs = this.#leaves('input');
    this.parameters = this.#leaves('parameter');
    this.loss = {
      labels: this.machine.allocate(labelBytes(this.grid)),
      scale: this.machine.allocate(4),
      weights: this.machine.allocate(4 * (this.output('logits')?.shape.at(-1) ?? 1)),
      total: this.machine.allocate(32),
    };
    for (const { name, shape: size } of parametersOf(graph))
      checkSize(`parameter '${name}'`, values[name], volume(size));
    this.load(values);
  }

  #leaves(kind: 'input' | 'parameter'): ReadonlyMap<string, Leaf> {
    return new Map(
      this.graph.nodes.flatMap(({ op, shape }, number) => {
        const value = this.#lowering.values.get(number);
        if (op.op !== kind || value === undefined || refused(value)) return [];
        return [[op.name, { ...value, shape }] as const];
      }),
    );
  }

  /** The nodes of the program alone, to which gradients may be added: always the same numbers. */
  lowered(): Lowering['builder'] {
    return lowerGraph(this.graph, this.shape).builder;
  }

  /** An output, if it is lowered. */
  output(name: string): Leaf | undefined {
    const number = this.graph.outputs[name];
    const value = number === undefined ? undefined : this.#lowering.values.get(number);
    return value === undefined || refused(value)
      ? undefined
      : { ...value, shape: this.graph.nodes[number].shape };
  }

  /** Sets parameters, those that are given. */
  load(values: Arrays): void {
    for (const [name, data] of Object.entries(values)) {
      const leaf = this.parameters.get(name);
      if (leaf === undefined) continue;
      checkSize(`parameter '${name}'`, data, volume(leaf.shape));
      this.#values.set(name, data);
      this.put(leaf, data, 0, this.#places.place(name, this.#lowering.builder.nodes[leaf.node]));
    }
    this.#places.repack();
  }

  layOut(plan: RegionPlan): Region {
    const region = layOut(this.machine, this.grid, this.#places, this.loss, plan);
    // weights are packed in the orders of this region too
    this.load(Object.fromEntries(this.#values));
    return region;
  }

  /** Puts a sample's inputs where a region reads them. */
  feed(region: Region, inputs: Arrays, sample: number): void {
    for (const [name, leaf] of this.inputs) {
      const target = region.input(name);
      if (target !== undefined) this.put(leaf, inputs[name], sample, target.place);
    }
  }

  put({ shape, layout }: Leaf, values: Float32Array, sample: number, place: Place): void {
    const conveyance = this.#conveyance(shape, layout);
    putPlanes(this.machine, conveyance, values, sample * volume(shape), place);
  }

  take({ shape, layout }: Leaf, place: Place, values: Float32Array, sample: number): void {
    const conveyance = this.#conveyance(shape, layout);
    takePlanes(this.machine, conveyance, place, values, sample * volume(shape));
  }

  #conveyance(shape: Shape, layout: Layout): Conveyance {
    const key = `${shape.join()} ${layout.dims.join()} ${layout.axes.join()}`;
    const made = this.#conveyances.get(key) ?? conveyanceOf(shape, layout);
    this.#conveyances.set(key, made);
    return made;
  }
}
