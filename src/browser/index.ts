/**
 * `drumhead/browser`: drumhead in a page, without Node and without TensorFlow.js. The language, models and systems, what can
 * be known of a program before it runs, drums, laws, analysis, tasks that are generated, and their fused kernels.
 *
 * Everything is plain functions over plain arrays, so a bundler keeps only what a page uses.
 */

export { flow, pipe } from 'fp-ts/lib/function.js';
export * from '../analysis/index.js';
export { type Checked, type DrumheadError, errorMessage } from '../base/error.js';
export { type Random, stream } from '../base/random.js';
export { cost } from '../compile/cost/index.js';
export { diagram } from '../compile/diagram/index.js';
export { fuse } from '../compile/fuse/execute/fused.js';
export type { FusedProgram } from '../compile/fuse/execute/program.js';
export { type GraphModel, type GraphModelOptions, graphModel } from '../compile/graph-model/index.js';
export { graphModelFiles } from '../compile/graph-model/shards.js';
export { lightCone } from '../compile/light-cone/index.js';
export { type Arrays, initialParameters } from '../compile/parameters.js';
export { showSummary, summary } from '../compile/summary/index.js';
export { drawnRecipe, isDrawn } from '../data/drawn.js';
export { decodeTask, describeTask, type Task, taskNames } from '../data/task.js';
export {
  type Lattice as DrumLattice,
  latticeOfMask,
  type Site as DrumSite,
  siteAt,
} from '../drums/lattice.js';
export { alikeDrums } from '../drums/polygon.js';
export { type DrumShape, latticeOf as drumLatticeOf, outlineOf, shapeCodec } from '../drums/shape.js';
export * from '../dsl/index.js';
export { decodeSafetensors } from '../formats/safetensors.js';
export { buildModel, decodeModel, describeModel, type ModelSpec, modelNames } from '../models/catalogue.js';
export { cnn } from '../models/cnn.js';
export { convGru } from '../models/conv-gru.js';
export { convLstm } from '../models/conv-lstm.js';
export { convRnn } from '../models/conv-rnn.js';
export { nwm } from '../models/nwm.js';
export * from '../models/systems/index.js';
export { unet } from '../models/unet.js';
export type { Frame, LawVerdict, Learnt, OpenedFilm, OpenedProgram, Progress } from './asks.js';
export {
  type AnyProgram,
  type JudgeOptions,
  type OpenOptions,
  openWorker,
  type PageFilm,
  type PageProgram,
  type PageTraining,
  type PageWorker,
  type StepOptions,
  type Weighted,
  type WorkerOptions,
} from './open-worker.js';
export type { Thread } from './thread.js';
export type { Answered, Refusal } from './wire.js';
