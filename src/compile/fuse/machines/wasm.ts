/**
 * The machine that runs a list in WebAssembly: the list becomes one function, which calls the kernels. So loops,
 * counters and addresses cost almost nothing, and one call runs a list.
 */

import {
  anyTrue,
  block,
  call,
  constant,
  either,
  equal,
  first,
  fourIntegers,
  fromInteger,
  joined,
  type Local,
  larger,
  loadInteger,
  loadSplat,
  plus,
  quotient,
  remainder,
  repeat,
  type Statement,
  set,
  shiftUp,
  smaller,
  spread,
  step,
  store,
  times,
  toInteger,
  type Value,
  when,
} from '../../../engine/wasm/simd/code.js';
import { assemble, type Fresh } from '../../../engine/wasm/simd/module.js';
import type { Argument, Call, Condition, Count, Instruction } from '../list/instruction.js';
import type { Kernel } from '../list/kernel.js';
import { type CounterRanges, counterRange, type Range, rangeOf, wholeRange } from '../list/range.js';
import type { Arena, Kernel as Native } from '../memory/arena.js';
import { Kernels } from '../registry/resolve.js';
import { type AroundPiece, inPieces, type Piece } from './pieces.js';

type Integer = Value<'i32'>;

/** A loop that is being written: the variable of its counter, and its range. */
interface Counter {
  readonly at: Local<'i32'>;
  readonly range: Range;
}

type Around = ReadonlyMap<number, Counter>;

const counterOf = (around: Around, loop: number): Counter => {
  const found = around.get(loop);
  if (found === undefined) throw new Error(`no loop ${loop} is around`);
  return found;
};

const ranges =
  (around: Around): CounterRanges =>
  (loop) =>
    counterOf(around, loop).range;

const scaled = (value: Integer, by: number): Integer => (by === 1 ? value : times(value, constant(by)));
const moved = (value: Integer, by: number): Integer => (by === 0 ? value : plus(value, constant(by)));

const countCode = (count: Count, around: Around): Integer => {
  const { loop, times: factor, over, per } = count;
  const t = counterOf(around, loop).at;
  if (over === undefined && per === undefined) return moved(scaled(t, factor), count.plus);
  // adds whole rings or whole groups, so that nothing is below zero
  const [low] = wholeRange(count, ranges(around));
  const unit = over ?? per ?? 1;
  const more = Math.max(0, Math.ceil(-low / unit));
  const lifted = moved(scaled(t, factor), count.plus + more * unit);
  if (over === undefined) return moved(quotient(lifted, constant(unit)), -more);
  const ring = remainder(lifted, constant(over));
  return per === undefined ? ring : quotient(ring, constant(per));
};

const holdsCode = (condition: Condition, around: Around): Integer =>
  equal(countCode(condition, around), code(condition.is, around));

const code = (argument: Argument, around: Around): Integer => {
  if (typeof argument === 'number') return constant(argument);
  if ('read' in argument) {
    const whole = toInteger(loadSplat(code(argument.read, around)));
    const most = smaller(whole, fourIntegers(argument.most));
    return first(larger(most, fourIntegers(0)));
  }
  if ('when' in argument)
    return either(
      holdsCode(argument.when, around),
      code(argument.take, around),
      code(argument.otherwise, around),
    );
  const [one, ...others] = argument.terms.map((term) => scaled(countCode(term, around), term.stride));
  return one === undefined ? constant(argument.base) : moved(others.reduce(plus, one), argument.base);
};

/** The functions that a list calls, numbered in the order of their first call. */
class Called {
  readonly functions: Native[] = [];
  readonly #numbers = new Map<string, number>();
  readonly takes: number[] = [];

  constructor(private readonly arena: Arena) {}

  /** The number of a kernel; `isCount` says which of its parameters are never below zero. */
  number(kernel: Kernel, isCount: readonly boolean[]): number {
    const key = kernel.wasm === undefined ? `${kernel.key} ${isCount.join()}` : kernel.key;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.functions.push(this.#native(kernel, isCount));
    this.takes.push(kernel.takes.length);
    this.#numbers.set(key, this.takes.length - 1);
    return this.takes.length - 1;
  }

  #native(kernel: Kernel, isCount: readonly boolean[]): Native {
    const { arena } = this;
    if (kernel.wasm !== undefined) return kernelOn(arena, kernel);
    const run = kernelOn(arena, kernel);
    // an address above 2 GiB arrives as a negative number
    return (...given) => run(...given.map((value, i) => (isCount[i] ? value >>> 0 : value)));
  }
}

/** A kernel on an arena: in WebAssembly, or in plain loops if it has no other form. */
export const kernelOn = (arena: Arena, { key, wasm, loops }: Kernel): Native => {
  if (wasm !== undefined) return arena.kernel(key, wasm);
  const run = loops();
  return (...given) => run(arena, ...given);
};

/** The context in which a list is written. */
interface Writing {
  readonly called: Called;
  readonly kernels: Kernels;
  readonly fresh: Fresh;
}

const written = (list: readonly Instruction[], around: Around, writing: Writing): Statement =>
  joined(list.map((each) => one(each, around, writing)));

const one = (each: Instruction, around: Around, writing: Writing): Statement => {
  const { called, kernels, fresh } = writing;
  switch (each.do) {
    case 'call': {
      const isCount = each.with.map((argument) => rangeOf(argument, ranges(around))[0] >= 0);
      const parameters = each.with.map((argument) => code(argument, around));
      return call(called.number(kernels.of(each), isCount), parameters);
    }
    case 'loop': {
      const { loop, from, by, times: count, until, body } = each;
      const [t, left] = [fresh.i32(), fresh.i32()];
      const inner = new Map([...around, [loop, { at: t, range: counterRange(each, ranges(around)) }]]);
      // all bits of the float but the sign
      const ends = (at: Argument): Integer => anyTrue(shiftUp(spread(loadInteger(code(at, inner))), 1));
      return block(
        set(t, code(from, around)),
        repeat(
          left,
          code(count, around),
          written(body, inner, writing),
          until === undefined ? [] : when(ends(until), set(left, constant(1))),
          step(t, constant(by)),
        ),
      );
    }
    case 'when': {
      const [any, ...others] = each.any.map((condition) => holdsCode(condition, around));
      return any === undefined ? [] : when(others.reduce(plus, any), written(each.body, around, writing));
    }
    case 'clock':
      return store(code(each.to, around), 0, fromInteger(spread(counterOf(around, each.loop).at)), 1);
  }
};

/** A call whose numbers never move. */
interface PlainCall extends Call {
  readonly with: readonly number[];
}

const isPlain = (each: Instruction): each is PlainCall =>
  each.do === 'call' && each.with.every((argument) => typeof argument === 'number');

/** A list of calls whose arguments never move: calling them from here is faster than assembling a function. */
const oneByOne = (list: readonly PlainCall[], called: Called, kernels: Kernels): (() => void) => {
  const calls = list.map((each) => {
    const run =
      called.functions[
        called.number(
          kernels.of(each),
          each.with.map((value) => value >= 0),
        )
      ];
    return { run, given: each.with };
  });
  return () => {
    for (const { run, given } of calls) run(...given);
  };
};

/** A list as a function that runs it on the arena's memory. */
export const wasmRunner = (list: readonly Instruction[], arena: Arena): (() => void) => {
  if (list.length === 0 || !arena.runs) return () => {};
  return inPieces(
    list,
    [],
    (piece, around) => runnerOfPiece(piece, around, arena),
    (at) => arena.floats[at / 4],
  );
};

const runnerOfPiece = (piece: readonly Instruction[], loops: readonly AroundPiece[], arena: Arena): Piece => {
  const called = new Called(arena);
  const kernels = new Kernels();
  if (loops.length === 0 && piece.every(isPlain)) return oneByOne(piece, called, kernels);
  const body = (counters: readonly Local<'i32'>[], fresh: Fresh): Statement => {
    const around = loops.map(({ loop, range }, i) => [loop, { at: counters[i], range }] as const);
    return written(piece, new Map(around), { called, kernels, fresh });
  };
  const bytes = assemble({ parameters: loops.length, body }, () => called.takes);
  return arena.driver(bytes, called.functions);
};
