/** The types of scans: state, step, observations, results. */

import type { FloorDiv, Shape } from './shape.js';
import type { Tensor } from './tensor.js';

/** The state of a scan: named tensors. Declare one as a `type`, not an `interface`: an interface fits no record. */
export type StateOf = Readonly<Record<string, Tensor>>;

/** The time within a step. */
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
/** `unknown`, or the message about a field that the state does not have, which would be dropped silently. */
type Only<Next, State> = [Unknown<Next, State>] extends [never]
  ? unknown
  : { readonly error: `scan: the state has no field '${Unknown<Next, State>}'` };

/** `unknown`, or the message about an empty observation. */
type Something<O> = [keyof O] extends [never]
  ? { readonly error: 'scan: observe returns a tensor, or a record of at least one' }
  : unknown;

/** `unknown`, or the message about a scan that would keep no observation. */
type Keeps<T extends number, K extends number> = [FloorDiv<T, K>] extends [0]
  ? { readonly error: `scan: it has ${T} steps, so every: ${K} would keep nothing` }
  : unknown;

/** The options of every scan. */
export interface ScanOptions<T extends number, State extends StateOf, K extends number> {
  /**
   * Observed values are recorded after steps k, 2k, 3k, ...: floor(steps / k) entries. Default 1. Interpreters that can
   * skip then compute values that are only observed at those steps only.
   */
  readonly every?: (K & Keeps<T, K>) | undefined;
  /**
   * A scalar of the state. A sample stops before the first step at whose beginning the scalar is above 0; after that
   * its state and its observed values do not change. Gradients go through the steps that were taken. When all samples
   * of a batch have stopped, the scan ends. The step must be computable at `init`, where it is computed for samples
   * that have stopped.
   */
  readonly until?: ((state: NoInfer<State>) => Tensor<readonly []>) | undefined;
  /**
   * Less memory in training: the state is kept after every so many steps, and the steps between are recomputed for the
   * gradient. `true` takes ceil(sqrt(steps)), so that training holds about 2 sqrt(steps) steps instead of all. Values
   * and gradients do not change. It works op by op, in fused kernels and in `vjp`; an exported graph ignores it.
   */
  readonly remat?: boolean | number | undefined;
}

/** The description of a scan; Next is what the step returns, the State again. */
export interface Scan<T extends number, State extends StateOf, Next, O extends Observed, K extends number = 1>
  extends ScanOptions<T, State, K> {
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
  K extends number = 1,
> extends ScanOptions<T, State, K> {
  /** The sequence that drives it, one element for each step. */
  readonly over: Tensor<readonly [T, ...In]>;
  /** The state before the first step. */
  readonly init: State;
  /** The state after a step, from the state before it and the sequence's current element. */
  readonly step: (state: State, element: Tensor<readonly [...In]>, clock: Clock) => Next & Only<Next, State>;
  /** What is recorded after each step: a tensor, or several by name. */
  readonly observe: (state: NoInfer<State>) => O & Something<O>;
}

/** The observed values, the state after the last step, and the number of steps. */
export interface Run<T extends number, State extends StateOf, O> {
  readonly sequence: Sequenced<T, O>;
  readonly final: State;
  /** The number of steps that a sample took: all, or with `until` those before it stopped. It has no gradient. */
  readonly steps: Tensor<readonly []>;
}
