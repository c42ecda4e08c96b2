/** A lane of fused kernels; another lane behind it computes what they cannot. */

import * as E from 'fp-ts/lib/Either.js';
import type { ProgramError } from '../../../base/error.js';
import { type Graph, outputsOf, usesBatchStatistics } from '../../../dsl/graph.js';
import type { Program } from '../../../dsl/index.js';
import { inPhase } from '../../../dsl/phase.js';
import type { Shape } from '../../../dsl/shape.js';
import type { NativeLevel } from '../../../engine/native/code.js';
import { fuse } from '../../fuse/execute/fused.js';
import type { FusedProgram } from '../../fuse/execute/program.js';
import type { Passage } from '../../fuse/execute/stages.js';
import { Arena } from '../../fuse/memory/arena.js';
import { pixelsFor } from '../../fuse/partition/pixels.js';
import type { CrossEntropy, Loss } from '../../loss.js';
import { withLoss } from '../../loss-graph.js';
import { planNodes } from '../node-plan.js';
import type { LocalLane } from './lane.js';
import type { Meet } from './meeting.js';
import type { LabelledMicroBatch } from './micro-batch.js';
import type { Arrays, Gradients } from './values.js';

/** A lane with fused kernels. */
export interface FusedLane extends LocalLane {
  /** Whether an output is fused in inference. */
  readonly fits: (output: string) => boolean;
}

/** The lane that computes what fused kernels cannot; opened when it is first needed. */
export interface Behind {
  /** A lane for any output, with these parameters. */
  readonly lane: (parameters: Arrays) => LocalLane;
  /**
   * A loss that cannot be fused with its logits, with its gradient for them; `shape` is that of one sample's logits.
   */
  readonly lossOf: (
    microBatch: LabelledMicroBatch,
    logits: Float32Array,
    shape: Shape,
  ) => Promise<LossByLogits>;
}

/** The loss of a micro-batch, divided by the loss count, and its cotangent. */
export interface LossByLogits {
  readonly loss: number;
  readonly cotangent: Float32Array;
}

/**
 * Opens a lane that computes outputs by fused kernels where it can, with the memory of one sample, and the others by
 * the lane behind it. Which outputs are fused depends on the program and its phase alone. Undefined if no output can
 * be fused.
 *
 * @param native the native code that fused kernels run in; left out: WebAssembly
 *
 * **Errors** ProgramError as `compile`.
 */
export const openFusedLane = (
  program: Program,
  parameters: Arrays,
  open: () => Promise<Behind>,
  native?: NativeLevel,
): E.Either<ProgramError, FusedLane> | undefined => {
  const planned = planNodes(program.graph.nodes, Object.values(program.graph.outputs));
  if (E.isLeft(planned)) return E.left({ _tag: 'ProgramError', operation: 'compile', message: planned.left });
  const [inferred, trained] = [inPhase(program, 'inference').graph, inPhase(program, 'training').graph];
  const newArena = (): Arena => new Arena(undefined, native);
  const inference = fuse(inferred, parameters, undefined, newArena);
  const training =
    trained === inferred && !usesBatchStatistics(trained)
      ? inference
      : fuse(trained, parameters, undefined, newArena, true);
  const shapes = outputsOf(program.graph);
  const fusedIn = [...new Set([inference, training])].flatMap((fused) => fused ?? []);
  if (!fusedIn.some((fused) => Object.keys(shapes).some((name) => fused.fits([name])))) return undefined;
  const current = new Map(Object.entries(parameters));
  const losses = new FusedLosses(trained, current, newArena);
  let behind: Promise<LocalLane> | undefined;
  const opByOp = (): Promise<LocalLane> => {
    behind ??= open().then(({ lane }) => lane(Object.fromEntries(current)));
    return behind;
  };
  // a lane that did not open has already rejected its requests
  const ifOpen = (use: (lane: LocalLane) => void): void => void behind?.then(use, () => {});
  return E.right({
    fits: (output) => inference?.fits([output]) === true,
    load: (values) => {
      for (const [name, data] of Object.entries(values)) current.set(name, data);
      for (const fused of fusedIn) fused.load(values);
      losses.load(values);
      ifOpen((lane) => lane.load(values));
    },
    gradients: async (microBatch, meet) => {
      if (!('labels' in microBatch))
        return training?.fits([microBatch.output]) === true
          ? passed(training.passages.gradientsOf(microBatch), meet)
          : (await opByOp()).gradients(microBatch);
      if (training?.fits(['logits']) !== true) return (await opByOp()).gradients(microBatch);
      const { loss } = microBatch;
      if (loss.name === 'cross-entropy')
        return passed(training.passages.gradients({ ...microBatch, weights: loss.weights }), meet);
      const behind = losses.of(loss);
      return behind === undefined
        ? throughLogits(await open(), training, microBatch, shapes.logits, meet)
        : passed(behind.fused.passages.gradientsOf(withLabels(behind, microBatch)), meet);
    },
    infer: async (microBatch, outputs, isTraining, meet) => {
      const fused = isTraining ? training : inference;
      return fused?.fits(outputs) === true
        ? passed(fused.passages.infer(microBatch, outputs), meet)
        : (await opByOp()).infer(microBatch, outputs, isTraining);
    },
    tensors: async () => (behind === undefined ? 0 : (await behind).tensors()),
    close: () => ifOpen((lane) => lane.close()),
  });
};

/** Runs a passage, which waits for the other micro-batches at values of the whole batch. */
const passed = async <A>(passage: Passage<A>, meet: Meet | undefined): Promise<A> => {
  let step = passage.next();
  while (step.done !== true) step = passage.next(meet === undefined ? step.value : await meet(step.value));
  return step.value;
};

/** Losses by name, each with a fused program of its own: the logits followed by their loss. */
class FusedLosses {
  readonly #known = new Map<string, LossProgram | undefined>();

  constructor(
    private readonly graph: Graph,
    private readonly parameters: ReadonlyMap<string, Float32Array>,
    private readonly newArena: () => Arena,
  ) {}

  load(values: Arrays): void {
    for (const known of this.#known.values()) known?.fused.load(values);
  }

  /** Undefined if the loss cannot be fused with its logits. */
  of(loss: Exclude<Loss, CrossEntropy>): LossProgram | undefined {
    const key = JSON.stringify(loss);
    if (!this.#known.has(key)) this.#known.set(key, this.#made(loss));
    return this.#known.get(key);
  }

  #made(loss: Exclude<Loss, CrossEntropy>): LossProgram | undefined {
    const { graph, output, labels } = withLoss(this.graph, loss);
    // only after the logits; other outputs are not computed
    const { logits } = this.graph.outputs;
    const alone = { ...graph, outputs: { logits, [output]: graph.outputs[output] } };
    const fused = fuse(
      alone,
      Object.fromEntries(this.parameters),
      pixelsFor(this.graph),
      this.newArena,
      true,
    );
    return fused?.fits([output]) === true ? { fused, output, labels } : undefined;
  }
}

interface LossProgram {
  readonly fused: FusedProgram;
  readonly output: string;
  readonly labels: string;
}

const withLabels = (
  { output, labels }: LossProgram,
  microBatch: LabelledMicroBatch,
): LabelledMicroBatch & { readonly output: string } => ({
  ...microBatch,
  inputs: { ...microBatch.inputs, [labels]: Float32Array.from(microBatch.labels) },
  output,
});

/**
 * A loss that cannot be fused: the lane behind computes its gradient for the logits, and fused kernels the VJP of the
 * logits.
 */
const throughLogits = async (
  { lossOf }: Behind,
  { passages }: FusedProgram,
  microBatch: LabelledMicroBatch,
  shape: Shape,
  meet: Meet | undefined,
): Promise<Gradients> => {
  const { outputs, statistics } = await passed(passages.infer(microBatch, ['logits']), meet);
  const { loss, cotangent } = await lossOf(microBatch, outputs.logits, shape);
  const { parameters } = await passed(passages.vjp(microBatch, { logits: cotangent }), meet);
  return { loss, gradients: parameters, statistics };
};
