/** A fusion plan as text. */

import { aligned } from '../../../base/aligned.js';
import type { BatchPlan, FusionPlan } from './fusion-plan.js';

const percent = (share: number): string => `${(100 * share).toFixed(share === 1 ? 0 : 1)} %`;
const mega = (number: number): string =>
  (number / 1e6).toLocaleString('en-US', { maximumFractionDigits: number < 1e6 ? 3 : 1 });

const kilo = (number: number): string => (number / 1e3).toLocaleString('en-US', { maximumFractionDigits: 1 });

/** Nodes that run op by op, by reason, in the order in which the reasons first occur. */
const byReason = (leftOut: FusionPlan['leftOut']): readonly string[] => {
  const reasons = [...new Set(leftOut.map(({ why }) => why))];
  return reasons.map((reason) => {
    const nodes = leftOut.filter(({ why }) => why === reason);
    const operations = [...new Set(nodes.map(({ operation }) => operation))].map((name) => {
      const of = nodes.filter(({ operation }) => operation === name).map(({ node }) => node);
      return `${name} (node${of.length > 1 ? 's' : ''} ${of.join(', ')})`;
    });
    return `  ${reason}: ${operations.join(', ')}`;
  });
};

/** The first line, which names the whole of the shares. */
const headOf = ({ flops, fusedShare, trains }: FusionPlan): string =>
  flops === 0
    ? 'there are no FLOPs: values are moved, and nothing is computed'
    : `${percent(fusedShare)} of the FLOPs of ${trains ? 'a step of training' : 'one evaluation'} are in fused segments`;

/** The cost of batch statistics in a training step. */
const batchText = ({ passes, bytesPerSample }: BatchPlan): string =>
  `batch statistics: a step of training passes ${passes} times over all samples, and keeps ` +
  `${kilo(bytesPerSample)} kB of each of them between the passes`;

/**
 * A line for each segment in the order in which they run, then every reason why a node runs op by op, with the nodes.
 *
 * @example
 * showPlan(fusionPlan(program({ x: [8, 8, 1] }, ({ x }) => ({ y: conv(2)(conv(4)(x)) })))).split('\n')[0];
 * // => '100 % of the FLOPs of a step of training are in fused segments'
 */
export const showPlan = (plan: FusionPlan): string => {
  const { segments, leftOut, batch, spreads } = plan;
  if (segments.length === 0) return 'nothing is computed: there are no segments';
  return [
    headOf(plan),
    '',
    ...aligned(
      [
        ['segment', 'runs', 'nodes', 'MFLOP a sample', 'MB op by op', 'share', 'operations'],
        ...segments.map(({ fused, nodes, flops, bytes, share, operations }, i) => [
          String(i + 1),
          fused ? 'fused' : 'op by op',
          String(nodes.length),
          mega(flops),
          mega(bytes),
          `${(100 * share).toFixed(1)} %`,
          operations.join(', '),
        ]),
      ],
      [0, 1, 2, 3, 4, 5],
    ),
    ...(leftOut.length === 0 ? [] : ['', 'op by op:', ...byReason(leftOut)]),
    ...(batch === null ? [] : ['', batchText(batch)]),
    ...(spreads.length === 0 ? [] : ['', ...spreads.map((one) => `${one}; not with --fuse off`)]),
  ].join('\n');
};

/**
 * A line for each of several plans: its name, how much of it is fused, and why the rest is not.
 *
 * @example
 * const pooled = program({ x: [8, 8, 1] }, ({ x }) => ({ y: maxPool(2)(x) }));
 * showPlans([['pooled', fusionPlan(pooled)]]).split('\n')[1].trim();
 * // => 'pooled  100 %         1'
 */
export const showPlans = (plans: readonly (readonly [string, FusionPlan])[]): string => {
  return aligned(
    [
      ['member', 'fused', 'segments', 'op by op'],
      ...plans.map(([name, { flops, fusedShare, segments, leftOut }]) => [
        name,
        flops === 0 ? '–' : percent(fusedShare),
        String(segments.length),
        [...new Set(leftOut.map(({ why }) => why))].join('; '),
      ]),
    ],
    [1, 2],
  ).join('\n');
};
