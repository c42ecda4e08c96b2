/** Fourier transforms in the graph, by products of matrices: not every backend has a transform of its own. */

import type { OpOf } from '../../../dsl/op.js';
import { bodyOf } from '../../../dsl/shape-rules.js';
import { alongAxes, type Steps } from '../../fourier/along-axes.js';
import type { Table } from '../../fourier/tables.js';
import { type Ref, type Site, under } from '../draft.js';
import { typeAttr } from '../graph-def.js';
import * as tf from '../ops.js';
import { batched, tensorShape, type Value } from '../value.js';

const stepsIn = (site: Site): Steps<Ref> => {
  const constant = ({ name, shape, values }: Table): Ref =>
    site.draft.weight(`fourier ${name}`, () => ({ hint: `fourier/${name}`, shape, values: values() }));
  const swappedIn = under(site, 'swapped');
  return {
    reshape: (x, sizes) => tf.reshape(site, x, [-1, ...sizes]),
    exchange: (x) => tf.transpose(site, x, [0, 2, 1, 3]),
    product: (x, by) => tf.matMul(under(site, 'product'), x, constant(by)),
    times: (x, by) => tf.binary(under(site, 'times'), 'Mul', x, constant(by)),
    sum: (x, y) => tf.binary(under(site, 'sum'), 'AddV2', x, y),
    swapped: (x) =>
      site.draft.add('ReverseV2', [x, tf.wholes(site, [x.shape.length - 1])], {
        shape: x.shape,
        attrs: { T: typeAttr('float32'), Tidx: typeAttr('int32') },
        hint: swappedIn.hint,
      }),
    filledUp: (x, m) =>
      site.draft.add(
        'PadV2',
        [x, tf.wholes(site, [0, 0, 0, m - x.shape[1], 0, 0], [3, 2]), tf.number(site, 0)],
        {
          shape: [x.shape[0], m, x.shape[2]],
          attrs: { T: typeAttr('float32'), Tpaddings: typeAttr('int32') },
          hint: `${site.hint}/filled_up`,
        },
      ),
    first: (x, n, d) => tf.slice(under(site, 'first'), x, [0, 0, 0], [-1, n, d]),
    within: (f) => f(),
  };
};

export const fourier = (site: Site, op: OpOf<'fourier'>, x: Value): Ref => {
  const body = bodyOf(op, x.facts.shape);
  const transformed = alongAxes(stepsIn(site), op, body, batched(site, x));
  return tf.reshape(site, transformed, tensorShape(x, op.to === 'complex' ? [...body, 2] : body));
};
