/** An ONNX graph while it is written. */

/** A constant of the graph. */
export interface OnnxConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

export type Attributes = Readonly<Record<string, number | string | readonly number[]>>;

export interface OnnxStep {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** The context in which one operation of a GraphModel is written; its result has the operation's name. */
export class OnnxDraft {
  readonly steps: OnnxStep[] = [];
  readonly #constants = new Map<string, OnnxConstant>();

  get constants(): readonly OnnxConstant[] {
    return [...this.#constants.values()];
  }

  /** An operation, and the name of its first output. */
  add(op: string, inputs: readonly string[], to: string, attributes: Attributes = {}): string {
    return this.several(op, inputs, [to], attributes)[0];
  }

  several(
    op: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Attributes,
  ): readonly string[] {
    this.steps.push({ op, inputs, outputs, attributes });
    return outputs;
  }

  /** A constant under a name of its own. */
  constant(name: string, shape: readonly number[], values: Float32Array | BigInt64Array): string {
    this.#constants.set(name, { name, shape, values });
    return name;
  }

  /** Whole numbers as a constant; equal ones share one. */
  wholes(values: readonly number[], shape: readonly number[] = [values.length]): string {
    const name = `onnx/wholes/${shape.join('x')}/${values.join('_')}`;
    return this.#constants.has(name)
      ? name
      : this.constant(
          name,
          shape,
          BigInt64Array.from(values, (value) => BigInt(value)),
        );
  }

  number(value: number): string {
    const name = `onnx/numbers/${Object.is(value, -0) ? '-0' : value}`;
    return this.#constants.has(name) ? name : this.constant(name, [], Float32Array.of(value));
  }
}
