/** Data of another task for a model that knows its classes by their order: classes are matched by name. Pure. */

import * as E from 'fp-ts/lib/Either.js';
import type { Dataset, Split } from '../dataset.js';

/** Names that nobody gave: numbers, as for the labels of a folder without names. */
const isNumbered = (names: readonly string[]): boolean =>
  names.slice(1).every((name, i) => name === `class ${i + 1}`);

/** The mapping from the labels of data to those of a model. */
export interface Matching {
  /** For each label of the data the label of the model; null if all are equal. */
  readonly labels: readonly number[] | null;
  /** Notes on the match. */
  readonly note: string | null;
}

const listed = (names: readonly string[]): string => names.join(', ');

/**
 * Matches the classes of data with those that a model was trained on: by name, or by position if one of them has no
 * names.
 *
 * **Errors** a sentence if the data has a class that the model does not know.
 *
 * @example
 * matching(['background', 'soma', 'dendrite'], ['background', 'dendrite', 'soma'])   // right({ labels: [0, 2, 1], note: … })
 */
export const matching = (
  trained: readonly string[],
  classes: readonly string[],
): E.Either<string, Matching> => {
  if (trained.length === classes.length && trained.every((name, i) => name === classes[i]))
    return E.right({ labels: null, note: null });
  if (isNumbered(trained) || isNumbered(classes))
    return trained.length === classes.length
      ? E.right({
          labels: null,
          note: `classes are matched by their position, since ${isNumbered(trained) ? 'those of the run' : 'those of the data'} have no names: ${listed(trained)} with ${listed(classes)}`,
        })
      : E.right({ labels: null, note: null });
  const unknown = classes.filter((name) => !trained.includes(name));
  if (unknown.length > 0)
    return E.left(
      `its classes are ${listed(trained)}, and the data also has ${listed(unknown)}; classes are matched by name: ` +
        'name those of the data as the run does (labels, classes or classes.json)',
    );
  return E.right({
    labels: classes.map((name) => trained.indexOf(name)),
    note: `classes are matched by name: the run knows ${listed(trained)}, the data ${listed(classes)}`,
  });
};

/** The same data with the labels of a model. */
export const relabelled = (dataset: Dataset, trained: readonly string[], { labels }: Matching): Dataset => {
  if (labels === null) return dataset;
  // Ignored pixels keep their byte, which is not a label.
  const split = (one: Split): Split => ({
    ...one,
    masks: one.masks.map((label) => (label === one.ignored ? label : labels[label])),
  });
  return {
    train: split(dataset.train),
    validation: split(dataset.validation),
    test: split(dataset.test),
    classes: trained,
  };
};
