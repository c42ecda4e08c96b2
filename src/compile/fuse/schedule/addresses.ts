/** Where the values of a graph are. */

import type { Operand } from '../emit/emitting.js';
import type { FieldNode, Source } from '../ir/field.js';
import { type Grid, type Place, placeFor, sizeOf } from '../memory/address.js';
import type { Machine } from '../memory/arena.js';

/** Finds the ports of a scan or of its reverse by their names. */
export type PortPlaces = (port: string) => Place;

/** What decides where a value is; every other value gets memory of its own. */
export interface Placing {
  /** Where a leaf is. */
  readonly leaf: (source: Source, node: number) => Place;
  /** Where a node must be computed, if that is decided: onto a sum, or into a sequence. */
  readonly pinned: ReadonlyMap<number, Place>;
}

/**
 * Where the values of a graph are. A value gets its place when it is first asked for, so that constants which are
 * written into kernels take no memory.
 */
export class Addresses {
  readonly #known = new Map<number, Place>();
  readonly #ports = new Map<number, PortPlaces>();

  constructor(
    private readonly nodes: readonly FieldNode[],
    private readonly machine: Machine,
    private readonly grid: Grid,
    private readonly placing: Placing,
  ) {}

  of(node: number): Place {
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const made = this.#place(node);
    this.#known.set(node, made);
    return made;
  }

  operand(node: number): Operand {
    return { node, place: this.of(node), extent: this.nodes[node].extent };
  }

  /** Makes the ports of a scan, or of its reverse, known: after it is laid out, before they are read. */
  addPorts(scan: number, ports: PortPlaces): void {
    this.#ports.set(scan, ports);
  }

  #place(node: number): Place {
    const { op, inputs, extent } = this.nodes[node];
    if (op.op === 'leaf') return this.placing.leaf(op.source, node);
    if (op.op === 'port') {
      const ports = this.#ports.get(inputs[0]);
      if (ports === undefined) throw new Error(`${op.port} is read before its scan is laid out`);
      return ports(op.port);
    }
    const pinned = this.placing.pinned.get(node);
    if (pinned !== undefined) return pinned;
    const at = this.machine.allocate(sizeOf(extent, this.grid));
    return placeFor(extent, () => at, this.grid);
  }
}
