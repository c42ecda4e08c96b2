import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeSafetensors, encodeSafetensors, type SafeTensor } from '../../src/formats/safetensors.js';
import { right, sentence } from '../support/either.js';

/** Any bits are a float: also -0, infinities, and numbers that are none. */
const floats = (length: number) => fc.float32Array({ minLength: length, maxLength: length });
const shape = fc.array(fc.nat(4), { maxLength: 3 });
const size = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

const tensor: fc.Arbitrary<SafeTensor> = shape.chain((sizes) =>
  fc.oneof(
    floats(size(sizes)).map((data) => ({ shape: sizes, data })),
    fc
      .array(fc.maxSafeInteger(), { minLength: size(sizes), maxLength: size(sizes) })
      .map((data) => ({ shape: sizes, data: BigInt64Array.from(data, BigInt) })),
  ),
);
/** Names as PyTorch's, and stranger ones. */
const name = fc
  .oneof(fc.stringMatching(/^[a-z_]+(\.[a-z0-9_]+){0,3}$/), fc.string())
  .filter((text) => text !== '__metadata__' && text !== '__proto__');
const tensors = fc.dictionary(name, tensor, { maxKeys: 5, noNullPrototype: true });
const metadata = fc.dictionary(name, fc.string(), { maxKeys: 3, noNullPrototype: true });

describe('safetensors', () => {
  it('give back what was written', () => {
    fc.assert(
      fc.property(tensors, metadata, (written, about) => {
        const read = right(decodeSafetensors(encodeSafetensors(written, about), 'a.safetensors'));
        assert.deepEqual(read.metadata, about);
        assert.deepEqual(Object.keys(read.tensors).sort(), Object.keys(written).sort());
        for (const [key, { shape: sizes, data }] of Object.entries(written)) {
          assert.deepEqual(read.tensors[key].shape, sizes);
          assert.deepEqual(read.tensors[key].data, Float32Array.from(data, Number));
        }
      }),
    );
  });

  it('lie as the format says', () => {
    const bytes = encodeSafetensors({
      b: { shape: [1, 2], data: Float32Array.of(1, -2) },
      count: { shape: [], data: BigInt64Array.of(7n) },
    });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    assert.equal((8 + length) % 8, 0);
    const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    assert.deepEqual(header, {
      count: { dtype: 'I64', shape: [], data_offsets: [0, 8] },
      b: { dtype: 'F32', shape: [1, 2], data_offsets: [8, 16] },
    });
    assert.deepEqual([...bytes.subarray(8 + length)], [7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128, 63, 0, 0, 0, 192]);
  });

  /** A file of one tensor of these bytes. */
  const one = (dtype: string, sizes: readonly number[], values: readonly number[]): Uint8Array =>
    written(JSON.stringify({ x: { dtype, shape: sizes, data_offsets: [0, values.length] } }), values);

  /** A file of this header and these bytes. */
  const written = (text: string, values: readonly number[]): Uint8Array => {
    const head = new TextEncoder().encode(text);
    const bytes = new Uint8Array(8 + head.length + values.length);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
    bytes.set(head, 8);
    bytes.set(values, 8 + head.length);
    return bytes;
  };

  it('of other types are read as numbers', () => {
    const read = (dtype: string, sizes: readonly number[], bytes: readonly number[]): readonly number[] => [
      ...right(decodeSafetensors(one(dtype, sizes, bytes), 'x')).tensors.x.data,
    ];
    // 1.5, -2, the smallest, and infinity.
    assert.deepEqual(read('F16', [4], [0x00, 0x3e, 0x00, 0xc0, 0x01, 0x00, 0x00, 0x7c]), [
      1.5,
      -2,
      2 ** -24,
      Number.POSITIVE_INFINITY,
    ]);
    assert.deepEqual(read('BF16', [2], [0xc0, 0x3f, 0x00, 0xc0]), [1.5, -2]);
    assert.deepEqual(read('F64', [1], [0, 0, 0, 0, 0, 0, 0xf8, 0x3f]), [1.5]);
    assert.deepEqual(read('I8', [2], [255, 3]), [-1, 3]);
  });

  it('cut short anywhere are refused, and so is what is something else', () => {
    const whole = encodeSafetensors(
      { a: { shape: [3], data: Float32Array.of(1, 2, 3) }, b: { shape: [], data: Float32Array.of(4) } },
      { format: 'pt' },
    );
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (length) => {
        assert.match(
          sentence(decodeSafetensors(whole.subarray(0, length), 'w.safetensors')),
          /^w\.safetensors: /,
        );
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        assert.match(sentence(decodeSafetensors(bytes, 'noise')), /^noise: /);
      }),
    );
    const longer = Uint8Array.from([...whole, 0]);
    assert.match(sentence(decodeSafetensors(longer, 'w')), /1 bytes at its end belong to no tensor/);
    assert.match(sentence(decodeSafetensors(one('F8_E4M3', [1], [0]), 'w')), /'x' is of type F8_E4M3/);
    assert.match(
      sentence(decodeSafetensors(one('F32', [2], [0, 0, 0, 0]), 'w')),
      /'x' of shape \[2\] has a place of 4/,
    );
  });

  it('are refused where the format says that they are not: names, places, sizes, metadata', () => {
    const f32 = (begin: unknown, end: unknown, sizes: unknown = [1]) =>
      `{"dtype":"F32","shape":${JSON.stringify(sizes)},"data_offsets":[${begin},${end}]}`;
    const refused = (text: string, bytes: number): string =>
      sentence(decodeSafetensors(written(text, new Array<number>(bytes).fill(0)), 'w'));
    const cases: readonly (readonly [text: string, bytes: number, expected: RegExp])[] = [
      [`{"x":${f32(0, 4)},"x":${f32(0, 4)}}`, 4, /^w: its header has 'x' twice/],
      [`{"x":${f32(0, 4)},"\\u0078":${f32(4, 8)}}`, 8, /^w: its header has 'x' twice/],
      ['{"x":{"dtype":"F32","dtype":"I32","shape":[1],"data_offsets":[0,4]}}', 4, /has 'dtype' twice/],
      [`{"__metadata__":{"a":"1","a":"2"},"x":${f32(0, 4)}}`, 4, /has 'a' twice/],
      [`{"__metadata__":{"a":1},"x":${f32(0, 4)}}`, 4, /metadata is not a list of names and texts/],
      [`{"__metadata__":"a","x":${f32(0, 4)}}`, 4, /metadata is not a list of names and texts/],
      [`{"__metadata__":null,"x":${f32(0, 4)}}`, 4, /metadata is not a list of names and texts/],
      [`{"x":${f32(0, 4)},"y":${f32(8, 12)}}`, 12, /4 bytes before 'y' belong to no tensor/],
      [`{"x":${f32(4, 8)}}`, 8, /4 bytes before 'x' belong to no tensor/],
      [`{"x":${f32(0, 8, [2])},"y":${f32(4, 8)}}`, 8, /'y' begins at 4, within 'x'/],
      [`{"x":${f32(0, 4)},"y":${f32(0, 4)}}`, 4, /'y' begins at 0, within 'x'/],
      [`{"x":${f32(4, 0)}}`, 4, /'x' ends at 0, before it begins at 4/],
      [`{"x":${f32(0, 8)}}`, 8, /'x' of shape \[1\] has a place of 8 bytes; F32 needs 4/],
      [`{"x":${f32(0, 8, [2])}}`, 4, /'x' lies beyond the end of the file/],
      [`{"x":${f32(0, 4, [-1])}}`, 4, /'x' has sizes \[-1\]/],
      [`{"x":${f32(0, 4, [-1, -1])}}`, 4, /'x' has sizes \[-1,-1\]/],
      [`{"x":${f32(0, 4, [0.5, 2])}}`, 4, /'x' has sizes \[0\.5,2\]/],
      [`{"x":${f32(0, 4, [1e300])}}`, 4, /'x' has sizes/],
      [`{"x":${f32(0, 4, [2 ** 40, 2 ** 40])}}`, 4, /'x' has sizes/],
      [`{"x":${f32(0.5, 4.5)}}`, 8, /'x' has sizes/],
      [`{"x":${f32(-4, 0)}}`, 4, /'x' has sizes/],
      [`{"x":${f32('"0"', 4)}}`, 4, /'x' has no type, shape and place/],
      [`{"x":${f32(0, 4)},"y":null}`, 4, /'y' has no type, shape and place/],
      ['{"x":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}', 4, /'x' is of type f32/],
      ['{"x":{"dtype":"toString","shape":[1],"data_offsets":[0,4]}}', 4, /'x' is of type toString/],
      ['[]', 0, /it is not a safetensors file/],
    ];
    for (const [text, bytes, expected] of cases) assert.match(refused(text, bytes), expected, text);
  });

  it('of any name are read, those that objects have themselves too', () => {
    const zero = (at: number) => ({ dtype: 'U8', shape: [1], data_offsets: [at, at + 1] });
    const head = `{"__proto__":${JSON.stringify(zero(0))},"constructor":${JSON.stringify(zero(1))},"e":{"dtype":"F32","shape":[0,3],"data_offsets":[2,2]}}`;
    const { tensors: read } = right(decodeSafetensors(written(head, [5, 6]), 'x'));
    assert.deepEqual(
      Object.entries(read).map(([key, { data }]) => [key, ...data]),
      [['__proto__', 5], ['constructor', 6], ['e']],
    );
  });

  it('tell of numbers that float32 does not hold', () => {
    const int64 = (number: bigint): Uint8Array =>
      encodeSafetensors({ x: { shape: [1], data: BigInt64Array.of(number) } });
    const rounded = (number: bigint) => right(decodeSafetensors(int64(number), 'x')).tensors.x.rounded;
    assert.deepEqual([rounded(2n ** 24n), rounded(2n ** 24n + 1n)], [false, true]);
    const far = [...new Uint8Array(Float64Array.of(1e300).buffer)];
    assert.match(
      sentence(decodeSafetensors(one('F64', [1], far), 'w')),
      /'x' holds 1e\+300, which is beyond float32/,
    );
  });
});
