/** A program computed by fused kernels, one sample after the other. */

import { type Graph, parametersOf } from '../../../dsl/graph.js';
import { type Shape, volume } from '../../../dsl/shape.js';
import { crossEntropyGradient } from '../../loss.js';
import type { Arrays } from '../../parameters.js';
import type { FieldBuilder } from '../ir/builder.js';
import { Arena } from '../memory/arena.js';
import { labelBytes } from '../memory/transfer.js';
import { gridShape } from '../partition/grid.js';
import { classesOf, type GradientRegion, gradientRegion, hasLoss, lossCotangent } from './gradients.js';
import type { Region } from './region.js';
import { checkSize, type LoweredLeaf, Workspace } from './workspace.js';

/** A micro-batch: the values of each input, one sample after the other. */
export interface FusedMicroBatch {
  readonly count: number;
  readonly inputs: Arrays;
}

/** A micro-batch with labels. */
export interface LabelledFusedMicroBatch extends FusedMicroBatch {
  readonly labels: Uint8Array | Int32Array;
  /** The weight of each class's pixels; an empty list means 1. */
  readonly weights: readonly number[];
  /** The loss count of the whole batch; the sum is divided by it. */
  readonly lossCount: number;
}

/** A program that runs by fused kernels. */
export interface FusedProgram {
  readonly load: (parameters: Arrays) => void;
  /** Whether these outputs can be computed. */
  readonly fits: (outputs: readonly string[]) => boolean;
  /** Lays out now what `gradients`, or `infer` of these outputs, needs; otherwise the first call does. */
  readonly prepare: (what: 'gradients' | readonly string[]) => void;
  readonly infer: (microBatch: FusedMicroBatch, outputs: readonly string[]) => Record<string, Float32Array>;
  /**
   * The cross-entropy of the micro-batch, weighted by class and divided by `lossCount`, with its gradients. In one pass
   * where there is a kernel for it, else from the values of the logits, followed by their VJP.
   */
  readonly gradients: (microBatch: LabelledFusedMicroBatch) => {
    readonly loss: number;
    readonly gradients: Record<string, Float32Array>;
  };
  /** From cotangents of outputs to gradients of the parameters, summed over samples, and of the inputs. */
  readonly vjp: (
    microBatch: FusedMicroBatch,
    cotangents: Arrays,
  ) => { readonly parameters: Record<string, Float32Array>; readonly inputs: Record<string, Float32Array> };
  /** Bytes of memory laid out so far. */
  readonly bytes: () => number;
}

/**
 * Prepares a program; undefined if it has no grid. Regions are laid out when they are first used.
 *
 * @throws an Error where a parameter, an input or labels have another size than they should
 */
export const fuse = (
  graph: Graph,
  values: Arrays,
  grid = gridShape(graph),
  arena = new Arena(),
): FusedProgram | undefined => (grid === undefined ? undefined : fuseOnGrid(graph, values, grid, arena));

const fuseOnGrid = (graph: Graph, values: Arrays, grid: Shape, arena: Arena): FusedProgram => {
  const workspace = new Workspace(graph, grid, values, arena);
  const trained = parametersOf(graph).flatMap(({ name, trainable }) => (trainable ? [name] : []));
  const logits = workspace.output('logits');
  const inferenceRegion = memo((key) => {
    const nodes = key.split(' ').flatMap((name) => workspace.output(name)?.node ?? []);
    return workspace.layOut({ nodes: workspace.lowered().nodes, outputs: nodes, sums: new Map() });
  });
  const vjpRegion = memo((key) =>
    gradientRegion(workspace, trained, (builder) => cotangentSeeds(workspace, builder, key.split(' ')), true),
  );
  const trainingRegion = memo(() =>
    gradientRegion(workspace, trained, (b) => lossCotangent(logits, b), false),
  );
  const fused: FusedProgram = {
    load: (next) => workspace.load(next),
    fits: (outputs) => outputs.every((name) => workspace.output(name) !== undefined),
    prepare: (what) =>
      void (what !== 'gradients'
        ? inferenceRegion(keyOf(what))
        : hasLoss(logits)
          ? trainingRegion('')
          : [inferenceRegion('logits'), vjpRegion('logits')]),
    infer: (microBatch, outputs) => infer(workspace, inferenceRegion(keyOf(outputs)), microBatch, outputs),
    gradients: (microBatch) =>
      hasLoss(logits)
        ? train(workspace, trainingRegion(''), microBatch, logits)
        : trainByValues(fused, microBatch, logits),
    vjp: (microBatch, cotangents) =>
      pull(workspace, vjpRegion(keyOf(Object.keys(cotangents))), microBatch, cotangents),
    bytes: () => workspace.arena.bytes,
  };
  return fused;
};

const keyOf = (names: readonly string[]): string => [...names].sort().join(' ');

/** Remembers the results of a function. */
const memo = <A>(f: (key: string) => A): ((key: string) => A) => {
  const known = new Map<string, A>();
  return (key) => {
    const made = known.get(key) ?? f(key);
    known.set(key, made);
    return made;
  };
};

/** Leaves for the cotangents of outputs; those of one node are added. */
const cotangentSeeds = (
  workspace: Workspace,
  builder: FieldBuilder,
  names: readonly string[],
): ReadonlyMap<number, number> => {
  const seeds = new Map<number, number>();
  for (const name of names) {
    const node = workspace.output(name)?.node;
    if (node === undefined) continue;
    const source = { kind: 'cotangent', name } as const;
    const leaf = builder.add({ op: 'leaf', source }, [], builder.extent(node));
    const before = seeds.get(node);
    seeds.set(node, before === undefined ? leaf : builder.zip('add', before, leaf));
  }
  return seeds;
};

const checkInputs = ({ inputs }: Workspace, microBatch: FusedMicroBatch): void => {
  for (const [name, { shape }] of inputs)
    checkSize(`input '${name}'`, microBatch.inputs[name], microBatch.count * volume(shape));
};

const infer = (
  workspace: Workspace,
  region: Region,
  microBatch: FusedMicroBatch,
  outputs: readonly string[],
): Record<string, Float32Array> => {
  checkInputs(workspace, microBatch);
  const results = outputs.flatMap((name) => {
    const leaf = workspace.output(name);
    return leaf === undefined
      ? []
      : [{ name, leaf, values: new Float32Array(microBatch.count * volume(leaf.shape)) }];
  });
  for (let sample = 0; sample < microBatch.count; sample++) {
    workspace.feed(region, microBatch.inputs, sample);
    region.run();
    for (const { leaf, values } of results) workspace.read(leaf, region.address(leaf.node), values, sample);
  }
  return Object.fromEntries(results.map(({ name, values }) => [name, values]));
};

const train = (
  workspace: Workspace,
  { region, gradients }: GradientRegion,
  microBatch: LabelledFusedMicroBatch,
  logits: LoweredLeaf,
): ReturnType<FusedProgram['gradients']> => {
  const { arena, grid, loss } = workspace;
  checkInputs(workspace, microBatch);
  checkSize('labels', microBatch.labels, microBatch.count * grid.pixels);
  region.clear();
  const { floats } = arena;
  floats[loss.scale / 4] = 1 / microBatch.lossCount;
  const classes = classesOf(logits);
  for (let label = 0; label < classes; label++)
    floats[loss.weights / 4 + label] = microBatch.weights[label] ?? 1;
  let total = 0;
  for (let sample = 0; sample < microBatch.count; sample++) {
    workspace.feed(region, microBatch.inputs, sample);
    const first = loss.labels / 4;
    // past the last pixel the label is -1, which is no class
    floats.fill(-1, first, first + labelBytes(grid) / 4);
    for (let i = 0; i < grid.pixels; i++) floats[first + i] = microBatch.labels[sample * grid.pixels + i];
    floats.fill(0, loss.total / 4, loss.total / 4 + 8);
    region.run();
    for (let lane = 0; lane < 4; lane++) total += arena.doubles[loss.total / 8 + lane];
  }
  return { loss: total / microBatch.lossCount, gradients: gradients() };
};

/** The loss of logits that have no kernel for it: from their values, in float64. */
const trainByValues = (
  { infer, vjp }: FusedProgram,
  microBatch: LabelledFusedMicroBatch,
  logits: LoweredLeaf | undefined,
): ReturnType<FusedProgram['gradients']> => {
  if (logits === undefined) throw new Error('the logits are not fused');
  const classes = classesOf(logits);
  checkSize('labels', microBatch.labels, (microBatch.count * volume(logits.shape)) / classes);
  const values = infer(microBatch, ['logits']).logits;
  const { total, gradient } = crossEntropyGradient(values, classes, microBatch.labels, microBatch.weights);
  const cotangent = Float32Array.from(gradient, (each) => each / microBatch.lossCount);
  return { loss: total / microBatch.lossCount, gradients: vjp(microBatch, { logits: cotangent }).parameters };
};

const pull = (
  workspace: Workspace,
  { region, gradients, inputs }: GradientRegion,
  microBatch: FusedMicroBatch,
  cotangents: Arrays,
): ReturnType<FusedProgram['vjp']> => {
  checkInputs(workspace, microBatch);
  region.clear();
  const results = Object.fromEntries(
    [...workspace.inputs].map(([name, { shape }]) => [
      name,
      new Float32Array(microBatch.count * volume(shape)),
    ]),
  );
  for (let sample = 0; sample < microBatch.count; sample++) {
    workspace.feed(region, microBatch.inputs, sample);
    for (const [name, values] of Object.entries(cotangents)) {
      const target = region.cotangent(name);
      const leaf = workspace.output(name);
      if (target !== undefined && leaf !== undefined) workspace.write(leaf, values, sample, target.address);
    }
    region.run();
    for (const [name, { leaf, gradient }] of inputs)
      workspace.read(leaf, region.address(gradient), results[name], sample);
  }
  return { parameters: gradients(), inputs: results };
};
