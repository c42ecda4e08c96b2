/**
 * A program computed by fused kernels: one sample after the other, or several at a time if samples are the pixels.
 */

import { type Graph, parametersOf } from '../../../dsl/graph.js';
import { volume } from '../../../dsl/shape.js';
import { crossEntropyGradient } from '../../loss.js';
import type { Arrays } from '../../parameters.js';
import type { FieldBuilder } from '../ir/builder.js';
import type { Pixels } from '../lower/samples.js';
import { extentOf } from '../lower/value.js';
import { pixelsOf } from '../memory/address.js';
import { Arena } from '../memory/arena.js';
import { labelBytes } from '../memory/transfer.js';
import { pixelsFor } from '../partition/pixels.js';
import { fuseBlocks } from './blocks.js';
import { classesOf, type GradientRegion, gradientRegion, hasLoss, lossCotangent } from './gradients.js';
import type {
  FusedProgram,
  Inferred,
  LabelledFusedMicroBatch,
  Pulled,
  SummedFusedMicroBatch,
  Trained,
} from './program.js';
import { movedStatistics } from './running-statistics.js';
import { alone, type Moments, type Passage, StagedRegion } from './stages.js';
import { checkSize, type FusedMicroBatch, type LoweredLeaf, Workspace } from './workspace.js';

/**
 * Prepares a program; undefined if it has neither a grid nor samples. Regions are laid out when they are first used.
 *
 * @param training whether batch norm takes the statistics of the batch
 * @throws an Error if a parameter, an input or labels have a wrong size
 */
export const fuse = (
  graph: Graph,
  values: Arrays,
  pixels = pixelsFor(graph),
  newArena = (): Arena => new Arena(),
  training = false,
): FusedProgram | undefined => {
  if (pixels === undefined) return undefined;
  const open = (on: Pixels, loaded: Arrays): FusedProgram =>
    fuseOn(new Workspace(graph, on, loaded, newArena(), training), graph);
  return pixels === 'samples'
    ? fuseBlocks(graph, values, (samples, loaded) => open({ samples }, loaded), training)
    : open(pixels, values);
};

const fuseOn = (workspace: Workspace, graph: Graph): FusedProgram => {
  const trained = parametersOf(graph).flatMap(({ name, trainable }) => (trainable ? [name] : []));
  const logits = workspace.output('logits');
  const staged: StagedRegion[] = [];
  const known = (region: StagedRegion): StagedRegion => {
    staged.push(region);
    return region;
  };
  const inferenceRegion = memo((key) => {
    const outputs = key.split(' ').flatMap((name) => workspace.output(name)?.node ?? []);
    const { nodes } = workspace.lowered();
    return known(new StagedRegion(workspace, { nodes, outputs, sums: new Map() }));
  });
  const withGradients = (
    outputs: readonly string[],
    ofInputs: boolean,
    seedsOf: (builder: FieldBuilder) => ReadonlyMap<number, number>,
  ): GradientRegion => {
    const read = outputs.flatMap((name) => workspace.output(name)?.node ?? []);
    const made = gradientRegion(workspace, trained, seedsOf, ofInputs, read);
    known(made.region);
    return made;
  };
  const vjpRegion = memo((key) =>
    withGradients([], true, (builder) => cotangentSeeds(workspace, builder, key.split(' '))),
  );
  const lossRegion = memo((name) =>
    withGradients([name], false, (builder) => cotangentSeeds(workspace, builder, [name])),
  );
  const trainingRegion = memo(() => withGradients([], false, (builder) => lossCotangent(logits, builder)));
  const fused: FusedProgram = {
    load: (next) => workspace.load(next),
    fits: (outputs) => outputs.every((name) => workspace.output(name) !== undefined),
    prepare: (outputs) => void inferenceRegion(keyOf(outputs)),
    prepareGradients: (outputs) => {
      for (const name of outputs)
        if (name !== 'logits') lossRegion(name);
        else if (hasLoss(logits)) trainingRegion('');
        else for (const region of [inferenceRegion, vjpRegion]) region('logits');
    },
    passages: {
      infer: (microBatch, outputs) =>
        inferring(workspace, inferenceRegion(keyOf(outputs)), microBatch, outputs),
      gradients: (microBatch) =>
        hasLoss(logits)
          ? training(workspace, trainingRegion(''), microBatch, logits)
          : trainingByValues(fused, microBatch, logits),
      gradientsOf: (microBatch) => minimising(workspace, lossRegion(microBatch.output), microBatch),
      vjp: (microBatch, cotangents) =>
        pulling(workspace, vjpRegion(keyOf(Object.keys(cotangents))), microBatch, cotangents),
    },
    infer: (microBatch, outputs) => alone(fused.passages.infer(microBatch, outputs)).outputs,
    gradients: (microBatch) => alone(fused.passages.gradients(microBatch)),
    gradientsOf: (microBatch) => alone(fused.passages.gradientsOf(microBatch)),
    vjp: (microBatch, cotangents) => alone(fused.passages.vjp(microBatch, cotangents)),
    bytes: () => workspace.arena.bytes,
    passes: () => staged.reduce((most, { stages }) => Math.max(most, stages.length), 1),
    bytesPerSample: () => staged.reduce((most, { keptBytes }) => Math.max(most, keptBytes), 0),
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
export const cotangentSeeds = (
  workspace: Workspace,
  builder: FieldBuilder,
  names: readonly string[],
): ReadonlyMap<number, number> => {
  const seeds = new Map<number, number>();
  for (const name of names) {
    const output = workspace.output(name);
    if (output === undefined) continue;
    const { node } = output;
    const source = { kind: 'cotangent', name } as const;
    const given = builder.add({ op: 'leaf', source }, [], extentOf(workspace.cotangentOf(output).layout));
    const extent = builder.extent(node);
    const isOfEach = extent.grid === undefined && builder.extent(given).grid !== undefined;
    const leaf = isOfEach ? builder.add({ op: 'sumPixels', scale: 1 }, [given], extent) : given;
    const before = seeds.get(node);
    seeds.set(node, before === undefined ? leaf : builder.zip('add', before, leaf));
  }
  return seeds;
};

const checkInputs = ({ inputs }: Workspace, microBatch: FusedMicroBatch): void => {
  for (const [name, { shape }] of inputs)
    checkSize(`input '${name}'`, microBatch.inputs[name], microBatch.count * volume(shape));
};

/** The new running statistics, moved from those that were loaded towards these moments. */
const movedIn = (workspace: Workspace, moments: ReadonlyMap<number, Moments>): Record<string, Float32Array> =>
  movedStatistics(workspace.statistics, (name) => workspace.valuesOf(name), moments);

const inferring = function* (
  workspace: Workspace,
  region: StagedRegion,
  microBatch: FusedMicroBatch,
  outputs: readonly string[],
): Passage<Inferred> {
  checkInputs(workspace, microBatch);
  const results = outputs.flatMap((name) => {
    const leaf = workspace.output(name);
    return leaf === undefined
      ? []
      : [{ name, leaf, values: new Float32Array(microBatch.count * volume(leaf.shape)) }];
  });
  const moments = yield* region.run(microBatch, {
    after: ({ region: { address }, stage }, sample) => {
      for (const { leaf, values } of results) {
        const node = stage.outputs.get(leaf.node);
        if (node !== undefined) workspace.readAll(leaf, address(node), values, sample);
      }
    },
  });
  return {
    outputs: Object.fromEntries(results.map(({ name, values }) => [name, values])),
    statistics: movedIn(workspace, moments),
  };
};

const training = function* (
  workspace: Workspace,
  { region, newSums }: GradientRegion,
  microBatch: LabelledFusedMicroBatch,
  logits: LoweredLeaf,
): Passage<Trained> {
  const { arena, loss, together } = workspace;
  const grid = extentOf(logits.layout).grid;
  if (grid === undefined) throw new Error('the logits have no pixels');
  const pixels = pixelsOf(grid);
  checkInputs(workspace, microBatch);
  checkSize('labels', microBatch.labels, (microBatch.count * pixels) / together);
  const classes = classesOf(logits);
  const sums = newSums();
  let total = 0;
  const moments = yield* region.run(microBatch, {
    begin: () => {
      arena.floats[loss.scale / 4] = 1 / microBatch.lossCount;
      for (let label = 0; label < classes; label++)
        arena.floats[loss.weights / 4 + label] = microBatch.weights[label] ?? 1;
    },
    before: (_, sample) => {
      const { floats } = arena;
      const first = loss.labels / 4;
      // past the last pixel the label is -1, which is not a class
      floats.fill(-1, first, first + labelBytes(grid) / 4);
      const from = (sample / together) * pixels;
      for (let i = 0; i < pixels; i++) floats[first + i] = microBatch.labels[from + i];
      floats.fill(0, loss.total / 4, loss.total / 4 + 8);
    },
    after: () => {
      for (let lane = 0; lane < 4; lane++) total += arena.doubles[loss.total / 8 + lane];
    },
    end: sums.add,
  });
  return {
    loss: total / microBatch.lossCount,
    gradients: sums.gradients,
    statistics: movedIn(workspace, moments),
  };
};

/** The sum of an output over the micro-batch, and its gradients; the cotangent is the same number everywhere. */
const minimising = function* (
  workspace: Workspace,
  { region, newSums }: GradientRegion,
  microBatch: SummedFusedMicroBatch,
): Passage<Trained> {
  const leaf = workspace.output(microBatch.output);
  if (leaf === undefined) throw new Error(`the output '${microBatch.output}' is not fused`);
  checkInputs(workspace, microBatch);
  const sums = newSums();
  const value = new Float32Array(workspace.together * volume(leaf.shape));
  const cotangent = new Float32Array(value.length).fill(1 / microBatch.lossCount);
  let total = 0;
  const moments = yield* region.run(microBatch, {
    before: ({ region: { fed } }) => {
      const target = fed('cotangent', microBatch.output);
      if (target !== undefined) workspace.write(workspace.cotangentOf(leaf), cotangent, 0, target.address);
    },
    after: ({ region: { address }, stage }) => {
      const node = stage.outputs.get(leaf.node);
      if (node === undefined) return;
      workspace.readAll(leaf, address(node), value, 0);
      total = value.reduce((all, each) => all + each, total);
    },
    end: sums.add,
  });
  return {
    loss: total / microBatch.lossCount,
    gradients: sums.gradients,
    statistics: movedIn(workspace, moments),
  };
};

/** The loss of logits that have no kernel for it: from their values, in float64. */
const trainingByValues = function* (
  { passages }: FusedProgram,
  microBatch: LabelledFusedMicroBatch,
  logits: LoweredLeaf | undefined,
): Passage<Trained> {
  if (logits === undefined) throw new Error('the logits are not fused');
  const classes = classesOf(logits);
  checkSize('labels', microBatch.labels, (microBatch.count * volume(logits.shape)) / classes);
  const { outputs, statistics } = yield* passages.infer(microBatch, ['logits']);
  const { total, gradient } = crossEntropyGradient(
    outputs.logits,
    classes,
    microBatch.labels,
    microBatch.weights,
  );
  const cotangent = Float32Array.from(gradient, (each) => each / microBatch.lossCount);
  const { parameters } = yield* passages.vjp(microBatch, { logits: cotangent });
  return { loss: total / microBatch.lossCount, gradients: parameters, statistics };
};

const pulling = function* (
  workspace: Workspace,
  { region, newSums, inputs }: GradientRegion,
  microBatch: FusedMicroBatch,
  cotangents: Arrays,
): Passage<Pulled> {
  checkInputs(workspace, microBatch);
  const sums = newSums();
  const results = Object.fromEntries(
    [...workspace.inputs].map(([name, { shape }]) => [
      name,
      new Float32Array(microBatch.count * volume(shape)),
    ]),
  );
  yield* region.run(microBatch, {
    before: ({ region: { fed } }, sample) => {
      for (const [name, values] of Object.entries(cotangents)) {
        const target = fed('cotangent', name);
        const leaf = workspace.output(name);
        if (target !== undefined && leaf !== undefined)
          workspace.write(workspace.cotangentOf(leaf), values, sample, target.address);
      }
    },
    after: ({ region: { address }, stage }, sample) => {
      for (const [name, { leaf, gradient }] of inputs) {
        const node = stage.outputs.get(gradient);
        if (node !== undefined) workspace.read(leaf, address(node), results[name], sample);
      }
    },
    end: sums.add,
  });
  return { parameters: sums.gradients, inputs: results };
};
