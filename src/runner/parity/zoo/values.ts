/** The arrays of a case in our layouts: inputs and expected outputs. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, decodeError } from '../../../base/error.js';
import { type NdArray, ndarray } from '../../../compile/reference/index.js';
import { inputsOf, outputsOf, parametersOf, type Shape, sameShape, showShape } from '../../../dsl/index.js';
import type { ZooCase } from './manifest.js';
import { type Source, type Written, within } from './written.js';

export type NdArrays = Readonly<Record<string, NdArray>>;

/** A case in our layouts. */
export interface Values {
  readonly batch: number;
  readonly inputs: NdArrays;
  readonly parameters: NdArrays;
  /** The arrays to compare with, by the authors' names. */
  readonly expected: NdArrays;
  /**
   * The gradients by the authors' names, such as `param/W`, with our parameters; empty if nothing is learned.
   */
  readonly gradients: readonly Gradient[];
  /** Our output that the loss reads, and its target. */
  readonly loss: { readonly output: string; readonly target: NdArray } | undefined;
}

export interface Gradient {
  readonly at: string;
  readonly of: 'inputs' | 'parameters';
  readonly name: string;
  readonly expected: NdArray;
  /** Zero in theory, so its error cannot be relative to its own size. */
  readonly isZero: boolean;
}

const missing = (source: string, what: string): Checked<never> =>
  E.left(decodeError(source, `${what} is missing`));

const laidOut = (c: ZooCase, { kind, name, layout }: Source): Checked<NdArray> => {
  const found = c.arrays[kind][name];
  return found === undefined
    ? missing(c.source, `${kind} '${name}'`)
    : pipe(
        within(c, () => layout(found)),
        E.mapLeft((error) =>
          error._tag === 'DecodeError'
            ? decodeError(c.source, `${kind} '${name}': ${error.problems.join('; ')}`)
            : error,
        ),
      );
};

const ofShape =
  (c: ZooCase, what: string, shape: Shape) =>
  (x: NdArray): Checked<NdArray> =>
    sameShape(x.shape, shape)
      ? E.right(x)
      : E.left(
          decodeError(
            c.source,
            `${what} is ${showShape(x.shape)} in our layout, its settings give ${showShape(shape)}`,
          ),
        );

const entriesOf = <A, B>(
  list: readonly (readonly [string, A])[],
  f: (name: string, a: A) => Checked<B>,
): Checked<Readonly<Record<string, B>>> =>
  pipe(
    list,
    E.traverseArray(([name, a]) =>
      pipe(
        f(name, a),
        E.map((b) => [name, b] as const),
      ),
    ),
    E.map((found): Readonly<Record<string, B>> => Object.fromEntries(found)),
  );

/** The input arrays, each in the shape that the program needs. */
const given = (
  c: ZooCase,
  shapes: readonly (readonly [string, Shape])[],
  sources: Readonly<Record<string, Source>>,
  constants: NdArrays,
): Checked<NdArrays> =>
  entriesOf(shapes, (name, shape) => {
    const constant = constants[name];
    if (constant !== undefined) return E.right(constant);
    const source = sources[name];
    return source === undefined
      ? missing(c.source, `what '${name}' is`)
      : pipe(laidOut(c, source), E.flatMap(ofShape(c, `${source.kind} '${source.name}'`, shape)));
  });

/**
 * The authors' gradients for values that are not variables here, such as the running statistics of a norm.
 */
const ungradable = (c: ZooCase, w: Written): readonly string[] => {
  const fixed = parametersOf(w.program.graph).flatMap(({ name, trainable }) => (trainable ? [] : [name]));
  return fixed.flatMap((name) => {
    const source = w.parameters[name];
    const at = source === undefined ? '' : `${source.kind}/${source.name}`;
    return at in c.arrays.grad64 ? [`grad64/${at}`] : [];
  });
};

const gradientsOf = (c: ZooCase, w: Written): Checked<readonly Gradient[]> => {
  const zero = c.gradient_zero_up_to_rounding ?? [];
  const places = [
    ...Object.entries(w.inputs).map(([name, source]) => ({ of: 'inputs' as const, name, source })),
    ...Object.entries(w.parameters).map(([name, source]) => ({ of: 'parameters' as const, name, source })),
  ];
  return pipe(
    places.filter(({ source: { kind, name } }) => `${kind}/${name}` in c.arrays.grad64),
    E.traverseArray(({ of, name, source: { kind, name: theirs, layout } }) => {
      const at = `${kind}/${theirs}`;
      return pipe(
        laidOut(c, { kind: 'grad64', name: at, layout }),
        E.map((expected): Gradient => ({ at, of, name, expected, isZero: zero.includes(at) })),
      );
    }),
  );
};

/** Arrays of the case that no comparison would read. */
const unread = (c: ZooCase, w: Written): readonly string[] => {
  const compared = [...Object.keys(w.outputs), ...Object.keys(w.left ?? {})];
  const used = [...Object.values(w.inputs), ...Object.values(w.parameters)].map(
    ({ kind, name }) => `${kind}/${name}`,
  );
  return [
    ...Object.keys(c.arrays.output64).flatMap((name) => (compared.includes(name) ? [] : `output64/${name}`)),
    ...Object.keys(c.arrays.grad64).flatMap((name) => (used.includes(name) ? [] : `grad64/${name}`)),
    ...ungradable(c, w),
  ];
};

const batchOf = (c: ZooCase, w: Written): number =>
  w.batch ?? (typeof c.hyper.B === 'number' ? c.hyper.B : 1);

/**
 * A case in our layouts.
 *
 * **Errors** DecodeError if an array is missing, has another shape than the settings say, or would be
 * compared with nothing.
 */
export const valuesOf = (c: ZooCase, w: Written): Checked<Values> => {
  const { graph } = w.program;
  const batch = batchOf(c, w);
  const left = unread(c, w);
  if (left.length > 0)
    return E.left(
      decodeError(
        c.source,
        left.map((name) => `${name} is not understood`),
      ),
    );
  const outputs = outputsOf(graph);
  const of = c.loss === null ? undefined : w.outputs[c.loss.of_output];
  const target = c.arrays.input.target;
  return pipe(
    E.Do,
    E.bind('inputs', () =>
      given(
        c,
        Object.entries(inputsOf(graph)).map(([name, shape]) => [name, [batch, ...shape]]),
        w.inputs,
        {},
      ),
    ),
    E.bind('parameters', () =>
      given(
        c,
        parametersOf(graph).map(({ name, shape }) => [name, shape]),
        w.parameters,
        w.constants ?? {},
      ),
    ),
    E.bind('expected', () =>
      entriesOf(
        Object.entries(w.outputs).filter(([name]) => name in c.arrays.output64),
        (name, { of: ours, layout }) =>
          pipe(
            laidOut(c, { kind: 'output64', name, layout }),
            E.flatMap(ofShape(c, `output64 '${name}'`, [batch, ...outputs[ours]])),
          ),
      ),
    ),
    E.bind('gradients', () => (of === undefined ? E.right([]) : gradientsOf(c, w))),
    E.bind('loss', ({ gradients }): Checked<Values['loss']> => {
      if (of === undefined || gradients.length === 0) return E.right(undefined);
      if (target === undefined) return missing(c.source, "input 'target'");
      return pipe(
        laidOut(c, { kind: 'input', name: 'target', layout: of.layout }),
        E.flatMap(ofShape(c, "input 'target'", [batch, ...outputs[of.of]])),
        E.map((array) => ({ output: of.of, target: array })),
      );
    }),
    E.map((found) => ({ batch, ...found })),
  );
};

/** The gradient of mean (output - target)^2 for each output: zero for all but one. */
export const cotangentsOf = ({ loss }: Values, found: NdArrays): NdArrays =>
  Object.fromEntries(
    Object.entries(found).map(([name, { shape, data }]): [string, NdArray] => {
      const target = name === loss?.output ? loss.target.data : undefined;
      const slope = (y: number, i: number): number =>
        target === undefined ? 0 : (2 * (y - target[i])) / target.length;
      return [name, ndarray(shape, data.map(slope))];
    }),
  );
