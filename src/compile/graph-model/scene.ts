/** The context in which a list of nodes is written, and the shared parts of the two ways to write a scan. */

import type { Facts } from '../../dsl/infer.js';
import { type LeafOp, type Node, rootsOf, type ScanOp } from '../../dsl/op.js';
import type { Shape } from '../../dsl/shape.js';
import type { Draft, Ref } from './draft.js';
import type { Value } from './value.js';

/** The context in which a list of nodes is written, with its leaves. */
export interface Scene {
  readonly draft: Draft;
  readonly batch: () => Ref;
  /** Whether scans are written step by step. */
  readonly unroll: boolean;
  /** The prefix of all names: empty, or `scan/step3`. */
  readonly prefix: string;
  readonly leaf: (op: LeafOp) => Value;
}

/** `emit`, passed as an argument, since it and the scans in it need each other. */
export type Emit = (
  scene: Scene,
  nodes: readonly Node[],
  facts: readonly Facts[],
  kept: readonly number[],
) => (node: number) => Value;

/** The inputs of a scan as tensors. */
export interface Parts {
  /** With a batch axis. */
  readonly initial: readonly Ref[];
  /** [B, T, elements], and the shape of one. */
  readonly sequences: readonly { readonly ref: Ref; readonly shape: Shape }[];
  readonly externals: readonly Value[];
  /** Names of what is recorded and read. */
  readonly observed: readonly string[];
  readonly facts: readonly Facts[];
}

/** The facts of a value that differs between samples. */
export const perSample = (shape: Shape): Facts => ({ shape, perSample: true });

/** The results of a scan. */
export interface Run {
  /** [B, T, ...]. */
  readonly observed: Readonly<Record<string, Ref>>;
  /** In the order of the fields. */
  readonly finals: readonly Ref[];
}

/** The nodes of a body that are read from outside of it, or that decide its end. */
export const resultsOf = ({ body }: ScanOp, observed: readonly string[]): readonly number[] =>
  rootsOf({ ...body, observe: Object.fromEntries(observed.map((name) => [name, body.observe[name]])) });
