/** The cost of a program, in numbers. */

import type { Shape } from '../../dsl/shape.js';

/** The cost of one pass over a batch. */
export interface Work {
  /** Floating-point operations; a multiplication with an addition counts 2. */
  readonly flops: number;
  /** Bytes that the operations read and write, counted operation by operation. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Bytes held that do not grow with the batch. */
  readonly fixedBytes: number;
  /** Bytes held for each sample. */
  readonly bytesPerSample: number;
  /** fixedBytes + batch * bytesPerSample. */
  readonly peakBytes: number;
}

/** The cost of one node, over all its evaluations for the batch; that of a scan is the cost of its body. */
export interface NodeCost {
  /** `43`, or `43/7` in the body of the scan that is node 43. */
  readonly path: string;
  readonly operation: string;
  /** Per sample. */
  readonly shape: Shape;
  /** The number of its evaluations for a sample. */
  readonly repeats: number;
  readonly forwardFlops: number;
  /** Of its gradient in training. */
  readonly backwardFlops: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly body: readonly NodeCost[];
}

/** The cost of a program, for one batch. */
export interface Cost {
  readonly batch: number;
  /** Numbers in all parameters. */
  readonly parameters: number;
  /** Of these, those that are trained. */
  readonly trainable: number;
  /** One forward pass. */
  readonly inference: Work;
  /** One step: forward, backward, Adam. */
  readonly training: Work;
  readonly nodes: readonly NodeCost[];
}

/** Options of `cost`. */
export interface CostOptions {
  readonly batch: number;
}
