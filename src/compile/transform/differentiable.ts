/** Shared parts of the transforms: variables of differentiation, names, and programs without batch statistics. */

import { closeGraph } from '../../dsl/closing.js';
import { inputsOf, parametersOf } from '../../dsl/graph.js';
import type { LeafOp, Node } from '../../dsl/op.js';
import type { Program } from '../../dsl/program.js';
import type { Shape } from '../../dsl/shape.js';
import { type Expr, refuse, type Tensor } from '../../dsl/tensor.js';
import { by } from './raw.js';
import { type NamedSources, retrace } from './retrace.js';

/** The variables of differentiation. */
export interface WithRespectTo {
  /** Names of inputs; default: all. */
  readonly inputs?: readonly string[];
  /** Names of parameters; default: all that are trainable. */
  readonly parameters?: readonly string[];
  /**
   * The statistics of batch norm: the running ones, as in inference. Required for a program with batch norm, since
   * the derivative in training is different and cannot be written as a program of one sample.
   */
  readonly batchNorm?: 'running';
}

/** The variables of differentiation, by name. */
export interface Resolved {
  readonly inputs: readonly string[];
  readonly parameters: readonly string[];
}

/** Refuses names that the program does not have. */
export const resolve = (operation: string, { graph }: Program, wrt: WithRespectTo): Resolved => {
  const known = {
    input: Object.keys(inputsOf(graph)),
    parameter: parametersOf(graph).map(({ name }) => name),
  };
  const check = (what: 'input' | 'parameter', names: readonly string[]): readonly string[] => {
    const missing = names.find((name) => !known[what].includes(name));
    return missing === undefined
      ? names
      : refuse(operation, `there is no ${what} '${missing}'; the program has ${known[what].join(', ')}`);
  };
  return {
    inputs: check('input', wrt.inputs ?? known.input),
    parameters: check(
      'parameter',
      wrt.parameters ??
        parametersOf(graph)
          .filter(({ trainable }) => trainable)
          .map(({ name }) => name),
    ),
  };
};

/** `prefix_name`, with characters that a name cannot have replaced, and a number added if it is taken. */
export const nameFor = (prefix: string, name: string, taken: ReadonlySet<string>): string => {
  const plain = `${prefix}_${name.replace(/[^A-Za-z0-9_]+/g, '-')}`;
  let free = plain;
  for (let n = 2; taken.has(free); n++) free = `${plain}-${n}`;
  return free;
};

/** Names for each of a list, all different from each other and from those taken. */
export const namesFor = (
  prefix: string,
  names: readonly string[],
  taken: readonly string[],
): Readonly<Record<string, string>> => {
  const used = new Set(taken);
  return Object.fromEntries(
    names.map((name) => {
      const given = nameFor(prefix, name, used);
      used.add(given);
      return [name, given];
    }),
  );
};

/** The symbolic inputs of these shapes. */
export const symbolic = (shapes: Readonly<Record<string, Shape>>): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, by({ op: 'input', name, shape: [...shape] })]),
  );

const exprsOf = (tensors: Readonly<Record<string, Tensor>>): Readonly<Record<string, Expr>> =>
  Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, x.expr]));

/** A program of these inputs and outputs. */
export const closed = (
  inputs: Readonly<Record<string, Tensor>>,
  outputs: Readonly<Record<string, Tensor>>,
): Program => ({ graph: closeGraph(exprsOf(inputs), exprsOf(outputs)) });

/** A program's own leaves: its inputs and parameters. */
export const programLeaf =
  (inputs: Readonly<Record<string, Tensor>>, own: NamedSources) =>
  (op: LeafOp): Tensor => {
    switch (op.op) {
      case 'input':
        return inputs[op.name];
      case 'parameter':
        return own.parameter(op);
      case 'training':
        return by(op);
      default:
        return refuse('derivative', `'${op.op}' stands outside of a scan`);
    }
  };

/**
 * The program with each batch norm written out by its running statistics, since batch norm has no rule of its own.
 * Refused unless requested: in training the gradient goes through the mean and the variance of all samples.
 */
export const withoutBatchNorm = (
  operation: string,
  p: Program,
  { batchNorm }: WithRespectTo,
  own: NamedSources,
): Program => {
  const hasNorm = ({ op }: Node): boolean => op.op === 'batchNorm';
  if (!p.graph.nodes.some(hasNorm)) return p;
  if (batchNorm === undefined)
    return refuse(
      operation,
      "batch norm goes in training through the statistics of all samples, which no program of one sample can write: pass { batchNorm: 'running' } for the derivative outside of training, or take gradients in training from a session or from fit",
    );
  const inputs = symbolic(inputsOf(p.graph));
  const { values } = retrace(p.graph.nodes, programLeaf(inputs, own), own);
  return closed(
    inputs,
    Object.fromEntries(Object.entries(p.graph.outputs).map(([name, node]) => [name, values[node]])),
  );
};
