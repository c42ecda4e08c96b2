/** A fusion plan as text. */

import type { FusionPlan } from './plan.js';

const columns = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) =>
    row
      .map((entry, i) => (i === row.length - 1 ? entry : entry.padStart(widths[i])))
      .join('  ')
      .trimEnd(),
  );
};

const mega = (number: number): string => (number / 1e6).toLocaleString('en-US', { maximumFractionDigits: 1 });

/**
 * A line for each segment in the order in which they run, then each node that no segment could take in, and why.
 *
 * @example
 * showPlan(fusionPlan(program({ x: [8, 8, 1] }, ({ x }) => ({ y: conv(2)(conv(4)(x)) })))).split('\n')[0];
 * // => '100 % of the FLOPs of a step of training are in fused segments'
 */
export const showPlan = ({ segments, leftOut, fusedShare }: FusionPlan): string =>
  [
    `${(100 * fusedShare).toFixed(fusedShare === 1 ? 0 : 1)} % of the FLOPs of a step of training are in fused segments`,
    '',
    ...columns([
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
    ]),
    ...(leftOut.length === 0
      ? []
      : [
          '',
          'op by op:',
          ...leftOut.map(({ node, operation, why }) => `  node ${node}, ${operation}: ${why}`),
        ]),
  ].join('\n');
