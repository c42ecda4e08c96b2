/** The addresses of weights, as loaded and as packed for kernels. */

import type { Packed } from '../emit/emitting.js';
import { type Packing, packedBytes, packing as packingOf } from '../emit/pack-weights.js';
import type { FieldNode } from '../ir/field.js';
import type { Instruction } from '../list/instruction.js';
import { runner } from '../machines/runner.js';
import { type Address, addressFor, sizeOf } from '../memory/address.js';
import type { Arena } from '../memory/arena.js';
import type { Addresses } from '../schedule/addresses.js';

/** The addresses of parameters, plain and packed; shared by all regions of a machine. */
export class ParameterAddresses {
  readonly #addresses = new Map<string, Address>();
  readonly #packs = new Map<string, Packed>();
  #loads = 0;
  #instructions: readonly Instruction[] = [];
  #run: (() => void) | undefined;

  constructor(private readonly arena: Arena) {}

  address(name: string, { extent }: FieldNode): Address {
    const known = this.#addresses.get(name);
    if (known !== undefined) return known;
    const address = addressFor(extent, this.arena.allocate(sizeOf(extent), `parameter ${name}`));
    this.#addresses.set(name, address);
    return address;
  }

  /** Weights packed once whenever parameters are loaded. */
  packed(key: string, address: Address, packing: Packing): Packed {
    const known = this.#packs.get(key);
    if (known !== undefined) return known;
    const at = this.arena.allocate(packedBytes(packing), `packed ${key}`);
    const made = { at, before: [] };
    this.#instructions = [...this.#instructions, ...packingOf(this.arena, packing, address.at, at)];
    this.#run = undefined;
    this.#packs.set(key, made);
    return made;
  }

  /** The instructions that pack all weights. */
  get instructions(): readonly Instruction[] {
    return this.#instructions;
  }

  /** The number of times that parameters were loaded. */
  get loads(): number {
    return this.#loads;
  }

  /** Packs all weights again, after their values have changed. */
  repack(): void {
    this.#loads++;
    this.#run ??= runner(this.#instructions, this.arena);
    this.#run();
  }
}

/** The packed weights of one region: parameters, constants, and what a sample computes. */
export class RegionWeights {
  readonly #once: Instruction[] = [];
  readonly #loaded: Instruction[] = [];
  #waiting: Instruction[] = [];

  constructor(
    private readonly nodes: readonly FieldNode[],
    /** Nodes that change only when parameters are loaded. */
    private readonly fixed: ReadonlySet<number>,
    private readonly addresses: Addresses,
    private readonly parameters: ParameterAddresses,
    private readonly arena: Arena,
  ) {}

  /** Packs constants: once, before the first sample. */
  get once(): readonly Instruction[] {
    return this.#once;
  }

  /** Packs values that depend only on parameters, after they are computed, whenever parameters are loaded. */
  get loaded(): readonly Instruction[] {
    return this.#loaded;
  }

  /** Takes the instructions that pack newly requested computed weights: once per sample, before their first use. */
  take(): readonly Instruction[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  /**
   * Parameters are packed when they are loaded, constants once, computed weights once per sample or, if they depend
   * only on parameters, when these are loaded.
   */
  packed(weight: number, packing: Packing, key: string): Packed {
    const { op } = this.nodes[weight];
    const address = this.addresses.of(weight);
    if (op.op === 'leaf' && op.source.kind === 'parameter')
      return this.parameters.packed(`${op.source.name} ${key}`, address, packing);
    const at = this.arena.allocate(packedBytes(packing), `packed ${key}`);
    const pack = packingOf(this.arena, packing, address.at, at);
    const isConstant = op.op === 'leaf' && op.source.kind === 'constant';
    const list = isConstant ? this.#once : this.fixed.has(weight) ? this.#loaded : this.#waiting;
    for (const each of pack) list.push(each);
    return { at, before: [] };
  }
}
