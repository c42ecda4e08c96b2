/**
 * Passes over [rows, channels] that treat each channel alike: sums over the rows, and maps with numbers of the
 * channel's own. As many whole rows as make whole vectors are taken for one long row, so that any number of channels is
 * computed four at a time; the remaining rows are padded to one long row.
 */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import {
  add,
  block,
  constant,
  four,
  type Local,
  load,
  repeat,
  set,
  step,
  store,
  type Value,
} from './code.js';
import type { Source } from './module.js';
import { native } from './native.js';
import { withScratch } from './scratch.js';

const bytes = 4;
/** A long row has at least a line of the cache. */
const leastLanes = 16;
/** Vectors summed at once. */
const vectorsAtOnce = 4;
/** Long rows summed in single precision before the sums go on in double precision. */
const rowBlock = 64;

/** Rows of a tensor [..., channels], and the long rows that they make. */
interface Rows {
  readonly channels: number;
  /** Floats of a long row, and how many there are whole. */
  readonly lanes: number;
  readonly whole: number;
  /** Floats left over. */
  readonly rest: number;
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

const rowsOf = (shape: readonly number[]): Rows => {
  const channels = shape[shape.length - 1];
  const size = shape.reduce((a, b) => a * b, 1);
  const least = (channels * 4) / greatestDivisor(channels, 4);
  const lanes = least * Math.ceil(leastLanes / least);
  const whole = Math.floor(size / lanes);
  return { channels, lanes, whole, rest: size - whole * lanes };
};

/** The terms that are summed over rows, of values less the `centre` of their channel. */
export type Terms = (values: readonly Local<'v128'>[], centre: Local<'v128'>) => readonly Value<'v128'>[];

const sumsSource = (inputs: number, width: number, terms: Terms, count: number): Source => ({
  parameters: inputs + 4,
  body: (parameters, fresh) => {
    const from = parameters.slice(0, inputs);
    const [centres, to, rows, stride] = parameters.slice(inputs);
    const values = from.map(fresh.v128);
    const columns = Array.from({ length: width }, () => ({
      centre: fresh.v128(),
      sums: Array.from({ length: count }, fresh.v128),
    }));
    return block(
      ...columns.flatMap(({ centre, sums }, v) => [
        set(centre, load(centres, 16 * v)),
        ...sums.map((sum) => set(sum, four(0))),
      ]),
      repeat(
        fresh.i32(),
        rows,
        ...columns.flatMap(({ centre, sums }, v) => [
          ...from.map((address, i) => set(values[i], load(address, 16 * v))),
          ...terms(values, centre).map((term, i) => set(sums[i], add(sums[i], term))),
        ]),
        ...from.map((address) => step(address, stride)),
      ),
      ...columns.flatMap(({ sums }, v) => sums.map((sum, i) => store(to, 16 * (v * count + i), sum))),
    );
  },
});

/**
 * Sums over the rows of tensors of one shape, in double precision from block to block. The order of each sum depends
 * only on the shape. The last rows are padded with the centres in the first tensor and with zeros in the others, so the
 * terms must be zero there. `key` identifies the terms and their number.
 */
export const channelSums = (
  backend: BackendWasm,
  key: { readonly name: string; readonly terms: number },
  inputs: readonly TensorInfo[],
  centre: ArrayLike<number>,
  terms: Terms,
): readonly Float64Array[] => {
  const { channels, lanes, whole, rest } = rowsOf(inputs[0].shape);
  const sums = Array.from({ length: key.terms }, () => new Float64Array(channels));
  // the centres, a long row of each input, the sums of a few columns
  const floats = lanes * (1 + inputs.length) + 4 * vectorsAtOnce * key.terms;
  withScratch(backend, floats * bytes, (scratch, heap) => {
    const centres = scratch / bytes;
    const filled = centres + lanes;
    const found = filled + inputs.length * lanes;
    for (let lane = 0; lane < lanes; lane++) heap[centres + lane] = centre[lane % channels];
    const addresses = inputs.map(({ dataId }) => backend.getMemoryOffset(dataId));
    const sumUp = (from: readonly number[], rows: number): void => {
      for (let lane = 0; lane < lanes; lane += 4 * vectorsAtOnce) {
        const width = Math.min(vectorsAtOnce, (lanes - lane) / 4);
        const run = native(backend, `channelSums ${key.name} ${width}`, () =>
          sumsSource(inputs.length, width, terms, key.terms),
        );
        run(
          ...from.map((address) => address + lane * bytes),
          (centres + lane) * bytes,
          found * bytes,
          rows,
          lanes * bytes,
        );
        for (let v = 0; v < width; v++)
          for (const [i, sum] of sums.entries())
            for (let j = 0; j < 4; j++)
              sum[(lane + 4 * v + j) % channels] += heap[found + 4 * (v * key.terms + i) + j];
      }
    };
    for (let row = 0; row < whole; row += rowBlock)
      sumUp(
        addresses.map((address) => address + row * lanes * bytes),
        Math.min(rowBlock, whole - row),
      );
    if (rest === 0) return;
    for (const [i, address] of addresses.entries()) {
      const start = address / bytes + whole * lanes;
      const to = filled + i * lanes;
      if (i === 0) heap.copyWithin(to, centres, centres + lanes);
      else heap.fill(0, to, to + lanes);
      heap.copyWithin(to, start, start + rest);
    }
    sumUp(
      addresses.map((_, i) => (filled + i * lanes) * bytes),
      1,
    );
  });
  return sums;
};

/** The result of a map at one element, from the values there and the numbers of its channel. */
export type ChannelFormula = (
  values: readonly Local<'v128'>[],
  numbers: readonly Local<'v128'>[],
) => Value<'v128'>;

const mapSource = (inputs: number, tables: number, vectors: number, formula: ChannelFormula): Source => ({
  parameters: inputs + 3,
  body: (parameters, fresh) => {
    const from = parameters.slice(0, inputs);
    const [table, to, rows] = parameters.slice(inputs);
    const values = from.map(fresh.v128);
    const numbers = Array.from({ length: tables }, fresh.v128);
    const at = fresh.i32();
    return repeat(
      fresh.i32(),
      rows,
      set(at, table),
      repeat(
        fresh.i32(),
        constant(vectors),
        ...from.map((address, i) => set(values[i], load(address))),
        ...numbers.map((number, i) => set(number, load(at, 16 * i))),
        store(to, 0, formula(values, numbers)),
        ...[...from, to].map((address) => step(address, constant(16))),
        step(at, constant(16 * tables)),
      ),
    );
  },
});

/** A tensor of the formula's results on tensors of one shape; `numbers` has a list of the channels for each name. */
export const channelMap = (
  backend: BackendWasm,
  key: string,
  inputs: readonly TensorInfo[],
  numbers: readonly ArrayLike<number>[],
  formula: ChannelFormula,
): TensorInfo => {
  const { channels, lanes, whole, rest } = rowsOf(inputs[0].shape);
  const out = backend.makeOutput([...inputs[0].shape], 'float32');
  const run = native(backend, `channelMap ${key} ${lanes}`, () =>
    mapSource(inputs.length, numbers.length, lanes / 4, formula),
  );
  const floats = lanes * (numbers.length + inputs.length + 1);
  withScratch(backend, floats * bytes, (scratch, heap) => {
    const tables = scratch / bytes;
    const filled = tables + lanes * numbers.length;
    for (let lane = 0; lane < lanes; lane++)
      for (const [i, list] of numbers.entries())
        heap[tables + 4 * ((lane >> 2) * numbers.length + i) + (lane % 4)] = list[lane % channels];
    const addresses = inputs.map(({ dataId }) => backend.getMemoryOffset(dataId));
    const to = backend.getMemoryOffset(out.dataId);
    run(...addresses, scratch, to, whole);
    if (rest === 0) return;
    const result = filled + inputs.length * lanes;
    for (const [i, address] of addresses.entries()) {
      const start = address / bytes + whole * lanes;
      heap.fill(0, filled + i * lanes, filled + (i + 1) * lanes);
      heap.copyWithin(filled + i * lanes, start, start + rest);
    }
    run(...addresses.map((_, i) => (filled + i * lanes) * bytes), scratch, result * bytes, 1);
    heap.copyWithin(to / bytes + whole * lanes, result, result + rest);
  });
  return out;
};
