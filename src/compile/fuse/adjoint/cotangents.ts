/** Cotangents of the nodes of a field graph while they are collected. */

import type { FieldBuilder } from '../ir/builder.js';
import type { Along, FieldNode } from '../ir/field.js';

/** A part of a cotangent: that of a slice along the middle. */
export interface CotangentSlice extends Along {
  readonly begin: number;
  readonly size: number;
  readonly node: number;
}

/** Cotangents of the nodes of a graph, being collected. */
export class Cotangents {
  readonly #whole = new Map<number, number>();
  readonly #slices = new Map<number, CotangentSlice[]>();

  constructor(
    private readonly builder: FieldBuilder,
    private readonly extentOf: (node: number) => FieldNode['extent'],
  ) {}

  add(node: number, cotangent: number): void {
    const before = this.#whole.get(node);
    this.#whole.set(node, before === undefined ? cotangent : this.builder.zip('add', before, cotangent));
  }

  addSlice(node: number, piece: CotangentSlice): void {
    this.#slices.set(node, [...(this.#slices.get(node) ?? []), piece]);
  }

  /** The cotangent of a node; undefined if the seeds do not depend on the node. */
  of(node: number): number | undefined {
    const pieces = this.#slices.get(node);
    this.#slices.delete(node);
    if (pieces !== undefined) this.#join(node, pieces);
    return this.#whole.get(node);
  }

  /** Slices that cover the value without gaps are concatenated; others are padded with zeros and added. */
  #join(node: number, pieces: readonly CotangentSlice[]): void {
    const extent = this.extentOf(node);
    const sorted = [...pieces].sort((a, b) => a.begin - b.begin);
    const [{ outer, count, inner }] = sorted;
    let end = 0;
    const cover = sorted.every((piece) => {
      const fits = piece.outer === outer && piece.inner === inner && piece.begin === end;
      end += piece.size;
      return fits;
    });
    if (cover && end === count) {
      const sizes = sorted.map(({ size }) => size);
      this.add(
        node,
        sorted.length === 1
          ? sorted[0].node
          : this.builder.add(
              { op: 'concatPlanes', outer, inner, sizes },
              sorted.map((piece) => piece.node),
              extent,
            ),
      );
      return;
    }
    for (const { node: part, ...slice } of pieces)
      this.add(node, this.builder.add({ op: 'embedPlanes', ...slice }, [part], extent));
  }
}
