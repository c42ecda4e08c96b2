/** A contrastive loss within one sample: vectors of one group are drawn together, others apart. */

import { einsum } from '../functions/einsum.js';
import { oneHot } from '../functions/embedding.js';
import { complement, exp, log, mul, sub } from '../functions/pointwise.js';
import { normalise } from '../functions/reduce.js';
import { volume } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';
import { type LossSums, number, repeatedTo, shaped, sumOf } from './sums.js';

/**
 * The supervised contrastive loss among the places of one sample: vectors of one group (an object of a picture) are
 * drawn together, others apart. For each place i with others of its group, the mean over those j of -log(exp(s_ij) /
 * sum over k not i of exp(s_ik)), s the cosine of two vectors over the temperature. Source: Khosla et al. 2020 (arXiv
 * 2004.11362), equation 2. A place whose group is below 0 takes no part. Time and memory grow with the square of the
 * number of places.
 *
 * @param vectors [...S, D]
 * @param groups [...S], whole numbers from 0 on, less than the number of places
 * @example
 * signature(program({ v: [9, 2], y: [9] }, ({ v, y }) => contrastive()(v, y))); // => 'v [9,2], y [9] → count [], total []'
 */
export const contrastive =
  (temperature = 0.1) =>
  (vectors: Tensor, groups: Tensor): LossSums => {
    const name = 'contrastive';
    const shape = shapeOf(vectors);
    const places = volume(shape.slice(0, -1));
    if (shape.length < 2 || volume(shapeOf(groups)) !== places)
      return refuse(
        name,
        `vectors [${shape.join(',')}] need groups [${shape.slice(0, -1).join(',')}], got [${shapeOf(groups).join(',')}]`,
      );
    const square = [places, places];
    const flat = shaped(name, [places, shape[shape.length - 1]], vectors);
    const unit: Tensor<readonly [number, number]> = { expr: normalise()(flat).expr };
    const member = shaped(name, [places], groups);
    const known = apply(name, { op: 'zip', fn: 'greaterEqual' }, member, number(name, 0));
    const row = (x: Tensor): Tensor =>
      apply(name, { op: 'broadcast', shape: square }, shaped(name, [1, places], x));
    const column = (x: Tensor): Tensor => repeatedTo(name, square, x);
    const order = Array.from({ length: places }, (_, i) => i);
    const itself: Tensor = oneHot(places)(apply(name, { op: 'constant', shape: [places], value: order }));
    const others = mul(complement(1, itself), row(known));
    const same = (one: Tensor, other: Tensor): Tensor =>
      apply(name, { op: 'zip', fn: 'greaterEqual' }, one, other);
    const alike = mul(same(column(member), row(member)), same(row(member), column(member)));
    const partners = mul(mul(others, alike), column(known));
    const over = (x: Tensor): Tensor => apply(name, { op: 'reduce', fn: 'sum', axes: [1] }, x);
    const found = over(partners);
    const counted = apply(name, { op: 'zip', fn: 'greater' }, found, number(name, 0));
    // A cosine is at most 1, so no exponential is above 1.
    const cosine: Tensor = einsum('id,jd->ij', unit, unit);
    const near = apply(name, { op: 'affine', scale: 1 / temperature, shift: -1 / temperature }, cosine);
    const all = apply(name, { op: 'zip', fn: 'add' }, over(mul(exp(near), others)), complement(1, counted));
    const mean = apply(
      name,
      { op: 'zip', fn: 'div' },
      over(mul(near, partners)),
      apply(name, { op: 'zip', fn: 'max' }, found, number(name, 1)),
    );
    return { total: sumOf(name, mul(counted, sub(log(all), mean))), count: sumOf(name, counted) };
  };
