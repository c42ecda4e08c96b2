/** Writes field graphs, node after node. */

import { isWithin } from './extents.js';
import {
  type Extent,
  extentKey,
  type FieldMap,
  type FieldNode,
  type FieldOp,
  type FieldZip,
} from './field.js';

/** Builds a list of nodes without duplicates. Throws if an operation would read beyond its inputs. */
export class FieldBuilder {
  readonly nodes: FieldNode[] = [];
  readonly #known = new Map<string, number>();

  add(op: FieldOp, inputs: readonly number[], extent: Extent): number {
    const key = `${JSON.stringify(op)} ${inputs.join()} ${extentKey(extent)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const read = inputs.map((input) => this.extent(input));
    if (!isWithin(op, read, extent))
      throw new Error(
        `${op.op} would reach beyond its planes: ${JSON.stringify(read)} to ${JSON.stringify(extent)}`,
      );
    this.nodes.push({ op, inputs, extent });
    this.#known.set(key, this.nodes.length - 1);
    return this.nodes.length - 1;
  }

  extent(node: number): Extent {
    return this.nodes[node].extent;
  }

  /** One number. */
  constant(value: number): number {
    return this.add({ op: 'leaf', source: { kind: 'constant', value } }, [], { planes: 1, grid: undefined });
  }

  map(fn: FieldMap, x: number): number {
    return this.add({ op: 'map', fn }, [x], this.extent(x));
  }

  affine(x: number, scale: number, shift = 0): number {
    return scale === 1 && shift === 0 ? x : this.add({ op: 'affine', scale, shift }, [x], this.extent(x));
  }

  zip(fn: FieldZip, a: number, b: number): number {
    return this.add({ op: 'zip', fn }, [a, b], joined(this.extent(a), this.extent(b)));
  }

  /** A choice: b if the condition is at most 0, else a. */
  where(parts: readonly number[]): number {
    const extent = parts.map((part) => this.extent(part)).reduce(joined);
    return this.add({ op: 'where' }, parts, extent);
  }

  keep(a: number, condition: number): number {
    return this.add({ op: 'keep' }, [a, condition], joined(this.extent(a), this.extent(condition)));
  }
}

/** The extent of a pointwise map: with pixels if an operand has them, and as many planes as the larger operand. */
const joined = (a: Extent, b: Extent): Extent => ({
  planes: Math.max(a.planes, b.planes),
  grid: a.grid ?? b.grid,
});
