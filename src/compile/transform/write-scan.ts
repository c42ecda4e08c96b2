/** Scans written by machine: a step over named tensors whose shapes are only values. */

import { closeStep } from '../../dsl/close-step.js';
import { refuse, shapeOf, type Tensor } from '../../dsl/tensor.js';

/** Tensors by name. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** What a scan is made of. */
export interface Steps {
  readonly steps: number;
  /** The driving sequences, each with one entry a step. */
  readonly sequences: readonly Tensor[];
  readonly init: Tensors;
  /** The state after a step, from the state before it, the current elements and the number of the step. */
  readonly step: (state: Tensors, elements: readonly Tensor[], time: Tensor) => Tensors;
  /** What is recorded after each step; called with the state after the step. */
  readonly observe: (state: Tensors) => Tensors;
  /** After how many steps an observation is recorded, where not after every step. */
  readonly every?: Readonly<Record<string, number>> | undefined;
  readonly remat?: number | undefined;
}

const isSequence = (x: Tensor): x is Tensor<readonly [number, ...number[]]> => shapeOf(x).length > 0;

/** Sequences of what was observed, and the state after the last step. */
export const runSteps = ({
  steps,
  sequences,
  init,
  step,
  observe,
  every,
  remat,
}: Steps): { readonly sequence: Tensors; readonly final: Tensors } =>
  sequences.every(isSequence)
    ? closeStep({
        operation: 'derivative',
        steps,
        sequences,
        init,
        step: (state, elements, clock) => step(state, elements, clock.index),
        observe,
        every,
        remat,
      })
    : refuse('derivative', 'a scalar cannot drive a scan');
