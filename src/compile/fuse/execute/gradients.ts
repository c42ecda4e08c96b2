/** Regions that compute gradients: a program, cotangents of some of its nodes, and the gradients that follow. */

import { volume } from '../../../dsl/shape.js';
import { addGradients } from '../adjoint/graph.js';
import type { FieldBuilder } from '../ir/builder.js';
import { onGrid, planesOf } from '../ir/layout.js';
import type { Region } from './region.js';
import type { LoweredLeaf, Workspace } from './workspace.js';

/** A region that computes gradients. */
export interface GradientRegion {
  readonly region: Region;
  /** The gradients of trained parameters, summed since the region was cleared. */
  readonly gradients: () => Record<string, Float32Array>;
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
  const region = workspace.layOut({
    nodes: builder.nodes,
    outputs: [...seeds.values(), ...reached.map(([, { gradient }]) => gradient)],
    sums,
  });
  return {
    region,
    inputs: new Map(reached),
    gradients: () => {
      // all in one buffer, which is handed to another thread as a whole
      const memory = new ArrayBuffer(4 * parameters.reduce((all, { leaf }) => all + volume(leaf.shape), 0));
      let begin = 0;
      region.settle();
      return Object.fromEntries(
        parameters.map(({ name, leaf }, index) => {
          const values = new Float32Array(memory, begin, volume(leaf.shape));
          begin += values.byteLength;
          const sum = region.sum(index);
          if (sum !== undefined) workspace.read(leaf, sum.address, values, 0);
          return [name, values];
        }),
      );
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
  return axes[axes.length - 1] !== 'pixel' && planesOf(logits.layout) === classesOf(logits);
};

/** The classes of logits: their last axis. */
export const classesOf = ({ shape }: LoweredLeaf): number => shape[shape.length - 1] ?? 1;
