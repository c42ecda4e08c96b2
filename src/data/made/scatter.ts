/** Rejection sampling of positions with a bounded number of tries. */

/** Positions tried for one shape before giving up. */
const tries = 200;
/** Restarts of an image in which a shape did not fit. */
const beginnings = 10;

/** The first candidate that fits; null after 200 draws. */
export const firstFit = <A>(draw: () => A, fits: (candidate: A) => boolean): A | null => {
  for (let attempt = 0; attempt < tries; attempt++) {
    const drawn = draw();
    if (fits(drawn)) return drawn;
  }
  return null;
};

/**
 * Draws whole arrangements until one is complete; after ten, the fullest of them.
 *
 * Trying without a limit would sample the complete arrangements; restarting samples the same distribution and
 * terminates.
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
