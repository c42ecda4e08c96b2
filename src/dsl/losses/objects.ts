/** The agreement of groups of places with objects, as a score of one sample. */

import { oneHot } from '../functions/embedding.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';
import { type LossSums, number, repeatedTo, shaped, sumOf } from './sums.js';

const name = 'ariOfObjects';

const zip = (fn: 'sub' | 'mul' | 'div' | 'greaterEqual', a: Tensor, b: Tensor): Tensor =>
  apply(name, { op: 'zip', fn }, a, b);
const affine = (scale: number, shift: number, x: Tensor): Tensor =>
  apply(name, { op: 'affine', scale, shift }, x);
const along = (fn: 'sum' | 'max', axis: number, x: Tensor): Tensor =>
  apply(name, { op: 'reduce', fn, axes: [axis] }, x);
/** The sum of n (n - 1) / 2 over all entries n: the number of pairs. */
const pairsIn = (x: Tensor): Tensor<readonly []> =>
  sumOf(name, affine(0.5, 0, zip('mul', x, affine(1, -1, x))));

/** 1 at the group with the largest logit of each place; equal largest ones share it. */
const groupsOf = (logits: Tensor): Tensor => {
  const [, groups] = shapeOf(logits);
  const largest = repeatedTo(name, shapeOf(logits), along('max', 1, logits));
  const among = zip('greaterEqual', logits, largest);
  return groups === 1 ? among : zip('div', among, repeatedTo(name, shapeOf(logits), along('sum', 1, among)));
};

/**
 * The foreground ARI: the adjusted Rand index of the groups of largest logits and the objects of a sample, over the
 * places that belong to exactly one object. It is 1 if groups and objects agree in all but names, and about 0 by
 * chance. A score; it has no gradient. The count is 0 if fewer than two places belong to an object. Source: Hubert &
 * Arabie 1985; Löwe et al. 2022 (arXiv 2204.02075) measure the binding of objects by it.
 *
 * @param objects the most objects of a sample: places with labels from 1 to this number are compared; 0 (background),
 *   larger labels (several objects) and labels below 0 are left out
 * @returns a function of logits [...S, groups] and labels [...S]
 * @example
 * signature(program({ x: [9, 3], y: [9] }, ({ x, y }) => ariOfObjects(2)(x, y))); // => 'x [9,3], y [9] → count [], total []'
 */
export const ariOfObjects =
  (objects: number) =>
  (logits: Tensor, labels: Tensor): LossSums => {
    if (!Number.isSafeInteger(objects) || objects < 1)
      return refuse(name, `the number of objects must be a whole number of at least 1, got ${objects}`);
    const [shape, own] = [shapeOf(logits), shapeOf(labels)];
    const places = shape.slice(0, -1);
    if (shape.length < 2 || own.length !== places.length || own.some((size, axis) => size !== places[axis]))
      return refuse(
        name,
        `logits [${shape.join(',')}] need labels [${places.join(',')}], one for each row of groups, got [${own.join(',')}]`,
      );
    const count = places.reduce((a, b) => a * b, 1);
    const groups = groupsOf(shaped(name, [count, shape[shape.length - 1]], logits));
    const object: Tensor = oneHot(objects)(affine(1, -1, shaped(name, [count], labels)));
    const both = apply(name, { op: 'einsum', formula: 'pg,po->go' }, groups, object);
    const pixels = sumOf(name, object);
    const inGroups = pairsIn(along('sum', 1, both));
    const inObjects = pairsIn(along('sum', 0, both));
    const chance = zip(
      'div',
      zip('mul', inGroups, inObjects),
      apply(name, { op: 'zip', fn: 'max' }, pairsIn(pixels), number(name, 1)),
    );
    const most = affine(0.5, 0, apply(name, { op: 'zip', fn: 'add' }, inGroups, inObjects));
    const span = zip('sub', most, chance);
    // If all places are of one group in both, the denominator is 0, or a rounding error.
    const trivial = zip('greaterEqual', number(name, 1e-3), span);
    const found = zip(
      'div',
      zip('sub', pairsIn(both), chance),
      apply(name, { op: 'zip', fn: 'max' }, span, number(name, 1e-3)),
    );
    const known = zip('greaterEqual', pixels, number(name, 2));
    const index = apply(name, { op: 'where' }, trivial, number(name, 1), found);
    return { total: sumOf(name, zip('mul', known, index)), count: sumOf(name, known) };
  };
