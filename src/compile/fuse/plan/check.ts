/** Checks that a plan can be run safely, since machines do not check what they run. */

import * as E from 'fp-ts/lib/Either.js';
import { volume } from '../../../dsl/shape.js';
import { ofSamples, planesOf } from '../ir/layout.js';
import { loopsOf } from '../list/argument.js';
import type { Argument, Call, Instruction } from '../list/instruction.js';
import { countNames, type Kernel, type Touch } from '../list/kernel.js';
import { mostNumber, numbersProblem, readsStart } from '../list/numbers.js';
import { walk } from '../list/walk.js';
import { kernelOf } from '../registry/index.js';
import { rangeIn, writeContents } from './contents.js';
import { Turned } from './known-turns.js';
import {
  listNames,
  type MemoryLayout,
  type Plan,
  type PlanLeaf,
  type PlanLoss,
  type StagedPlan,
  stagePlans,
} from './plan.js';

/** More instructions than any sample takes; a longer list counts as endless. */
const mostSteps = 2 ** 22;
const deepest = 64;
/** More bytes than any sample moves. */
const mostMoved = 2 ** 40;
const mostBytes = 2 ** 31;

/** The problem with a plan, as a clause; undefined if there is none. */
export const problemOf = ({ memory, leaves, together, noise, loss, lists }: Plan): string | undefined => {
  const wrong = memoryProblem(memory) ?? leafProblem(leaves, together, memory.bytes);
  if (wrong !== undefined) return wrong;
  if (noise % 8 !== 0 || noise + 8 * (1 + together) > memory.bytes)
    return 'its noise seed lies beyond its memory';
  if (loss !== undefined && !isLoss(loss, memory.bytes)) return 'its loss lies beyond its memory';
  const over = [...leaves.flatMap(writtenOf), ...noiseParts(noise, together), ...lossParts(loss)].find(
    (part) => memory.contents.some(({ at, bytes }) => at < part.to && part.from < at + bytes),
  );
  if (over !== undefined) return `${over.what} lies over a constant`;
  const integers = new Int32Array(Math.ceil(memory.bytes / 8) * 2);
  writeContents(memory, integers.buffer);
  const context = new Checking(memory, integers);
  for (const name of listNames) {
    const problem = context.problemIn(lists[name]);
    if (problem !== undefined) return `in its list '${name}', ${problem}`;
  }
  return undefined;
};

/** The problem with a plan in stages, as a clause; undefined if there is none. */
export const stagedProblemOf = (staged: StagedPlan): string | undefined => {
  const { memory, slots, stages } = staged;
  for (const [i, stage] of stagePlans(staged).entries()) {
    const problem = problemOf(stage);
    if (problem !== undefined) return `in stage ${i + 1}, ${problem}`;
  }
  if (slots.reduce((all, floats) => all + 4 * floats, 0) > mostBytes)
    return `it keeps more of a sample than ${mostBytes} bytes`;
  const kept = new Set<number>();
  const given = new Map<number, number>();
  for (const [i, { reads, keeps, takes, gives }] of stages.entries()) {
    const problem = [
      ...[...reads, ...keeps].map(({ slot, at, floats }) =>
        slots[slot] === undefined || floats > slots[slot]
          ? `slot ${slot} has not ${floats} numbers`
          : beyond(memory, at, 4, floats),
      ),
      ...reads.map(({ slot, at, floats }) =>
        kept.has(slot) ? overContent(memory, at, 4 * floats) : `slot ${slot} is read before it is kept`,
      ),
      ...takes.map(({ statistic, at, floats }) =>
        given.get(statistic) === floats
          ? (beyond(memory, at, 4, floats) ?? overContent(memory, at, 4 * floats))
          : `statistic ${statistic} is not one of ${floats} numbers that an earlier stage gives`,
      ),
      ...gives.map(({ at, sums, channels: of }) =>
        of !== undefined && 2 * of.outer * of.count * of.inner !== sums
          ? `moments of ${of.count} channels are not made of ${sums} sums`
          : beyond(memory, at, 8, sums),
      ),
    ].find((one) => one !== undefined);
    if (problem !== undefined) return `in stage ${i + 1}, ${problem}`;
    for (const { slot } of keeps) kept.add(slot);
    for (const { statistic, sums, channels } of gives)
      given.set(statistic, channels === undefined ? sums : 2 * channels.count);
  }
  const moved = staged.running.find(({ statistic }) => !given.has(statistic));
  return (
    moved && `the running mean '${moved.mean}' moves towards statistic ${moved.statistic}, which there is not`
  );
};

const beyond = ({ bytes }: MemoryLayout, at: number, size: number, count: number): string | undefined =>
  at % size === 0 && at + size * count <= bytes ? undefined : `what lies at ${at} lies beyond its memory`;

const overContent = ({ contents }: MemoryLayout, from: number, size: number): string | undefined =>
  contents.some(({ at, bytes }) => at < from + size && from < at + bytes)
    ? `what is written at ${from} lies over a constant`
    : undefined;

const isLoss = (
  { labels, labelBytes, pixels, scale, weights, classes, total }: PlanLoss,
  bytes: number,
): boolean =>
  [labels, scale, weights, total / 2].every((at) => at % 4 === 0) &&
  4 * pixels <= labelBytes &&
  [labels + labelBytes, scale + 4, weights + 4 * classes, total + 32].every((end) => end <= bytes);

/** A range that is written from outside. */
interface Written {
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

const writtenOf = ({ kind, name, at, plane, layout }: PlanLeaf): readonly Written[] => {
  const [planes, pixels] = [planesOf(layout), volume(layout.pixels)];
  return (kind === 'input' || kind === 'parameter' || kind === 'cotangent') && planes * pixels > 0
    ? [{ what: `'${name}'`, from: at, to: at + (planes - 1) * plane + 4 * pixels }]
    : [];
};

const noiseParts = (noise: number, together: number): readonly Written[] => [
  { what: 'its noise seed', from: noise, to: noise + 8 * (1 + together) },
];

const lossParts = (loss: PlanLoss | undefined): readonly Written[] =>
  loss === undefined
    ? []
    : [
        [loss.labels, loss.labelBytes],
        [loss.scale, 4],
        [loss.weights, 4 * loss.classes],
        [loss.total, 32],
      ].map(([from, bytes]) => ({ what: 'its loss', from, to: from + bytes }));

const memoryProblem = ({ bytes, contents }: MemoryLayout): string | undefined => {
  if (bytes > mostBytes) return `it wants ${bytes} bytes of memory, and ${mostBytes} are the most`;
  for (const content of contents) {
    if (content.at + content.bytes > bytes) return `a constant at ${content.at} lies beyond its memory`;
    if (content.base64 === undefined) continue;
    const size = E.tryCatch(
      () => atob(content.base64 ?? '').length,
      () => 0,
    );
    if (E.isLeft(size) || size.right !== content.bytes)
      return `the constant at ${content.at} does not hold ${content.bytes} bytes`;
  }
  return undefined;
};

const leafProblem = (leaves: readonly PlanLeaf[], together: number, bytes: number): string | undefined => {
  for (const { name, at, plane, shape, layout } of leaves) {
    const [planes, pixels] = [planesOf(layout), volume(layout.pixels)];
    const isWhole =
      layout.axes.length === shape.length &&
      (ofSamples(layout)
        ? planes === volume(shape) && pixels === together
        : planes * pixels === volume(shape)) &&
      layout.axes.every((axis) => axis === 'pixel' || axis < layout.dims.length);
    if (!isWhole) return `'${name}' does not lie as its shape says`;
    if (planes > 1 && plane === 0) return `the planes of '${name}' all lie at one place`;
    if (at % 4 !== 0 || plane % 4 !== 0 || at + (planes - 1) * plane + 4 * pixels > bytes)
      return `'${name}' lies beyond its memory`;
  }
  return undefined;
};

class Checking {
  /** 1 for each word that must not change. */
  readonly #fixed: Uint8Array;
  readonly #kernels = new Map<string, E.Either<string, Kernel>>();

  constructor(
    { bytes, contents }: MemoryLayout,
    private readonly integers: Int32Array,
  ) {
    this.#fixed = new Uint8Array(Math.ceil(bytes / 4));
    for (const { at, bytes: size } of contents)
      this.#fixed.fill(1, Math.floor(at / 4), Math.ceil((at + size) / 4));
  }

  problemIn(list: readonly Instruction[]): string | undefined {
    return this.#form(list, []) ?? numbersProblem(list) ?? this.#run(list);
  }

  /** The problem with the form of a list: an unknown kernel, or a counter of a loop that does not enclose its use. */
  #form(list: readonly Instruction[], around: readonly number[]): string | undefined {
    const strange = (...all: readonly (Argument | undefined)[]): string | undefined => {
      const loop = all
        .flatMap((each) => (each === undefined ? [] : loopsOf(each)))
        .find((each) => !around.includes(each));
      return loop === undefined ? undefined : `something counts by loop ${loop}, which is not around it`;
    };
    if (around.length > deepest) return `loops lie more than ${deepest} deep in each other`;
    for (const each of list) {
      const problem = this.#formOf(each, around, strange);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #formOf(
    each: Instruction,
    around: readonly number[],
    strange: (...all: readonly (Argument | undefined)[]) => string | undefined,
  ): string | undefined {
    switch (each.do) {
      case 'call': {
        const kernel = this.#kernel(each);
        if (E.isLeft(kernel)) return kernel.left;
        if (kernel.right.takes.length !== each.with.length)
          return `${each.kernel.kernel} is called with ${each.with.length} numbers, not ${kernel.right.takes.length}`;
        return strange(...each.with);
      }
      case 'clock':
        return strange(each.to, { base: 0, terms: [{ loop: each.loop, times: 1, plus: 0, stride: 1 }] });
      case 'when':
        return (
          strange(...each.any.map((when) => ({ when, take: 0, otherwise: 0 }))) ??
          this.#form(each.body, around)
        );
      case 'loop': {
        if (around.includes(each.loop)) return `loop ${each.loop} lies in itself`;
        const inside = [...around, each.loop];
        const until = each.until === undefined ? [] : loopsOf(each.until);
        if (until.some((loop) => !inside.includes(loop)))
          return `loop ${each.loop} ends by a loop that is not around it`;
        return strange(each.from, each.times) ?? this.#form(each.body, inside);
      }
    }
  }

  #kernel({ kernel }: Call): E.Either<string, Kernel> {
    const text = JSON.stringify(kernel);
    const known = this.#kernels.get(text) ?? kernelOf(kernel);
    this.#kernels.set(text, known);
    return known;
  }

  /**
   * The problem with the memory that calls touch. Loops whose first count is read from memory are tried from every
   * count.
   */
  #run(list: readonly Instruction[]): string | undefined {
    let steps = 0;
    let moved = 0;
    const turned = new Turned(list);
    const one = (at: number, writes: boolean): void => this.#touch('a clock', at, at + 4, writes);
    const tables = rangeIn(this.integers);
    const run = E.tryCatch(
      () =>
        walk(list, {
          step: () => {
            steps++;
            if (steps > mostSteps) throw new Problem(`more than ${mostSteps} instructions run`);
          },
          call: (call, given) => {
            const kernel = this.#kernel(call);
            if (E.isLeft(kernel)) throw new Problem(kernel.left);
            const large = given.find((value) => !(Math.abs(value) <= mostNumber));
            if (large !== undefined) throw new Problem(`${call.kernel.kernel} is called with ${large}`);
            const below = given.findIndex(
              (value, i) => countNames.has(kernel.right.takes[i]) && !(value >= 0),
            );
            if (below >= 0)
              throw new Problem(
                `${call.kernel.kernel} is called with ${given[below]} ${kernel.right.takes[below]}`,
              );
            const table = (at: number, count: number): readonly [number, number] => {
              this.#table(call.kernel.kernel, at, count);
              return tables(at, count);
            };
            const touches = kernel.right.touches(table, ...given);
            if (kernel.right.inPlace) apart(call.kernel.kernel, touches);
            for (const { from, to, bytes, writes } of touches) {
              moved += bytes;
              if (moved > mostMoved) throw new Problem(`more than ${mostMoved} bytes are moved`);
              this.#touch(call.kernel.kernel, from, to, writes);
            }
            // each machine rounds an address that is not a whole number in its own way
            const between = given.findIndex(
              (value, i) => value % 4 !== 0 && !countNames.has(kernel.right.takes[i]),
            );
            if (between >= 0)
              throw new Problem(
                `${call.kernel.kernel} is called with ${given[between]} bytes as ${kernel.right.takes[between]}`,
              );
          },
          turns: (each, times) => {
            if (times < 0) throw new Problem(`loop ${each.loop} turns ${times} times`);
            const most = readsStart(each);
            return most === undefined ? times : most + 1;
          },
          visits: (each, turns, counters) => turned.left(each, turns, counters),
          clock: (at) => one(at, true),
          ends: (at) => {
            one(at, false);
            return false;
          },
          read: (at) => {
            one(at, false);
            return 0;
          },
        }),
      (thrown) => (thrown instanceof Problem ? thrown.message : `it does not run: ${String(thrown)}`),
    );
    return E.isLeft(run) ? run.left : undefined;
  }

  #touch(what: string, from: number, to: number, writes: boolean): void {
    if (!Number.isSafeInteger(from) || from % 4 !== 0)
      throw new Problem(`${what} touches ${from}, which is no address`);
    if (from < 0 || to > 4 * this.#fixed.length)
      throw new Problem(`${what} touches ${from} to ${to}, and memory ends at ${4 * this.#fixed.length}`);
    if (writes && this.#fixed.subarray(from / 4, Math.ceil(to / 4)).includes(1))
      throw new Problem(`${what} writes over a constant, in ${from} to ${to}`);
  }

  #table(what: string, at: number, count: number): void {
    const isFixed =
      Number.isSafeInteger(at) &&
      at >= 0 &&
      at % 4 === 0 &&
      at / 4 + count <= this.#fixed.length &&
      !this.#fixed.subarray(at / 4, at / 4 + count).includes(0);
    if (!isFixed) throw new Problem(`${what} reads a table at ${at} that is no constant`);
  }
}

/** Refuses results that partly overlap other touched memory. */
const apart = (what: string, touches: readonly Touch[]): void => {
  for (const one of touches)
    for (const other of touches)
      if (
        one.writes &&
        one.from < other.to &&
        other.from < one.to &&
        (one.from !== other.from || one.to !== other.to)
      )
        throw new Problem(
          `${what} writes ${one.from} to ${one.to} over a part of ${other.from} to ${other.to}, which it also touches`,
        );
};

/** Thrown to leave a walk, caught where the walk began. */
class Problem extends Error {}
