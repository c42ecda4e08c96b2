/**
 * Scan: one step, repeated. The heart of the language.
 *
 * A state is any record of tensors. The step is an ordinary function from state to state; it is run once, on
 * placeholders, and what it returns is the body of the scan. What the step uses from outside (parameters, encoder
 * outputs) needs no mention: it becomes an external of the scan by itself. Closures never enter the program.
 */

import { type Layer, layer } from './layer.js';
import { currentScope } from './scope.js';
import { type Shape, sameShape, show } from './shape.js';
import { type Expr, freeIn, known, refuse, shapeOf, type Tensor } from './tensor.js';

/** The state of a scan: a `type`, not an `interface`, of named tensors. */
export type StateOf = Readonly<Record<string, Tensor>>;

/** What a step knows of time. */
export interface Clock {
  /** The number of the step, from 0, as a scalar. */
  readonly index: Tensor<readonly []>;
}

/** A step that returns fields the state does not have is refused by the compiler. */
type Exactly<State> = NoInfer<State>;

export interface Scan<T extends number, State extends StateOf, X extends Shape> {
  /** How often the step is taken. */
  readonly steps: T;
  /** The state before the first step. */
  readonly init: State;
  readonly step: (state: State, clock: Clock) => Exactly<State>;
  /** What is recorded after each step. */
  readonly observe: (state: NoInfer<State>) => Tensor<X>;
}

export interface DrivenScan<T extends number, In extends Shape, State extends StateOf, X extends Shape> {
  /** The sequence that drives it, one element a step. */
  readonly over: Tensor<readonly [T, ...In]>;
  readonly init: State;
  readonly step: (state: State, element: Tensor<In>, clock: Clock) => Exactly<State>;
  readonly observe: (state: NoInfer<State>) => Tensor<X>;
}

/**
 * Repeats a step and records what is observed: [steps, ...X]. Entry t is observed AFTER step t, so the initial state
 * is not in it.
 *
 * @example
 * const decay = scan({
 *   steps: 100,
 *   init: { y: ones(8, 8, 1) },
 *   step: ({ y }) => ({ y: scale(0.9, y) }),
 *   observe: ({ y }) => y,
 * });   // Tensor<readonly [100, 8, 8, 1]>
 */
export const scan = <const T extends number, State extends StateOf, X extends Shape>(
  options: Scan<T, State, X>,
): Tensor<readonly [T, ...X]> => scanWithFinal(options).sequence;

/** The same, with the state after the last step beside the sequence. */
export const scanWithFinal = <const T extends number, State extends StateOf, X extends Shape>({
  steps,
  init,
  step,
  observe,
}: Scan<T, State, X>): { readonly sequence: Tensor<readonly [T, ...X]>; readonly final: State } =>
  close('scan', steps, [], init, (state, _, clock) => step(state, clock), observe);

/** A scan driven by a sequence: the step also takes the current element. As many steps as the sequence has. */
export const scanOver = <T extends number, In extends Shape, State extends StateOf, X extends Shape>(
  options: DrivenScan<T, In, State, X>,
): Tensor<readonly [T, ...X]> => scanOverWithFinal(options).sequence;

/** The same, with the final state. */
export const scanOverWithFinal = <
  T extends number,
  In extends Shape,
  State extends StateOf,
  X extends Shape,
>({
  over,
  init,
  step,
  observe,
}: DrivenScan<T, In, State, X>): {
  readonly sequence: Tensor<readonly [T, ...X]>;
  readonly final: State;
} => {
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

const close = <State extends StateOf, In extends Shape, T extends number, X extends Shape>(
  operation: string,
  steps: number,
  sequences: readonly Tensor<readonly [number, ...In]>[],
  init: State,
  step: (state: State, elements: readonly Tensor<In>[], clock: Clock) => StateOf,
  observe: (state: State) => Tensor<X>,
): { readonly sequence: Tensor<readonly [T, ...X]>; readonly final: State } => {
  const fields = Object.keys(init).sort();
  if (!Number.isSafeInteger(steps) || steps < 1)
    return refuse(operation, `takes a whole number of at least 1 steps, got ${steps}`);
  if (fields.length === 0) return refuse(operation, 'the state needs at least one field');
  const identity = Symbol(operation);
  const placeholder = <S extends Shape>(
    leaf: Parameters<typeof known>[0] & { op: 'placeholder' },
    shape: Shape,
  ): Tensor<S> => known(leaf, { shape, perSample: leaf.leaf.op !== 'clock' }, [], new Set([identity]));

  const state = replaceFields(init, fields, (field) =>
    placeholder({ op: 'placeholder', scan: identity, leaf: { op: 'state', field } }, shapeOf(init[field])),
  );
  const elements = sequences.map((sequence, number) =>
    placeholder<In>(
      { op: 'placeholder', scan: identity, leaf: { op: 'element', sequence: number } },
      shapeOf(sequence).slice(1),
    ),
  );
  const clock: Clock = {
    index: placeholder({ op: 'placeholder', scan: identity, leaf: { op: 'clock' } }, []),
  };
  const next = step(state, elements, clock);
  checkNext(operation, init, fields, next);
  const after = replaceFields(init, fields, (field) => next[field]);
  const observed = observe(after);

  const inputs = [...fields.map((field) => init[field].expr), ...sequences.map((sequence) => sequence.expr)];
  const inside = [...fields.map((field) => next[field].expr), observed.expr];
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
      observe: { value: observed.expr },
    },
    inputs,
    facts: { shape: [], perSample: true },
    free,
  };
  const port = <S extends Shape>(name: string, shape: Shape): Tensor<S> =>
    known({ op: 'take', port: name }, { shape, perSample: true }, [node], free);
  return {
    sequence: port('observed/value', [steps, ...shapeOf(observed)]),
    final: replaceFields(init, fields, (field) => port(`final/${field}`, shapeOf(init[field]))),
  };
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
  return <const S extends Shape>(clock: Clock, ...shape: S): Tensor<S> =>
    known(
      { op: 'noise', layer: self, scope: currentScope(), shape, distribution },
      { shape, perSample: true },
      [clock.index.expr],
      clock.index.expr.free,
    );
};

/**
 * Standard normal noise, drawn anew at each step from (noise seed, name, sample, step): the same seed gives the same
 * noise however the batch is cut.
 *
 * @example
 * const thermal = gaussian('thermal');
 * // in a step: add(z, scale(Math.sqrt(dt) * 0.1, thermal(clock, 64, 64, 2)))
 */
export const gaussian = noise('normal');
/** Uniform noise in [0, 1), as `gaussian`. */
export const uniformNoise = noise('uniform');
