/** Finishes a draft: drops nodes that no output needs, and names the others. */

import type { DraftNode, FunctionDraft, Ref, Store, Weight } from './draft.js';
import { dtypes, type FunctionDef, type GraphDef, type NodeDef, tensorAttr, typeAttr } from './graph-def.js';

/** A finished graph with its weights and the names of its inputs and outputs. */
export interface Finished {
  readonly graph: GraphDef;
  /** The weights that are left, by name. */
  readonly weights: Readonly<Record<string, Weight>>;
  /** The nodes of the inputs and outputs, by the names that the program gives them. */
  readonly inputNodes: Readonly<Record<string, string>>;
  readonly outputNodes: Readonly<Record<string, string>>;
  /** The shapes of what the nodes of the graph read, by name. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

/** All nodes that these need, each after its inputs. Iterative, since unrolled chains are too long for recursion. */
export const needed = (roots: readonly Ref[]): readonly DraftNode[] => {
  const done = new Set<DraftNode>();
  const pending = roots.map(({ node }) => node).reverse();
  while (pending.length > 0) {
    const node = pending[pending.length - 1];
    const missing = node.inputs.map((input) => input.node).filter((input) => !done.has(input));
    if (done.has(node) || missing.length === 0) {
      done.add(node);
      pending.pop();
    } else pending.push(...missing.reverse());
  }
  return [...done];
};

/** Functions that these nodes call, and those that they call in turn. */
const called = (nodes: readonly DraftNode[], store: Store): readonly FunctionDraft[] => {
  const names = nodes.flatMap(({ attrs }) =>
    Object.values(attrs).flatMap((attr) => ('func' in attr ? [attr.func.name] : [])),
  );
  const direct = store.functions.filter(({ name }) => names.includes(name));
  return direct.flatMap((one) => [one, ...called(needed(one.outputs), store)]);
};

/** Names of inherited properties of JavaScript objects; TensorFlow.js mistakes nodes with such names. */
const inherited: readonly string[] = Object.getOwnPropertyNames(Object.prototype);

/** A register of names; a name that is taken gets a number. */
const book = (taken: Iterable<string>) => {
  const names = new Set([...inherited, ...taken]);
  return (wanted: string): string => {
    // State fields may have any name, but nodes may not.
    const wish = wanted.replaceAll(/[^A-Za-z0-9_./-]/g, '_').replace(/^(?![A-Za-z0-9.])/, 'x');
    let name = wish;
    for (let count = 1; names.has(name); count++) name = `${wish}_${count}`;
    names.add(name);
    return name;
  };
};

type NameOf = (node: DraftNode) => string;

const inputName = (nameOf: NameOf, { node, output }: Ref): string =>
  output === 0 ? nameOf(node) : `${nameOf(node)}:${output}`;

const nodeDef = (nameOf: NameOf, node: DraftNode): NodeDef => {
  const name = nameOf(node);
  if (node.weight !== undefined) {
    const { values, shape } = node.weight;
    const type = values instanceof Float32Array ? 'float32' : 'int32';
    return { name, op: 'Const', attr: { dtype: typeAttr(type), value: tensorAttr(type, shape) } };
  }
  return {
    name,
    op: node.op,
    ...(node.inputs.length === 0 ? {} : { input: node.inputs.map((input) => inputName(nameOf, input)) }),
    attr: node.attrs,
  };
};

const functionDef = (name: string, draft: FunctionDraft, nameOf: NameOf): FunctionDef => {
  const ret = draft.outputs.map((ref, i) => [`output${i}`, inputName(nameOf, ref)] as const);
  return {
    signature: {
      name,
      inputArg: draft.inputs.map(({ node, dtype }) => ({ name: nameOf(node), type: dtypes[dtype] })),
      outputArg: draft.outputs.map(({ dtype }, i) => ({ name: `output${i}`, type: dtypes[dtype] })),
    },
    nodeDef: needed(draft.outputs)
      .filter(({ op }) => op !== 'Placeholder')
      .map((node) => nodeDef(nameOf, node)),
    ret: Object.fromEntries(ret),
  };
};

/**
 * The graph of these outputs.
 *
 * Inputs have their own names, then outputs, where no input has them: two nodes of one name would be one. The signature
 * says which node is meant by which name, and TensorFlow.js asks it first. Then the weights, in all scopes the same, since
 * TensorFlow.js looks for a node's name among the weights before it computes it; then the rest.
 */
export const finish = (
  store: Store,
  inputs: Readonly<Record<string, Ref>>,
  outputs: Readonly<Record<string, Ref>>,
): Finished => {
  const nodes = needed([...Object.values(inputs), ...Object.values(outputs)]);
  const functions = called(nodes, store);
  const scopes = [
    nodes,
    ...functions.map(({ inputs: args, outputs: results }) => needed([...args, ...results])),
  ];

  const takeGlobal = book([]);
  const own = new Map<DraftNode, string>();
  const nodesOf = (refs: Readonly<Record<string, Ref>>): Readonly<Record<string, string>> =>
    Object.fromEntries(
      Object.entries(refs).map(([name, { node }]) => {
        const given = takeGlobal(name);
        own.set(node, given);
        return [name, given];
      }),
    );
  const [inputNodes, outputNodes] = [nodesOf(inputs), nodesOf(outputs)];
  const weights = new Map<Weight, string>();
  for (const { weight } of scopes.flat())
    if (weight !== undefined && !weights.has(weight)) weights.set(weight, takeGlobal(weight.hint));
  const reserved = [...own.values(), ...weights.values()];

  const nameIn = (scope: readonly DraftNode[], given: ReadonlyMap<DraftNode, string>): NameOf => {
    const take = book(reserved);
    const names = new Map(given);
    for (const node of scope)
      if (!names.has(node))
        names.set(node, node.weight === undefined ? take(node.hint) : (weights.get(node.weight) ?? ''));
    return (node) => names.get(node) ?? '';
  };
  const nameOf = nameIn(nodes, own);
  return {
    graph: {
      node: nodes.map((node) => nodeDef(nameOf, node)),
      ...(functions.length === 0
        ? {}
        : {
            library: {
              function: functions.map((one, i) =>
                functionDef(one.name, one, nameIn(scopes[i + 1], new Map())),
              ),
            },
          }),
      versions: { producer: 1, minConsumer: 1 },
    },
    weights: Object.fromEntries([...weights].map(([weight, name]) => [name, weight])),
    inputNodes,
    outputNodes,
    shapes: Object.fromEntries(
      nodes.flatMap(({ inputs: read }) => read.map((ref) => [inputName(nameOf, ref), ref.shape])),
    ),
  };
};
