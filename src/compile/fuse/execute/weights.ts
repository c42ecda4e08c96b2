/** Where weights are, as they were loaded and as kernels read them. */

import type { Packed } from '../emit/emitting.js';
import { type Packing, packedBytes, packer } from '../emit/pack-weights.js';
import type { FieldNode } from '../ir/field.js';
import { type Grid, type Place, placeFor, sizeOf } from '../memory/address.js';
import type { Machine } from '../memory/arena.js';
import type { Addresses } from '../schedule/addresses.js';

/** Where the values of parameters are, plain and packed. One for all regions of a machine. */
export class Parameters {
  readonly #places = new Map<string, Place>();
  readonly #packs = new Map<string, Packed & { readonly run: () => void }>();

  constructor(
    private readonly machine: Machine,
    private readonly grid: Grid,
  ) {}

  place(name: string, { extent }: FieldNode): Place {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const at = this.machine.allocate(sizeOf(extent, this.grid));
    const place = placeFor(extent, () => at, this.grid);
    this.#places.set(name, place);
    return place;
  }

  /** Weights packed once whenever parameters are loaded. */
  packed(key: string, place: Place, packing: Packing): Packed {
    const known = this.#packs.get(key);
    if (known !== undefined) return known;
    const at = this.machine.allocate(packedBytes(packing));
    const pack = packer(this.machine, packing, at);
    const made = { at, run: () => pack(place.at(0)) };
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
    private readonly parameters: Parameters,
    private readonly machine: Machine,
  ) {}

  /** Says that what a sample computes is out of date. */
  nextSample(): void {
    this.#sample++;
  }

  /** Parameters are packed when they are loaded, constants once, computed weights once a sample. */
  packed(weight: number, packing: Packing, key: string): Packed {
    const { op } = this.nodes[weight];
    const place = this.addresses.of(weight);
    if (op.op === 'leaf' && op.source.kind === 'parameter')
      return this.parameters.packed(`${op.source.name} ${key}`, place, packing);
    const at = this.machine.allocate(packedBytes(packing));
    const pack = packer(this.machine, packing, at);
    if (op.op === 'leaf' && op.source.kind === 'constant') {
      pack(place.at(0));
      return { at };
    }
    let packedIn = 0;
    const refresh = (): void => {
      if (packedIn !== this.#sample) pack(place.at(0));
      packedIn = this.#sample;
    };
    return { at, refresh };
  }
}
