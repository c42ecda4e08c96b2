/** Damages bytes and documents: a little, so that a reader goes far into them, or a lot. */

import type { Random } from '../../src/base/random.js';

const pick = <A>(random: Random, items: readonly A[]): A => items[random.integer(items.length)];

/** Numbers at which sizes overflow, signs turn and loops run long. */
const odd: readonly unknown[] = [
  0,
  -1,
  1,
  2,
  3,
  7,
  1.5,
  -0.5,
  1e-300,
  1e300,
  255,
  256,
  65535,
  65536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
  null,
  true,
  false,
  '',
  'a',
  '0',
  'NaN',
  '../../x',
  'C:\\x',
  '/etc/passwd',
  '__proto__',
  'constructor',
  'toString',
  'length',
  '\u0000',
  '\u001b[2J',
  '\ud800',
  'é',
  'x'.repeat(300),
  [],
  {},
  [[]],
  [null],
  [0, 0],
  { __proto: 1 },
];

/** Bytes that have a meaning in formats. */
const oddBytes = [
  0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x20, 0x22, 0x27, 0x28, 0x29, 0x2c, 0x2d, 0x30, 0x39, 0x3a, 0x5b, 0x5d, 0x7b,
  0x7d,
];

const spliced = (bytes: Uint8Array, from: number, to: number, by: Uint8Array): Uint8Array =>
  Uint8Array.from([...bytes.subarray(0, from), ...by, ...bytes.subarray(to)]);

/** The position of a change: anywhere, or among the first bytes, where headers are. */
const place = (random: Random, length: number): number =>
  length === 0 ? 0 : random.integer(random.integer(2) === 0 ? length : Math.min(length, 64));

/** The ways to damage bytes, each at one position. */
export const damages = {
  flip: (bytes: Uint8Array, random: Random): Uint8Array => {
    const out = Uint8Array.from(bytes);
    if (out.length > 0) out[place(random, out.length)] ^= 1 << random.integer(8);
    return out;
  },
  set: (bytes: Uint8Array, random: Random): Uint8Array => {
    const out = Uint8Array.from(bytes);
    if (out.length > 0) out[place(random, out.length)] = pick(random, oddBytes);
    return out;
  },
  cut: (bytes: Uint8Array, random: Random): Uint8Array => bytes.slice(0, place(random, bytes.length)),
  zero: (bytes: Uint8Array, random: Random): Uint8Array => {
    const at = place(random, bytes.length);
    return Uint8Array.from(bytes).fill(0, at, at + 1 + random.integer(16));
  },
  duplicate: (bytes: Uint8Array, random: Random): Uint8Array => {
    const at = place(random, bytes.length);
    return spliced(bytes, at, at, bytes.slice(at, at + 1 + random.integer(32)));
  },
  remove: (bytes: Uint8Array, random: Random): Uint8Array => {
    const at = place(random, bytes.length);
    return spliced(bytes, at, at + 1 + random.integer(8), new Uint8Array(0));
  },
  insert: (bytes: Uint8Array, random: Random): Uint8Array => {
    const at = place(random, bytes.length);
    return spliced(
      bytes,
      at,
      at,
      Uint8Array.from({ length: 1 + random.integer(4) }, () => pick(random, oddBytes)),
    );
  },
  swap: (bytes: Uint8Array, random: Random): Uint8Array => {
    const out = Uint8Array.from(bytes);
    const [a, b] = [place(random, out.length), place(random, out.length)];
    const n = Math.min(1 + random.integer(8), out.length - Math.max(a, b));
    const [one, other] = [out.slice(a, a + n), out.slice(b, b + n)];
    out.set(other, a);
    out.set(one, b);
    return out;
  },
  word: (bytes: Uint8Array, random: Random): Uint8Array => {
    const out = Uint8Array.from(bytes);
    const view = new DataView(out.buffer);
    const at = place(random, out.length) & ~3;
    if (at + 4 <= out.length)
      view.setUint32(
        at,
        pick(random, [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, out.length, out.length + 1]),
        random.integer(2) === 0,
      );
    return out;
  },
} as const;

export type Damage = keyof typeof damages;
export const damageNames: readonly Damage[] = [
  'flip',
  'set',
  'cut',
  'zero',
  'duplicate',
  'remove',
  'insert',
  'swap',
  'word',
];

/** Bytes with one to three damages. */
export const damaged = (bytes: Uint8Array, random: Random): Uint8Array => {
  let out = bytes;
  for (let n = 1 + (random.integer(3) === 0 ? random.integer(3) : 0); n > 0; n--)
    out = damages[pick(random, damageNames)](out, random);
  return out;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Another value to replace this one. */
const instead = (value: unknown, random: Random, others: readonly unknown[]): unknown => {
  switch (random.integer(6)) {
    case 0:
      return typeof value === 'number' ? value + pick(random, [1, -1, 0.5, 1e9, -1e9]) : pick(random, odd);
    case 1:
      return typeof value === 'string' ? value + pick(random, ['x', '/', '\u0000', ' ']) : pick(random, odd);
    case 2:
      return [value];
    case 3:
      return pick(random, others);
    default:
      return pick(random, odd);
  }
};

const listed = (value: unknown, into: unknown[]): unknown[] => {
  if (into.length < 400) into.push(value);
  if (Array.isArray(value)) for (const one of value) listed(one, into);
  else if (isObject(value)) for (const one of Object.values(value)) listed(one, into);
  return into;
};

const count = (value: unknown): number =>
  Array.isArray(value)
    ? value.reduce<number>((n, one) => n + count(one), 1)
    : isObject(value)
      ? Object.values(value).reduce<number>((n, one) => n + count(one), 1)
      : 1;

const changedMembers = (
  entries: readonly (readonly [string, unknown])[],
  random: Random,
  others: readonly unknown[],
) => {
  const at = random.integer(entries.length + 1);
  const one = entries[at];
  if (one === undefined)
    return [
      ...entries,
      [pick(random, ['x', 'name', '__proto__', 'constructor', '']), pick(random, others)] as const,
    ];
  const [key, value] = one;
  switch (random.integer(4)) {
    case 0:
      return entries.filter((_, i) => i !== at);
    case 1:
      return entries.map((entry, i) =>
        i === at ? ([`${key}${pick(random, ['s', '_', ' '])}`, value] as const) : entry,
      );
    case 2: {
      const other = entries[random.integer(entries.length)];
      return entries.map((entry, i) => (i === at ? ([key, other[1]] as const) : entry));
    }
    default:
      return entries.map((entry, i) => (i === at ? ([key, instead(value, random, others)] as const) : entry));
  }
};

/** One change somewhere in a value: all of its parts are equally likely. */
const changedOnce = (value: unknown, random: Random, others: readonly unknown[]): unknown => {
  const total = count(value);
  let left = random.integer(total);
  const walk = (part: unknown): unknown => {
    if (left-- === 0) {
      if (isObject(part) && random.integer(3) > 0)
        return Object.fromEntries(changedMembers(Object.entries(part), random, others));
      if (Array.isArray(part) && random.integer(3) > 0) {
        const at = random.integer(part.length + 1);
        const more = random.integer(3);
        return more === 0
          ? part.filter((_, i) => i !== at)
          : more === 1
            ? [...part.slice(0, at), pick(random, others), ...part.slice(at)]
            : [...part, ...part];
      }
      return instead(part, random, others);
    }
    if (left < 0) return part;
    if (Array.isArray(part)) return part.map(walk);
    return isObject(part)
      ? Object.fromEntries(Object.entries(part).map(([key, one]) => [key, walk(one)]))
      : part;
  };
  return walk(value);
};

/** A value of JSON with one to three changes. */
export const changed = (value: unknown, random: Random): unknown => {
  const others = listed(value, []);
  let out = value;
  for (let n = 1 + (random.integer(3) === 0 ? random.integer(3) : 0); n > 0; n--)
    out = changedOnce(out, random, others);
  return out;
};
