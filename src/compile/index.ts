/**
 * `drumhead/compile`: what can be known of a program before it runs. Its cost, its summary and diagram, the pixels that
 * an output depends on, what of it is fused and why, and how a batch is cut for an engine's memory.
 *
 * What runs and differentiates programs is in `drumhead` itself.
 */

export * from './cost/index.js';
export { diagram } from './diagram/index.js';
export {
  type FusionPlan,
  fusionPlan,
  fusionPlanCodec,
  type PlannedSegment,
} from './fuse/partition/plan.js';
export { showPlan, showPlans } from './fuse/partition/show.js';
export * from './light-cone/index.js';
export { type Footprint, type MicroBatches, microBatches } from './micro-batches.js';
export { type Summary, showSummary, summary } from './summary/index.js';
