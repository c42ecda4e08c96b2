/**
 * Scan: one step, repeated. The heart of the language.
 *
 * A state is any record of tensors. The step is an ordinary function from state to state; it is run once, on
 * placeholders, and what it returns is the body of the scan. What the step uses from outside (parameters, encoder
 * outputs) needs no mention: it becomes an external of the scan by itself. Closures never enter the program.
 */

import * as E from 'fp-ts/lib/Either.js';
import { infer } from './infer.js';
import { type Layer, layer } from './layer.js';
import { currentScope } from './scope.js';
import { type Shape, sameShape, show } from './shape.js';
import { type Expr, freeIn, known, refuse, shapeOf, type Tensor } from './tensor.js';

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

/**
 * Repeats a step and records what is observed: [steps, ...X]. Entry t is observed AFTER step t, so the initial state
 * is not in it. Observing a record gives a record of sequences.
 *
 * What the step uses from outside (parameters, other tensors) is computed once, before the first step. Refuses a
 * step that adds or drops a field or changes a shape, and fewer than 1 steps.
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
 */
export const scan = <
  const T extends number,
  State extends StateOf,
  Next extends NoInfer<State>,
  O extends Observed,
>(
  options: Scan<T, State, Next, O>,
): Sequenced<T, O> => scanWithFinal(options).sequence;

/**
 * The same, with the state after the last step beside the sequence.
 *
 * @example
 * const { sequence: path, final } = scanWithFinal({
 *   steps: 5,
 *   init: { y },
 *   step: (s) => ({ y: scale(0.5, s.y) }),
 *   observe: (s) => s.y,
 * });
 * const rest = final.y;   // Tensor<readonly [64, 64, 2]>
 */
export const scanWithFinal = <
  const T extends number,
  State extends StateOf,
  Next extends NoInfer<State>,
  O extends Observed,
>({
  steps,
  init,
  step,
  observe,
}: Scan<T, State, Next, O>): Run<T, State, O> =>
  close('scan', steps, [], init, (state, _, clock) => step(state, clock), observe);

/**
 * A scan driven by a sequence: the step also takes the current element. As many steps as the sequence has.
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
>(
  options: DrivenScan<T, In, State, Next, O>,
): Sequenced<T, O> => scanOverWithFinal(options).sequence;

/**
 * The same, with the state after the last step.
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
>({
  over,
  init,
  step,
  observe,
}: DrivenScan<T, In, State, Next, O>): Run<T, State, O> => {
  const [steps] = shapeOf(over);
  if (steps === undefined) return refuse('scanOver', 'a scalar has no time axis to run over');
  return close(
    'scanOver',
    steps,
    [over],
    init,
    (state, [element], clock) => step(state, element, clock),
    observe,
  );
};

/** Names of fields may be in any script: θ and ω are good names. */
const fieldName = /^[\p{L}][\p{L}\p{N}_-]*$/u;

const close = <State extends StateOf, In extends Shape, T extends number, O extends Observed>(
  operation: string,
  steps: number,
  sequences: readonly Tensor<readonly [number, ...In]>[],
  init: State,
  step: (state: State, elements: readonly Tensor<readonly [...In]>[], clock: Clock) => StateOf,
  observe: (state: State) => O,
): Run<T, State, O> => {
  const fields = Object.keys(init).sort();
  if (!Number.isSafeInteger(steps) || steps < 1)
    return refuse(operation, `takes a whole number of at least 1 steps, got ${steps}`);
  if (fields.length === 0) return refuse(operation, 'the state needs at least one field');
  checkNames(operation, fields);
  const identity = Symbol(operation);
  const placeholder = <S extends Shape>(
    leaf: Parameters<typeof known>[0] & { op: 'placeholder' },
    shape: Shape,
  ): Tensor<S> => known(leaf, { shape, perSample: leaf.leaf.op !== 'clock' }, [], new Set([identity]));

  const state = replaceFields(init, fields, (field) =>
    placeholder({ op: 'placeholder', scan: identity, leaf: { op: 'state', field } }, shapeOf(init[field])),
  );
  const elements = sequences.map((sequence, number) =>
    placeholder<readonly [...In]>(
      { op: 'placeholder', scan: identity, leaf: { op: 'element', sequence: number } },
      shapeOf(sequence).slice(1),
    ),
  );
  const clock: Clock = {
    index: placeholder({ op: 'placeholder', scan: identity, leaf: { op: 'clock' } }, []),
  };
  const next = step(state, elements, clock);
  checkNext(operation, init, fields, next);
  const observed = observe(replaceFields(init, fields, (field) => next[field]));
  const recorded: Readonly<Record<string, Tensor>> = isTensor(observed) ? { value: observed } : observed;
  const names = Object.keys(recorded);
  if (names.length === 0)
    return refuse(operation, 'observe must return a tensor, or a record of at least one');
  checkNames(operation, names);

  const inputs = [...fields.map((field) => init[field].expr), ...sequences.map((sequence) => sequence.expr)];
  const inside = [...fields.map((field) => next[field].expr), ...names.map((name) => recorded[name].expr)];
  const free = new Set([...freeIn(inputs), ...freeIn(inside)]);
  free.delete(identity);
  const node: Expr = {
    op: {
      op: 'scan',
      scan: identity,
      steps,
      fields,
      sequences: sequences.length,
      next: Object.fromEntries(fields.map((field) => [field, next[field].expr])),
      observe: Object.fromEntries(names.map((name) => [name, recorded[name].expr])),
    },
    inputs,
    facts: { shape: [], perSample: true },
    free,
  };
  const port = <S extends Shape>(name: string, shape: Shape): Tensor<S> =>
    known({ op: 'take', port: name }, { shape, perSample: true }, [node], free);
  const observedPort = (name: string): Tensor =>
    port(`observed/${name}`, [steps, ...shapeOf(recorded[name])]);
  const sequence = isTensor(observed)
    ? observedPort('value')
    : Object.fromEntries(names.map((name) => [name, observedPort(name)]));
  return {
    sequence: isSequenced<T, O>(sequence, observed, steps)
      ? sequence
      : refuse(operation, 'a sequence lost its shape'),
    final: replaceFields(init, fields, (field) => port(`final/${field}`, shapeOf(init[field]))),
  };
};

/** A tensor rather than a record of tensors, one of which may be named `expr`. */
const isTensor = (observed: Observed): observed is Tensor => 'expr' in observed && 'facts' in observed.expr;

/** Tells the compiler, by looking, that each sequence is what was observed with time in front. */
const isSequenced = <T extends number, O extends Observed>(
  sequence: Observed,
  observed: Observed,
  steps: number,
): sequence is Observed & Sequenced<T, O> =>
  isTensor(sequence)
    ? isTensor(observed) && sameShape(shapeOf(sequence), [steps, ...shapeOf(observed)])
    : !isTensor(observed) &&
      Object.keys(observed).every((name) =>
        sameShape(shapeOf(sequence[name]), [steps, ...shapeOf(observed[name])]),
      );

const checkNames = (operation: string, names: readonly string[]): void => {
  const bad = names.find((name) => !fieldName.test(name));
  if (bad !== undefined)
    refuse(operation, `'${bad}' is not a name: use letters, digits, '_' and '-', a letter first`);
};

/** The record with other tensors of the same shapes; the type stays because the shapes do. */
const replaceFields = <State extends StateOf>(
  state: State,
  fields: readonly string[],
  by: (field: string) => Tensor,
): State => Object.assign({}, state, Object.fromEntries(fields.map((field) => [field, by(field)])));

const checkNext = (operation: string, init: StateOf, fields: readonly string[], next: StateOf): void => {
  const returned = Object.keys(next).sort();
  if (returned.join() !== fields.join())
    refuse(
      operation,
      `the step must return the state's fields ${fields.join(', ')}, got ${returned.join(', ')}`,
    );
  const changed = fields.find((field) => !sameShape(shapeOf(next[field]), shapeOf(init[field])));
  if (changed !== undefined)
    refuse(
      operation,
      `the step changes the shape of '${changed}' from ${show(shapeOf(init[changed]))} to ` +
        `${show(shapeOf(next[changed]))}`,
    );
};

const noise = (distribution: 'normal' | 'uniform') => (name?: string) => {
  const self: Layer = layer('noise', name);
  return <const S extends Shape>(clock: Clock, ...shape: S): Tensor<S> => {
    const input = clock.index.expr;
    const facts = infer({ op: 'noise', name: self.kind, shape, distribution }, [input.facts]);
    if (E.isLeft(facts)) return refuse('noise', facts.left);
    return known(
      { op: 'noise', layer: self, scope: currentScope(), shape, distribution },
      facts.right,
      [input],
      input.free,
    );
  };
};

/**
 * Standard normal noise, drawn anew at each step from (noise seed, name, sample, step): the same seed gives the same
 * noise however the batch is cut.
 *
 * One source gives one draw a step, wherever it is used; build two sources for two draws. Within nested scans the
 * step is that of the clock that is given.
 *
 * @example
 * const thermal = gaussian('thermal');
 * const jitter = scan({
 *   steps: 10,
 *   init: { z },
 *   step: (s, clock) => ({ z: add(s.z, scale(Math.sqrt(dt) * 0.1, thermal(clock, 64, 64, 2))) }),
 *   observe: (s) => s.z,
 * });   // Tensor<readonly [10, 64, 64, 2]>
 */
export const gaussian = noise('normal');

/**
 * Uniform noise in [0, 1), as `gaussian`.
 *
 * @example
 * const dropout = uniformNoise('dropout');
 * const kept = scan({
 *   steps: 10,
 *   init: { z },
 *   step: (s, clock) => ({ z: mul(s.z, greater(dropout(clock, 64, 64, 2), fill(0.1, 64, 64, 2))) }),
 *   observe: (s) => s.z,
 * });   // Tensor<readonly [10, 64, 64, 2]>
 */
export const uniformNoise = noise('uniform');
