/** Runs plans in WebAssembly, in plain loops or in native code, from the plan alone. */

import { volume } from '../../../dsl/shape.js';
import type { NativeLevel } from '../../../engine/native/code.js';
import type { Arrays } from '../../parameters.js';
import { onGrid } from '../ir/layout.js';
import type { Instruction } from '../list/instruction.js';
import type { Memory } from '../list/kernel.js';
import { loopRunner, memoryOf } from '../machines/loops.js';
import { runner } from '../machines/runner.js';
import { stripBytes } from '../memory/address.js';
import { Arena } from '../memory/arena.js';
import { readPlanes, transferOf, writePlanes } from '../memory/transfer.js';
import { writeContents } from '../plan/contents.js';
import {
  type Plan,
  type PlanLeaf,
  type PlanLoss,
  type PlanSlot,
  type StagedPlan,
  stagePlans,
} from '../plan/plan.js';
import { movedStatistics } from './running-statistics.js';
import { type Moments, momentsOf } from './stages.js';

/** The inputs of a plan: samples one after the other, each value in the language's order. */
export interface PlanInputs {
  readonly count: number;
  readonly parameters: Arrays;
  readonly inputs: Arrays;
  readonly cotangents?: Arrays;
  readonly noiseSeed?: number;
  /** For the cross-entropy: a label for each pixel of each sample, and the divisor of its sum. */
  readonly labels?: ArrayLike<number>;
  readonly lossCount?: number;
}

/** The results of a plan: values of each sample by name, and gradients summed over samples. */
export interface PlanResults {
  readonly outputs: Readonly<Record<string, Float32Array>>;
  readonly inputGradients: Readonly<Record<string, Float32Array>>;
  readonly gradients: Readonly<Record<string, Float32Array>>;
  readonly loss: number;
}

/** A memory and the runner of lists on it. */
interface Machine {
  readonly memory: Memory;
  readonly prepared: (list: readonly Instruction[]) => () => void;
}

const onArena = (arena: Arena, bytes: number): Machine => {
  arena.allocate(bytes);
  return { memory: arena, prepared: (list) => runner(list, arena) };
};

const machines = {
  wasm: (bytes: number): Machine => onArena(new Arena(), bytes),
  loops: (bytes: number): Machine => {
    const memory = memoryOf(bytes);
    return {
      memory,
      prepared: (list) => {
        const run = loopRunner(list);
        return () => run(memory);
      },
    };
  },
} as const;

/** In WebAssembly, in plain loops, or in machine code of a level. */
type MachineName = keyof typeof machines | NativeLevel;

const machineFor = (name: MachineName, bytes: number): Machine =>
  typeof name === 'string' ? machines[name](bytes) : onArena(new Arena(undefined, name), bytes);

/**
 * Runs a plan from a fresh memory on, in WebAssembly or in plain loops, which are slow: both give the same bits. The plan is one
 * that drumhead made or `decodePlan` gave.
 *
 * @throws an Error where a value that the plan reads is not given
 * @example
 * const p = program({ x: [2, 2, 1] }, ({ x }) => ({ y: square(x) }));
 * const plan = fusedPlan(p, { outputs: ['y'] });
 * const x = Float32Array.of(1, 2, 3, 4);
 * plan && runPlan(plan, 'loops', { count: 1, parameters: {}, inputs: { x } }).outputs.y; // => Float32Array.of(1, 4, 9, 16)
 */
export const runPlan = (plan: Plan, machine: MachineName, given: PlanInputs): PlanResults => {
  const made = machineFor(machine, plan.memory.bytes);
  const { memory, prepared } = made;
  writeContents(plan.memory, memory.floats.buffer);
  const [once, pack, load] = (['once', 'pack', 'load'] as const).map((name) => prepared(plan.lists[name]));
  for (const leaf of plan.leaves)
    if (leaf.kind === 'parameter') write(memory, leaf, given.parameters[leaf.name], 0);
  for (const start of [once, pack, load]) start();
  const results = new Results(plan.leaves, given.count, plan.together);
  pass(plan, made, given, results, nothingAround);
  return results.found(given);
};

/** The results of a plan in stages, with the updated running statistics. */
export interface StagedPlanResults extends PlanResults {
  readonly statistics: Readonly<Record<string, Float32Array>>;
}

/**
 * Runs a plan in stages from a fresh memory on, in WebAssembly or in plain loops: both give the same bits. The store of what is
 * kept of each sample is beside the memory.
 *
 * @throws an Error where a value that the plan reads is not given
 * @example
 * const p = program({ x: [1, 2, 1] }, ({ x }) => ({ y: batchNorm({ epsilon: 1 })(x) }));
 * const plan = stagedPlan(p, { outputs: ['y'] });
 * const parameters = initialParameters(p.graph, 0);
 * const x = Float32Array.of(1, 1, 1, 1);
 * plan && runStagedPlan(plan, 'loops', { count: 2, parameters, inputs: { x } }).outputs.y; // => Float32Array.of(0, 0, 0, 0)
 */
export const runStagedPlan = (
  staged: StagedPlan,
  machine: MachineName,
  given: PlanInputs,
): StagedPlanResults => {
  const made = machineFor(machine, staged.memory.bytes);
  const { memory, prepared } = made;
  const { count, parameters } = given;
  const { together, slots, running, stages } = staged;
  writeContents(staged.memory, memory.floats.buffer);
  for (const leaf of staged.leaves) write(memory, leaf, parameters[leaf.name], 0);
  const plans = stagePlans(staged);
  for (const { lists } of plans) prepared(lists.once)();
  prepared(staged.pack)();
  for (const { lists } of plans) prepared(lists.load)();
  const results = new Results(
    stages.flatMap(({ leaves }) => leaves),
    count,
    together,
  );
  const store = slots.map((floats) => new Float32Array(Math.ceil(count / together) * floats));
  const part = ({ slot, floats }: PlanSlot, run: number): Float32Array =>
    store[slot].subarray(run * slots[slot], run * slots[slot] + floats);
  const statistics = new Map<number, Float32Array>();
  const moments = new Map<number, Moments>();
  for (const [i, { reads, keeps, takes, gives }] of stages.entries()) {
    for (const { statistic, at } of takes) memory.floats.set(statistics.get(statistic) ?? [], at / 4);
    pass(plans[i], made, given, results, {
      before: (run) => {
        for (const slot of reads) memory.floats.set(part(slot, run), slot.at / 4);
      },
      after: (run) => {
        for (const slot of keeps)
          part(slot, run).set(memory.floats.subarray(slot.at / 4, slot.at / 4 + slot.floats));
      },
    });
    for (const { statistic, at, sums, channels } of gives) {
      const all = memory.doubles.slice(at / 8, at / 8 + sums);
      if (channels === undefined) {
        statistics.set(
          statistic,
          Float32Array.from(all, (sum) => sum / count),
        );
        continue;
      }
      const found = momentsOf(channels, all, count);
      moments.set(statistic, found);
      statistics.set(statistic, Float32Array.from([...found.mean, ...found.variance]));
    }
  }
  const moving = running.map(({ statistic, ...each }) => ({ moments: statistic, ...each }));
  return {
    ...results.found(given),
    statistics: movedStatistics(moving, (name) => parameters[name], moments),
  };
};

/** The work around each run of samples. */
interface Around {
  readonly before: (run: number) => void;
  readonly after: (run: number) => void;
}

const nothingAround: Around = { before: () => {}, after: () => {} };

/** A pass over all samples: sums are cleared, samples run, sums become floats. */
const pass = (
  { lists, leaves, together, noise, loss }: Plan,
  { memory, prepared }: Machine,
  given: PlanInputs,
  results: Results,
  around: Around,
): void => {
  const { count, noiseSeed = 0 } = given;
  const [clear, run, settle] = [lists.clear, lists.run, lists.settle].map(prepared);
  clear();
  for (let sample = 0; sample < count; sample += together) {
    memory.doubles[noise / 8] = noiseSeed;
    for (let i = 0; i < together; i++) memory.doubles[noise / 8 + 1 + i] = sample + i;
    for (const leaf of leaves) {
      if (leaf.kind === 'input') write(memory, leaf, given.inputs[leaf.name], sample);
      if (leaf.kind === 'cotangent') write(memory, leaf, given.cotangents?.[leaf.name], sample);
    }
    if (loss !== undefined) tellLoss(memory, loss, given, sample / together);
    around.before(sample / together);
    run();
    around.after(sample / together);
    results.readSample(memory, leaves, sample);
    if (loss !== undefined) results.addLoss(memory, loss);
  }
  settle();
  results.addGradients(memory, leaves);
};

/** Results while they are collected. */
class Results {
  readonly #values: Readonly<Record<'output' | 'inputGradient' | 'gradient', Record<string, Float32Array>>> =
    {
      output: {},
      inputGradient: {},
      gradient: {},
    };
  /** Gradients to which a stage has added its part. */
  readonly #begun = new Set<string>();
  #loss = 0;

  constructor(
    leaves: readonly PlanLeaf[],
    count: number,
    private readonly together: number,
  ) {
    for (const { kind, name, shape } of leaves)
      if (kind === 'output' || kind === 'inputGradient' || kind === 'gradient')
        this.#values[kind][name] = new Float32Array((kind === 'gradient' ? 1 : count) * volume(shape));
  }

  readSample(memory: Memory, leaves: readonly PlanLeaf[], sample: number): void {
    for (const leaf of leaves) {
      if (leaf.kind !== 'output' && leaf.kind !== 'inputGradient') continue;
      // a list is the same for all samples
      const times = onGrid(leaf.layout) ? 1 : this.together;
      for (let i = 0; i < times; i++) read(memory, leaf, this.#values[leaf.kind][leaf.name], sample + i);
    }
  }

  /** Adds the loss of the samples of a run, from the doubles of its sum. */
  addLoss({ doubles }: Memory, { total }: PlanLoss): void {
    for (let lane = 0; lane < 4; lane++) this.#loss += doubles[total / 8 + lane];
  }

  addGradients(memory: Memory, leaves: readonly PlanLeaf[]): void {
    for (const leaf of leaves) {
      if (leaf.kind !== 'gradient') continue;
      const all = this.#values.gradient[leaf.name];
      const before = this.#begun.has(leaf.name) ? all.slice() : undefined;
      this.#begun.add(leaf.name);
      read(memory, leaf, all, 0);
      if (before !== undefined) for (let i = 0; i < all.length; i++) all[i] += before[i];
    }
  }

  found({ lossCount = 1 }: PlanInputs): PlanResults {
    const { output, inputGradient, gradient } = this.#values;
    return {
      outputs: output,
      inputGradients: inputGradient,
      gradients: gradient,
      loss: this.#loss / lossCount,
    };
  }
}

const write = (
  memory: Memory,
  { name, at, plane, shape, layout }: PlanLeaf,
  values: Float32Array | undefined,
  sample: number,
): void => {
  if (values === undefined) throw new Error(`the plan reads '${name}', which is not given`);
  const address = { at, plane, strip: stripBytes };
  writePlanes(memory, transferOf(shape, layout), values, sample * volume(shape), address);
};

const read = (
  memory: Memory,
  { at, plane, shape, layout }: PlanLeaf,
  values: Float32Array,
  sample: number,
): void => {
  const address = { at, plane, strip: stripBytes };
  readPlanes(memory, transferOf(shape, layout), address, values, sample * volume(shape));
};

const tellLoss = (
  { floats, doubles }: Memory,
  loss: NonNullable<Plan['loss']>,
  { labels = [], lossCount = 1 }: PlanInputs,
  run: number,
): void => {
  floats[loss.scale / 4] = 1 / lossCount;
  floats.fill(1, loss.weights / 4, loss.weights / 4 + loss.classes);
  floats.fill(-1, loss.labels / 4, (loss.labels + loss.labelBytes) / 4);
  for (let i = 0; i < loss.pixels; i++) floats[loss.labels / 4 + i] = labels[run * loss.pixels + i];
  doubles.fill(0, loss.total / 8, loss.total / 8 + 4);
};
