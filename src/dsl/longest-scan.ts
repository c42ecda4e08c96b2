/** The scan that a program mainly consists of. */

import type { Graph } from './graph.js';
import type { Node, ScanOp } from './op.js';

/** A node that is a scan. */
export type ScanNode = Node & { readonly op: ScanOp };

const isScan = (node: Node): node is ScanNode => node.op.op === 'scan';

/** The longest scan of a program that is not inside another; the first if several are equally long. */
export const longestScan = ({ nodes }: Graph): ScanNode | null =>
  nodes
    .filter(isScan)
    .reduce<ScanNode | null>(
      (best, node) => (best === null || node.op.steps > best.op.steps ? node : best),
      null,
    );
