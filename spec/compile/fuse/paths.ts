/**
 * One random program of every operation on every path: fused kernels in one lane, in two and in two threads, op by op, the
 * float64 reference, central differences, plans in both machines. The specs try some programs, `npm run laws:fused` many
 * thousands.
 */

import assert from 'node:assert/strict';
import { stream } from '../../../src/base/random.js';
import { fuse } from '../../../src/compile/fuse/execute/fused.js';
import { fusedPlan } from '../../../src/compile/fuse/execute/plan.js';
import { runPlan } from '../../../src/compile/fuse/execute/plan-run.js';
import { noPixels } from '../../../src/compile/fuse/lower/pixel-axes.js';
import { axesOf, gridsOf } from '../../../src/compile/fuse/partition/grid.js';
import { pixelsFor } from '../../../src/compile/fuse/partition/pixels.js';
import { segmentsOf } from '../../../src/compile/fuse/partition/segments.js';
import { decodePlan, encodePlan } from '../../../src/compile/fuse/plan/codec.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { type ReferenceOptions, runReference } from '../../../src/compile/reference/index.js';
import { openBestLane } from '../../../src/compile/tfjs/session/best-lane.js';
import { type Lane, openLane } from '../../../src/compile/tfjs/session/lane.js';
import { openPool } from '../../../src/compile/tfjs/session/pool.js';
import { type SharedSession, sessionOver } from '../../../src/compile/tfjs/session/share.js';
import type { Lossy } from '../../../src/compile/tfjs/session/values.js';
import type { Graph } from '../../../src/dsl/graph.js';
import { usesBatchStatistics } from '../../../src/dsl/graph.js';
import { type Node, outputsOf, type Program } from '../../../src/dsl/index.js';
import { inPhase, type Phase } from '../../../src/dsl/phase.js';
import { volume } from '../../../src/dsl/shape.js';
import { type Engine, opByOp } from '../../../src/engine/index.js';
import type { GeneratedProgram } from '../../../src/laws/arbitraries/program.js';
import { right } from '../../support/either.js';
import { type Arrays, cotangentsOf, isClose, isSlope, referenceOptions, tapePull } from './oracles.js';

/** What of a program was tried, for the tally of a long run. */
export type Tally = readonly string[];

const batch = 4;
const few = 2;
/** Samples that lie side by side, and more than these. */
const block = 32;
const many = block + 3;

/** A program with one number more for each sample: the mean distance of its outputs from fixed targets. */
export const withLoss = ({ graph }: Program, seed: number): Program => {
  const nodes: Node[] = [...graph.nodes];
  const put = (op: Node['op'], inputs: readonly number[], shape: readonly number[]): number =>
    nodes.push({ op, inputs, shape }) - 1;
  const terms = Object.entries(graph.outputs).map(([name, node]) => {
    const { shape } = nodes[node];
    const random = stream(seed, 'paths', 'target', name);
    const value = Array.from({ length: volume(shape) }, () => (random.integer(129) - 64) / 64);
    const target = put({ op: 'constant', shape: [...shape], value }, [], shape);
    const apart = put({ op: 'zip', fn: 'sub' }, [node, target], shape);
    const squared = put({ op: 'map', fn: 'square' }, [apart], shape);
    return shape.length === 0
      ? squared
      : put({ op: 'reduce', fn: 'mean', axes: shape.map((_, axis) => axis) }, [squared], []);
  });
  const loss = terms.reduce((a, b) => put({ op: 'zip', fn: 'add' }, [a, b], []));
  return { graph: { ...graph, nodes, outputs: { ...graph.outputs, loss } } };
};

/** Under `logits`, an output that has classes; undefined if there is none. */
const withLogits = ({ graph }: Program): Program | undefined => {
  const found = Object.entries(graph.outputs).find(([, node]) => graph.nodes[node].shape.length > 0);
  return found && { graph: { ...graph, outputs: { ...graph.outputs, logits: found[1] } } };
};

/** How far float32 may be from float64 in values and gradients, and a fused gradient from that of the tape. */
const tolerance = { value: 1e-3, gradient: 3e-3, slope: 5e-3 };

/** A program with what it is run on. */
interface Trial {
  readonly program: Program;
  readonly phase: Phase;
  readonly parameters: Arrays;
  readonly seed: number;
  readonly inputs: (batch: number) => Arrays;
}

const optionsOf = ({ program, parameters, inputs, seed }: Trial, count: number): ReferenceOptions => ({
  ...referenceOptions(program, parameters, inputs(count), count),
  noiseSeed: seed,
});

const valuesIn = (
  outputs: ReturnType<typeof runReference>['outputs'],
): Readonly<Record<string, Float64Array>> =>
  Object.fromEntries(Object.entries(outputs).map(([name, x]) => [name, Float64Array.from(x.data)]));

/** The bits of arrays, so that NaN is NaN; of zero without its sign, which a sum with zero takes away. */
const bitsOf = (arrays: Arrays): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, values]) => [
      name,
      Buffer.from(values.map((value) => value + 0).buffer).toString('hex'),
    ]),
  );

const sameBits = (found: Arrays, expected: Arrays, what: string): void =>
  assert.deepEqual(bitsOf(found), bitsOf(expected), what);

/** The values of the first of some samples. */
const firstOf = (arrays: Arrays, count: number, of = batch): Arrays =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, values]) => [name, values.subarray(0, (values.length * count) / of)]),
  );

const sessionOn = (program: Program, lanes: readonly Lane[]): SharedSession =>
  sessionOver(program, { engine: 'wasm', lanes, load: () => {}, close: () => {} });

/** As users run it: sessions, in one lane and in two, against the same op by op and the reference. */
const throughSessions = async (engine: Engine, trial: Trial, draw: number): Promise<Tally> => {
  const { program, parameters, phase, seed } = trial;
  const lanes = [0, 1].map(() => right(openBestLane({ ...engine, fused: true }, program, parameters)));
  const plain = right(openLane(opByOp(engine), program, parameters));
  const [one, two, expected] = [[lanes[0]], lanes, [plain]].map((each) => sessionOn(program, each));
  const names = Object.keys(program.graph.outputs);
  const training = phase === 'training';
  const samples = { count: batch, inputs: trial.inputs(batch), noiseSeed: seed };
  const { segments, leftOut } = segmentsOf(inPhase(program, phase).graph);
  const code = segments.every(({ fused }) => fused)
    ? segments.length === 1
      ? 'fused as a whole'
      : 'fused in several segments'
    : segments.some(({ fused }) => fused)
      ? `fused in part, without ${[...new Set(leftOut.map(({ operation }) => operation))].sort().join(', ')}`
      : 'op by op';
  const tally: string[] = [`sessions: ${code}`];

  const { outputs, statistics } = await one.infer(samples, names, { training });
  const reference = runReference(program, { ...optionsOf(trial, batch), training });
  isClose('value', outputs, valuesIn(reference.outputs), tolerance.value);
  if (training) isClose('statistics', statistics, valuesIn(reference.statistics), tolerance.value);
  const together = usesBatchStatistics(program.graph);
  if (!(training && together)) {
    const some = { count: few, inputs: trial.inputs(few), noiseSeed: seed };
    const less = await one.infer(some, names, { training });
    sameBits(less.outputs, firstOf(outputs, few), 'values of a smaller batch');
    tally.push('batches of two sizes');
  }

  // mostly of one size, since samples that lie side by side are laid out for each number of them
  const cut = draw % 8 === 0 ? [1, 3] : [few, few];
  const lossy: Lossy[] = [{ ...samples, loss: { output: 'loss' } }];
  if ('logits' in program.graph.outputs) {
    const shape = outputsOf(program.graph).logits;
    const classes = shape.at(-1) ?? 1;
    const random = stream(seed, 'paths', 'labels');
    const labels = Uint8Array.from({ length: (batch * volume(shape)) / classes }, () =>
      random.integer(classes),
    );
    const weights = Array.from({ length: classes }, () => 0.5 + random.uniform());
    const loss =
      draw % 3 === 0
        ? ({ name: 'focal', weights, gamma: 2 } as const)
        : draw % 3 === 1
          ? ({ name: 'dice', weights, smoothing: 1 } as const)
          : ({ name: 'cross-entropy', weights } as const);
    lossy.push({ ...samples, labels, loss });
    tally.push(`loss: ${loss.name}`);
  }
  for (const given of lossy) {
    const found = await one.gradients(given, cut);
    const beside = await two.gradients(given, cut);
    sameBits(beside.gradients, found.gradients, 'gradients in two lanes');
    assert.equal(beside.loss, found.loss, 'the loss in two lanes');
    const tape = await expected.gradients(given, [batch]);
    isClose('loss', { loss: Float32Array.of(found.loss) }, { loss: [tape.loss] }, tolerance.value);
    assert.deepEqual(Object.keys(found.gradients).sort(), Object.keys(tape.gradients).sort());
    isClose('gradient', found.gradients, tape.gradients, tolerance.gradient);
    isClose('statistics', found.statistics, tape.statistics, tolerance.value);
  }
  if (draw % 512 === 0) {
    const pool = right(await openPool({ ...engine, fused: true }, program, parameters, 2)());
    assert.equal(pool.workers, 2);
    const [given] = lossy;
    const [found, threaded] = [await one.gradients(given, cut), await pool.gradients(given, cut)];
    sameBits(threaded.gradients, found.gradients, 'gradients in two threads');
    pool.close();
    tally.push('two threads');
  }
  for (const each of [one, two, expected]) each.close();
  for (const lane of [...lanes, plain]) lane.close();
  return tally;
};

const differentiated = (trial: Trial): Program => inPhase(trial.program, trial.phase);

/** Pixels of every kind that a program may have: those it has, samples, each of its grids, and none. */
const pixelsOf = (graph: Graph, draw: number) => {
  const own = pixelsFor(graph);
  const grids = gridsOf(graph).flatMap((grid) => axesOf(graph, grid) ?? []);
  const all = [own, own, 'samples' as const, ...grids, noPixels];
  return all[draw % all.length];
};

/** Fused as a whole, with pixels of some kind: gradients of inputs too, bits that are repeated, memory, differences. */
const asWhole = (engine: Engine, trial: Trial, draw: number, smooth: boolean): Tally => {
  const program = differentiated(trial);
  const { parameters, seed, phase } = trial;
  const { graph } = program;
  const training = phase === 'training';
  const pixels = pixelsOf(graph, draw);
  const fused = pixels && fuse(graph, parameters, pixels, undefined, training);
  const outputs = Object.keys(graph.outputs).filter((name) => fused?.fits([name]) === true);
  if (fused === undefined || outputs.length === 0) return ['whole: does not fit'];
  const kind = pixels === 'samples' ? 'samples' : pixels === noPixels ? 'lists' : 'a grid';
  const tally = [`whole: on ${kind}`];
  const part = (count: number) => ({ count, inputs: trial.inputs(count), noiseSeed: seed });
  const cotangents = (count: number): Arrays => cotangentsOf(program, outputs, count, seed);
  const found = fused.infer(part(batch), outputs);
  const options = { ...optionsOf({ ...trial, program }, batch), training };
  const reference = valuesIn(runReference(program, options).outputs);
  isClose(
    'value',
    found,
    Object.fromEntries(outputs.map((name) => [name, reference[name]])),
    tolerance.value,
  );
  const pulled = fused.vjp(part(batch), cotangents(batch));
  const tape = tapePull(opByOp(engine), program, parameters, trial.inputs(batch), batch, cotangents(batch), {
    noiseSeed: seed,
    training,
  });
  isClose('gradient', pulled.parameters, tape.parameters, tolerance.gradient);
  isClose('gradient', pulled.inputs, tape.inputs, tolerance.gradient);
  const bytes = fused.bytes();
  if (!(training && usesBatchStatistics(graph))) {
    // cotangents of a smaller batch are those of its samples
    const given = Object.fromEntries(
      Object.entries(cotangents(batch)).map(([name, all]) => [
        name,
        all.subarray(0, (few * all.length) / batch),
      ]),
    );
    const less = fused.vjp(part(few), given);
    sameBits(less.inputs, firstOf(pulled.inputs, few), 'gradients of inputs in a smaller batch');
  }
  const again = fused.vjp(part(batch), cotangents(batch));
  sameBits(again.parameters, pulled.parameters, 'gradients when asked again');
  sameBits(again.inputs, pulled.inputs, 'gradients of inputs when asked again');
  if (pixels !== 'samples') {
    fused.infer(part(2 * batch + 1), outputs);
    assert.equal(fused.bytes(), bytes, 'memory must not grow with the batch');
    tally.push('memory is flat');
  } else if (draw % 4 === 0 && !(training && usesBatchStatistics(graph))) {
    // more than one block of samples, and some that remain; as many more blocks take no more memory
    const large = fused.infer(part(many), outputs);
    sameBits(firstOf(large, batch, many), found, 'values in several blocks of samples');
    const most = fused.bytes();
    fused.infer(part(many + block), outputs);
    assert.equal(fused.bytes(), most, 'memory must not grow with the blocks');
    tally.push('blocks of samples');
  }
  if (smooth) {
    isSlope(pulled, program, cotangents(batch), options, { count: 4, seed, tolerance: tolerance.slope });
    tally.push('central differences');
  }
  return tally;
};

/** The plan as data: comes back from JSON, and gives the same bits in WebAssembly, in plain loops and by the program. */
const asPlan = (trial: Trial, draw: number): Tally => {
  const program = differentiated({ ...trial, phase: 'inference' });
  const { graph } = program;
  const outputs = Object.keys(graph.outputs);
  const goal = draw % 2 === 0 ? { outputs } : { cotangents: ['loss'] };
  const plan = fusedPlan(program, goal);
  if (plan === undefined) return ['plan: none'];
  const back = right(decodePlan(JSON.parse(encodePlan(plan))));
  const given = {
    count: few,
    parameters: trial.parameters,
    inputs: trial.inputs(few),
    cotangents: { loss: new Float32Array(few).fill(1) },
    noiseSeed: trial.seed,
  };
  const [wasm, loops] = (['wasm', 'loops'] as const).map((machine) => runPlan(back, machine, given));
  for (const what of ['outputs', 'gradients', 'inputGradients'] as const)
    sameBits(loops[what], wasm[what], `${what} of a plan in plain loops`);
  const fused = fuse(graph, trial.parameters) ?? assert.fail('a plan of what is not fused');
  const part = { count: few, inputs: trial.inputs(few), noiseSeed: trial.seed };
  if ('outputs' in goal) isClose('value of a plan', wasm.outputs, fused.infer(part, outputs), 1e-5);
  else {
    const pulled = fused.vjp(part, given.cotangents);
    isClose(
      'gradient of a plan',
      wasm.gradients,
      Object.fromEntries(Object.keys(wasm.gradients).map((name) => [name, pulled.parameters[name]])),
      1e-4,
    );
  }
  return [`plan: ${'outputs' in goal ? 'forward' : 'gradients'}`];
};

/** Tries a program, on paths that the draw chooses. */
export const agrees =
  (engine: Engine) =>
  async (made: GeneratedProgram, draw: number, smooth = false): Promise<Tally> => {
    const lossy = withLoss(made.program, made.seed);
    const program = draw % 4 === 0 ? (withLogits(lossy) ?? lossy) : lossy;
    const trial: Trial = {
      program,
      phase: draw % 2 === 0 ? 'training' : 'inference',
      parameters: initialParameters(program.graph, made.seed),
      seed: made.seed,
      inputs: made.inputs,
    };
    // bits of the draw from here on choose by themselves
    const rest = draw >> 4;
    const way =
      smooth || rest % 2 === 0
        ? asWhole(engine, trial, draw >> 5, smooth)
        : await throughSessions(engine, trial, draw >> 5);
    return [trial.phase, ...way, ...(rest % 16 === 2 ? asPlan(trial, draw >> 8) : [])];
  };
