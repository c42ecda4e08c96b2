/** Facts on the values of a graph and of its scans' bodies, before anything is computed. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { assumedLeaves, type Facts, factsOf, type Leaves, leavesOf } from '../dsl/infer.js';
import type { Node, ScanOp } from '../dsl/op.js';

/**
 * Facts of every node. The shapes of a program were checked when it was written or read. For a graph made by hand whose
 * shapes are wrong, the shapes that its nodes claim are used, and every value is assumed to differ between samples.
 */
export const factsIn = (nodes: readonly Node[], leaves?: Leaves): readonly Facts[] =>
  pipe(
    factsOf(nodes, leaves),
    E.getOrElse((): readonly Facts[] => nodes.map(({ shape }) => ({ shape, perSample: true }))),
  );

/** The same for an interpreter whose scans have a batch axis in any case: state and elements differ between samples. */
export const assumedFactsInBody = (scan: ScanOp, inputs: readonly Facts[]): readonly Facts[] =>
  factsIn(scan.body.nodes, assumedLeaves(scan, inputs));

/** Facts of every node of a scan's body, from those of the scan's inputs. */
export const factsInBody = (scan: ScanOp, inputs: readonly Facts[]): readonly Facts[] =>
  factsIn(scan.body.nodes, leavesOf(scan, inputs));
