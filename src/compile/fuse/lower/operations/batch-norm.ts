/** Lowering of batch norm: in training with the moments of the whole batch, in inference with the running ones. */

import type { OpOf } from '../../../../dsl/op.js';
import type { FieldBuilder } from '../../ir/builder.js';
import { along, onGrid } from '../../ir/layout.js';
import { type Lowered, notFused, type Refusal } from '../value.js';
import { onPlanes } from './weighted.js';

/** A normalised value and, in training, the node of its moments. */
export type LoweredBatchNorm = Lowered & { readonly moments: number | undefined };

/** Inputs: x, then for each channel its scale, shift, running mean and running variance. */
export const lowerBatchNorm = (
  b: FieldBuilder,
  { epsilon }: OpOf<'batchNorm'>,
  [x, ...lists]: readonly Lowered[],
  training: boolean,
  /** How many numbers a channel has in a sample. */
  perChannel: number,
): LoweredBatchNorm | Refusal => {
  const middle = along(x.layout, x.layout.axes.length - 1);
  if (middle === undefined) return notFused('a batch norm along pixels');
  if (lists.some(({ layout }) => onGrid(layout))) return notFused('its weights have pixels');
  const { count } = middle;
  const moments = training
    ? b.add({ op: 'batchMoments', ...middle, each: perChannel }, [x.node], {
        planes: 2 * count,
        grid: undefined,
      })
    : undefined;
  const part = (begin: number): number | undefined =>
    moments === undefined
      ? undefined
      : b.add({ op: 'slicePlanes', outer: 1, count: 2 * count, inner: 1, begin, size: count }, [moments], {
          planes: count,
          grid: undefined,
        });
  const [scale, shift, runningMean, runningVariance] = lists.map(({ node }) => node);
  const mean = part(0) ?? runningMean;
  const deviation = b.map('sqrt', b.affine(part(count) ?? runningVariance, 1, epsilon));
  const each = (list: number): number => onPlanes(b, list, middle);
  const centred = b.zip('sub', x.node, each(mean));
  const node = b.zip('add', b.zip('mul', centred, each(b.zip('div', scale, deviation))), each(shift));
  return { node, layout: x.layout, moments };
};
