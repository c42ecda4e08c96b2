/** Putting things where there is room, with an end to the trying. */

/** Places tried for one thing before it is given up. */
const tries = 200;
/** Fresh beginnings of an image in which something found no place. */
const beginnings = 10;

/** The first place that will do of those drawn, or undefined after 200. */
export const firstFit = <A>(draw: () => A, fits: (candidate: A) => boolean): A | undefined => {
  for (let attempt = 0; attempt < tries; attempt++) {
    const drawn = draw();
    if (fits(drawn)) return drawn;
  }
  return undefined;
};

/**
 * Draws whole arrangements until one is complete; after ten, the fullest there was.
 *
 * A generator that tries without limit draws from the arrangements that can be completed; beginning anew gives the
 * same distribution, and ends.
 */
export const arrange = <A>(
  draw: () => { readonly placed: readonly A[]; readonly wanted: number },
): readonly A[] => {
  let fullest: readonly A[] = [];
  for (let beginning = 0; beginning < beginnings; beginning++) {
    const { placed, wanted } = draw();
    if (placed.length === wanted) return placed;
    if (placed.length > fullest.length) fullest = placed;
  }
  return fullest;
};
