/** Where weights are, as they were loaded and as kernels read them. */

import type { Packed } from '../emit/emitting.js';
import { type Packing, packedBytes, packer } from '../emit/pack-weights.js';
import type { FieldNode } from '../ir/field.js';
import { type Address, addressFor, type Grid, sizeOf } from '../memory/address.js';
import type { Arena } from '../memory/arena.js';
import type { Addresses } from '../schedule/addresses.js';

/** Where the values of parameters are, plain and packed. One for all regions of a machine. */
export class ParameterAddresses {
  readonly #addresses = new Map<string, Address>();
  readonly #packs = new Map<string, Packed & { readonly run: () => void }>();

  constructor(
    private readonly arena: Arena,
    private readonly grid: Grid,
  ) {}

  address(name: string, { extent }: FieldNode): Address {
    const known = this.#addresses.get(name);
    if (known !== undefined) return known;
    const at = this.arena.allocate(sizeOf(extent, this.grid));
    const address = addressFor(extent, () => at, this.grid);
    this.#addresses.set(name, address);
    return address;
  }

  /** Weights packed once whenever parameters are loaded. */
  packed(key: string, address: Address, packing: Packing): Packed {
    const known = this.#packs.get(key);
    if (known !== undefined) return known;
    const at = this.arena.allocate(packedBytes(packing));
    const pack = packer(this.arena, packing, at);
    const made = { at, run: () => pack(address.at(0)) };
    made.run();
    this.#packs.set(key, made);
    return made;
  }

  /** Packs all weights again, after their values have changed. */
  repack(): void {
    for (const { run } of this.#packs.values()) run();
  }
}

/** The packed weights of one region: parameters, constants, and what a sample computes. */
export class RegionWeights {
  #sample = 0;

  constructor(
    private readonly nodes: readonly FieldNode[],
    private readonly addresses: Addresses,
    private readonly parameters: ParameterAddresses,
    private readonly arena: Arena,
  ) {}

  /** Says that what a sample computes is out of date. */
  nextSample(): void {
    this.#sample++;
  }

  /** Parameters are packed when they are loaded, constants once, computed weights once a sample. */
  packed(weight: number, packing: Packing, key: string): Packed {
    const { op } = this.nodes[weight];
    const address = this.addresses.of(weight);
    if (op.op === 'leaf' && op.source.kind === 'parameter')
      return this.parameters.packed(`${op.source.name} ${key}`, address, packing);
    const at = this.arena.allocate(packedBytes(packing));
    const pack = packer(this.arena, packing, at);
    if (op.op === 'leaf' && op.source.kind === 'constant') {
      pack(address.at(0));
      return { at };
    }
    let packedIn = 0;
    const refresh = (): void => {
      if (packedIn !== this.#sample) pack(address.at(0));
      packedIn = this.#sample;
    };
    return { at, refresh };
  }
}
