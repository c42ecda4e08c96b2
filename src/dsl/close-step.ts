/** Closing a step: it is run once, on placeholders, and what it returns becomes the body of a scan. */

import { limits } from '../base/limits.js';
import { tooNested } from './extent.js';
import { differsBetweenSamples } from './externals.js';
import { countField } from './halting.js';
import { noneKept, tooRare } from './infer.js';
import { keptSteps } from './op.js';
import { finalPort, observedPort } from './ports.js';
import type { Clock, Observed, Run, Sequenced, StateOf } from './scan-types.js';
import { type Shape, sameShape, showShape } from './shape.js';
import {
  apply,
  type Expr,
  freeIn,
  insideOf,
  isTensor,
  known,
  notATensor,
  refuse,
  type ScanExpr,
  shapeOf,
  type Tensor,
} from './tensor.js';
import { counted, heldStep } from './until.js';
import { functionOf, isRecord, recordOf } from './untyped.js';

/** Names of fields may be in any script: θ and ω are good names. */
const fieldName = /^[\p{L}][\p{L}\p{N}_-]*$/u;

/** The nesting depth of steps while a program is being written; only checks read it. */
let nesting = 0;

/** Whether the step of a scan is being written. */
export const inStep = (): boolean => nesting > 0;

const within = <A>(operation: string, write: () => A): A => {
  if (nesting >= limits.scanNesting) return refuse(operation, tooNested);
  nesting++;
  try {
    return write();
  } finally {
    nesting--;
  }
};

/** The arguments of a closing. */
export interface Closing<State, In extends Shape, O> {
  /** The name of the operation for messages. */
  readonly operation: string;
  readonly steps: number;
  readonly sequences: readonly Tensor<readonly [number, ...In]>[];
  readonly init: State;
  readonly step: (state: State, elements: readonly Tensor<readonly [...In]>[], clock: Clock) => StateOf;
  readonly observe: (state: State) => O;
  /** The number of steps between records of observations: for all, or by name. */
  readonly every?: number | Readonly<Record<string, number>> | undefined;
  readonly until?: ((state: State) => Tensor) | undefined;
  readonly remat?: boolean | number | undefined;
}

/** The expression of a scan, and its ports. Refuses a step that does not return the fields of the state. */
export const closeStep = <State extends StateOf, In extends Shape, T extends number, O extends Observed>(
  closing: Closing<State, In, O>,
): Run<T, State, O> => {
  const { operation, steps, sequences, init, step, observe, until } = closing;
  const own = Object.keys(recordOf(operation, 'init', init)).sort();
  functionOf(operation, 'observe', observe);
  if (!Number.isSafeInteger(steps) || steps < 1)
    return refuse(operation, `takes a whole number of at least 1 steps, got ${steps}`);
  if (own.length === 0) return refuse(operation, 'the state needs at least one field');
  checkNames(operation, own);
  if (until !== undefined && typeof until !== 'function')
    return refuse(operation, `until is a function of the state, got ${until}`);
  const start: Readonly<Record<string, Tensor>> = until === undefined ? init : counted(operation, init);
  const fields = Object.keys(start).sort();
  const stateOf = (tensors: Readonly<Record<string, Tensor>>): State =>
    replaceFields(init, own, (field) => tensors[field]);
  const identity = Symbol(operation);
  const placeholder = <S extends Shape>(
    leaf: Parameters<typeof known>[0] & { op: 'placeholder' },
    shape: Shape,
  ): Tensor<S> => known(leaf, { shape, perSample: leaf.leaf.op !== 'clock' }, [], new Set([identity]));

  const state = Object.fromEntries(
    fields.map((field): [string, Tensor] => [
      field,
      placeholder({ op: 'placeholder', scan: identity, leaf: { op: 'state', field } }, shapeOf(start[field])),
    ]),
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
  const stepped = (before: Readonly<Record<string, Tensor>>): StateOf => {
    const after = step(stateOf(before), elements, clock);
    checkNext(operation, init, own, after);
    return after;
  };
  const held =
    until === undefined
      ? undefined
      : within(operation, () =>
          heldStep(operation, state, init, (before) => until(stateOf(before)), stepped),
        );
  if (held !== undefined && !held.until.expr.free.has(identity))
    return refuse(
      operation,
      'until does not read the state, so a sample would stop before its first step or never; choose by where() after the scan',
    );
  const next = held?.next ?? within(operation, () => stepped(state));
  const observed = within(operation, () => observe(stateOf(next)));
  const recorded: Readonly<Record<string, Tensor>> = isTensor(observed) ? { value: observed } : observed;
  const names = isRecord(recorded) ? Object.keys(recorded) : [];
  if (names.length === 0)
    return refuse(operation, 'observe must return a tensor, or a record of at least one');
  const bad = names.find((name) => !isTensor(recorded[name]));
  if (bad !== undefined) return refuse(operation, `observe: '${bad}': ${notATensor(recorded[bad])}`);
  checkNames(operation, names);

  const inputs = [...fields.map((field) => start[field].expr), ...sequences.map(({ expr }) => expr)];
  const scan: ScanExpr = {
    op: 'scan',
    scan: identity,
    steps,
    fields,
    sequences: sequences.length,
    ...rates(operation, steps, names, closing.every),
    ...segments(operation, steps, closing.remat),
    next: Object.fromEntries(fields.map((field) => [field, next[field].expr])),
    observe: Object.fromEntries(names.map((name) => [name, recorded[name].expr])),
    ...(held === undefined ? {} : { until: held.until.expr }),
  };
  const free = new Set([...freeIn(inputs), ...freeIn(insideOf(scan))]);
  free.delete(identity);
  const perSample = differsBetweenSamples(scan, inputs);
  const node: Expr = { op: scan, inputs, facts: { shape: [], perSample }, free };
  const port = <S extends Shape>(name: string, shape: Shape): Tensor<S> =>
    known({ op: 'take', port: name }, { shape, perSample }, [node], free);
  const observedTensor = (name: string): Tensor =>
    port(observedPort(name), [keptSteps(scan, name), ...shapeOf(recorded[name])]);
  const sequence = isTensor(observed)
    ? observedTensor('value')
    : Object.fromEntries(names.map((name) => [name, observedTensor(name)]));
  return {
    sequence: isSequenced<T, O>(sequence, observed, (name) => keptSteps(scan, name))
      ? sequence
      : refuse(operation, 'a sequence lost its shape'),
    final: replaceFields(init, own, (field) => port(finalPort(field), shapeOf(init[field]))),
    steps:
      until === undefined
        ? apply(operation, { op: 'constant', shape: [], value: steps })
        : port(finalPort(countField), []),
  };
};

/** The number of steps between records of each observation, if it is not 1. */
const rates = (
  operation: string,
  steps: number,
  names: readonly string[],
  every: number | Readonly<Record<string, number>> = 1,
): Pick<ScanExpr, 'every'> => {
  const found = names.flatMap((name): readonly (readonly [string, number])[] => {
    const k =
      typeof every !== 'object' || every === null ? every : Object.hasOwn(every, name) ? every[name] : 1;
    if (!Number.isSafeInteger(k) || k < 1)
      return refuse(operation, `every is a whole number of at least 1 steps, got ${k}`);
    if (k > steps) return refuse(operation, noneKept(k, steps));
    return k === 1 ? [] : [[name, k]];
  });
  return found.length === 0 ? {} : { every: Object.fromEntries(found) };
};

/** The number of steps that the adjoint recomputes at a time, if it does. */
const segments = (
  operation: string,
  steps: number,
  remat: boolean | number = false,
): Pick<ScanExpr, 'remat'> => {
  if (remat === false) return {};
  const length = remat === true ? Math.ceil(Math.sqrt(steps)) : remat;
  if (!Number.isSafeInteger(length) || length < 1)
    return refuse(operation, `remat is true, or a whole number of at least 1 steps, got ${length}`);
  return length > steps ? refuse(operation, tooRare(length, steps)) : { remat: length };
};

/** A type guard: each sequence has the shape of its observation, with time in front. */
const isSequenced = <T extends number, O extends Observed>(
  sequence: Observed,
  observed: Observed,
  entries: (name: string) => number,
): sequence is Observed & Sequenced<T, O> =>
  isTensor(sequence)
    ? isTensor(observed) && sameShape(shapeOf(sequence), [entries('value'), ...shapeOf(observed)])
    : !isTensor(observed) &&
      Object.keys(observed).every((name) =>
        sameShape(shapeOf(sequence[name]), [entries(name), ...shapeOf(observed[name])]),
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
  const returned = Object.keys(recordOf(operation, 'what the step returns', next)).sort();
  if (returned.join() !== fields.join())
    refuse(
      operation,
      `the step must return the state's fields ${fields.join(', ')}, got ${returned.join(', ')}`,
    );
  const changed = fields.find((field) => !sameShape(shapeOf(next[field]), shapeOf(init[field])));
  if (changed !== undefined)
    refuse(
      operation,
      `the step changes the shape of '${changed}' from ${showShape(shapeOf(init[changed]))} to ` +
        `${showShape(shapeOf(next[changed]))}`,
    );
};
