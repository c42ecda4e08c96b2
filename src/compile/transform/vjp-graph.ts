/** VJPs of lists of nodes. */

import { isLeafOp, type Node } from '../../dsl/op.js';
import type { Tensor } from '../../dsl/tensor.js';
import { add } from './raw.js';
import type { NamedSources, Retraced } from './retrace.js';
import { vjpRule } from './rules/vjp-rules.js';
import type { NodeCotangents } from './scan-cotangents.js';
import { vjpScan } from './vjp-scan.js';

/** The cotangents of all nodes of a list, from those of some (`seeds`). */
export const vjpNodes = (
  nodes: readonly Node[],
  { values, scans }: Retraced,
  active: readonly boolean[],
  seeds: NodeCotangents,
  own: NamedSources,
): NodeCotangents => {
  const cotangents = new Map(seeds);
  const ports = new Map<number, Map<string, Tensor>>();
  const addCotangent = (to: number, amount: Tensor | undefined): void => {
    if (amount === undefined || !active[to]) return;
    const already = cotangents.get(to);
    cotangents.set(to, already === undefined ? amount : add(already, amount));
  };
  for (let number = nodes.length - 1; number >= 0; number--) {
    const { op, inputs } = nodes[number];
    const given = inputs.map((input) => values[input]);
    const wanted = inputs.map((input) => active[input]);
    const cotangent = cotangents.get(number);
    if (!active[number]) continue;
    if (op.op === 'scan') {
      const of = ports.get(number);
      const scan = scans.get(number);
      if (of !== undefined && scan !== undefined)
        vjpScan({ op, inputs: given, moving: wanted, retraced: scan, ports: of }, own, vjpNodes).forEach(
          (amount, i) => {
            addCotangent(inputs[i], amount);
          },
        );
      continue;
    }
    if (cotangent === undefined || isLeafOp(op)) continue;
    switch (op.op) {
      case 'take': {
        const of = ports.get(inputs[0]) ?? new Map<string, Tensor>();
        const already = of.get(op.port);
        ports.set(inputs[0], of.set(op.port, already === undefined ? cotangent : add(already, cotangent)));
        break;
      }
      case 'constant':
      case 'noise':
      case 'batchNorm':
        break;
      default:
        vjpRule(op, given, values[number], cotangent, wanted).forEach((amount, i) => {
          addCotangent(inputs[i], amount);
        });
    }
  }
  return cotangents;
};
