/**
 * Stages: a graph is cut wherever a value is one of the whole batch. All samples run through a stage before any runs
 * through the next, so that each stage is a graph of its own, whose leaves are also what earlier stages have left: values of
 * the whole batch, and values of the sample that were kept. What is only arithmetic is computed again instead of kept.
 */

import { isExpensive } from '../adjoint/scan-step.js';
import { FieldBuilder } from '../ir/builder.js';
import { liveNodes } from '../ir/dependence.js';
import { type FieldNode, isOverBatch, type Source } from '../ir/field.js';

/** What is computed of a graph: nodes that are read after each sample, and nodes that are summed over samples. */
export interface Wanted {
  readonly outputs: readonly number[];
  readonly sums: ReadonlyMap<number, number>;
}

/** A part of a graph between two values of the whole batch. Maps are from numbers of the whole graph to its own. */
export interface Stage {
  readonly nodes: readonly FieldNode[];
  /** Nodes that are read after each sample. */
  readonly outputs: ReadonlyMap<number, number>;
  /** Number of a sum → node. A sum may have a part in several stages. */
  readonly sums: ReadonlyMap<number, number>;
  /** What later stages read of each sample. */
  readonly keeps: ReadonlyMap<number, number>;
  /** What it reads of the sample that earlier stages have kept. */
  readonly reads: ReadonlySet<number>;
  /** The sums from which values of the whole batch are made. */
  readonly statistics: ReadonlyMap<number, number>;
}

/** The stage in which each node is computed; a value of the whole batch is there from the next one on. */
const stagesOf = (nodes: readonly FieldNode[]): readonly number[] => {
  const stages: number[] = [];
  for (const { inputs } of nodes)
    stages.push(Math.max(0, ...inputs.map((input) => stages[input] + (isOverBatch(nodes[input]) ? 1 : 0))));
  return stages;
};

/** The terms of a sum of lists; the sum over samples may be taken of each by itself. */
const termsOf = (nodes: readonly FieldNode[], number: number): readonly number[] => {
  const { op, inputs, extent } = nodes[number];
  return op.op === 'zip' && op.fn === 'add' && inputs.every((i) => nodes[i].extent.planes === extent.planes)
    ? inputs.flatMap((input) => termsOf(nodes, input))
    : [number];
};

/** The stages of a graph, in their order: one, the graph itself, where nothing is of the whole batch. */
export const cutIntoStages = (nodes: readonly FieldNode[], { outputs, sums }: Wanted): readonly Stage[] => {
  const stageOf = stagesOf(nodes);
  const live = liveNodes(nodes, [...outputs, ...sums.values()]);
  const last = [...live].reduce((most, number) => Math.max(most, stageOf[number]), 0);
  if (last === 0) return [whole(nodes, outputs, sums)];
  const wanted = Array.from({ length: last + 1 }, () => new Set<number>());
  const made: Stage[] = [];
  // the last stage first: what it reads, earlier ones keep
  for (let stage = last; stage >= 0; stage--) {
    const writer = new StageWriter(nodes, stageOf, stage);
    const isHere = (number: number): boolean => stageOf[number] === stage;
    const valuesOf = (numbers: Iterable<number>): ReadonlyMap<number, number> =>
      new Map([...numbers].map((number) => [number, writer.value(number)]));
    const here: Omit<Stage, 'nodes' | 'reads'> = {
      outputs: valuesOf(outputs.filter(isHere)),
      keeps: valuesOf(wanted[stage]),
      statistics: new Map(
        [...live]
          .filter((number) => isHere(number) && isOverBatch(nodes[number]))
          .map((number) => [number, writer.sumOf(number)]),
      ),
      sums: new Map(
        [...sums].flatMap(([index, number]) => {
          const all = termsOf(nodes, number);
          const terms = all.some((term) => stageOf[term] !== stageOf[number]) ? all : [number];
          const values = terms.filter(isHere).map((term) => writer.value(term));
          return values.length === 0
            ? []
            : [[index, values.reduce((a, b) => writer.builder.zip('add', a, b))]];
        }),
      ),
    };
    for (const number of writer.reads) wanted[stageOf[number]].add(number);
    made.unshift({ ...here, nodes: writer.builder.nodes, reads: writer.reads });
  }
  return made;
};

/** A graph that is one stage. */
const whole = (nodes: readonly FieldNode[], outputs: Wanted['outputs'], sums: Wanted['sums']): Stage => ({
  nodes,
  outputs: new Map(outputs.map((number) => [number, number])),
  sums,
  keeps: new Map(),
  reads: new Set(),
  statistics: new Map(),
});

/** Writes the nodes of one stage. */
class StageWriter {
  readonly builder = new FieldBuilder();
  readonly reads = new Set<number>();
  readonly #values = new Map<number, number>();

  constructor(
    private readonly nodes: readonly FieldNode[],
    private readonly stageOf: readonly number[],
    private readonly stage: number,
  ) {}

  value(number: number): number {
    const known = this.#values.get(number);
    if (known !== undefined) return known;
    const made = this.#write(number);
    this.#values.set(number, made);
    return made;
  }

  #write(number: number): number {
    const { op, inputs, extent } = this.nodes[number];
    const leaf = (source: Source): number => this.builder.add({ op: 'leaf', source }, [], extent);
    if (isOverBatch(this.nodes[number])) return leaf({ kind: 'statistic', node: number });
    // the state of a scan is not one value: it runs again
    const isScan = op.op === 'scan' || op.op === 'scanAdjoint';
    if (this.stageOf[number] < this.stage && !isScan && isExpensive(this.nodes[number])) {
      this.reads.add(number);
      return leaf({ kind: 'stored', node: number });
    }
    const values = inputs.map((input) => this.value(input));
    return this.builder.add(
      op.op === 'scanAdjoint' ? { ...op, scan: this.value(op.scan) } : op,
      values,
      extent,
    );
  }

  /** What is summed over the samples for a value of the whole batch. */
  sumOf(number: number): number {
    const { op, inputs } = this.nodes[number];
    const x = this.value(inputs[0]);
    if (op.op !== 'batchMoments') return x;
    const { planes } = this.builder.extent(x);
    return this.builder.add({ op: 'momentSums' }, [x], { planes: 2 * planes, grid: undefined });
  }
}
