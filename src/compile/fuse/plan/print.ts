/** Plans as text for people: loops, kernels, and addresses by the names of their values. */

import { canonical } from '../../../base/canonical.js';
import type { Argument, Condition, Count, Instruction } from '../list/instruction.js';
import type { Part } from '../memory/arena.js';
import { Kernels } from '../registry/resolve.js';
import {
  keptBytes,
  listNames,
  type Plan,
  type PlanLeaf,
  type PlanSlot,
  type StagedPlan,
  stagePlans,
} from './plan.js';

/**
 * A plan as text. Each value is listed with its address; an address in a call is shown as the name of the value
 * there, plus an offset in bytes.
 *
 * @example
 * const p = program({ x: [2, 4, 1] }, ({ x }) => ({ y: tanh(x) }));
 * const plan = fusedPlan(p, { outputs: ['y'] });
 * plan && printPlan(plan).split('\n')[0]; // => 'memory: 960 bytes, 0 constants and tables'
 */
export const printPlan = (plan: Plan): string => {
  const { memory, leaves, lists } = plan;
  const names = new Names(memory.parts);
  return [
    `memory: ${memory.bytes} bytes, ${memory.contents.length} constants and tables`,
    ...leaves.map(leafText),
    ...listNames.flatMap((name) => {
      const list = lists[name];
      return list.length === 0 ? [] : [`${name}:`, ...printed(list, names, 1)];
    }),
    '',
  ].join('\n');
};

/**
 * A plan in stages as text: what is kept of each sample, then each stage with what it reads of earlier ones and leaves to later
 * ones.
 *
 * @example
 * const p = program({ x: [4, 4, 2] }, ({ x }) => ({ y: batchNorm()(x) }));
 * const plan = stagedPlan(p, { outputs: ['y'] });
 * plan && printStagedPlan(plan).split('\n')[0]; // => '2 stages, each over all samples; 0 bytes are kept of each sample'
 */
export const printStagedPlan = (staged: StagedPlan): string => {
  const names = new Names(staged.memory.parts);
  const slotText = (verb: string, { slot, at, floats }: PlanSlot): string =>
    `${verb} slot ${slot}: ${floats} numbers at ${names.of(at)}`;
  return [
    `${staged.stages.length} stages, each over all samples; ${keptBytes(staged)} bytes are kept of each sample`,
    '',
    ...stagePlans(staged).flatMap((plan, i) => {
      const { reads, keeps, takes, gives } = staged.stages[i];
      return [
        `stage ${i + 1}`,
        ...takes.map(
          ({ statistic, at, floats }) => `takes statistic ${statistic}: ${floats} numbers at ${names.of(at)}`,
        ),
        ...reads.map((one) => slotText('reads', one)),
        printPlan(plan).trimEnd(),
        ...keeps.map((one) => slotText('keeps', one)),
        ...gives.map(
          ({ statistic, at, sums, channels }) =>
            `gives statistic ${statistic}: ${channels === undefined ? 'means' : `moments of ${channels.count} channels`} ` +
            `of ${sums} sums at ${names.of(at)}`,
        ),
        '',
      ];
    }),
  ].join('\n');
};

/** A list as text, one instruction a line. */
export const printList = (list: readonly Instruction[], parts: readonly Part[]): string =>
  printed(list, new Names(parts), 0).join('\n');

const leafText = ({ kind, name, at, plane, shape, layout }: PlanLeaf): string => {
  const planes = layout.dims.join(' x ') || '1';
  const where = layout.pixels.length === 0 ? 'numbers' : `planes of ${layout.pixels.join(' x ')} pixels`;
  return `${kind} ${name} [${shape.join(', ')}] at ${at}: ${planes} ${where}, one every ${plane} bytes`;
};

/** Names of addresses. Parts of one name are numbered in the order of their addresses. */
class Names {
  readonly #parts: readonly Part[];
  readonly #named = new Map<Part, string>();

  constructor(parts: readonly Part[]) {
    this.#parts = [...parts].sort((a, b) => a.at - b.at);
    const all = new Map<string, Part[]>();
    for (const part of this.#parts) all.set(part.name, [...(all.get(part.name) ?? []), part]);
    for (const [name, same] of all)
      for (const [i, part] of same.entries())
        this.#named.set(part, same.length === 1 ? name : `${name} ${i + 1}`);
  }

  /** The name of the value at an address; the address itself if there is none. */
  of(at: number): string {
    let [low, high] = [0, this.#parts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#parts[middle].at <= at) low = middle + 1;
      else high = middle;
    }
    const part = this.#parts[low - 1];
    const name = part === undefined ? undefined : this.#named.get(part);
    // a few bytes past the end of a part still belong to it
    if (part === undefined || name === undefined || at > part.at + part.bytes + 64) return String(at);
    return at === part.at ? `<${name}>` : `<${name}> + ${at - part.at}`;
  }
}

/** The names of address arguments of kernels. */
const addresses = new Set([
  ...['a', 'b', 'c', 'x', 'y', 'd', 'dx', 'from', 'to', 'near', 'far', 'even', 'odd', 'top', 'maximum'],
  ...['cotangent', 'logits', 'labels', 'scale', 'total', 'weights', 'value', 'seed', 'clock', 'mask'],
  ...['table', 'offsets', 'rows', 'columns', 'bTable', 'batchTable', 'rowTable', 'columnTable', 'depthTable'],
]);

const isAddress = (name: string): boolean => addresses.has(name) || /^(to )?v\d+$/.test(name);

const loopName = (loop: number): string => `t${loop}`;

const countText = ({ loop, times, plus, over, per }: Count): string => {
  const t = times === 1 ? loopName(loop) : times === -1 ? `-${loopName(loop)}` : `${times} ${loopName(loop)}`;
  const moved = plus === 0 ? t : `${t} ${plus < 0 ? '-' : '+'} ${Math.abs(plus)}`;
  const inner = over === undefined && per === undefined ? moved : plus === 0 ? moved : `(${moved})`;
  return `${inner}${over === undefined ? '' : ` mod ${over}`}${per === undefined ? '' : ` div ${per}`}`;
};

const conditionText = (condition: Condition, text: (at: number) => string): string =>
  `${countText(condition)} is ${argumentText(condition.is, text)}`;

const argumentText = (argument: Argument, text: (at: number) => string): string => {
  if (typeof argument === 'number') return text(argument);
  if ('read' in argument) return `what ${argumentText(argument.read, text)} holds, at most ${argument.most}`;
  if ('when' in argument) {
    const [take, otherwise] = [argument.take, argument.otherwise].map((each) => argumentText(each, text));
    return `(${conditionText(argument.when, String)} ? ${take} : ${otherwise})`;
  }
  const terms = argument.terms.map((term) =>
    term.stride === 1 ? countText(term) : `${term.stride} (${countText(term)})`,
  );
  return [...(argument.base === 0 ? [] : [text(argument.base)]), ...terms].join(' + ');
};

const printed = (list: readonly Instruction[], names: Names, depth: number): readonly string[] => {
  const kernels = new Kernels();
  const place = (at: number): string => names.of(at);
  const lines = (each: Instruction, deep: number): readonly string[] => {
    const line = (text: string): string => `${'  '.repeat(deep)}${text}`;
    const body = (inside: readonly Instruction[]): readonly string[] =>
      inside.flatMap((one) => lines(one, deep + 1));
    switch (each.do) {
      case 'call': {
        const { kernel, of } = each.kernel;
        const { takes } = kernels.of(each);
        const given = each.with.map(
          (argument, i) => `${takes[i]} ${argumentText(argument, isAddress(takes[i]) ? place : String)}`,
        );
        const description = canonical(of);
        return [line(`${kernel}${description === '{}' ? '' : ` ${description}`}: ${given.join(', ')}`)];
      }
      case 'loop': {
        const until = each.until === undefined ? '' : `, until ${argumentText(each.until, place)}`;
        const from = argumentText(each.from, String);
        const way = each.by === 1 ? 'up' : 'down';
        const times = argumentText(each.times, String);
        return [
          line(`for ${loopName(each.loop)} from ${from} ${way}, ${times} times${until}:`),
          ...body(each.body),
        ];
      }
      case 'when':
        return [
          line(`where ${each.any.map((one) => conditionText(one, String)).join(' or ')}:`),
          ...body(each.body),
        ];
      case 'clock':
        return [line(`${argumentText(each.to, place)} = ${loopName(each.loop)}`)];
    }
  };
  return list.flatMap((each) => lines(each, depth));
};
