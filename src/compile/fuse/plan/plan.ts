/** Plans: everything that a machine needs to run a region of a program, as data. */

import type { Shape } from '../../../dsl/shape.js';
import type { Layout } from '../ir/layout.js';
import type { Instruction } from '../list/instruction.js';
import type { Part } from '../memory/arena.js';

/** The constant content of some bytes; zeros if `base64` is left out. */
export interface Content {
  readonly at: number;
  readonly bytes: number;
  readonly base64?: string;
}

/** The memory of a plan. It starts as zeros with the contents; no list writes over a content. */
export interface MemoryLayout {
  readonly bytes: number;
  readonly parts: readonly Part[];
  readonly contents: readonly Content[];
}

/**
 * A value that is written or read from outside, in the language's order: plane p begins at `at` + p `plane`, and `layout`
 * says which axes are planes and which are pixels. A `gradient` is one of a parameter, summed over samples; an
 * `inputGradient` is one of an input.
 */
export interface PlanLeaf {
  readonly kind: 'input' | 'parameter' | 'cotangent' | 'output' | 'gradient' | 'inputGradient';
  readonly name: string;
  readonly at: number;
  readonly plane: number;
  readonly shape: Shape;
  readonly layout: Layout;
}

/**
 * The lists of a plan. In this order: `once`; after parameters were written, `pack` and `load`; `clear`; for each sample,
 * after its leaves were written, `run`; in the end `settle`, which leaves the gradients.
 */
export interface PlanLists {
  /** Packs constants. */
  readonly once: readonly Instruction[];
  readonly pack: readonly Instruction[];
  /** Computes and packs values that depend only on parameters. */
  readonly load: readonly Instruction[];
  /** Sets all sums to zero. */
  readonly clear: readonly Instruction[];
  /** Computes one sample. */
  readonly run: readonly Instruction[];
  /** Rounds all sums to floats. */
  readonly settle: readonly Instruction[];
}

/** The addresses of a cross-entropy's labels and of its sum. */
export interface PlanLoss {
  /** A float for each pixel of the logits, and -1 up to the end of this many bytes. */
  readonly labels: number;
  readonly labelBytes: number;
  /** The pixels of the logits. */
  readonly pixels: number;
  /** The factor of all gradients. */
  readonly scale: number;
  /** The weight of each class. */
  readonly weights: number;
  readonly classes: number;
  /** Four doubles, to be cleared before each sample; their sum is its loss. */
  readonly total: number;
}

/** A region of a program that any machine can run. */
export interface Plan {
  readonly memory: MemoryLayout;
  readonly leaves: readonly PlanLeaf[];
  /**
   * The number of samples that a run computes; they are the pixels of values whose layout has pixels and no pixel
   * axis.
   */
  readonly together: number;
  /** The address of the noise seed, followed by the number of each of these samples, as doubles. */
  readonly noise: number;
  readonly loss?: PlanLoss;
  readonly lists: PlanLists;
}

/** A value of each sample that one stage keeps for a later one: floats in the order of memory. */
export interface PlanSlot {
  /** Its number among the slots of the plan. */
  readonly slot: number;
  readonly at: number;
  readonly floats: number;
}

/** A value of the whole batch, and the address at which a stage reads it. */
export interface PlanTake {
  readonly statistic: number;
  readonly at: number;
  readonly floats: number;
}

/**
 * Sums over all samples, as doubles, and the value of the whole batch that is computed from them. Without `channels`,
 * each sum by the number of samples. With them, the mean of each channel, then its variance (divided by the number):
 * the sums of planes come first, then those of their squares, a plane is outer x channel x inner, and has `each`
 * numbers of a sample.
 */
export interface PlanStatistic {
  readonly statistic: number;
  readonly at: number;
  readonly sums: number;
  readonly channels?: {
    readonly outer: number;
    readonly count: number;
    readonly inner: number;
    readonly each: number;
  };
}

/**
 * A pass over all samples of a batch. Before it, what it `takes` is written, and `clear` runs; for each run of samples its leaves
 * and what it `reads` are written, `run` runs, and what it `keeps` is stored; after the last, the sums of `gives` are there, and
 * `settle` leaves its part of the gradients, which is added to those of other stages.
 */
export interface PlanStage {
  readonly leaves: readonly PlanLeaf[];
  readonly lists: Omit<PlanLists, 'pack'>;
  readonly reads: readonly PlanSlot[];
  readonly keeps: readonly PlanSlot[];
  readonly takes: readonly PlanTake[];
  readonly gives: readonly PlanStatistic[];
}

/** A running mean and variance, by the names of their parameters, that are updated with a statistic of the batch. */
export interface PlanRunning {
  readonly statistic: number;
  readonly momentum: number;
  readonly mean: string;
  readonly variance: string;
}

/** A program in training whose samples share values: stages one after the other, on one memory. */
export interface StagedPlan extends Omit<Plan, 'lists'> {
  /** Leaves of all stages: parameters. */
  readonly leaves: readonly PlanLeaf[];
  readonly pack: readonly Instruction[];
  /** The floats of each slot, for one run; a store holds them for each run of a batch. */
  readonly slots: readonly number[];
  readonly running: readonly PlanRunning[];
  readonly stages: readonly PlanStage[];
}

/** Each stage as a plan of its own, for functions that read only lists: cost, text, check. */
export const stagePlans = ({
  slots,
  running,
  stages,
  pack,
  leaves,
  ...shared
}: StagedPlan): readonly Plan[] =>
  stages.map((stage) => ({
    ...shared,
    leaves: [...leaves, ...stage.leaves],
    lists: { ...stage.lists, pack },
  }));

/** The bytes that a staged plan keeps of each sample: the only memory that grows with the batch. */
export const keptBytes = ({ slots, together }: StagedPlan): number =>
  (4 * slots.reduce((all, floats) => all + floats, 0)) / together;

/** The names of the lists, in the order in which they run. */
export const listNames = ['once', 'pack', 'load', 'clear', 'run', 'settle'] as const;
