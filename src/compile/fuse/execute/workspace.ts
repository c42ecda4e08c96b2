/** A micro-batch: the values of each input, one sample after the other. */
export interface FusedMicroBatch {
  readonly count: number;
  readonly inputs: Arrays;
  /** The numbers of the samples, for noise; default 0, 1, 2, ... */
  readonly samples?: readonly number[];
  /** Default 0. */
  readonly noiseSeed?: number;
}

/** A program in an arena: its parameters, and how samples are written and read. */

import { type Graph, parametersOf } from '../../../dsl/graph.js';
import { type Shape, volume } from '../../../dsl/shape.js';
import type { Arrays } from '../../parameters.js';
import { forSamples, type Layout, onGrid } from '../ir/layout.js';
import type { Instruction } from '../list/instruction.js';
import { type Lowering, lowerGraph } from '../lower/index.js';
import { type Pixels, samplesIn } from '../lower/samples.js';
import { extentOf, isRefusal, type Lowered } from '../lower/value.js';
import type { Address } from '../memory/address.js';
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
  readonly loss: LossAddresses;
  /** The address of the noise seed and of the numbers of the samples that are computed together, as doubles. */
  readonly noise: number;
  /** The number of samples that a region computes at a time. */
  readonly together: number;
  /** Inputs and parameters of the program that are lowered, by name. */
  readonly inputs: ReadonlyMap<string, LoweredLeaf>;
  readonly parameters: ReadonlyMap<string, LoweredLeaf>;
  readonly #lowering: Lowering;
  readonly #addresses: ParameterAddresses;
  readonly #values = new Map<string, Float32Array>();
  readonly #transfers = new Map<string, Transfer>();

  constructor(
    private readonly graph: Graph,
    private readonly pixels: Pixels,
    values: Arrays,
    readonly arena: Arena,
    private readonly training: boolean,
  ) {
    this.#lowering = lowerGraph(graph, pixels, training);
    this.together = samplesIn(pixels) ?? 1;
    this.#addresses = new ParameterAddresses(this.arena);
    this.inputs = this.#leaves('input');
    this.parameters = this.#leaves('parameter');
    const logits = this.output('logits');
    const grid = logits && extentOf(logits.layout).grid;
    this.loss = {
      labels: this.arena.allocate(grid === undefined ? 0 : labelBytes(grid)),
      scale: this.arena.allocate(4),
      weights: this.arena.allocate(4 * (logits?.shape.at(-1) ?? 1)),
      total: this.arena.allocate(32),
    };
    this.noise = this.arena.allocate(8 * (1 + this.together));
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
    return lowerGraph(this.graph, this.pixels, this.training).builder;
  }

  /** The batch norms whose running statistics move. */
  get statistics(): Lowering['statistics'] {
    return this.#lowering.statistics;
  }

  /** The values of a parameter, as they were loaded. */
  valuesOf(name: string): Float32Array {
    return this.#values.get(name) ?? new Float32Array(0);
  }

  /** An output, if it is lowered. */
  output(name: string): LoweredLeaf | undefined {
    const number = this.graph.outputs[name];
    const value = number === undefined ? undefined : this.#lowering.values.get(number);
    return value === undefined || isRefusal(value)
      ? undefined
      : { ...value, shape: this.graph.nodes[number].shape };
  }

  /** The address of a parameter's loaded values. */
  parameterAddress(name: string, { node }: Lowered): Address {
    return this.#addresses.address(name, this.#lowering.builder.nodes[node]);
  }

  /** The instructions that pack parameters after loading. */
  get packs(): readonly Instruction[] {
    return this.#addresses.instructions;
  }

  /** Sets the given parameters; others keep their values. */
  load(values: Arrays): void {
    for (const [name, data] of Object.entries(values)) {
      const leaf = this.parameters.get(name);
      if (leaf === undefined) continue;
      checkSize(`parameter '${name}'`, data, volume(leaf.shape));
      this.#values.set(name, data);
      this.write(leaf, data, 0, this.parameterAddress(name, leaf));
    }
    this.#addresses.repack();
  }

  layOut(plan: RegionPlan): Region {
    const region = layOut(this.arena, this.#addresses, { loss: this.loss, noise: this.noise }, plan);
    // loading again packs the weights for this region
    this.load(Object.fromEntries(this.#values));
    return region;
  }

  /**
   * Writes the inputs of a sample, or of a group of samples, and seed and numbers of their noise, to the addresses
   * that a region reads.
   */
  feed(region: Region, { inputs, samples, noiseSeed = 0 }: FusedMicroBatch, sample: number): void {
    this.arena.doubles[this.noise / 8] = noiseSeed;
    for (let i = 0; i < this.together; i++)
      this.arena.doubles[this.noise / 8 + 1 + i] = samples?.[sample + i] ?? sample + i;
    for (const [name, leaf] of this.inputs) {
      const target = region.fed('input', name);
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

  /** Reads a value of a sample, or of a group of samples; a list is the same for all of them. */
  readAll(leaf: LoweredLeaf, address: Address, values: Float32Array, sample: number): void {
    const times = onGrid(leaf.layout) ? 1 : this.together;
    for (let i = 0; i < times; i++) this.read(leaf, address, values, sample + i);
  }

  /** An output in the layout of its cotangent: one for each sample, even if the output is the same for all. */
  cotangentOf(leaf: LoweredLeaf): LoweredLeaf {
    const samples = samplesIn(this.pixels);
    return samples === undefined ? leaf : { ...leaf, layout: forSamples(leaf.layout, samples) };
  }

  #transfer(shape: Shape, layout: Layout): Transfer {
    const key = `${shape.join()} ${layout.dims.join()} ${layout.axes.join()} ${layout.pixels.join()}`;
    const made = this.#transfers.get(key) ?? transferOf(shape, layout);
    this.#transfers.set(key, made);
    return made;
  }
}
