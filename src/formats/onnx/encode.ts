/** An ONNX model as bytes: messages of onnx.proto, by the numbers of their fields there. */

import { PbfWriter } from 'pbf';
import {
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxPort,
  type OnnxTensor,
  onnxTypes,
} from './model.js';

/** The versions of the format and of the operator set; onnxruntime reads both since 1.14 (2023). */
export const irVersion = 8;
export const opsetVersion = 18;

const wire = { varint: 0, bytes: 2 } as const;

/** A message while it is written. */
class Message {
  readonly #to = new PbfWriter();

  whole(field: number, value: number): this {
    this.#to.writeTag(field, wire.varint);
    this.#to.writeVarint(value);
    return this;
  }

  /** Encoded here, since pbf 5.1.2 encodes some characters beyond the basic plane wrongly. */
  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#to.writeTag(field, wire.bytes);
    this.#to.writeBytes(value);
    return this;
  }

  each<A>(field: number, all: readonly A[], written: (one: A) => Uint8Array): this {
    for (const one of all) this.bytes(field, written(one));
    return this;
  }

  done(): Uint8Array {
    return this.#to.finish().slice();
  }
}

const message = (): Message => new Message();

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const tensor = ({ name, shape, values }: OnnxTensor): Uint8Array => {
  const to = message();
  for (const size of shape) to.whole(1, size);
  return to
    .whole(2, onnxTypes[values instanceof Float32Array ? 'float' : 'int64'])
    .text(8, name)
    .bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .done();
};

/** AttributeProto.type, by the field that holds the value. */
const attribute = ([name, value]: readonly [string, OnnxAttribute]): Uint8Array => {
  const to = message().text(1, name);
  if (typeof value === 'string') return to.bytes(4, utf8(value)).whole(20, 3).done();
  if (typeof value === 'number') return to.whole(3, value).whole(20, 2).done();
  for (const one of value) to.whole(8, one);
  return to.whole(20, 7).done();
};

const node = ({ op, inputs, outputs, attributes }: OnnxNode): Uint8Array =>
  message()
    .each(1, inputs, utf8)
    .each(2, outputs, utf8)
    .text(3, outputs[0] ?? op)
    .text(4, op)
    .each(5, Object.entries(attributes), attribute)
    .done();

const dimension = (size: number | string): Uint8Array =>
  typeof size === 'number' ? message().whole(1, size).done() : message().text(2, size).done();

const port = ({ name, type, shape }: OnnxPort): Uint8Array => {
  const sizes = message().each(1, shape, dimension).done();
  const ofTensor = message().whole(1, onnxTypes[type]).bytes(2, sizes).done();
  return message().text(1, name).bytes(2, message().bytes(1, ofTensor).done()).done();
};

/**
 * The bytes of an `.onnx` file.
 *
 * @example
 * const y = { name: 'y', type: 'float', shape: [2] } as const;
 * const twice = { op: 'Add', inputs: ['x', 'x'], outputs: ['y'], attributes: {} };
 * encodeOnnx({
 *   inputs: [{ ...y, name: 'x' }], outputs: [y], nodes: [twice], constants: [], description: '', metadata: {}, producer: 'p', version: '1',
 * })[0]; // => 8
 */
export const encodeOnnx = (model: OnnxModel): Uint8Array => {
  const graph = message()
    .each(1, model.nodes, node)
    .text(2, 'drumhead')
    .each(5, model.constants, tensor)
    .each(11, model.inputs, port)
    .each(12, model.outputs, port)
    .done();
  return message()
    .whole(1, irVersion)
    .text(2, model.producer)
    .text(3, model.version)
    .text(6, model.description)
    .bytes(7, graph)
    .bytes(8, message().text(1, '').whole(2, opsetVersion).done())
    .each(14, Object.entries(model.metadata), ([key, value]) => message().text(1, key).text(2, value).done())
    .done();
};
