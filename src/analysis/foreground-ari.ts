/** How well groups of pixels agree with objects, whatever the groups are called. */

const pairs = (n: number): number => (n * (n - 1)) / 2;

const pairsIn = (counts: Iterable<number>): number => {
  let sum = 0;
  for (const count of counts) sum += pairs(count);
  return sum;
};

const counted = (values: readonly (string | number)[]): Iterable<number> => {
  const counts = new Map<string | number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts.values();
};

/**
 * The adjusted Rand index (ARI) of two groupings of the same places, over the places that count: 1 if they agree in
 * everything but names, about 0 if they are independent, below 0 if they agree less than by chance (Hubert & Arabie
 * 1985). Over the pixels that belong to exactly one object it is the FG-ARI, a measure of object binding (Löwe et al.
 * 2022, arXiv 2204.02075). It is 1 if both groupings
 * have a single group, if in both each place is alone, and if fewer than two places count.
 *
 * @param found the group of each place, such as phases that were clustered
 * @param objects the object of each place
 * @param counts whether a place counts; default: where its object is above 0
 *
 * @example
 * foregroundAri([7, 7, 3, 3, 9], [1, 1, 2, 2, 0]); // => 1
 * foregroundAri([1, 2, 1, 2], [1, 1, 2, 2]); // => -0.5
 */
export const foregroundAri = (
  found: ArrayLike<number>,
  objects: ArrayLike<number>,
  counts: (object: number) => boolean = (object) => object > 0,
): number => {
  const places = Array.from(objects, (_, place) => place).filter((place) => counts(objects[place]));
  const together = pairsIn(counted(places.map((place) => `${found[place]} ${objects[place]}`)));
  const inFound = pairsIn(counted(places.map((place) => found[place])));
  const inObjects = pairsIn(counted(places.map((place) => objects[place])));
  const all = pairs(places.length);
  const byChance = all === 0 ? 0 : (inFound * inObjects) / all;
  const most = (inFound + inObjects) / 2;
  return most === byChance ? 1 : (together - byChance) / (most - byChance);
};
