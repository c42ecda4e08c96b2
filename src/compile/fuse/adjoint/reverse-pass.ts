/** One pass of reverse mode over a graph, from its last node to its first; scans with all of their ports at once. */

import type { FieldNode, FieldScan } from '../ir/field.js';
import type { Cotangents } from './cotangents.js';
import { addVjp, type VjpContext } from './rules.js';

/** Adds the adjoint of a scan, from the cotangents of its ports, and the cotangents of its inputs. */
export type AddScanAdjoint = (
  number: number,
  scan: FieldScan,
  ports: ReadonlyMap<string, number>,
  context: VjpContext,
) => void;

/** Propagates the cotangents of all wanted nodes to their inputs. `contextOf` is the context of a node's rule. */
export const reversePass = (
  nodes: readonly FieldNode[],
  cotangents: Cotangents,
  context: VjpContext,
  addScan: AddScanAdjoint,
  contextOf: (node: number) => VjpContext = () => context,
): void => {
  const scans = new Map<number, Map<string, number>>();
  for (let number = nodes.length - 1; number >= 0; number--) {
    const { op, inputs } = nodes[number];
    if (!context.wanted(number) || op.op === 'leaf' || op.op === 'crossEntropy') continue;
    if (op.op === 'scan') {
      const ports = scans.get(number);
      if (ports !== undefined) addScan(number, op, ports, contextOf(number));
      continue;
    }
    const cotangent = cotangents.of(number);
    if (cotangent === undefined) continue;
    if (op.op === 'port') {
      const ports = scans.get(inputs[0]) ?? new Map<string, number>();
      ports.set(op.port, cotangent);
      scans.set(inputs[0], ports);
    } else addVjp(number, cotangent, contextOf(number));
  }
};
