/** Instructions that multiply two values by a formula. */

import { product } from '../../../dsl/functions/einsum.js';
import { shapeOf } from '../../../dsl/index.js';
import { volume } from '../../../dsl/shape.js';
import { type Builder, entry, fits, from, nothing } from './workshop.js';

const letters = [...'abcdefghijklmnop'];

/** Axes of equal size are sometimes identified; each is kept or summed over, in some order. */
export const multiplied: Builder = (shop, [a, b, c, d, e]) => {
  const first = from(shop, a);
  const second = from(shop, b);
  if (first === undefined || second === undefined) return nothing;
  const [x, y] = [shapeOf(first.x), shapeOf(second.x)];
  const ofX = x.map((_, axis) => letters[axis]);
  const ofY: string[] = [];
  for (const [axis, size] of y.entries()) {
    const same = ofX.find(
      (label, i) => x[i] === size && !ofY.includes(label) && ((c >> (i + axis)) & 1) === 1,
    );
    ofY.push(same ?? letters[x.length + axis]);
  }
  const labels = [...new Set([...ofX, ...ofY])];
  const sizeOf = (label: string): number =>
    ofX.includes(label) ? x[ofX.indexOf(label)] : y[ofY.indexOf(label)];
  const kept = labels.filter((_, i) => ((d >> (i % 6)) & 1) === 1);
  const turned = kept.map((_, i) => kept[(i + e) % kept.length]);
  const out = e % 3 === 0 ? kept : e % 3 === 1 ? turned : [...kept].reverse();
  if (!fits(out.map(sizeOf)) || labels.length > 7 || volume(labels.map(sizeOf)) > 20_000) return nothing;
  const terms = volume(labels.filter((label) => !kept.includes(label)).map(sizeOf));
  return [entry(product({ a: ofX, b: ofY, out }, first.x, second.x), first.bound * second.bound * terms)];
};
