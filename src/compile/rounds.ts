/**
 * Sums by index, in rounds: in one round no position receives more than 64 entries. The rounds are then added by the
 * engine's blocked sum, so that a long sum keeps its digits.
 */

/** The largest number of entries that a position receives in a round. */
const most = 64;

/** For each entry the position to which it is added, `round * size + index`, and the number of rounds. */
export const inRounds = (
  indices: readonly number[],
  size: number,
): { readonly places: Int32Array; readonly rounds: number } => {
  const counts = new Uint32Array(size);
  let rounds = 1;
  const places = Int32Array.from(indices, (index) => {
    const round = Math.floor(counts[index]++ / most);
    rounds = Math.max(rounds, round + 1);
    return round * size + index;
  });
  return { places, rounds };
};
