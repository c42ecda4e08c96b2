/**
 * Closing: from expressions to a graph.
 *
 * Expressions are walked from the outputs in the order of the data flow. Equal subexpressions become one node. The
 * step of a scan becomes a closed body: expressions that depend on the scan's placeholders go inside; everything else
 * that it uses is computed once, outside, and enters as an external. So loop-invariant work is never repeated.
 */

import { type Collector, collector } from './collector.js';
import { extentProblem } from './extent.js';
import { belongs, externalsOf, inOrder } from './externals.js';
import { type Graph, languageVersion } from './graph.js';
import { haltingProblem } from './halting.js';
import { type Names, names } from './naming.js';
import type { Body, Node, Op } from './op.js';
import { sameShape, showShape } from './shape.js';
import {
  type Expr,
  insideOf,
  isPrimitive,
  type NoiseExpr,
  type ParameterExpr,
  refuse,
  type ScanExpr,
} from './tensor.js';

interface Context {
  readonly names: Names;
  /** The layer and the shape of each parameter and noise seen, by name. */
  readonly owners: Map<string, Owner>;
}

/** Who has a name, and in which scope. */
type Owner = Pick<NoiseExpr, 'layer' | 'scope' | 'shape'>;

/** Expressions as nodes, for a transform of a part of a program. */
export interface Fragment {
  readonly nodes: readonly Node[];
  /** The node of each expression. */
  readonly numbers: ReadonlyMap<Expr, number>;
  /** The expressions from which they are computed: external i is leaf i. */
  readonly leaves: readonly Expr[];
  /** The layers of noise by the names that they have in these nodes. */
  readonly owners: ReadonlyMap<string, Owner>;
}

/** The nodes of an expression, as far as its leaves. */
export const closeFragment = (root: Expr, isLeaf: (expr: Expr) => boolean): Fragment => {
  const context: Context = { names: names(), owners: new Map() };
  const { nodes, add } = collector();
  const numbers = new Map<Expr, number>();
  const leaves: Expr[] = [];
  for (const expr of inOrder([root], (inner) => !isLeaf(inner)))
    numbers.set(
      expr,
      isLeaf(expr)
        ? add({ op: 'external', index: leaves.push(expr) - 1 }, [], expr.facts.shape)
        : closeNode(expr, numbers, add, context),
    );
  return { nodes, numbers, leaves, owners: context.owners };
};

/**
 * A closed graph of these outputs; its first nodes are the inputs, in the order of their names, used or not. Throws a
 * ProgramFault (within the language) if they cannot be closed.
 */
export const closeGraph = (
  inputs: Readonly<Record<string, Expr>>,
  outputs: Readonly<Record<string, Expr>>,
): Graph => {
  const context: Context = { names: names(), owners: new Map() };
  const order = Object.keys(outputs).sort();
  if (order.length === 0) return refuse('program', 'it has no outputs');
  const escaped = order.find((name) => outputs[name].free.size > 0);
  if (escaped !== undefined)
    return refuse(
      'program',
      `output '${escaped}' uses a value of a scan's step outside of it; return it through observe instead`,
    );
  const { nodes, add } = collector();
  const numbers = new Map<Expr, number>();
  const roots = [
    ...Object.keys(inputs)
      .sort()
      .map((name) => inputs[name]),
    ...order.map((name) => outputs[name]),
  ];
  for (const expr of inOrder(roots, () => true)) numbers.set(expr, closeNode(expr, numbers, add, context));
  const graph: Graph = {
    language: languageVersion,
    nodes,
    outputs: Object.fromEntries(order.map((name) => [name, numberOf(numbers, outputs[name])])),
  };
  const problem = extentProblem(graph);
  return problem === undefined ? graph : refuse('program', problem);
};

const numberOf = (numbers: ReadonlyMap<Expr, number>, expr: Expr): number => {
  const number = numbers.get(expr);
  return number ?? refuse('program', 'an expression was used before it was computed');
};

const closeNode = (
  expr: Expr,
  numbers: ReadonlyMap<Expr, number>,
  add: Collector['add'],
  context: Context,
): number => {
  const { op } = expr;
  const inputs = expr.inputs.map((input) => numberOf(numbers, input));
  if (isPrimitive(op)) return add(tidy(op), inputs, expr.facts.shape);
  switch (op.op) {
    case 'parameter':
      return add(tidy(parameterOp(op, context)), inputs, expr.facts.shape);
    case 'noise':
      return add(noiseOp(op, context), inputs, expr.facts.shape);
    case 'scan':
      return closeScan(op, expr, numbers, add, context);
    case 'placeholder':
      return add(op.leaf, inputs, expr.facts.shape);
  }
};

const parameterOp = (op: ParameterExpr, context: Context): Op => {
  const path = context.names.of(op.layer, op.scope);
  const name = op.role === '' ? path : `${path}/${op.role}`;
  checkOwner(context, name, op);
  return { op: 'parameter', name, shape: op.shape, init: op.init, trainable: op.trainable };
};

const noiseOp = (op: NoiseExpr, context: Context): Op => {
  const name = context.names.of(op.layer, op.scope);
  checkOwner(context, name, op);
  return { op: 'noise', name, shape: op.shape, distribution: op.distribution };
};

/** Checks that a name belongs to one layer, and that a layer which is used twice has one shape. */
const checkOwner = (
  context: Context,
  name: string,
  { layer, scope, shape }: ParameterExpr | NoiseExpr,
): void => {
  const seen = context.owners.get(name);
  if (seen !== undefined && seen.layer !== layer)
    refuse(layer.kind, `two parameters are named '${name}'; give one of them another name`, layer.at);
  if (seen !== undefined && !sameShape(seen.shape, shape))
    refuse(
      layer.kind,
      `'${name}' is shared by two places that need ${showShape(seen.shape)} and ${showShape(shape)}; ` +
        'build a layer for each of them',
      layer.at,
    );
  context.owners.set(name, { layer, scope, shape });
};

const closeScan = (
  op: ScanExpr,
  expr: Expr,
  outside: ReadonlyMap<Expr, number>,
  add: Collector['add'],
  context: Context,
): number => {
  const externals = externalsOf(op);
  // Two expressions may have become one node outside; inside they are one external.
  const sources = [...new Set(externals.map((external) => numberOf(outside, external)))];
  const body = collector();
  const numbers = new Map<Expr, number>();
  for (const inner of inOrder(insideOf(op), (e) => belongs(e, op.scan))) {
    if (belongs(inner, op.scan)) numbers.set(inner, closeNode(inner, numbers, body.add, context));
    else {
      const index = sources.indexOf(numberOf(outside, inner));
      numbers.set(inner, body.add({ op: 'external', index }, [], inner.facts.shape));
    }
  }
  const closed: Body = {
    nodes: body.nodes,
    next: Object.fromEntries(op.fields.map((field) => [field, numberOf(numbers, op.next[field])])),
    observe: Object.fromEntries(
      Object.keys(op.observe)
        .sort()
        .map((name) => [name, numberOf(numbers, op.observe[name])]),
    ),
    ...(op.until === undefined ? {} : { until: numberOf(numbers, op.until) }),
  };
  const problem = haltingProblem(closed);
  if (problem !== undefined) return refuse('scan', problem);
  return add(
    {
      op: 'scan',
      steps: op.steps,
      fields: op.fields,
      sequences: op.sequences,
      ...(op.every === undefined ? {} : { every: op.every }),
      ...(op.remat === undefined ? {} : { remat: op.remat }),
      body: closed,
    },
    [...expr.inputs.map((input) => numberOf(outside, input)), ...sources],
    [],
  );
};

/** -0 and 0 are the same number in JSON, so they are the same in a program. */
const tidy = (op: Op): Op => {
  const plain = (x: number): number => x + 0;
  switch (op.op) {
    case 'affine':
      return { ...op, scale: plain(op.scale), shift: plain(op.shift) };
    case 'constant':
      return { ...op, value: typeof op.value === 'number' ? plain(op.value) : op.value.map(plain) };
    case 'conv':
      return typeof op.boundary === 'string' ? op : { ...op, boundary: { fixed: plain(op.boundary.fixed) } };
    case 'parameter':
      switch (op.init.kind) {
        case 'constant':
          return { ...op, init: { kind: 'constant', value: plain(op.init.value) } };
        case 'values':
          return { ...op, init: { kind: 'values', values: op.init.values.map(plain) } };
        default:
          return op;
      }
    default:
      return op;
  }
};
