/**
 * A graph while it is written: nodes refer to nodes, names come last.
 *
 * Equal nodes are one, and nodes that no output needs are dropped when the draft is finished, so a writer need not
 * look ahead.
 */

import type { Attrs, DType } from './graph-def.js';

/** Values in the model's weights. */
export interface Weight {
  /** The preferred name. */
  readonly hint: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** A node before it has a name. */
export interface DraftNode {
  readonly op: string;
  readonly inputs: readonly Ref[];
  readonly attrs: Attrs;
  /** The preferred name. */
  readonly hint: string;
  /** Of a constant. */
  readonly weight?: Weight;
}

/** One output of a node. A size of -1 is the batch, or as many rows as the batch makes. */
export interface Ref {
  readonly node: DraftNode;
  readonly output: number;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** A function of the library. */
export interface FunctionDraft {
  readonly name: string;
  readonly inputs: readonly Ref[];
  readonly outputs: readonly Ref[];
}

/** The shared parts of all drafts of a model. */
export interface Store {
  readonly weights: Map<string, Weight>;
  readonly functions: FunctionDraft[];
  /** A number that stands for an object in keys. */
  readonly numberOf: (object: object) => number;
}

const numbering = (): ((object: object) => number) => {
  const numbers = new Map<object, number>();
  return (object) => {
    const found = numbers.get(object) ?? numbers.size;
    numbers.set(object, found);
    return found;
  };
};

export const emptyStore = (): Store => ({ weights: new Map(), functions: [], numberOf: numbering() });

/** The result of an operation, and its form in the graph. */
export interface Written {
  readonly shape: readonly number[];
  readonly dtype?: DType;
  readonly attrs?: Attrs;
  readonly hint: string;
}

/** One scope: the graph itself, or the inside of a function. */
export interface Draft {
  readonly store: Store;
  /** A node with one output; an equal one is not written twice. */
  readonly add: (op: string, inputs: readonly Ref[], written: Written) => Ref;
  /** A node that is never taken to be equal to another: a draw of noise, a list, a placeholder. */
  readonly fresh: (op: string, inputs: readonly Ref[], written: Written) => Ref;
  /** A constant of these values; weights of the same key are one, in all scopes. */
  readonly weight: (key: string, make: () => Weight) => Ref;
  /** Another object that is shared for equal keys, such as a transposed tensor. */
  readonly remember: <A>(memory: Map<string, A>, key: string, make: () => A) => A;
}

/** A new draft, without nodes. */
export const draft = (store: Store): Draft => {
  const known = new Map<string, Ref>();
  const constants = new Map<string, Ref>();
  const keyOf = ({ node, output }: Ref): string => `${store.numberOf(node)}:${output}`;
  const remember = <A>(memory: Map<string, A>, key: string, make: () => A): A => {
    const found = memory.get(key) ?? make();
    memory.set(key, found);
    return found;
  };
  const fresh = (op: string, inputs: readonly Ref[], written: Written): Ref => ({
    node: { op, inputs, attrs: written.attrs ?? {}, hint: written.hint },
    output: 0,
    shape: written.shape,
    dtype: written.dtype ?? 'float32',
  });
  return {
    store,
    fresh,
    remember,
    add: (op, inputs, written) => {
      const key = JSON.stringify([op, inputs.map(keyOf), written.attrs ?? {}]);
      return remember(known, key, () => fresh(op, inputs, written));
    },
    weight: (key, make) =>
      remember(constants, key, () => {
        const weight = remember(store.weights, key, make);
        const dtype = weight.values instanceof Float32Array ? 'float32' : 'int32';
        return {
          node: { op: 'Const', inputs: [], attrs: {}, hint: weight.hint, weight },
          output: 0,
          shape: weight.shape,
          dtype,
        };
      }),
  };
};

/** The draft and the name under which operations are written. */
export interface Site {
  readonly draft: Draft;
  readonly hint: string;
  /** The number of samples, as a tensor [1] of whole numbers. */
  readonly batch: () => Ref;
}

/** The same place, one name deeper. */
export const under = (site: Site, name: string): Site => ({ ...site, hint: `${site.hint}/${name}` });
