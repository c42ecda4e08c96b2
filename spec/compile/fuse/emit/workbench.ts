/**
 * One operation of a field graph by itself: its operands are put into memory, its instructions run, the result is read back.
 *
 * All memory that the operation must not read holds NaN: the bytes past the last pixel of a plane, old contents, and the
 * result before it is written. A kernel that reads too much or writes too little therefore gives NaN.
 *
 * The instructions also run in plain loops, on a copy of memory, which must then hold the same bits; and they touch no
 * memory but what their kernels say.
 */

import assert from 'node:assert/strict';
import type { Doubles, EmitContext, Operand } from '../../../../src/compile/fuse/emit/emitting.js';
import { emit } from '../../../../src/compile/fuse/emit/index.js';
import { packedBytes, packing as packingOf } from '../../../../src/compile/fuse/emit/pack-weights.js';
import { type FieldOp, type Grid, gridOf } from '../../../../src/compile/fuse/ir/field.js';
import { choice } from '../../../../src/compile/fuse/list/argument.js';
import type { Instruction } from '../../../../src/compile/fuse/list/instruction.js';
import { withFixed } from '../../../../src/compile/fuse/list/relocate.js';
import {
  listAddress,
  pixelsOf,
  placeOf,
  sizeOf,
  stripAddress,
  stripBytes,
  wholeAddress,
} from '../../../../src/compile/fuse/memory/address.js';
import { Arena } from '../../../../src/compile/fuse/memory/arena.js';
import { runBoth } from '../list/both.js';

/** Planes, each with its pixels in their order; a list is one number a plane. */
export type Planes = readonly (readonly number[])[];

export const tileStrips = 8;

export class Workbench {
  readonly arena = new Arena();
  readonly grid: Grid;
  readonly pixels: number;
  readonly #operands: Operand[] = [];
  readonly #doubles = new Map<number, Doubles>();

  /** `samples`: whether the pixels are samples. */
  constructor(shape: readonly number[], samples = false) {
    this.grid = samples ? { ...gridOf(shape), samples: true } : gridOf(shape);
    this.pixels = pixelsOf(this.grid);
  }

  /** Memory that holds no numbers. */
  poisoned(bytes: number): number {
    const at = this.arena.allocate(bytes);
    this.arena.floats.fill(NaN, at / 4, (at + bytes) / 4);
    return at;
  }

  #added(operand: Omit<Operand, 'node'>): Operand {
    const made = { ...operand, node: this.#operands.length };
    this.#operands.push(made);
    return made;
  }

  /** Whole planes without numbers in them. */
  planes(count: number, grid = this.grid): Operand {
    const extent = { planes: count, grid };
    const at = this.poisoned(sizeOf(extent));
    return this.#added({ address: wholeAddress(at, grid), extent });
  }

  /** Strips of a tile. */
  strips(count: number): Operand {
    const at = this.poisoned(count * stripBytes * tileStrips);
    return this.#added({ address: stripAddress(at, count), extent: { planes: count, grid: this.grid } });
  }

  list(values: readonly number[]): Operand {
    const extent = { planes: values.length, grid: undefined };
    const at = this.poisoned(sizeOf(extent));
    this.arena.write(at, values);
    return this.#added({ address: listAddress(at), extent });
  }

  /** Where the pixels of a plane are in memory, from a pixel on: of whole planes, or of a tile's strips. */
  #address({ address }: Operand, plane: number, pixel: number): number {
    return (
      (placeOf(address) + plane * address.plane) / 4 +
      Math.floor(pixel / 8) * (address.strip / 4) +
      (pixel % 8)
    );
  }

  put(operand: Operand, values: Planes, first = 0, count = this.pixels): void {
    const { floats } = this.arena;
    for (const [plane, pixels] of values.entries())
      for (let i = 0; i < count; i++) floats[this.#address(operand, plane, i)] = pixels[first + i];
  }

  take(operand: Operand, count = this.pixels): Planes {
    const { floats } = this.arena;
    if (operand.extent.grid === undefined)
      return Array.from({ length: operand.extent.planes }, (_, i) => [
        floats[placeOf(operand.address) / 4 + i],
      ]);
    return Array.from({ length: operand.extent.planes }, (_, plane) =>
      Array.from({ length: count }, (_, i) => floats[this.#address(operand, plane, i)]),
    );
  }

  given(values: Planes, grid = this.grid): Operand {
    const operand = this.planes(values.length, grid);
    this.put(operand, values, 0, pixelsOf(grid));
    return operand;
  }

  /** The doubles of a sum, which begin as what it holds. */
  doubles(node: number): Doubles {
    const known = this.#doubles.get(node);
    if (known !== undefined) return known;
    const { extent, address } = this.#operands[node];
    const size = sizeOf(extent);
    const at = this.poisoned(2 * size);
    const { doubles, floats } = this.arena;
    for (let i = 0; i < size / 4; i++) doubles[at / 8 + i] = floats[placeOf(address) / 4 + i];
    this.#doubles.set(node, at);
    return at;
  }

  /** Rounds sums to where they are read. */
  #settle({ node, extent, address }: Operand): void {
    const at = this.#doubles.get(node);
    if (at === undefined) return;
    const { doubles, floats } = this.arena;
    for (let i = 0; i < sizeOf(extent) / 4; i++) floats[placeOf(address) / 4 + i] = doubles[at / 8 + i];
  }

  emitting(labels: EmitContext['labels'] = noLabels): EmitContext {
    const { arena } = this;
    return {
      arena,
      labels,
      noise: 0,
      doubles: (node) => this.doubles(node),
      scratch: {
        take: (bytes) => this.poisoned(bytes),
      },
      packed: (weight, packing) => {
        const at = arena.allocate(packedBytes(packing));
        this.#runs(packingOf(arena, packing, this.#operands[weight].address.at, at));
        return { at, before: [] };
      },
    };
  }

  #runs(list: readonly Instruction[]): void {
    runBoth(list, this.arena);
  }

  /** On whole planes, as steps run. */
  run(op: FieldOp, inputs: readonly Operand[], out: Operand): Planes {
    const node = { op, inputs: inputs.map((input) => input.node), extent: out.extent };
    this.#runs(emit(node, inputs, out, this.emitting()));
    this.#settle(out);
    return this.take(out, pixelsOf(out.extent.grid ?? this.grid));
  }

  /** Tile after tile, as layers at each pixel run. Inputs are planes, or operands that are no planes. */
  runTiles(
    op: FieldOp,
    inputs: readonly (Planes | Operand)[],
    out: Operand | { readonly planes: number },
    labels?: EmitContext['labels'],
  ): Planes {
    const { pixels } = this;
    const all = Math.ceil(pixels / 8);
    const loop = this.arena.loop();
    const last = Math.ceil(all / tileStrips) - 1;
    const strips = choice({ loop, is: last }, all - last * tileStrips, tileStrips);
    const operands = inputs.map((input) => ('address' in input ? input : this.strips(input.length)));
    const result = 'address' in out ? out : this.strips(out.planes);
    const e: EmitContext = { ...this.emitting(labels), tile: { loop, strips, most: tileStrips } };
    const node = { op, inputs: operands.map((input) => input.node), extent: result.extent };
    const instructions = emit(node, operands, result, e);
    const found = Array.from({ length: result.extent.planes }, (): number[] => []);
    for (let t = 0; t * tileStrips < all; t++) {
      const first = 8 * tileStrips * t;
      const count = Math.min(8 * tileStrips, pixels - first);
      for (const [i, input] of inputs.entries()) {
        if ('address' in input) continue;
        const at = placeOf(operands[i].address);
        this.arena.floats.fill(NaN, at / 4, (at + input.length * stripBytes * tileStrips) / 4);
        this.put(operands[i], input, first, count);
      }
      this.#runs(withFixed(instructions, loop, t));
      if (result.extent.grid !== undefined && !('address' in out))
        for (const [plane, values] of this.take(result, count).entries()) found[plane].push(...values);
    }
    this.#settle(result);
    return 'address' in out ? this.take(result) : found;
  }
}

const noLabels: EmitContext['labels'] = { labels: 0, scale: 0, weights: 0, total: 0 };

/** The same numbers; zeros may have either sign. */
export const same = (found: Planes, expected: Planes): void => {
  assert.equal(found.length, expected.length);
  for (const [plane, pixels] of expected.entries())
    for (const [i, value] of pixels.entries())
      if (found[plane][i] !== value)
        assert.fail(`${found[plane][i]} instead of ${value} at pixel ${i} of plane ${plane}`);
};
