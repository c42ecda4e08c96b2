/** Regions that compute gradients: a program, cotangents of some of its nodes, and the gradients that follow. */

import { volume } from '../../../dsl/shape.js';
import { addGradients } from '../adjoint/graph.js';
import type { FieldBuilder } from '../ir/builder.js';
import { ofSamples, onGrid, planesOf } from '../ir/layout.js';
import type { Address } from '../memory/address.js';
import { type LaidOutStage, StagedRegion } from './stages.js';
import type { LoweredLeaf, Workspace } from './workspace.js';

/** The gradients of trained parameters over the samples of a micro-batch. */
export interface GradientSums {
  readonly gradients: Record<string, Float32Array>;
  /** Adds the sums of a stage. */
  readonly add: (at: LaidOutStage) => void;
}

/** A region that computes gradients. */
export interface GradientRegion {
  readonly region: StagedRegion;
  /** The trained parameters in the order of their sums. */
  readonly trained: readonly { readonly name: string; readonly leaf: LoweredLeaf }[];
  /** New sums for the gradients of trained parameters, to which each stage adds its own when it ends. */
  readonly newSums: () => GradientSums;
  /** Addresses of the gradients after sums are settled, for a graph of one stage. */
  readonly parameters: ReadonlyMap<string, { readonly leaf: LoweredLeaf; readonly address: Address }>;
  /** The inputs that have a gradient, and its node. */
  readonly inputs: ReadonlyMap<string, { readonly leaf: LoweredLeaf; readonly gradient: number }>;
}

/**
 * Lays out the gradients of trained parameters and, with `ofInputs`, of inputs. `seedsOf` adds cotangents of some nodes
 * to the graph.
 */
export const gradientRegion = (
  workspace: Workspace,
  trained: readonly string[],
  seedsOf: (builder: FieldBuilder) => ReadonlyMap<number, number>,
  ofInputs: boolean,
  /** Further nodes that are read after each sample. */
  read: readonly number[] = [],
): GradientRegion => {
  const builder = workspace.lowered();
  const seeds = seedsOf(builder);
  const parameters = trained.flatMap((name) => {
    const leaf = workspace.parameters.get(name);
    return leaf === undefined ? [] : [{ name, leaf }];
  });
  const inputs = ofInputs ? [...workspace.inputs] : [];
  const wanted = new Set([
    ...parameters.map(({ leaf }) => leaf.node),
    ...inputs.map(([, leaf]) => leaf.node),
  ]);
  const cotangents = addGradients(builder, seeds, wanted);
  const sums = new Map(
    parameters.flatMap(({ leaf }, index) => {
      const cotangent = cotangents.get(leaf.node);
      return cotangent === undefined ? [] : [[index, cotangent] as const];
    }),
  );
  const reached = inputs.flatMap(([name, leaf]) => {
    const gradient = cotangents.get(leaf.node);
    return gradient === undefined ? [] : [[name, { leaf, gradient }] as const];
  });
  const region = new StagedRegion(workspace, {
    nodes: builder.nodes,
    outputs: [...read, ...seeds.values(), ...reached.map(([, { gradient }]) => gradient)],
    sums,
  });
  return {
    region,
    trained: parameters,
    inputs: new Map(reached),
    parameters: new Map(
      parameters.flatMap(({ name, leaf }, index) => {
        const address = region.stages[0].region.sum(index)?.address;
        return address === undefined ? [] : [[name, { leaf, address }] as const];
      }),
    ),
    newSums: () => {
      // all in one buffer, which is handed to another thread as a whole
      const memory = new ArrayBuffer(4 * parameters.reduce((all, { leaf }) => all + volume(leaf.shape), 0));
      let begin = 0;
      const found = parameters.map(({ name, leaf }) => {
        const values = new Float32Array(memory, begin, volume(leaf.shape));
        begin += values.byteLength;
        return { name, leaf, values };
      });
      const begun = new Set<number>();
      return {
        gradients: Object.fromEntries(found.map(({ name, values }) => [name, values])),
        add: ({ region: { settle, sum }, stage }) => {
          settle();
          for (const [index, { leaf, values }] of found.entries()) {
            const part = stage.sums.has(index) ? sum(index) : undefined;
            if (part === undefined) continue;
            const before = begun.has(index) ? values.slice() : undefined;
            begun.add(index);
            workspace.read(leaf, part.address, values, 0);
            if (before !== undefined) for (let i = 0; i < values.length; i++) values[i] += before[i];
          }
        },
      };
    },
  };
};

/** The cotangent of the logits, from the cross-entropy. */
export const lossCotangent = (
  logits: LoweredLeaf | undefined,
  builder: FieldBuilder,
): ReadonlyMap<number, number> => {
  if (logits === undefined) throw new Error('the logits are not fused');
  const seed = builder.add({ op: 'crossEntropy' }, [logits.node], builder.extent(logits.node));
  return new Map([[logits.node, seed]]);
};

/**
 * Whether there is a kernel for the loss of these logits. The kernel takes the planes of a pixel as its classes and one
 * label a pixel. So the last axis of the logits must be the planes, and all other axes must be pixels. Neither holds
 * always: the grid may be [4] where the logits are [4, 2, classes], and a transpose may move pixels to the last axis.
 */
export const hasLoss = (logits: LoweredLeaf | undefined): logits is LoweredLeaf => {
  if (logits === undefined || !onGrid(logits.layout)) return false;
  const { axes } = logits.layout;
  if (ofSamples(logits.layout)) return axes.length === 1;
  return axes[axes.length - 1] !== 'pixel' && planesOf(logits.layout) === classesOf(logits);
};

/** The classes of logits: their last axis. */
export const classesOf = ({ shape }: LoweredLeaf): number => shape[shape.length - 1] ?? 1;
