/** Reads arrays in Fortran order, whose first axis varies fastest, sample by sample. */

import type { Ranges } from '../../../files/ranges.js';
import { fortranPlaces } from '../../../formats/npy/elements.js';
import { numberTypes } from '../../../formats/numbers.js';

/** Bytes that are reordered at once. */
const together = 64 * 2 ** 20;

/** An array in a file whose first axis varies fastest. */
interface FortranArray {
  readonly bytes: Ranges;
  readonly at: number;
  readonly type: string;
  readonly count: number;
  readonly shape: readonly number[];
}

/**
 * The bytes of an array in Fortran order, sample after sample. It reads block by block: in a block of samples, the
 * values at one position within the sample are one piece of the file. Memory does not grow with the file.
 *
 * **Errors** Rejects if the file cannot be read.
 */
export async function* inOrder({ bytes, at, type, count, shape }: FortranArray): AsyncGenerator<Uint8Array> {
  const width = numberTypes[type].bytes;
  const size = shape.reduce((a, b) => a * b, 1);
  const places = new Float64Array(size);
  fortranPlaces(shape, (to, from) => {
    places[to] = from;
  });
  const block = Math.max(1, Math.floor(together / (size * width)));
  for (let first = 0; first < count; first += block) {
    const samples = Math.min(block, count - first);
    const read = await bytes.readAll(
      Array.from(places, (place) => ({ at: at + (place * count + first) * width, length: samples * width })),
    );
    const ordered = new Uint8Array(read.length);
    for (let sample = 0, to = 0; sample < samples; sample++)
      for (let place = 0; place < size; place++)
        for (let from = (place * samples + sample) * width, i = 0; i < width; i++)
          ordered[to++] = read[from + i];
    yield ordered;
  }
}
