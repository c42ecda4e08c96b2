/** The types of scans: state, step, observations, results. */

import type { Shape } from './shape.js';
import type { Tensor } from './tensor.js';

/** The state of a scan: named tensors. Declare one as a `type`, not an `interface`: an interface fits no record. */
export type StateOf = Readonly<Record<string, Tensor>>;

/** Time, as a step sees it. */
export interface Clock {
  /** The number of the step, from 0, as a scalar. */
  readonly index: Tensor<readonly []>;
}

/** A step of an autonomous scan over this state. */
export type Step<State extends StateOf> = (state: State, clock: Clock) => State;

/** What is recorded at each step: one tensor, or several by name. */
export type Observed = Tensor | Readonly<Record<string, Tensor>>;

/** The sequences that a scan of T steps returns: each observed tensor with a leading time axis. */
export type Sequenced<T extends number, O> =
  O extends Tensor<infer X>
    ? Tensor<readonly [T, ...X]>
    : { readonly [N in keyof O]: O[N] extends Tensor<infer X> ? Tensor<readonly [T, ...X]> : never };

type Unknown<Next, State> = Exclude<keyof Next, keyof State> & string;
/** `unknown`, or the message about a field that the state does not have: it would be dropped in silence. */
type Only<Next, State> = [Unknown<Next, State>] extends [never]
  ? unknown
  : { readonly error: `scan: the state has no field '${Unknown<Next, State>}'` };

/** `unknown`, or the message about an observation of nothing. */
type Something<O> = [keyof O] extends [never]
  ? { readonly error: 'scan: observe returns a tensor, or a record of at least one' }
  : unknown;

/** The description of a scan; Next is what the step returns, the State again. */
export interface Scan<T extends number, State extends StateOf, Next, O extends Observed> {
  /** The number of steps. */
  readonly steps: T;
  /** The state before the first step. */
  readonly init: State;
  /** The state after a step, from the state before it: the same fields, of the same shapes. */
  readonly step: (state: State, clock: Clock) => Next & Only<Next, State>;
  /** What is recorded after each step: a tensor, or several by name. */
  readonly observe: (state: NoInfer<State>) => O & Something<O>;
}

/** The description of a driven scan: a `Scan` with a driving sequence instead of the number of steps. */
export interface DrivenScan<
  T extends number,
  In extends Shape,
  State extends StateOf,
  Next,
  O extends Observed,
> {
  /** The sequence that drives it, one element a step. */
  readonly over: Tensor<readonly [T, ...In]>;
  /** The state before the first step. */
  readonly init: State;
  /** The state after a step, from the state before it and the sequence's current element. */
  readonly step: (state: State, element: Tensor<readonly [...In]>, clock: Clock) => Next & Only<Next, State>;
  /** What is recorded after each step: a tensor, or several by name. */
  readonly observe: (state: NoInfer<State>) => O & Something<O>;
}

/** What was observed, and the state after the last step. */
export interface Run<T extends number, State extends StateOf, O> {
  readonly sequence: Sequenced<T, O>;
  readonly final: State;
}
