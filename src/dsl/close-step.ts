/** Closing a step: it is run once, on placeholders, and what it returns becomes the body of a scan. */

import { limits } from '../base/limits.js';
import { tooNested } from './extent.js';
import { finalPort, observedPort } from './ports.js';
import type { Clock, Observed, Run, Sequenced, StateOf } from './scan-types.js';
import { type Shape, sameShape, showShape } from './shape.js';
import { type Expr, freeIn, isTensor, known, refuse, shapeOf, type Tensor } from './tensor.js';

/** Names of fields may be in any script: θ and ω are good names. */
const fieldName = /^[\p{L}][\p{L}\p{N}_-]*$/u;

/** How many steps are nested where the program is being written; only the check of the limit reads it. */
let nesting = 0;

const within = <A>(operation: string, write: () => A): A => {
  if (nesting >= limits.scanNesting) return refuse(operation, tooNested);
  nesting++;
  try {
    return write();
  } finally {
    nesting--;
  }
};

/** The expression of a scan, and its ports. Refuses a step that does not return the fields of the state. */
export const closeStep = <State extends StateOf, In extends Shape, T extends number, O extends Observed>(
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
  const next = within(operation, () => step(state, elements, clock));
  checkNext(operation, init, fields, next);
  const observed = within(operation, () => observe(replaceFields(init, fields, (field) => next[field])));
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
  const observedTensor = (name: string): Tensor =>
    port(observedPort(name), [steps, ...shapeOf(recorded[name])]);
  const sequence = isTensor(observed)
    ? observedTensor('value')
    : Object.fromEntries(names.map((name) => [name, observedTensor(name)]));
  return {
    sequence: isSequenced<T, O>(sequence, observed, steps)
      ? sequence
      : refuse(operation, 'a sequence lost its shape'),
    final: replaceFields(init, fields, (field) => port(finalPort(field), shapeOf(init[field]))),
  };
};

/** A type guard: each sequence has the shape of what was observed, with time in front. */
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
      `the step changes the shape of '${changed}' from ${showShape(shapeOf(init[changed]))} to ` +
        `${showShape(shapeOf(next[changed]))}`,
    );
};
