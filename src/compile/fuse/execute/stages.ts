/**
 * A program that is cut into stages, laid out: each stage is a region. All samples of a micro-batch run through a
 * stage; then its sums are added to those of the other micro-batches, in their order, and the next stage begins.
 * Values of a sample that later stages read are copied to a store, which is as large as the micro-batch, and back.
 */

import type { Extent } from '../ir/field.js';
import { placeOf, sizeOf } from '../memory/address.js';
import type { Arena } from '../memory/arena.js';
import type { PlanStatistic } from '../plan/plan.js';
import { cutIntoStages, type Stage } from '../schedule/stages.js';
import type { Region, RegionPlan } from './region.js';
import type { FusedMicroBatch, Workspace } from './workspace.js';

/**
 * Work on a micro-batch that waits for the others at each value of the whole batch: it yields its sums, and receives
 * the sums of all micro-batches.
 */
export type Passage<A> = Generator<Float64Array, A, Float64Array>;

/** Work on a micro-batch that is the whole batch. */
export const alone = <A>(passage: Passage<A>): A => {
  let step = passage.next();
  while (step.done !== true) step = passage.next(step.value);
  return step.value;
};

/** Adds the sums of all micro-batches in their order. */
export const addedSums = (parts: readonly Float64Array[]): Float64Array =>
  parts.reduce((all, part) => all.map((sum, i) => sum + part[i]));

/** Work on parts of a micro-batch, each with a machine of its own: they meet each other, then the other micro-batches. */
export const inStep = function* <A>(passages: readonly Passage<A>[]): Passage<readonly A[]> {
  let steps = passages.map((passage) => passage.next());
  for (;;) {
    const sums = steps.flatMap((step) => (step.done === true ? [] : [step.value]));
    if (sums.length === 0) return steps.flatMap((step) => (step.done === true ? [step.value] : []));
    const all = yield addedSums(sums);
    steps = passages.map((passage) => passage.next(all));
  }
};

/** A stage, laid out. */
export interface LaidOutStage {
  readonly stage: Stage;
  readonly region: Region;
}

/** The work around each sample of each stage. */
export interface Visit {
  readonly begin?: () => void;
  readonly before?: (at: LaidOutStage, sample: number) => void;
  readonly after: (at: LaidOutStage, sample: number) => void;
  readonly end?: (at: LaidOutStage) => void;
}

/** Moments of the channels of a value over the whole batch, in double precision. */
export interface Moments {
  readonly mean: Float64Array;
  /** Divided by the number. */
  readonly variance: Float64Array;
  /** Numbers of a channel. */
  readonly numbers: number;
}

/** The position of a kept value in the stores: its slot, and its floats for one sample. */
interface Slot {
  readonly slot: number;
  readonly floats: number;
}

const floatsOf = (extent: Extent): number => sizeOf(extent) / 4;

/** Slots of kept values; a slot that no later stage reads is reused. */
const slotsOf = (
  stages: readonly Stage[],
): { readonly slots: ReadonlyMap<number, Slot>; readonly sizes: readonly number[] } => {
  const lastRead = new Map<number, number>();
  for (const [i, { reads }] of stages.entries()) for (const node of reads) lastRead.set(node, i);
  const slots = new Map<number, Slot>();
  const sizes: number[] = [];
  const free: number[] = [];
  for (const [i, { keeps, nodes }] of stages.entries()) {
    for (const [node, last] of lastRead) {
      const slot = slots.get(node);
      if (slot !== undefined && last < i) {
        free.push(slot.slot);
        lastRead.delete(node);
      }
    }
    for (const [node, own] of keeps) {
      const floats = floatsOf(nodes[own].extent);
      // the smallest that is large enough
      const fits = free.filter((slot) => sizes[slot] >= floats).sort((a, b) => sizes[a] - sizes[b]);
      const slot = fits.at(0) ?? sizes.push(floats) - 1;
      if (fits.length > 0) free.splice(free.indexOf(slot), 1);
      slots.set(node, { slot, floats });
    }
  }
  return { slots, sizes };
};

/** A field graph that is laid out in stages; a single stage if it has no value of the whole batch. */
export class StagedRegion {
  readonly stages: readonly LaidOutStage[];
  /** The positions of kept values in the stores, by their nodes. */
  readonly slots: ReadonlyMap<number, Slot>;
  /** The floats of each slot. */
  readonly sizes: readonly number[];
  /** Stores that no micro-batch uses at the moment. */
  readonly #stores: Float32Array[][] = [];

  constructor(
    private readonly workspace: Workspace,
    readonly plan: RegionPlan,
  ) {
    const cut = cutIntoStages(plan.nodes, plan);
    const { slots, sizes } = slotsOf(cut);
    this.slots = slots;
    this.sizes = sizes;
    this.stages = cut.map((stage) => ({
      stage,
      region: workspace.layOut({
        nodes: stage.nodes,
        outputs: [...stage.outputs.values(), ...stage.keeps.values()],
        sums: new Map([
          ...stage.sums,
          ...[...stage.statistics].map(([number, own]) => [sumOf(number), own] as const),
        ]),
      }),
    }));
  }

  /** Bytes that are kept of each sample. */
  get keptBytes(): number {
    return (4 * this.sizes.reduce((all, size) => all + size, 0)) / this.workspace.together;
  }

  /** Runs all samples through all stages. Returns the moments that batch norms used, by their nodes. */
  *run(microBatch: FusedMicroBatch, visit: Visit): Passage<ReadonlyMap<number, Moments>> {
    const { count } = microBatch;
    const { together } = this.workspace;
    const store = this.#stores.pop() ?? [];
    for (const [slot, size] of this.sizes.entries())
      if ((store[slot]?.length ?? 0) < (count / together) * size)
        store[slot] = new Float32Array((count / together) * size);
    const values = new Map<number, Float32Array>();
    const moments = new Map<number, Moments>();
    for (const at of this.stages) {
      this.#writeStatistics(at, values);
      at.region.clear();
      visit.begin?.();
      for (let sample = 0; sample < count; sample += together)
        this.#runSample(at, microBatch, sample, store, visit);
      visit.end?.(at);
      if (at.stage.statistics.size === 0) continue;
      let first = 1;
      const sums = yield sumsOf(at, count, this.workspace.arena);
      for (const [number, own] of at.stage.statistics) {
        const node = this.plan.nodes[number];
        const size = at.stage.nodes[own].extent.planes;
        const mine = sums.subarray(first, first + size);
        first += size;
        if (node.op.op === 'batchMoments') {
          const found = momentsOf(node.op, mine, sums[0]);
          moments.set(number, found);
          values.set(number, Float32Array.from([...found.mean, ...found.variance]));
        } else
          values.set(
            number,
            Float32Array.from(mine, (sum) => sum / sums[0]),
          );
      }
    }
    this.#stores.push(store);
    return moments;
  }

  #writeStatistics({ region, stage }: LaidOutStage, values: ReadonlyMap<number, Float32Array>): void {
    for (const { op } of stage.nodes)
      if (op.op === 'leaf' && op.source.kind === 'statistic') {
        const target = region.fed('statistic', op.source.node);
        const value = values.get(op.source.node);
        if (target !== undefined && value !== undefined)
          this.workspace.arena.write(placeOf(target.address), value);
      }
  }

  #runSample(
    at: LaidOutStage,
    microBatch: FusedMicroBatch,
    sample: number,
    store: readonly Float32Array[],
    visit: Visit,
  ): void {
    const { region, stage } = at;
    const { workspace } = this;
    workspace.feed(region, microBatch, sample);
    for (const number of stage.reads) {
      const target = region.fed('stored', number);
      const slot = this.slots.get(number);
      if (target === undefined || slot === undefined) continue;
      const begin = (sample / workspace.together) * slot.floats;
      workspace.arena.floats.set(
        store[slot.slot].subarray(begin, begin + slot.floats),
        placeOf(target.address) / 4,
      );
    }
    visit.before?.(at, sample);
    region.run();
    for (const [number, own] of stage.keeps) {
      const slot = this.slots.get(number);
      if (slot === undefined) continue;
      const from = placeOf(region.address(own)) / 4;
      const begin = (sample / workspace.together) * slot.floats;
      store[slot.slot].set(workspace.arena.floats.subarray(from, from + slot.floats), begin);
    }
    visit.after(at, sample);
  }
}

/** The number of a sum over the batch among those of a region; gradients have the numbers from 0. */
export const sumOf = (number: number): number => -1 - number;

/** The number of samples, then the sums of a stage. */
const sumsOf = ({ region, stage }: LaidOutStage, count: number, { doubles }: Arena): Float64Array =>
  Float64Array.from([
    count,
    ...[...stage.statistics.keys()].flatMap((number) => {
      const found = region.totals(sumOf(number));
      return found === undefined ? [] : [...doubles.subarray(found.at / 8, found.at / 8 + found.count)];
    }),
  ]);

/** Mean and variance, from sums of planes and of their squares. */
export const momentsOf = (
  { outer, count, inner, each }: NonNullable<PlanStatistic['channels']>,
  sums: Float64Array,
  samples: number,
): Moments => {
  const planes = outer * count * inner;
  const numbers = samples * each;
  const [mean, variance] = [new Float64Array(count), new Float64Array(count)];
  for (let plane = 0; plane < planes; plane++) {
    const channel = Math.floor(plane / inner) % count;
    mean[channel] += sums[plane] / numbers;
    variance[channel] += sums[planes + plane] / numbers;
  }
  // the variance of a constant is 0, and rounding could make it negative
  for (let c = 0; c < count; c++) variance[c] = Math.max(0, variance[c] - mean[c] ** 2);
  return { mean, variance, numbers };
};
