/** Attention: each query reads the values of all keys, weighted by how well it matches each. */

import { checkedOptions } from '../options.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';
import { product } from './einsum.js';
import { softmax } from './reduce.js';

/** Options of attention. */
export interface AttentionOptions {
  /** The number of parts into which the channels are cut, each with its own weights over the keys; default 1. */
  readonly heads?: number;
}

const cut = (operation: string, x: Tensor, heads: number): Tensor => {
  const [sites, channels] = shapeOf(x);
  return apply(operation, { op: 'reshape', shape: [sites, heads, channels / heads] }, x);
};

/**
 * softmax(q k' / sqrt(C / heads)) v: queries [Q, C], keys [K, C], values [K, D] → [Q, D]. The softmax runs over the keys
 * (scaled dot products, Vaswani et al. 2017). It has no parameters: project x to queries, keys and values first.
 *
 * Refuses heads that do not divide C and D.
 *
 * @example
 * const sites = reshape(64, 2)(zeros(8, 8, 2));
 * const felt = attention({ heads: 2 })(sites, sites, sites);   // Tensor<readonly [64, 2]>
 */
export const attention =
  (options: AttentionOptions = {}) =>
  <Q extends number, K extends number, C extends number, D extends number>(
    queries: Tensor<readonly [Q, C]>,
    keys: Tensor<readonly [K, NoInfer<C>]>,
    values: Tensor<readonly [NoInfer<K>, D]>,
  ): Tensor<readonly [Q, D]> => {
    const { heads = 1 } = checkedOptions('attention', options, { heads: true });
    const given: readonly Tensor[] = [queries, keys, values];
    const [q, k, v] = given.map((x) => shapeOf(x));
    if (q.length !== 2 || k.length !== 2 || v.length !== 2 || q[1] !== k[1] || k[0] !== v[0])
      return refuse(
        'attention',
        `takes queries [Q,C], keys [K,C] and values [K,D], got [${q.join(',')}], [${k.join(',')}] and [${v.join(',')}]`,
      );
    if (!Number.isInteger(heads) || heads < 1 || q[1] % heads !== 0 || v[1] % heads !== 0)
      return refuse('attention', `${heads} heads do not divide ${q[1]} and ${v[1]} channels`);
    const [one, two, three] = [queries, keys, values].map((x) => cut('attention', x, heads));
    const scores = product(
      { a: ['q', 'h', 'c'], b: ['k', 'h', 'c'], out: ['h', 'q', 'k'] },
      apply('attention', { op: 'affine', scale: 1 / Math.sqrt(q[1] / heads), shift: 0 }, one),
      two,
    );
    const shares = softmax(2)(scores);
    const read = product({ a: ['h', 'q', 'k'], b: ['k', 'h', 'd'], out: ['q', 'h', 'd'] }, shares, three);
    return apply('attention', { op: 'reshape', shape: [q[0], v[1]] }, read);
  };
