/**
 * `drumhead/compile`: what can be known of a program before it runs. Its cost, its summary and diagram, the pixels that
 * an output depends on, what of it is fused and why, and how a batch is cut for an engine's memory.
 *
 * What runs and differentiates programs is in `drumhead` itself.
 */

export * from './cost/index.js';
export { diagram } from './diagram/index.js';
export {
  type BatchPlan,
  type FusionPlan,
  fusionPlan,
  fusionPlanCodec,
  type PlannedSegment,
} from './fuse/coverage/fusion-plan.js';
export { showPlan, showPlans } from './fuse/coverage/show.js';
export { fusedPlan, type PlanGoal, stagedPlan } from './fuse/execute/plan.js';
export {
  type PlanInputs,
  type PlanResults,
  runPlan,
  runStagedPlan,
  type StagedPlanResults,
} from './fuse/execute/plan-run.js';
export type {
  Argument,
  Call,
  Choice,
  Condition,
  Count,
  Instruction,
  KernelName,
  Loop,
  Moving,
  Read,
  Term,
  When,
  WriteClock,
} from './fuse/list/instruction.js';
export type { Part } from './fuse/memory/arena.js';
export { decodePlan, decodeStagedPlan, encodePlan } from './fuse/plan/codec.js';
export { type CostOfPlan, costOfPlan, type ListCost } from './fuse/plan/cost.js';
export type {
  Content,
  MemoryLayout,
  Plan,
  PlanLeaf,
  PlanLists,
  PlanLoss,
  PlanRunning,
  PlanSlot,
  PlanStage,
  PlanStatistic,
  PlanTake,
  StagedPlan,
} from './fuse/plan/plan.js';
export { keptBytes, stagePlans } from './fuse/plan/plan.js';
export { printPlan, printStagedPlan } from './fuse/plan/print.js';
export * from './light-cone/index.js';
export { type Footprint, type MicroBatches, microBatches } from './micro-batches.js';
export { type Summary, showSummary, summary } from './summary/index.js';
