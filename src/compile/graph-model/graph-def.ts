/**
 * TensorFlow's GraphDef as TensorFlow.js reads it from JSON: nodes, functions, attributes.
 *
 * Texts in attributes are base64, whole numbers are strings, as protocol buffers are written in JSON.
 */

/** Types of the tensors that are met here; a variant is the handle of a list. */
export type DType = 'float32' | 'int32' | 'bool' | 'variant';

/** Their names in TensorFlow. */
export const dtypes = {
  float32: 'DT_FLOAT',
  int32: 'DT_INT32',
  bool: 'DT_BOOL',
  variant: 'DT_VARIANT',
} as const;

interface ShapeDef {
  readonly dim: readonly { readonly size: string }[];
}

/** The value of an attribute. */
export type Attr =
  | { readonly type: string }
  | { readonly s: string }
  | { readonly i: string }
  | { readonly f: number }
  | { readonly b: boolean }
  | { readonly shape: ShapeDef }
  | { readonly tensor: { readonly dtype: string; readonly tensorShape: ShapeDef } }
  | { readonly func: { readonly name: string } }
  | { readonly list: { readonly i: readonly string[] } | { readonly s: readonly string[] } };

export type Attrs = Readonly<Record<string, Attr>>;

export interface NodeDef {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Attrs;
}

interface ArgDef {
  readonly name: string;
  readonly type: string;
}

export interface FunctionDef {
  readonly signature: {
    readonly name: string;
    readonly inputArg: readonly ArgDef[];
    readonly outputArg: readonly ArgDef[];
  };
  readonly nodeDef: readonly NodeDef[];
  /** Which node each output is. */
  readonly ret: Readonly<Record<string, string>>;
}

export interface GraphDef {
  readonly node: readonly NodeDef[];
  readonly library?: { readonly function: readonly FunctionDef[] };
  readonly versions: { readonly producer: number; readonly minConsumer: number };
}

/** An input or output of a model, by name. */
export interface TensorDef {
  /** The tensor's name in the graph, such as `logits:0`. */
  readonly name: string;
  readonly dtype: string;
  readonly tensorShape: ShapeDef;
}

const base64 = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));

export const typeAttr = (dtype: DType): Attr => ({ type: dtypes[dtype] });
export const textAttr = (text: string): Attr => ({ s: base64(text) });
export const textsAttr = (...texts: readonly string[]): Attr => ({ list: { s: texts.map(base64) } });
export const wholeAttr = (i: number): Attr => ({ i: String(i) });
export const wholesAttr = (...values: readonly number[]): Attr => ({ list: { i: values.map(String) } });
export const truthAttr = (b: boolean): Attr => ({ b });
export const functionAttr = (name: string): Attr => ({ func: { name } });
/** -1 is a size that only a run knows. */
export const shapeDef = (shape: readonly number[]): ShapeDef => ({
  dim: shape.map((size) => ({ size: String(size) })),
});
/** The dtype and shape of a constant; its values are in the model's weights. */
export const tensorAttr = (dtype: DType, shape: readonly number[]): Attr => ({
  tensor: { dtype: dtypes[dtype], tensorShape: shapeDef(shape) },
});
export const shapeAttr = (shape: readonly number[]): Attr => ({ shape: shapeDef(shape) });
