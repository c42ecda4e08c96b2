/** Weights of trained models, fetched once. */

import * as t from 'io-ts';
import type { Arrays } from '../../../src/compile/parameters.js';
import type { Trained } from './tasks.js';

const fetched = new Map<string, Promise<Arrays>>();

const damaged = 'The weights are damaged: load the page again.';

const Header = t.record(t.string, t.type({ data_offsets: t.tuple([t.number, t.number]) }));

/** The arrays of a safetensors file: the length of a header, the header, and 32-bit floats. */
const arraysOf = (buffer: ArrayBuffer): Arrays => {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const { __metadata__: _, ...named } = JSON.parse(
    new TextDecoder().decode(new Uint8Array(buffer, 8, length)),
  );
  const header = Header.decode(named);
  if (header._tag === 'Left') throw new Error(damaged);
  return Object.fromEntries(
    Object.entries(header.right).map(
      ([
        name,
        {
          data_offsets: [from, to],
        },
      ]) => [name, new Float32Array(buffer.slice(8 + length + from, 8 + length + to))],
    ),
  );
};

const load = async (url: string): Promise<Arrays> => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The weights could not be fetched (${response.status}).`);
  return arraysOf(await response.arrayBuffer());
};

/** The weights of a model; null if it has none. */
export const valuesOfModel = async ({ weights }: Trained): Promise<Arrays | null> => {
  if (weights === null) return null;
  const known = fetched.get(weights) ?? load(weights);
  fetched.set(weights, known);
  // a copy, since values sent to a worker may be transferred
  return Object.fromEntries(Object.entries(await known).map(([name, values]) => [name, values.slice()]));
};
