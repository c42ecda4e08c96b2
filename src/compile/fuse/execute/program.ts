/** The interface of a fused program, for one sample at a time or several. */

import type { Arrays } from '../../parameters.js';
import type { Passage } from './stages.js';
import type { FusedMicroBatch } from './workspace.js';

/** A micro-batch with labels. */
export interface LabelledFusedMicroBatch extends FusedMicroBatch {
  readonly labels: Uint8Array | Int32Array;
  /** The weight of each class's pixels; an empty list means 1. */
  readonly weights: readonly number[];
  /** The loss count of the whole batch; the sum is divided by it. */
  readonly lossCount: number;
}

/** A micro-batch whose inputs hold its targets, for a loss that is an output of the program. */
export interface SummedFusedMicroBatch extends FusedMicroBatch {
  /** What is minimised, summed over samples and divided by `lossCount`. */
  readonly output: string;
  readonly lossCount: number;
}

/** Outputs, and in training the new running statistics. */
export interface Inferred {
  readonly outputs: Record<string, Float32Array>;
  readonly statistics: Record<string, Float32Array>;
}

/** The loss of a micro-batch with its gradients, and the new running statistics. */
export interface Trained {
  readonly loss: number;
  readonly gradients: Record<string, Float32Array>;
  readonly statistics: Record<string, Float32Array>;
}

/** Gradients from cotangents. */
export interface Pulled {
  readonly parameters: Record<string, Float32Array>;
  readonly inputs: Record<string, Float32Array>;
}

/** A program that runs by fused kernels. */
export interface FusedProgram {
  readonly load: (parameters: Arrays) => void;
  /** Whether these outputs can be computed. */
  readonly fits: (outputs: readonly string[]) => boolean;
  /** Lays out the regions for `infer` of these outputs; otherwise the first call does. */
  readonly prepare: (outputs: readonly string[]) => void;
  /** Lays out the regions for `gradients`, or for `gradientsOf` of outputs other than the logits. */
  readonly prepareGradients: (outputs: readonly string[]) => void;
  /**
   * The same for a micro-batch of a batch whose samples share values: it waits for the others at each shared value.
   */
  readonly passages: {
    readonly infer: (microBatch: FusedMicroBatch, outputs: readonly string[]) => Passage<Inferred>;
    readonly gradients: (microBatch: LabelledFusedMicroBatch) => Passage<Trained>;
    readonly gradientsOf: (microBatch: SummedFusedMicroBatch) => Passage<Trained>;
    readonly vjp: (microBatch: FusedMicroBatch, cotangents: Arrays) => Passage<Pulled>;
  };
  readonly infer: (microBatch: FusedMicroBatch, outputs: readonly string[]) => Record<string, Float32Array>;
  /**
   * The cross-entropy of the micro-batch, weighted by class and divided by `lossCount`, with its gradients. In one
   * pass if there is a kernel for it, else from the values of the logits, followed by their VJP.
   */
  readonly gradients: (microBatch: LabelledFusedMicroBatch) => Trained;
  /** An output as the loss, with its gradients, in one pass. */
  readonly gradientsOf: (microBatch: SummedFusedMicroBatch) => Trained;
  /** From cotangents of outputs to gradients of the parameters, summed over samples, and of the inputs. */
  readonly vjp: (microBatch: FusedMicroBatch, cotangents: Arrays) => Pulled;
  /** Bytes of memory laid out so far. */
  readonly bytes: () => number;
  /** The number of passes over all samples of a batch: the largest of all regions laid out so far. */
  readonly passes: () => number;
  /** Bytes kept for each sample of a batch whose samples share values: the largest of all regions laid out so far. */
  readonly bytesPerSample: () => number;
}
