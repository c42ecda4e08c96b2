/**
 * The compiler to TensorFlow.js GraphModels: a program and its weights as a graph of TensorFlow's own operations, which
 * plain `tf.loadGraphModel` loads and runs on every backend, with no code of ours.
 *
 * The batch is free. A scan is a while loop with functions in the graph's library, or, unrolled, a straight line that
 * can be differentiated. Only operations are used that the stock cpu, wasm and webgl backends have.
 */

import * as E from 'fp-ts/lib/Either.js';
import { type ProgramError, type UnknownName, unknownName } from '../../base/error.js';
import { grouped, limits } from '../../base/limits.js';
import { type Graph, inputsOf } from '../../dsl/graph.js';
import { inPhase } from '../../dsl/phase.js';
import { type Program, select } from '../../dsl/program.js';
import { type Shape, showShape, volume } from '../../dsl/shape.js';
import { factsIn } from '../facts.js';
import { constantOf } from './constant.js';
import { draft, emptyStore, type Ref, type Site, type Weight } from './draft.js';
import { emit } from './emit.js';
import { finish, needed } from './finish.js';
import { dtypes, type GraphDef, shapeAttr, shapeDef, type TensorDef, typeAttr } from './graph-def.js';
import * as tf from './ops.js';
import { constantValue, overBatch, tensorValue } from './value.js';

export type { Weight } from './draft.js';
export type { GraphDef } from './graph-def.js';

/** A model for TensorFlow.js, before it is serialised. */
export interface GraphModel {
  readonly graph: GraphDef;
  readonly signature: {
    readonly inputs: Readonly<Record<string, TensorDef>>;
    readonly outputs: Readonly<Record<string, TensorDef>>;
  };
  /** Name of a node → weight. */
  readonly weights: Readonly<Record<string, Weight>>;
  /** Name of a value that a node of the graph reads → its shape; -1 is the batch, or as many rows as it makes. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

export interface GraphModelOptions {
  /** Which of the program's outputs, or `classes`; default `logits`, `classes` and `waves`, or all where it has no logits. */
  readonly outputs?: readonly string[];
  /** Scans step by step, instead of as loops. */
  readonly unroll?: boolean;
}

/** The default outputs of a model: for a segmenter its classes and waves, else all. */
const outputNames = (own: readonly string[]): readonly string[] =>
  own.includes('logits') ? ['logits', 'classes', ...own.filter((name) => name === 'waves')] : own;

/**
 * The program with these weights as a GraphModel. Inputs that no output needs are left out.
 *
 * The graph infers: `training` is 0, and batch norm uses its running statistics. Noise is drawn afresh in every run: of the same distribution as the
 * language's own, but not the same numbers. A recurrence is a loop, as a scan is.
 *
 * TensorFlow.js answers to the program's names, by way of the signature; nodes may be called otherwise (an output that has
 * an input's name is).
 *
 * Values are the language's, NaN and infinities too; only what a stock kernel rounds differs (the sine of wasm by 2e-7),
 * and on the stock wasm backend what is made of a NaN: its ReLU gives 0 for a NaN whose sign is set, as infinity - infinity
 * is, and its mean of both infinities is -infinity. So a network that has overflowed answers there with numbers, and on cpu
 * with NaN.
 *
 * `tf.grad` of an unrolled graph follows TensorFlow.js's own rules: the gradient of a quotient is infinite or NaN where b^2
 * is 0 in 32 bits (|b| < 1e-23), so is that of `atan2` where the square of the radius is, all places that reach a maximum
 * have its whole gradient, `stopGradient` stops nothing, `greater` is refused. For the language's own derivatives export `vjp(program)`.
 *
 * **Errors** UnknownName for an output that is not there; ProgramError where a parameter is missing or has another size.
 *
 * @param parameters every parameter, by name, row-major
 */
export const graphModel = (
  given: Program,
  parameters: Readonly<Record<string, ArrayLike<number>>>,
  options: GraphModelOptions = {},
): E.Either<ProgramError | UnknownName, GraphModel> => {
  const program = inPhase(given, 'inference');
  const own = Object.keys(program.graph.outputs);
  const known = own.includes('logits') && !own.includes('classes') ? [...own, 'classes'] : own;
  const wanted = options.outputs ?? outputNames(own);
  const stranger = wanted.find((name) => !known.includes(name));
  if (stranger !== undefined || wanted.length === 0)
    return E.left(unknownName('output', stranger ?? '', known));
  if (options.unroll === true) {
    const nodes = writtenOut(program.graph.nodes);
    if (nodes > limits.unrolledNodes)
      return E.left({
        _tag: 'ProgramError',
        operation: 'graph model',
        message:
          `unrolled it has at least ${grouped(nodes)} nodes, and ${grouped(limits.unrolledNodes)} is the limit; ` +
          'export it with its loops (without --unroll), or take fewer steps',
      });
  }
  const sources = [...new Set(wanted.map((name) => (own.includes(name) ? name : 'logits')))];
  return E.tryCatch(
    () => written(select(program, ...sources), parameters, wanted, options.unroll ?? false),
    (cause): ProgramError => ({
      _tag: 'ProgramError',
      operation: 'graph model',
      message: cause instanceof Error ? cause.message : String(cause),
    }),
  );
};

/** The number of nodes if all scans are unrolled. */
const writtenOut = (nodes: Program['graph']['nodes']): number =>
  nodes.reduce((sum, { op }) => sum + (op.op === 'scan' ? op.steps * writtenOut(op.body.nodes) : 1), 0);

const written = (
  { graph }: Program,
  parameters: Readonly<Record<string, ArrayLike<number>>>,
  wanted: readonly string[],
  unroll: boolean,
): GraphModel => {
  const store = emptyStore();
  const main = draft(store);
  const shapes = inputsOf(graph);
  const given = new Map<string, Ref>();
  const input = (name: string): Ref =>
    main.remember(given, name, () =>
      main.fresh('Placeholder', [], {
        shape: [-1, ...shapes[name]],
        attrs: { shape: shapeAttr([-1, ...shapes[name]]), dtype: typeAttr('float32') },
        hint: name,
      }),
    );
  const batch = (): Ref => {
    const at: Site = { draft: main, hint: 'batch', batch };
    const [first] = [...readInputs(graph), ...Object.keys(shapes)];
    if (first === undefined) return tf.wholes(at, [1]);
    const x = input(first);
    const sizes = main.add('Shape', [x], {
      shape: [x.shape.length],
      dtype: 'int32',
      attrs: { T: typeAttr('float32'), out_type: typeAttr('int32') },
      hint: 'batch/shape',
    });
    return tf.slice(at, sizes, [0], [1]);
  };
  const values = emit(
    {
      draft: main,
      batch,
      unroll,
      prefix: '',
      leaf: (op) => {
        if (op.op === 'input') return tensorValue(input(op.name), { shape: op.shape, perSample: true });
        if (op.op === 'parameter')
          return constantValue(constantOf(op.name, op.shape, () => weightsOf(parameters, op)));
        throw new Error(`${op.op} outside of a scan`);
      },
    },
    graph.nodes,
    factsIn(graph.nodes),
    Object.values(graph.outputs),
  );

  const taken = new Set<Ref['node']>();
  /** An output is a node of its own, so that it can have its own name. */
  const output = (name: string, ref: Ref): Ref => {
    const shared = ref.output > 0 || ['Placeholder', 'Const'].includes(ref.node.op) || taken.has(ref.node);
    const found = shared
      ? main.fresh('Identity', [ref], { ...ref, attrs: { T: typeAttr(ref.dtype) }, hint: name })
      : ref;
    taken.add(found.node);
    return found;
  };
  const site = (hint: string): Site => ({ draft: main, hint, batch });
  const own = (name: string): Ref => overBatch(site(name), values(graph.outputs[name]));
  const outputs = Object.fromEntries(
    wanted.map((name) => [
      name,
      output(name, Object.hasOwn(graph.outputs, name) ? own(name) : classes(site(name), own('logits'))),
    ]),
  );
  // An input without readers is not an input of the model.
  const nodes = new Set(needed(Object.values(outputs)));
  const used = Object.fromEntries([...given].filter(([, { node }]) => nodes.has(node)));
  const { graph: written, weights, shapes: read, inputNodes, outputNodes } = finish(store, used, outputs);
  return {
    graph: written,
    weights,
    shapes: read,
    signature: { inputs: described(used, inputNodes), outputs: described(outputs, outputNodes) },
  };
};

/** The values of a parameter. Callers without types may leave out one of them, or all. */
const weightsOf = (
  parameters: Readonly<Record<string, ArrayLike<number>>>,
  { name, shape }: { readonly name: string; readonly shape: Shape },
): ArrayLike<number> => {
  const values = Object.hasOwn(parameters ?? {}, name) ? parameters[name] : null;
  const count = volume(shape);
  if (typeof values?.length !== 'number')
    throw new Error(
      `'${name}' has no weights; give an array of ${grouped(count)} numbers for it, by its name, as the second argument`,
    );
  if (values.length !== count)
    throw new Error(
      `'${name}' is ${showShape(shape)}, so it has ${grouped(count)} weights, got ${grouped(values.length)}`,
    );
  return values;
};

/** Inputs that some node reads, in their order. */
const readInputs = ({ nodes }: Graph): readonly string[] => {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  return nodes.flatMap(({ op }, number) => (op.op === 'input' && read.has(number) ? [op.name] : []));
};

const classes = (site: Site, logits: Ref): Ref => {
  const last = logits.shape.length - 1;
  return site.draft.add('ArgMax', [logits, tf.whole(site, last)], {
    shape: logits.shape.slice(0, -1),
    dtype: 'int32',
    attrs: { T: typeAttr('float32'), Tidx: typeAttr('int32'), output_type: typeAttr('int32') },
    hint: site.hint,
  });
};

/** The entries of a signature: by the program's own names, whatever their nodes are called. */
const described = (
  refs: Readonly<Record<string, Ref>>,
  nodes: Readonly<Record<string, string>>,
): Readonly<Record<string, TensorDef>> =>
  Object.fromEntries(
    Object.entries(refs).map(([name, { shape, dtype }]) => [
      name,
      { name: `${nodes[name]}:0`, dtype: dtypes[dtype], tensorShape: shapeDef(shape) },
    ]),
  );
