/** Where the values of a graph are. */

import type { Operand } from '../emit/emitting.js';
import type { FieldNode, Source } from '../ir/field.js';
import { type Address, addressFor, sizeOf } from '../memory/address.js';
import type { Arena } from '../memory/arena.js';

/** Finds the ports of a scan or of its reverse by their names. */
export type PortAddresses = (port: string) => Address;

/** The name of a node in printed plans. */
const describe = ({ op }: FieldNode): string =>
  op.op === 'map' || op.op === 'zip' || op.op === 'reducePlanes' ? op.fn : op.op;

/** Rules for the addresses of values; every other value gets memory of its own. */
export interface AddressRules {
  /** The address of a leaf; `of` gives that of another node. */
  readonly leaf: (source: Source, node: number, of: (node: number) => Address) => Address;
  /** The address at which a node must be computed, if it is fixed: onto a sum, or into a sequence. */
  readonly pinned: ReadonlyMap<number, Address>;
}

/**
 * Where the values of a graph are. A value gets its place when it is first asked for, so that constants which are
 * written into kernels take no memory.
 */
export class Addresses {
  readonly #known = new Map<number, Address>();
  readonly #ports = new Map<number, PortAddresses>();

  constructor(
    private readonly nodes: readonly FieldNode[],
    private readonly arena: Arena,
    private readonly rules: AddressRules,
  ) {}

  of(node: number): Address {
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const made = this.#addressOf(node);
    this.#known.set(node, made);
    return made;
  }

  operand(node: number): Operand {
    return { node, address: this.of(node), extent: this.nodes[node].extent };
  }

  /** Registers the ports of a scan or of its reverse, after it is laid out and before they are read. */
  addPorts(scan: number, ports: PortAddresses): void {
    this.#ports.set(scan, ports);
  }

  /** The address at which a scan leaves a port that must be moved; undefined if it may stay there. */
  leftAt(node: number): Address | undefined {
    const { op, inputs } = this.nodes[node];
    return op.op === 'port' && this.rules.pinned.has(node) ? this.#portOf(inputs[0], op.port) : undefined;
  }

  #portOf(scan: number, port: string): Address {
    const ports = this.#ports.get(scan);
    if (ports === undefined) throw new Error(`${port} is read before its scan is laid out`);
    return ports(port);
  }

  #addressOf(node: number): Address {
    const { op, inputs, extent } = this.nodes[node];
    if (op.op === 'leaf') return this.rules.leaf(op.source, node, (other) => this.of(other));
    const pinned = this.rules.pinned.get(node);
    if (pinned !== undefined) return pinned;
    if (op.op === 'port') return this.#portOf(inputs[0], op.port);
    return addressFor(extent, this.arena.allocate(sizeOf(extent), describe(this.nodes[node])));
  }
}
