/** The plan of a program: its lists and its memory as data, for any machine. */

import { type Graph, parametersOf, usesBatchStatistics } from '../../../dsl/graph.js';
import { inPhase } from '../../../dsl/phase.js';
import type { Program } from '../../../dsl/program.js';
import { volume } from '../../../dsl/shape.js';
import type { FieldBuilder } from '../ir/builder.js';
import type { Pixels } from '../lower/samples.js';
import { extentOf } from '../lower/value.js';
import { type Address, pixelsOf, placeOf } from '../memory/address.js';
import { Arena } from '../memory/arena.js';
import { labelBytes } from '../memory/transfer.js';
import { pixelsFor } from '../partition/pixels.js';
import { contentOf } from '../plan/contents.js';
import type { Plan, PlanLeaf, PlanLoss, PlanSlot, PlanStage, StagedPlan } from '../plan/plan.js';
import { cotangentSeeds } from './fused.js';
import { classesOf, type GradientRegion, gradientRegion, hasLoss, lossCotangent } from './gradients.js';
import type { Region } from './region.js';
import { type LaidOutStage, StagedRegion, sumOf } from './stages.js';
import { type LoweredLeaf, Workspace } from './workspace.js';

/**
 * The goal of a plan: these outputs; the gradients of parameters and inputs from cotangents of these outputs; or the
 * cross-entropy of the logits with the gradients of parameters.
 */
export type PlanGoal =
  | { readonly outputs: readonly string[] }
  | { readonly cotangents: readonly string[] }
  | 'gradients';

/**
 * The plan of a program; undefined if it has neither a grid nor samples, or if a part of it is not fused. Undefined
 * also for gradients through batch statistics, which need several passes over all samples: see `stagedPlan`.
 *
 * @param together how many samples a run computes, where samples are the pixels; else a run computes one
 *
 * @example
 * const p = program({ image: [8, 8, 1] }, ({ image }) => ({ logits: conv(3)(image) }));
 * fusedPlan(p, { outputs: ['logits'] })?.leaves.map(({ kind, name }) => `${kind} ${name}`);
 * // => ['input image', 'parameter conv/kernel', 'parameter conv/bias', 'output logits']
 */
export const fusedPlan = ({ graph }: Program, goal: PlanGoal, together = 1): Plan | undefined => {
  const pixels = pixelsFor(graph);
  const isOutputs = goal !== 'gradients' && 'outputs' in goal;
  if (pixels === undefined || (!isOutputs && usesBatchStatistics(graph))) return undefined;
  const workspace = newWorkspace(graph, pixels === 'samples' ? { samples: together } : pixels);
  const asked = askedOf(workspace, graph, goal);
  if (asked === undefined) return undefined;
  const { made, outputs, loss } = asked;
  if (made !== undefined) {
    const region = onlyRegion(made);
    return planOf(
      workspace,
      region,
      [...cotangentLeaves(workspace, outputs, region), ...gradientLeaves(made)],
      loss,
    );
  }
  const region = workspace.layOut({
    nodes: workspace.lowered().nodes,
    outputs: outputs.map(({ leaf }) => leaf.node),
    sums: new Map(),
  });
  const read = outputs.map(({ name, leaf }) => leafAt('output', name, leaf, region.address(leaf.node)));
  return planOf(workspace, region, read, undefined);
};

/**
 * The plan of a program in training, also if samples share values (batch norm): stages one after the other, each over
 * all samples. Undefined if it has neither a grid nor samples, or if a part of it is not fused.
 *
 * @param together how many samples a run computes, where samples are the pixels; else a run computes one
 *
 * @example
 * const p = program({ x: [4, 4, 2] }, ({ x }) => ({ y: conv(2)(batchNorm()(conv(2)(x))) }));
 * const plan = stagedPlan(p, { outputs: ['y'] });
 * plan && [plan.stages.length, keptBytes(plan)]; // => [2, 128]
 */
export const stagedPlan = (program: Program, goal: PlanGoal, together = 1): StagedPlan | undefined => {
  const { graph } = inPhase(program, 'training');
  const pixels = pixelsFor(graph);
  if (pixels === undefined) return undefined;
  const workspace = newWorkspace(graph, pixels === 'samples' ? { samples: together } : pixels, true);
  const asked = askedOf(workspace, graph, goal);
  if (asked === undefined) return undefined;
  const { made, outputs, loss } = asked;
  if (made !== undefined)
    return inStages(
      workspace,
      made.region,
      (at) => [...cotangentLeaves(workspace, outputs, at.region), ...gradientsIn(made)(at)],
      loss,
    );
  const { nodes } = workspace.lowered();
  const region = new StagedRegion(workspace, {
    nodes,
    outputs: outputs.map(({ leaf }) => leaf.node),
    sums: new Map(),
  });
  const read = ({ region: { address }, stage }: LaidOutStage): readonly PlanLeaf[] =>
    outputs.flatMap(({ name, leaf }) => {
      const own = stage.outputs.get(leaf.node);
      return own === undefined ? [] : [leafAt('output', name, leaf, address(own))];
    });
  return inStages(workspace, region, read, undefined);
};

/** The resolved goal of a plan: laid-out gradients, or outputs. */
interface Asked {
  /** Left out if the goal is outputs. */
  readonly made?: GradientRegion;
  /** The outputs that are read, or whose cotangents are given. */
  readonly outputs: readonly NamedLeaf[];
  readonly loss?: PlanLoss;
}

/** Lays out the gradients of a goal, and finds its outputs; undefined if a part is not fused. */
const askedOf = (workspace: Workspace, graph: Graph, goal: PlanGoal): Asked | undefined => {
  if (goal === 'gradients') {
    const logits = workspace.output('logits');
    if (!hasLoss(logits)) return undefined;
    const made = gradientRegion(workspace, trainedIn(graph), (b) => lossCotangent(logits, b), false);
    return { made, outputs: [], loss: lossOf(workspace, logits) };
  }
  const names = 'outputs' in goal ? goal.outputs : goal.cotangents;
  const outputs = outputsIn(workspace, names);
  if (outputs === undefined || 'outputs' in goal) return outputs && { outputs };
  const seeds = (builder: FieldBuilder) => cotangentSeeds(workspace, builder, names);
  return { made: gradientRegion(workspace, trainedIn(graph), seeds, true), outputs };
};

/** Where the cotangents of outputs are given, those that the region reads. */
const cotangentLeaves = (
  workspace: Workspace,
  outputs: readonly NamedLeaf[],
  { fed }: Pick<Region, 'fed'>,
): readonly PlanLeaf[] =>
  outputs.flatMap(({ name, leaf }) => {
    const operand = fed('cotangent', name);
    return operand === undefined
      ? []
      : [leafAt('cotangent', name, workspace.cotangentOf(leaf), operand.address)];
  });

/** The gradients that a stage leaves. */
const gradientsIn =
  ({ trained, inputs }: GradientRegion) =>
  ({ region, stage }: LaidOutStage): readonly PlanLeaf[] => [
    ...trained.flatMap(({ name, leaf }, index) => {
      const sum = stage.sums.has(index) ? region.sum(index) : undefined;
      return sum === undefined ? [] : [leafAt('gradient', name, leaf, sum.address)];
    }),
    ...[...inputs].flatMap(([name, { leaf, gradient }]) => {
      const own = stage.outputs.get(gradient);
      return own === undefined ? [] : [leafAt('inputGradient', name, leaf, region.address(own))];
    }),
  ];

const inStages = (
  workspace: Workspace,
  { stages, slots, sizes, plan: { nodes } }: StagedRegion,
  others: (at: LaidOutStage) => readonly PlanLeaf[],
  loss: PlanLoss | undefined,
): StagedPlan => ({
  // addresses of parameters are taken before memory is counted
  leaves: parameterLeaves(workspace),
  ...sharedIn(workspace, loss),
  pack: workspace.packs,
  slots: sizes,
  running: workspace.statistics.map(({ moments, ...running }) => ({ statistic: moments, ...running })),
  stages: stages.map((at): PlanStage => {
    const { region, stage } = at;
    const slotOf = (node: number, address: Address | undefined): readonly PlanSlot[] => {
      const slot = slots.get(node);
      return slot === undefined || address === undefined ? [] : [{ ...slot, at: placeOf(address) }];
    };
    return {
      leaves: [...inputLeaves(workspace, region), ...others(at)],
      lists: region.lists,
      reads: [...stage.reads].flatMap((node) => slotOf(node, region.fed('stored', node)?.address)),
      keeps: [...stage.keeps].flatMap(([node, own]) => slotOf(node, region.address(own))),
      takes: nodes.flatMap((_, statistic) => {
        const operand = region.fed('statistic', statistic);
        return operand === undefined
          ? []
          : [{ statistic, at: placeOf(operand.address), floats: operand.extent.planes }];
      }),
      gives: [...stage.statistics.keys()].flatMap((statistic) => {
        const sums = region.totals(sumOf(statistic));
        const { op } = nodes[statistic];
        if (sums === undefined) return [];
        const { at: place, count: many } = sums;
        if (op.op !== 'batchMoments') return [{ statistic, at: place, sums: many }];
        const { outer, count, inner, each } = op;
        return [{ statistic, at: place, sums: many, channels: { outer, count, inner, each } }];
      }),
    };
  }),
});

interface NamedLeaf {
  readonly name: string;
  readonly leaf: LoweredLeaf;
}

/** The laid-out outputs of these names; undefined if one is not fused. */
const outputsIn = (workspace: Workspace, names: readonly string[]): readonly NamedLeaf[] | undefined => {
  const found = names.flatMap((name) => {
    const leaf = workspace.output(name);
    return leaf === undefined ? [] : [{ name, leaf }];
  });
  return found.length < names.length ? undefined : found;
};

/** Parameters are zeros here: a plan holds their addresses, not their values. */
const newWorkspace = (graph: Graph, pixels: Pixels, training = false): Workspace => {
  const zeros = Object.fromEntries(
    parametersOf(graph).map(({ name, shape }) => [name, new Float32Array(volume(shape))]),
  );
  return new Workspace(graph, pixels, zeros, new Arena(), training);
};

const trainedIn = (graph: Graph): readonly string[] =>
  parametersOf(graph).flatMap(({ name, trainable }) => (trainable ? [name] : []));

const leafAt = (
  kind: PlanLeaf['kind'],
  name: string,
  { shape, layout }: LoweredLeaf,
  address: Address,
): PlanLeaf => ({ kind, name, at: placeOf(address), plane: address.plane, shape, layout });

/** The region of a graph that is one stage. */
const onlyRegion = ({ region }: GradientRegion): Region => region.stages[0].region;

const gradientLeaves = (made: GradientRegion): readonly PlanLeaf[] => [
  ...[...made.parameters].map(([name, { leaf, address }]) => leafAt('gradient', name, leaf, address)),
  ...[...made.inputs].map(([name, { leaf, gradient }]) =>
    leafAt('inputGradient', name, leaf, onlyRegion(made).address(gradient)),
  ),
];

const lossOf = ({ loss }: Workspace, logits: LoweredLeaf): PlanLoss => {
  const { grid } = extentOf(logits.layout);
  if (grid === undefined) throw new Error('the logits have no pixels');
  return { ...loss, labelBytes: labelBytes(grid), pixels: pixelsOf(grid), classes: classesOf(logits) };
};

const planOf = (
  workspace: Workspace,
  region: Region,
  others: readonly PlanLeaf[],
  loss: PlanLoss | undefined,
): Plan => {
  // addresses of parameters are taken before memory is counted
  const leaves = [...inputLeaves(workspace, region), ...parameterLeaves(workspace), ...others];
  return { ...sharedIn(workspace, loss), leaves, lists: { ...region.lists, pack: workspace.packs } };
};

const inputLeaves = (workspace: Workspace, { fed }: Region): readonly PlanLeaf[] =>
  [...workspace.inputs].flatMap(([name, leaf]) => {
    const operand = fed('input', name);
    return operand === undefined ? [] : [leafAt('input', name, leaf, operand.address)];
  });

const parameterLeaves = (workspace: Workspace): readonly PlanLeaf[] =>
  [...workspace.parameters].map(([name, leaf]) =>
    leafAt('parameter', name, leaf, workspace.parameterAddress(name, leaf)),
  );

/** The memory of a plan, its noise and its loss. */
const sharedIn = (
  { arena, noise, together }: Workspace,
  loss: PlanLoss | undefined,
): Pick<Plan, 'memory' | 'together' | 'noise' | 'loss'> => {
  const { buffer } = arena.floats;
  return {
    memory: {
      bytes: arena.bytes,
      parts: arena.parts,
      contents: arena.contents.map(({ at, bytes }) => contentOf(buffer, at, bytes)),
    },
    together,
    noise,
    ...(loss === undefined ? {} : { loss }),
  };
};
