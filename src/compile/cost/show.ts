/** Cost as a table to read. */

import { aligned } from '../../base/aligned.js';
import { power } from '../../base/power.js';
import { showShape } from '../../dsl/shape.js';
import type { Cost, NodeCost, Work } from './types.js';

/** `72.8 GFLOP`: four digits and a suitable prefix. */
const scaled = (value: number, unit: string): string => {
  const prefixes = ['', 'k', 'M', 'G', 'T', 'P'];
  const step = value < 1000 ? 0 : Math.min(prefixes.length - 1, Math.floor(Math.log10(value) / 3));
  return `${Number((value / power(1000, step)).toPrecision(3))} ${prefixes[step]}${unit}`;
};

const memory = ({ peakBytes, fixedBytes, bytesPerSample }: Work): string =>
  `${scaled(peakBytes, 'B')} held (${scaled(fixedBytes, 'B')} + ${scaled(bytesPerSample, 'B')} a sample)`;

const line = (title: string, work: Work): string =>
  `${title.padEnd(14)}${scaled(work.flops, 'FLOP')}, ${scaled(work.bytesRead + work.bytesWritten, 'B')} moved, ${memory(work)}`;

/** Nodes that compute, with those of scans' bodies in place of the scans, the most expensive first. */
const ranked = (nodes: readonly NodeCost[]): readonly NodeCost[] =>
  nodes
    .flatMap((node) => (node.body.length === 0 ? [node] : ranked(node.body)))
    .filter(({ forwardFlops, backwardFlops }) => forwardFlops + backwardFlops > 0)
    .sort((a, b) => b.forwardFlops + b.backwardFlops - (a.forwardFlops + a.backwardFlops));

/**
 * The totals and the most expensive nodes, as plain text without a final newline.
 *
 * @param top how many nodes to name
 * @example
 * console.log(showCost(cost(p, { batch: 16 })));
 */
export const showCost = (cost: Cost, top = 8): string => {
  const all = ranked(cost.nodes);
  const share = (node: NodeCost): string =>
    `${((100 * (node.forwardFlops + node.backwardFlops)) / cost.training.flops).toFixed(1)} %`;
  const rows = all
    .slice(0, top)
    .map((node) => [
      node.path,
      node.operation,
      showShape(node.shape),
      scaled(node.forwardFlops, 'FLOP'),
      scaled(node.backwardFlops, 'FLOP'),
      share(node),
    ]);
  const trains = cost.trainable > 0;
  const head = ['node', 'operation', 'shape', 'forward', 'backward', trains ? 'of a step' : 'of all'];
  return [
    `batch ${cost.batch}, ${cost.parameters.toLocaleString('en-US')} numbers in parameters`,
    line('inference', cost.inference),
    ...(trains ? [line('training step', cost.training)] : ['training step nothing to train']),
    ...(rows.length === 0 ? [] : ['', ...aligned([head, ...rows], [3, 4, 5])]),
  ].join('\n');
};
