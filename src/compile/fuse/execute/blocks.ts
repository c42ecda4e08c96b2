/** A program without a grid, in blocks of samples: the samples of a block are the pixels of a machine. */

import { type Graph, inputsOf } from '../../../dsl/graph.js';
import type { Node } from '../../../dsl/op.js';
import { volume } from '../../../dsl/shape.js';
import type { Arrays } from '../../parameters.js';
import { lowerGraph } from '../lower/index.js';
import { isRefusal } from '../lower/value.js';
import type { FusedProgram, Trained } from './program.js';
import { alone, inStep, type Passage } from './stages.js';
import type { FusedMicroBatch } from './workspace.js';

/** Samples of a block. A value of a sample does not depend on it; sums over samples do in their last bits. */
const mostTogether = 32;
const leastTogether = 8;

/** The number of machines that are kept: one for whole blocks, two for remainders of micro-batches. */
const mostMachines = 3;

/** The approximate limit of bytes that are recorded for all samples of a block. */
const mostBytes = 2 ** 30;

/** Operations of a step whose values are not recorded, since gradients read their inputs instead. */
const isRecomputed: ReadonlySet<string> = new Set([
  'affine',
  'broadcast',
  'clock',
  'constant',
  'element',
  'external',
  'reshape',
  'slice',
  'state',
  'take',
  'transpose',
  'zip',
]);

/**
 * The number of samples that are computed at a time. It depends only on the program: fewer if the records over the
 * steps of its scans would fill the memory.
 */
export const togetherFor = ({ nodes }: Graph): number => {
  const bytes = (of: readonly Node[], times: number): number =>
    of.reduce(
      (sum, { op, inputs, shape }) =>
        sum +
        (times > 1 && isRecomputed.has(op.op) ? 0 : 4 * times * volume(shape)) +
        (op.op === 'scan'
          ? bytes(op.body.nodes, times * op.steps) +
            4 * times * op.steps * op.fields.reduce((all, _, i) => all + volume(of[inputs[i]].shape), 0)
          : 0),
      0,
    );
  const each = bytes(nodes, 1);
  let together = mostTogether;
  while (together > leastTogether && together * each > mostBytes) together /= 2;
  return together;
};

/** A block of a micro-batch: its samples, from the first on. */
interface Block {
  readonly first: number;
  readonly count: number;
}

/** Whole blocks, which one machine computes one after the other, then the rest. */
const blocksOf = (count: number, together: number): readonly Block[] => {
  const whole = count - (count % together);
  return [
    ...(whole > 0 ? [{ first: 0, count: whole }] : []),
    ...(whole < count ? [{ first: whole, count: count - whole }] : []),
  ];
};

/**
 * A program whose samples are the pixels. `open` makes a machine for a number of samples at a time; kernels count
 * them, so that no lane past the last sample enters a sum.
 *
 * @param training whether batch norm uses the statistics of the batch
 */
export const fuseBlocks = (
  graph: Graph,
  values: Arrays,
  open: (samples: number, values: Arrays) => FusedProgram,
  training: boolean,
): FusedProgram => {
  const together = togetherFor(graph);
  const { values: lowered } = lowerGraph(graph, { samples: together }, training);
  const shapes = new Map(Object.entries(inputsOf(graph)));
  const sizeOf = (name: string): number => volume(graph.nodes[graph.outputs[name]].shape);
  const current: Record<string, Float32Array> = { ...values };
  const machines = new Map<number, FusedProgram>();
  const machine = (samples: number): FusedProgram => {
    const made = machines.get(samples) ?? open(samples, current);
    machines.delete(samples);
    machines.set(samples, made);
    const [oldest] = machines.keys();
    if (machines.size > mostMachines) machines.delete(oldest);
    return made;
  };
  const machineFor = ({ count }: Block): FusedProgram => machine(Math.min(count, together));
  const inputsIn = ({ inputs, samples, noiseSeed = 0 }: FusedMicroBatch, block: Block): FusedMicroBatch => ({
    count: block.count,
    samples: Array.from({ length: block.count }, (_, i) => samples?.[block.first + i] ?? block.first + i),
    noiseSeed,
    inputs: Object.fromEntries(
      [...shapes].map(([name, shape]) => [name, part(`input '${name}'`, inputs[name], block, volume(shape))]),
    ),
  });
  /** Work on each block; blocks wait for each other at values that all samples of the batch share. */
  const parted = function* <M extends FusedMicroBatch, A, B>(
    microBatch: M,
    work: (machine: FusedProgram, block: FusedMicroBatch, part: Block) => Passage<A>,
    join: (parts: readonly A[], blocks: readonly Block[]) => B,
  ): Passage<B> {
    const blocks = blocksOf(microBatch.count, together);
    const passages = blocks.map((block) => work(machineFor(block), inputsIn(microBatch, block), block));
    return join(yield* inStep(passages), blocks);
  };
  const trained = (parts: readonly Trained[]): Trained => ({
    loss: parts.reduce((sum, { loss }) => sum + loss, 0),
    gradients: added(parts.map(({ gradients }) => gradients)),
    statistics: parts[0].statistics,
  });
  const passages: FusedProgram['passages'] = {
    infer: (microBatch, outputs) =>
      parted(
        microBatch,
        (made, block) => made.passages.infer(block, outputs),
        (parts, blocks) => ({
          outputs: Object.fromEntries(
            outputs.map((name) => {
              const whole = new Float32Array(microBatch.count * sizeOf(name));
              for (const [i, found] of parts.entries())
                whole.set(found.outputs[name], blocks[i].first * sizeOf(name));
              return [name, whole];
            }),
          ),
          statistics: parts[0].statistics,
        }),
      ),
    gradients: (microBatch) => {
      const each = microBatch.labels.length / microBatch.count;
      return parted(
        microBatch,
        (made, block, { first, count }) =>
          made.passages.gradients({
            ...microBatch,
            ...block,
            labels: microBatch.labels.subarray(first * each, (first + count) * each),
          }),
        trained,
      );
    },
    gradientsOf: (microBatch) =>
      parted(microBatch, (made, block) => made.passages.gradientsOf({ ...microBatch, ...block }), trained),
    vjp: (microBatch, cotangents) =>
      parted(
        microBatch,
        (made, given, block) =>
          made.passages.vjp(
            given,
            Object.fromEntries(
              Object.entries(cotangents).map(([name, values]) => [
                name,
                part(`cotangent of '${name}'`, values, block, sizeOf(name)),
              ]),
            ),
          ),
        (parts, blocks) => ({
          parameters: added(parts.map(({ parameters }) => parameters)),
          inputs: Object.fromEntries(
            [...shapes].map(([name, shape]) => {
              const whole = new Float32Array(microBatch.count * volume(shape));
              for (const [i, { inputs }] of parts.entries())
                whole.set(inputs[name], blocks[i].first * volume(shape));
              return [name, whole];
            }),
          ),
        }),
      ),
  };
  return {
    load: (next) => {
      Object.assign(current, next);
      for (const made of machines.values()) made.load(next);
    },
    fits: (outputs) =>
      outputs.every((name) => {
        const value = lowered.get(graph.outputs[name]);
        return value !== undefined && !isRefusal(value);
      }),
    prepare: (outputs) => machine(together).prepare(outputs),
    prepareGradients: (outputs) => machine(together).prepareGradients(outputs),
    passages,
    infer: (microBatch, outputs) => alone(passages.infer(microBatch, outputs)).outputs,
    gradients: (microBatch) => alone(passages.gradients(microBatch)),
    gradientsOf: (microBatch) => alone(passages.gradientsOf(microBatch)),
    vjp: (microBatch, cotangents) => alone(passages.vjp(microBatch, cotangents)),
    bytes: () => [...machines.values()].reduce((sum, made) => sum + made.bytes(), 0),
    passes: () => Math.max(1, ...[...machines.values()].map((made) => made.passes())),
    bytesPerSample: () => Math.max(0, ...[...machines.values()].map((made) => made.bytesPerSample())),
  };
};

/** The values of a block; throws if there are too few, since kernels do not check what they read. */
const part = (
  what: string,
  values: Float32Array | undefined,
  { first, count }: Block,
  size: number,
): Float32Array => {
  const found = values?.subarray(first * size, (first + count) * size);
  if (found?.length !== count * size)
    throw new Error(`${what} has ${values?.length ?? 'no'} values, which are too few`);
  return found;
};

/** Adds the sums of two parts, if there are two. */
const added = (parts: readonly Record<string, Float32Array>[]): Record<string, Float32Array> => {
  const [one, other] = parts;
  if (other === undefined) return one;
  return Object.fromEntries(
    Object.entries(one).map(([name, values]) => [name, values.map((value, i) => value + other[name][i])]),
  );
};
