/**
 * WebAssembly as values: expressions and statements that assemble to bytes.
 *
 * Small kernels are written with these and specialised to their sizes when first used, so that no binary, compiler or
 * build step comes with drumhead. An expression carries its type, so that an ill-typed kernel does not compile.
 * Opcodes: WebAssembly core specification 2.0, appendix "Index of Instructions".
 */

export type Kind = 'i32' | 'v128';

/** An expression that leaves one value of this kind. */
export interface Value<K extends Kind> {
  readonly kind: K;
  readonly code: readonly number[];
}
/** A parameter or local variable; as a value, its content. */
export interface Local<K extends Kind> extends Value<K> {
  readonly index: number;
}
/** Code that leaves nothing. */
export type Statement = readonly number[];

/** Parts one after the other; `flat` takes ten times as long. */
export const joined = (parts: readonly (readonly number[])[]): number[] => {
  const bytes: number[] = [];
  for (const part of parts) for (const byte of part) bytes.push(byte);
  return bytes;
};

/** Unsigned LEB128, the format's integers. */
export const unsigned = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];

const signed = (value: number): number[] => {
  const low = value & 0x7f;
  const rest = value >> 7;
  const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return done ? [low] : [low | 0x80, ...signed(rest)];
};

const i32 = (...code: number[]): Value<'i32'> => ({ kind: 'i32', code });
const v128 = (...code: number[]): Value<'v128'> => ({ kind: 'v128', code });
const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];
/** Floats lie at multiples of four bytes: alignment 2^2, then the offset that is added to the address. */
const at = (offset: number): number[] => [2, ...unsigned(offset)];

export const local = <K extends Kind>(kind: K, index: number): Local<K> => ({
  kind,
  index,
  code: [0x20, ...unsigned(index)],
});

export const constant = (value: number): Value<'i32'> => i32(0x41, ...signed(value));
const binary = (opcode: number) => (a: Value<'i32'>, b: Value<'i32'>) => i32(...a.code, ...b.code, opcode);
export const plus = binary(0x6a);
export const minus = binary(0x6b);
export const times = binary(0x6c);
export const shiftRight = binary(0x76);
export const bitAnd = binary(0x71);
/** The remainder of a by b; both are at least 0. */
export const remainder = binary(0x70);
/** How often b is in a, rounded down; both count from 0 up. */
export const quotient = binary(0x6e);
/** 1 where both are equal, else 0. */
export const equal = binary(0x46);
/** The first if the condition is not zero, else the second; only the chosen one is computed. */
export const either = (condition: Value<'i32'>, a: Value<'i32'>, b: Value<'i32'>): Value<'i32'> =>
  i32(...condition.code, 0x04, 0x7f, ...a.code, 0x05, ...b.code, 0x0b);
/** Calls an imported function, by its number. */
export const call = (index: number, parameters: readonly Value<'i32'>[]): Statement => [
  ...joined(parameters.map(({ code }) => code)),
  0x10,
  ...unsigned(index),
];

const floatBytes = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)];
const lanes = (opcode: number) => (a: Value<'v128'>, b: Value<'v128'>) =>
  v128(...a.code, ...b.code, ...simd(opcode));

/** Four times the same float. */
export const four = (value: number): Value<'v128'> => {
  const bytes = floatBytes(value);
  return v128(...simd(0x0c), ...bytes, ...bytes, ...bytes, ...bytes);
};
export const add = lanes(0xe4);
export const sub = lanes(0xe5);
export const mul = lanes(0xe6);
export const div = lanes(0xe7);
/** The same on two doubles. */
export const addDouble = lanes(0xf0);
export const subDouble = lanes(0xf1);
export const mulDouble = lanes(0xf2);
export const divDouble = lanes(0xf3);
const convert = (opcode: number) => (a: Value<'v128'>) => v128(...a.code, ...simd(opcode));
/** The first two floats as doubles. */
export const toDouble = convert(0x5f);
/** Two doubles as floats, and two zeros. */
export const toFloat = convert(0x5e);
export const absolute = convert(0xe0);
export const negate = convert(0xe1);
export const squareRoot = convert(0xe3);
/** The largest whole number that is not above. */
export const wholeBelow = convert(0x68);
/** Rounds two doubles to the nearest whole numbers, ties to even. */
export const nearestDouble = convert(0x94);
/** Four whole floats as integers, clamped to 32 bits; NaN becomes 0. */
export const toInteger = convert(0xf8);
/** Four integers as floats. */
export const fromInteger = convert(0xfa);
/** The smaller and the larger of two integers. */
export const smaller = lanes(0xb6);
export const larger = lanes(0xb8);
/** The integer in the first lane. */
export const first = (a: Value<'v128'>): Value<'i32'> => i32(...a.code, ...simd(0x1b), 0);
export const addInteger = lanes(0xae);
export const subInteger = lanes(0xb1);
const shifted = (opcode: number) => (a: Value<'v128'>, by: number) =>
  v128(...a.code, 0x41, ...signed(by), ...simd(opcode));
/** Each integer's bits moved up, or down keeping the sign. */
export const shiftUp = shifted(0xab);
export const shiftDown = shifted(0xac);
/** An integer in all four lanes. */
export const spread = (value: Value<'i32'>): Value<'v128'> => v128(...value.code, ...simd(0x11));
/** Four times the same integer. */
export const fourIntegers = (value: number): Value<'v128'> => {
  const bytes = [...new Uint8Array(Int32Array.of(value).buffer)];
  return v128(...simd(0x0c), ...bytes, ...bytes, ...bytes, ...bytes);
};
/** Twice the same double. */
export const two = (value: number): Value<'v128'> => {
  const bytes = [...new Uint8Array(Float64Array.of(value).buffer)];
  return v128(...simd(0x0c), ...bytes, ...bytes);
};
/** Smaller and larger of two; a NaN in either gives NaN. */
export const min = lanes(0xe8);
export const max = lanes(0xe9);
/**
 * b where b < a, else a, and b where a < b, else a: NaN stays if it is the first argument. One instruction, unlike
 * min and max.
 */
export const lower = lanes(0xea);
export const higher = lanes(0xeb);
/** All bits set where a > b. */
export const greater = lanes(0x44);
/** All bits set where a >= b. */
export const greaterOrSame = lanes(0x46);
/** All bits set where a = b. */
export const same = lanes(0x41);
export const and = lanes(0x4e);
export const or = lanes(0x50);
export const xor = lanes(0x51);
/** 1 where any bit of the mask is set, else 0. */
export const anyTrue = (mask: Value<'v128'>): Value<'i32'> => i32(...mask.code, ...simd(0x53));
/** a where the bits of the mask are set, else b. */
export const choose = (mask: Value<'v128'>, a: Value<'v128'>, b: Value<'v128'>): Value<'v128'> =>
  v128(...a.code, ...b.code, ...mask.code, ...simd(0x52));

/** An integer from memory. */
export const loadInteger = (address: Value<'i32'>, offset = 0): Value<'i32'> =>
  i32(...address.code, 0x28, ...at(offset));
/** Four floats from memory. */
export const load = (address: Value<'i32'>, offset = 0): Value<'v128'> =>
  v128(...address.code, ...simd(0x00), ...at(offset));
/** One float from memory, in all four lanes. */
export const loadSplat = (address: Value<'i32'>, offset = 0): Value<'v128'> =>
  v128(...address.code, ...simd(0x09), ...at(offset));
/** One float from memory in the first lane, zeros in the others. */
export const loadOne = (address: Value<'i32'>, offset = 0): Value<'v128'> =>
  v128(...address.code, ...simd(0x5c), ...at(offset));

/** Two floats from memory in the first lanes, zeros in the others. */
export const loadTwo = (address: Value<'i32'>, offset = 0): Value<'v128'> =>
  v128(...address.code, ...simd(0x5d), ...at(offset));
/** Four floats out of the eight of a (0 to 3) and b (4 to 7). */
export const pick = (a: Value<'v128'>, b: Value<'v128'>, lanes: readonly number[]): Value<'v128'> =>
  v128(
    ...a.code,
    ...b.code,
    ...simd(0x0d),
    ...lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]),
  );
/** Copies bytes within memory; the two parts may overlap. */
export const copyBytes = (to: Value<'i32'>, from: Value<'i32'>, count: Value<'i32'>): Statement => [
  ...to.code,
  ...from.code,
  ...count.code,
  ...[0xfc, 0x0a, 0, 0],
];

/** Stores the first `count` lanes, 1 to 4. */
export const store = (address: Value<'i32'>, offset: number, value: Value<'v128'>, count = 4): Statement => {
  const put = (opcode: number, byte: number, ...lane: number[]): number[] => [
    ...address.code,
    ...value.code,
    ...simd(opcode),
    ...at(offset + byte),
    ...lane,
  ];
  const storeAll = 0x0b;
  const storeOne = 0x5a;
  const storeTwo = 0x5b;
  switch (count) {
    case 1:
      return put(storeOne, 0, 0);
    case 2:
      return put(storeTwo, 0, 0);
    case 3:
      return [...put(storeTwo, 0, 0), ...put(storeOne, 8, 2)];
    default:
      return put(storeAll, 0);
  }
};

export const set = <K extends Kind>({ index }: Local<K>, value: Value<K>): Statement => [
  ...value.code,
  0x21,
  ...unsigned(index),
];
/** Moves an address or counter on. */
export const step = (variable: Local<'i32'>, by: Value<'i32'>): Statement =>
  set(variable, plus(variable, by));

export const block = (...statements: readonly Statement[]): Statement => joined(statements);

const empty = 0x40;
/** The body when the condition is not zero. */
export const when = (condition: Value<'i32'>, ...body: readonly Statement[]): Statement => [
  ...condition.code,
  0x04,
  empty,
  ...joined(body),
  0x0b,
];

/** The body `count` times, not once when it is zero; `counter` runs down from `count`. */
export const repeat = (
  counter: Local<'i32'>,
  count: Value<'i32'>,
  ...body: readonly Statement[]
): Statement =>
  block(
    set(counter, count),
    when(counter, [
      0x03,
      empty,
      ...joined(body),
      ...minus(counter, constant(1)).code,
      0x22,
      ...unsigned(counter.index),
      0x0d,
      0,
      0x0b,
    ]),
  );
