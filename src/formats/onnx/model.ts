/** A model of ONNX (onnx.ai) as values: the parts of its file format that drumhead writes. */

/** Types of elements, by their numbers in onnx.proto. */
export const onnxTypes = { float: 1, int64: 7, bool: 9 } as const;
export type OnnxType = keyof typeof onnxTypes;

/** A constant. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

export type OnnxAttribute = number | string | readonly number[];

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integers, strings and lists of integers; the operations that drumhead writes have no others. */
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** An input or output of a model; a size that is only known at run time has a name instead of a number. */
export interface OnnxPort {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly (number | string)[];
}

export interface OnnxModel {
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
  /** A text for people. */
  readonly description: string;
  /** Entries for programs. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly producer: string;
  readonly version: string;
}
