/** The values that a session takes and returns: plain arrays, never tensors of an engine. */

import type { Loss } from '../../loss.js';
import type { MicroBatches } from '../../micro-batches.js';
import type { Arrays } from '../../parameters.js';

export type { Arrays };

/** Some samples: each input's values one sample after the other. */
export interface Samples {
  readonly count: number;
  readonly inputs: Arrays;
  /** The numbers of the samples, for noise; default 0, 1, 2, ... */
  readonly samples?: readonly number[];
  readonly noiseSeed?: number;
}

/**
 * Samples with the class of every pixel, or of every image where `logits` has no pixels. A label below 0 is not a
 * class: its pixel or image is ignored.
 */
export interface Labelled extends Samples {
  readonly labels: Uint8Array | Int32Array;
  /** What is minimised; default the mean cross-entropy. */
  readonly loss?: Loss;
}

/** A loss that the program itself computes: the sum of an output over the batch, divided by the sum of another. */
export interface OutputLoss {
  /** The output that is minimised: a number for each sample. */
  readonly output: string;
  /**
   * The output to divide by: one number per sample, which must not depend on parameters. Left out: 1 for each sample.
   */
  readonly count?: string;
}

/** Samples whose inputs include their targets, for a loss that is an output of the program. */
export interface Summed extends Samples {
  readonly loss: OutputLoss;
}

/** Samples with a loss. */
export type Lossy = Labelled | Summed;

/** The loss of a batch with its gradients. */
export interface Gradients {
  /** The loss of the batch. */
  readonly loss: number;
  /** By parameter name. */
  readonly gradients: Arrays;
  /** New running statistics, by parameter name. */
  readonly statistics: Arrays;
}

/** The outputs of some samples. */
export interface Inference {
  /** The named outputs, one sample after the other. */
  readonly outputs: Arrays;
  /** New running statistics, by parameter name; empty without `training`. */
  readonly statistics: Arrays;
}

/** Options of `infer`. */
export interface InferOptions {
  /** The leaf `training` is 1, and batch norm takes the statistics of the batch; default false. */
  readonly training?: boolean;
  /** The numbers of samples that are computed at once; default: all. Other micro-batches may change the last bits. */
  readonly microBatches?: MicroBatches;
}

/**
 * One program on one engine, or on several of the same kind. Calls are answered one after the other.
 *
 * **Errors** A promise is rejected with what `errorOf` turns into a value: a SessionFault when the engine was lost or
 * the session is closed, anything else where drumhead is at fault.
 */
export interface Session {
  /** Sets parameters; those not named stay. Holds for the calls after it. */
  readonly load: (parameters: Arrays) => void;
  /** The gradient of the batch's loss, summed over the micro-batches in their order. */
  readonly gradients: (batch: Lossy, microBatches: MicroBatches) => Promise<Gradients>;
  /** The named outputs, one sample after the other. */
  readonly infer: (
    samples: Samples,
    outputs: readonly string[],
    options?: InferOptions,
  ) => Promise<Inference>;
  /** Frees everything on the engine at once; open calls are rejected. */
  readonly close: () => void;
}
