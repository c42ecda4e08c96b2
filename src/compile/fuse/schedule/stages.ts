/**
 * Stages: a graph is cut at each value of the whole batch. All samples run through a stage before any runs through
 * the next. So each stage is a graph of its own, with further leaves from earlier stages: values of the whole batch,
 * and kept values of the sample. Cheap arithmetic is recomputed instead of kept.
 */

import { isExpensive } from '../adjoint/scan-step.js';
import { FieldBuilder } from '../ir/builder.js';
import { liveNodes } from '../ir/dependence.js';
import { type FieldNode, isOverBatch, type Source } from '../ir/field.js';

/** The wanted nodes of a graph: those that are read after each sample, and those that are summed over samples. */
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
  /** The values of each sample that later stages read. */
  readonly keeps: ReadonlyMap<number, number>;
  /** The values of the sample from earlier stages that it reads. */
  readonly reads: ReadonlySet<number>;
  /** The sums from which values of the whole batch are computed. */
  readonly statistics: ReadonlyMap<number, number>;
}

/** The stage in which each node is computed; a value of the whole batch is available from the next stage on. */
const stagesOf = (nodes: readonly FieldNode[]): readonly number[] => {
  const stages: number[] = [];
  for (const { inputs } of nodes)
    stages.push(Math.max(0, ...inputs.map((input) => stages[input] + (isOverBatch(nodes[input]) ? 1 : 0))));
  return stages;
};

/** The terms of a sum of lists; each can be summed over samples by itself. */
const termsOf = (nodes: readonly FieldNode[], number: number): readonly number[] => {
  const { op, inputs, extent } = nodes[number];
  return op.op === 'zip' && op.fn === 'add' && inputs.every((i) => nodes[i].extent.planes === extent.planes)
    ? inputs.flatMap((input) => termsOf(nodes, input))
    : [number];
};

/** The stages of a graph, in order; if it has no value of the whole batch, one stage: the graph itself. */
export const cutIntoStages = (nodes: readonly FieldNode[], { outputs, sums }: Wanted): readonly Stage[] => {
  const stageOf = stagesOf(nodes);
  const live = liveNodes(nodes, [...outputs, ...sums.values()]);
  const last = [...live].reduce((most, number) => Math.max(most, stageOf[number]), 0);
  if (last === 0) return [whole(nodes, outputs, sums)];
  const wanted = Array.from({ length: last + 1 }, () => new Set<number>());
  const made: Stage[] = [];
  // the last stage first, since earlier ones keep what it reads
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
    // the state of a scan is not a single value, so the scan runs again
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

  /** The node that is summed over samples for a value of the whole batch. */
  sumOf(number: number): number {
    const { op, inputs } = this.nodes[number];
    const x = this.value(inputs[0]);
    if (op.op !== 'batchMoments') return x;
    const { planes } = this.builder.extent(x);
    return this.builder.add({ op: 'momentSums' }, [x], { planes: 2 * planes, grid: undefined });
  }
}
