/**
 * Splits lists that are too long for one function into pieces, which are functions of the counters around them. A
 * loop or condition that is longer than a piece is run from here.
 */

import { type Counters, holds, numberAt, type ReadFloat } from '../list/argument.js';
import type { Argument, Condition, Instruction, Loop } from '../list/instruction.js';
import { counterRange, type Range } from '../list/range.js';

/** A loop around a piece, and the range of its counter. */
export interface AroundPiece {
  readonly loop: number;
  readonly range: Range;
}

/** Runs a piece with the counters of the loops around it, the outermost first. */
export type Piece = (...counters: readonly number[]) => void;

/**
 * V8 allows functions of 7.6 MB; this limit is lower, since the length of a function is only estimated before it is
 * written.
 */
const mostBytes = 4e6;
/** The largest number of instructions in a function, since long functions compile slowly. */
const mostInOne = 10_000;

const ofCondition = (condition: Condition): number => 40 + ofArgument(condition.is);

/** A bound on the bytes of an argument's code. */
const ofArgument = (argument: Argument): number => {
  if (typeof argument === 'number') return 6;
  if ('read' in argument) return 60 + ofArgument(argument.read);
  if ('when' in argument)
    return 10 + ofCondition(argument.when) + ofArgument(argument.take) + ofArgument(argument.otherwise);
  return 10 + 40 * argument.terms.length;
};

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

/** A bound on the bytes of an instruction's code. */
const bytesOf = (each: Instruction): number => {
  switch (each.do) {
    case 'call':
      return 6 + sum(each.with.map(ofArgument));
    case 'clock':
      return 20 + ofArgument(each.to);
    case 'when':
      return 10 + sum(each.any.map(ofCondition)) + sum(each.body.map(bytesOf));
    case 'loop': {
      const { from, times, until } = each;
      const around = [from, times, ...(until === undefined ? [] : [until])].map(ofArgument);
      return 60 + sum(around) + sum(each.body.map(bytesOf));
    }
  }
};

/** A list in pieces, each of which `made` makes. `read`: the float at an address. */
export const inPieces = (
  list: readonly Instruction[],
  around: readonly AroundPiece[],
  made: (piece: readonly Instruction[], around: readonly AroundPiece[]) => Piece,
  read: ReadFloat,
): Piece => {
  const parts: Piece[] = [];
  let piece: Instruction[] = [];
  let bytes = 0;
  const close = (): void => {
    if (piece.length > 0) parts.push(made(piece, around));
    piece = [];
    bytes = 0;
  };
  for (const each of list) {
    const more = bytesOf(each);
    if (more > mostBytes && (each.do === 'loop' || each.do === 'when')) {
      close();
      parts.push(led(each, around, made, read));
      continue;
    }
    if (piece.length === mostInOne || bytes + more > mostBytes) close();
    piece.push(each);
    bytes += more;
  }
  close();
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  return (...counters) => {
    for (const part of parts) part(...counters);
  };
};

const countersIn =
  (around: readonly AroundPiece[], counters: readonly number[]): Counters =>
  (loop) =>
    counters[around.findIndex((each) => each.loop === loop)];

/** A loop or a condition whose body is several pieces. */
const led = (
  each: Exclude<Instruction, { readonly do: 'call' | 'clock' }>,
  around: readonly AroundPiece[],
  made: (piece: readonly Instruction[], around: readonly AroundPiece[]) => Piece,
  read: ReadFloat,
): Piece => {
  if (each.do === 'when') {
    const body = inPieces(each.body, around, made, read);
    return (...counters) => {
      if (each.any.some((condition) => holds(condition, countersIn(around, counters)))) body(...counters);
    };
  }
  const { loop, by, until } = each;
  const inner = [...around, { loop, range: rangeIn(each, around) }];
  const body = inPieces(each.body, inner, made, read);
  return (...counters) => {
    const [from, times] = [each.from, each.times].map((end) =>
      numberAt(end, countersIn(around, counters), read),
    );
    for (let turn = 0; turn < times; turn++) {
      const now = [...counters, from + turn * by];
      body(...now);
      // also for NaN
      if (until !== undefined && read(numberAt(until, countersIn(inner, now))) !== 0) return;
    }
  };
};

const rangeIn = (loop: Loop, around: readonly AroundPiece[]): Range =>
  counterRange(loop, (number) => around.find((each) => each.loop === number)?.range ?? [0, 0]);
