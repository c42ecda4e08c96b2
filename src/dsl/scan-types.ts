/** What scans are made of, and what they give, in types. */

import type { Shape } from './shape.js';
import type { Tensor } from './tensor.js';

/** The state of a scan: named tensors. Declare one as a `type`, not an `interface`: an interface fits no record. */
export type StateOf = Readonly<Record<string, Tensor>>;

/** What a step knows of time. */
export interface Clock {
  /** The number of the step, from 0, as a scalar. */
  readonly index: Tensor<readonly []>;
}

/** A step of an autonomous scan over this state. */
export type Step<State extends StateOf> = (state: State, clock: Clock) => State;

/** What is recorded at each step: one tensor, or several by name. */
export type Observed = Tensor | Readonly<Record<string, Tensor>>;

/** What a scan of T steps gives for what was observed: each tensor with a leading time axis. */
export type Sequenced<T extends number, O> =
  O extends Tensor<infer X>
    ? Tensor<readonly [T, ...X]>
    : { readonly [N in keyof O]: O[N] extends Tensor<infer X> ? Tensor<readonly [T, ...X]> : never };

type Unknown<Next, State> = Exclude<keyof Next, keyof State> & string;
/** `unknown`, or the message about a field that the state does not have: it would be dropped in silence. */
type Only<Next, State> = [Unknown<Next, State>] extends [never]
  ? unknown
  : { readonly error: `scan: the state has no field '${Unknown<Next, State>}'` };

/** What a scan is made of; Next is what the step returns, the State again. */
export interface Scan<T extends number, State extends StateOf, Next, O extends Observed> {
  /** How often the step is taken. */
  readonly steps: T;
  /** The state before the first step. */
  readonly init: State;
  /** The state after a step, from the state before it: the same fields, of the same shapes. */
  readonly step: (state: State, clock: Clock) => Next & Only<Next, State>;
  /** What is recorded after each step: a tensor, or several by name. */
  readonly observe: (state: NoInfer<State>) => O;
}

/** What a driven scan is made of: a `Scan` with the sequence that drives it in the place of the number of steps. */
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
  readonly observe: (state: NoInfer<State>) => O;
}

/** What was observed, and the state after the last step. */
export interface Run<T extends number, State extends StateOf, O> {
  readonly sequence: Sequenced<T, O>;
  readonly final: State;
}
