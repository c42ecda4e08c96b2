/** Long sums of parts: in single precision over a few parts, then in double precision. */

/** Parts that are added up in single precision. */
export const partsTogether = 32;

/**
 * Sums parts at an address of the heap: `run` adds the sum of a part to the present value, or replaces it if `fresh`.
 * The order depends only on the number of parts.
 */
export const carried = (
  heap: Float32Array,
  place: { readonly address: number; readonly size: number },
  parts: number,
  run: (part: number, fresh: boolean) => void,
): void => {
  const first = place.address / Float32Array.BYTES_PER_ELEMENT;
  const totals = parts > partsTogether ? new Float64Array(place.size) : undefined;
  for (let part = 0; part < parts; part++) {
    run(part, part % partsTogether === 0);
    if (totals === undefined || ((part + 1) % partsTogether !== 0 && part + 1 < parts)) continue;
    for (let i = 0; i < totals.length; i++) totals[i] += heap[first + i];
  }
  if (totals !== undefined) heap.set(totals, first);
};
