/**
 * Writes a scan that can end early: its step keeps the state of samples whose condition holds, and counts the steps
 * before.
 */

import { countField } from './halting.js';
import { showShape } from './shape.js';
import { apply, refuse, shapeOf, type Tensor } from './tensor.js';

type Fields = Readonly<Record<string, Tensor>>;

/** Whether a sample has stopped, as 1 or 0, and 1 minus that. */
interface Phase {
  readonly stopped: Tensor;
  readonly running: Tensor;
}

const phaseOf = (operation: string, condition: Tensor): Phase => {
  if (shapeOf(condition).length > 0)
    return refuse(
      operation,
      `until must return a scalar, got ${showShape(shapeOf(condition))}; take the largest or the mean over its axes`,
    );
  const zero = apply(operation, { op: 'constant', shape: [], value: 0 });
  const stopped = apply(operation, { op: 'zip', fn: 'greater' }, condition, zero);
  return { stopped, running: apply(operation, { op: 'affine', scale: -1, shift: 1 }, stopped) };
};

/** One of two values: the first for samples that have stopped. */
const chosen = (operation: string, { stopped }: Phase, held: Tensor, fresh: Tensor): Tensor =>
  apply(operation, { op: 'where' }, stopped, held, fresh);

/** The state with the count of steps. */
export const counted = (operation: string, state: Fields): Fields =>
  Object.hasOwn(state, countField)
    ? refuse(operation, `with until, the state cannot have a field '${countField}'`)
    : { ...state, [countField]: apply(operation, { op: 'constant', shape: [], value: 0 }) };

/** A step that can stop: its condition, and the state after it. */
export interface Held {
  readonly until: Tensor;
  readonly next: Fields;
}

/**
 * A step that keeps the state of samples that have stopped. For these the step is computed at the initial state and its
 * result is dropped. At the state where they stopped it may have no derivative (a root below zero), and 0 times NaN is
 * NaN.
 */
export const heldStep = (
  operation: string,
  state: Fields,
  init: Fields,
  until: (state: Fields) => Tensor,
  step: (state: Fields) => Fields,
): Held => {
  const { [countField]: taken, ...before } = state;
  const condition = until(before);
  const phase = phaseOf(operation, condition);
  const map = (f: (field: string) => Tensor): Fields =>
    Object.fromEntries(Object.keys(before).map((field) => [field, f(field)]));
  const fresh = step(map((field) => chosen(operation, phase, init[field], before[field])));
  return {
    until: condition,
    next: {
      ...map((field) => chosen(operation, phase, before[field], fresh[field])),
      [countField]: apply(operation, { op: 'zip', fn: 'add' }, taken, phase.running),
    },
  };
};
