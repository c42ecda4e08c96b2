/**
 * Scan: one step, repeated. The heart of the language.
 *
 * A state is any record of tensors. The step is an ordinary function from state to state; it is run once, on
 * placeholders, and the tensors that it returns are the body of the scan. A value from outside that a step uses (a
 * parameter, an encoder's output) becomes an external of the scan by itself. Closures never enter the program.
 */

import { closeStep } from './close-step.js';
import { checkedOptions } from './options.js';
import type { DrivenScan, Observed, Run, Scan, Sequenced, StateOf } from './scan-types.js';
import type { FloorDiv, Shape } from './shape.js';
import { refuse, shapeOf } from './tensor.js';
import { functionOf } from './untyped.js';

const settings = { every: true, until: true, remat: true } as const;

/** Refuses an `every` by name, which only derivatives use and which would have no effect here. */
const checkEvery = (operation: string, every: unknown): void => {
  if (typeof every === 'object')
    refuse(operation, `every is a whole number of at least 1 steps, got ${JSON.stringify(every)}`);
};

/**
 * Repeats a step and records the observed values: [steps, ...X]. Entry t is observed AFTER step t, so the initial
 * state is not in it. Observing a record gives a record of sequences.
 *
 * Values from outside (parameters, other tensors) are computed once, before the first step. Three options: `every: k`
 * records only after steps k, 2k, ..., which are floor(steps / k) entries; `until` stops a sample once a condition on
 * its state holds; `remat` trains in the memory of about 2 sqrt(steps) steps.
 *
 * Refuses a step that adds or drops a field or changes a shape, fewer than 1 steps, and an `every` that keeps nothing.
 *
 * @example
 * const decay = scan({
 *   steps: 100,
 *   init: { y: ones(8, 8, 1) },
 *   step: ({ y }) => ({ y: scale(0.9, y) }),
 *   observe: ({ y }) => y,
 * });   // Tensor<readonly [100, 8, 8, 1]>
 *
 * @example
 * const { position, energy } = scan({
 *   steps: 10,
 *   init: { y, z },
 *   step: (s) => ({ y: add(s.y, scale(dt, s.z)), z: sub(s.z, scale(dt, s.y)) }),
 *   observe: (s) => ({ position: s.y, energy: pipe(add(square(s.y), square(s.z)), sum(0, 1, 2)) }),
 * });
 * const total = energy;   // Tensor<readonly [10]>
 *
 * @example
 * const film = scan({
 *   steps: 100,
 *   every: 25,
 *   init: { y: ones(8, 8, 1) },
 *   step: ({ y }) => ({ y: scale(0.9, y) }),
 *   observe: ({ y }) => y,
 * });
 * shapeOf(film); // => [4, 8, 8, 1]
 */
export const scan = <
  const T extends number,
  State extends StateOf,
  Next extends NoInfer<State>,
  O extends Observed,
  const K extends number = 1,
>(
  options: Scan<T, State, Next, O, K>,
): Sequenced<FloorDiv<T, NoInfer<K>>, O> => scanWithFinal(options).sequence;

/**
 * As `scan`, and also gives the state after the last step and the number of steps.
 *
 * @example
 * const { sequence: path, final } = scanWithFinal({
 *   steps: 5,
 *   init: { y },
 *   step: (s) => ({ y: scale(0.5, s.y) }),
 *   observe: (s) => s.y,
 * });
 * const rest = final.y;   // Tensor<readonly [64, 64, 2]>
 *
 * @example
 * const settled = scanWithFinal({
 *   steps: 1000,
 *   init: { y },
 *   step: (s) => ({ y: scale(0.5, s.y) }),
 *   observe: (s) => s.y,
 *   until: (s) => complement(0.001, pipe(s.y, square, max(0, 1, 2))), // above 0 where all y^2 are below 0.001
 * });
 * const taken = settled.steps;   // Tensor<readonly []>: for each sample
 */
export const scanWithFinal = <
  const T extends number,
  State extends StateOf,
  Next extends NoInfer<State>,
  O extends Observed,
  const K extends number = 1,
>(
  options: Scan<T, State, Next, O, K>,
): Run<FloorDiv<T, NoInfer<K>>, State, O> => {
  const { step, ...rest } = checkedOptions('scan', options, {
    steps: true,
    init: true,
    step: true,
    observe: true,
    ...settings,
  });
  checkEvery('scan', rest.every);
  functionOf('scan', 'step', step);
  return closeStep({
    ...rest,
    operation: 'scan',
    sequences: [],
    step: (state, _, clock) => step(state, clock),
  });
};

/**
 * A scan driven by a sequence: the step also takes the current element. It takes as many steps as the sequence has
 * entries.
 *
 * @example
 * const leaky = scanOver({
 *   over: sequence,
 *   init: { y },
 *   step: (s, input) => ({ y: add(scale(0.9, s.y), input) }),
 *   observe: (s) => s.y,
 * });   // Tensor<readonly [100, 64, 64, 2]>
 */
export const scanOver = <
  T extends number,
  In extends Shape,
  State extends StateOf,
  Next extends NoInfer<State>,
  O extends Observed,
  const K extends number = 1,
>(
  options: DrivenScan<T, In, State, Next, O, K>,
): Sequenced<FloorDiv<T, NoInfer<K>>, O> => scanOverWithFinal(options).sequence;

/**
 * As `scanOver`, and also gives the state after the last step and the number of steps.
 *
 * @example
 * const counted = scanOverWithFinal({
 *   over: sequence,
 *   init: { total: zeros(64, 64, 2) },
 *   step: ({ total }, input) => ({ total: add(total, input) }),
 *   observe: ({ total }) => total,
 * }).final.total;   // Tensor<readonly [64, 64, 2]>
 */
export const scanOverWithFinal = <
  T extends number,
  In extends Shape,
  State extends StateOf,
  Next extends NoInfer<State>,
  O extends Observed,
  const K extends number = 1,
>(
  options: DrivenScan<T, In, State, Next, O, K>,
): Run<FloorDiv<T, NoInfer<K>>, State, O> => {
  const { over, step, ...rest } = checkedOptions('scanOver', options, {
    over: true,
    init: true,
    step: true,
    observe: true,
    ...settings,
  });
  checkEvery('scanOver', rest.every);
  functionOf('scanOver', 'step', step);
  const [steps] = shapeOf(over);
  if (steps === undefined) return refuse('scanOver', 'a scalar has no time axis to run over');
  return closeStep({
    ...rest,
    operation: 'scanOver',
    steps,
    sequences: [over],
    step: (state, [element], clock) => step(state, element, clock),
  });
};
