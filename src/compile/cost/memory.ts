/** The memory of a program: bytes that do not grow with the batch, and bytes of each sample. */

import type { Facts } from '../../dsl/infer.js';
import { keptSteps, type Node, type Op, rootsOf, scanInputs } from '../../dsl/op.js';
import { volume } from '../../dsl/shape.js';
import { type Amount, add, bytes, most, none, numbers, times } from './amount.js';
import { products } from './flops.js';
import { heldByFourier } from './fourier.js';
import { backwardHeld, extremes, forwardHeld } from './tape.js';
import type { Visit } from './visit.js';

/** Operations, with those of scans' bodies in place of the scans, each with its number of evaluations. */
const flattened = (visits: readonly Visit[]): readonly Visit[] =>
  visits.flatMap((visit) => [visit, ...flattened(visit.body)]);

/** The memory of the tape: until the step ends, and while the steps between two stored states are recomputed. */
interface Taped {
  readonly forward: Amount;
  readonly backward: Amount;
  /** The largest of any scan with `remat`. */
  readonly again: Amount;
}

const taped = (visits: readonly Visit[]): Taped =>
  visits.reduce<Taped>(
    (sum, visit) => {
      const inside = insideTaped(visit);
      const held = (of: (one: Visit) => Amount): Amount => times(visit.repeats, of(visit));
      return {
        forward: add(sum.forward, held(forwardHeld), inside.forward),
        backward: add(sum.backward, held(backwardHeld), inside.backward),
        again: most(sum.again, inside.again),
      };
    },
    { forward: none, backward: none, again: none },
  );

/** The tape of a scan: of all its steps, or of the states between segments and the one segment that is recomputed. */
const insideTaped = (visit: Visit): Taped => {
  const { op, repeats } = visit;
  const body = taped(visit.body);
  if (op.op !== 'scan' || op.remat === undefined) return body;
  const { forward, backward } = segmentsHeld(visit);
  const share = op.remat / (op.steps * repeats);
  return {
    forward: times(repeats, forward),
    backward: times(repeats, backward),
    again: add(times(share, add(body.forward, body.backward)), body.again),
  };
};

/**
 * The numbers that a scan with `remat` holds for each segment. Forward: its state and records, as one tensor and in
 * parts, and its part of the driving sequences. Backward: the gradient of that tensor and those of all its inputs.
 */
const segmentsHeld = ({ op, inputs, into, result }: Visit): Pick<Taped, 'forward' | 'backward'> => {
  if (op.op !== 'scan' || op.remat === undefined) return { forward: none, backward: none };
  const count = Math.ceil(op.steps / op.remat);
  const { fields, sequences, externals } = scanInputs(op, inputs);
  const flows = scanInputs(op, into);
  const like = (facts: readonly Facts[]): Amount =>
    add(none, ...facts.map(({ shape }) => numbers({ shape, perSample: result.perSample })));
  const observed = Object.entries(op.body.observe).map(
    ([name, node]): Facts => ({
      shape: [keptSteps(op, name), ...op.body.nodes[node].shape],
      perSample: result.perSample,
    }),
  );
  const passed = add(times(count, like(fields)), like(observed));
  return {
    forward: add(times(2, passed), like(sequences)),
    backward: add(
      passed,
      times(count, like(fields)),
      like(sequences.filter((_, i) => flows.sequences[i])),
      times(count, add(none, ...externals.filter((_, i) => flows.externals[i]).map(numbers))),
    ),
  };
};

/**
 * The tensors of a cross-entropy on an output [..., K]: those of its size, and those with one number per pixel; while
 * it is computed, and until the step ends.
 */
const lossTensors = {
  computed: { logits: 6, pixels: 6 },
  kept: { logits: 4, pixels: 1 },
};

const lossNumbers = (kind: keyof typeof lossTensors, { result }: Visit): Amount => {
  const { logits, pixels } = lossTensors[kind];
  return times(logits + pixels / (result.shape.at(-1) ?? 1), numbers(result));
};

/**
 * The peak of bytes during a training step: at the end of its backward pass, or when the loss is computed. A scan
 * with `remat` holds its states between segments, and the tape of one segment.
 *
 * Parameters with their gradients and Adam's two moments; every tensor that the tape holds, forward and backward;
 * the loss's (a cross-entropy's); and the largest workspace, which a linear layer needs to transpose its input and
 * its gradient.
 */
export const trainingMemory = (
  visits: readonly Visit[],
  nodes: readonly Node[],
  outputs: readonly number[],
): Amount => {
  const { forward, backward: gradients, again } = taped(visits);
  const loss = (kind: keyof typeof lossTensors): Amount =>
    add(none, ...outputs.map((output) => lossNumbers(kind, visits[output])));
  const backward = add(gradients, again, loss('kept'), workspace(flattened(visits)));
  return bytes(add(parameters(nodes, 4), forward, most(backward, loss('computed'))));
};

/** The numbers in the parameters; those of trained ones count `copies` times. */
const parameters = (nodes: readonly Node[], copies: number): Amount => ({
  fixed: nodes.reduce(
    (sum, { op }) => (op.op === 'parameter' ? sum + volume(op.shape) * (op.trainable ? copies : 1) : sum),
    0,
  ),
  perSample: 0,
});

const workspace = (all: readonly Visit[]): Amount =>
  all
    .map((visit) => {
      const { op, inputs, result } = visit;
      if (op.op === 'fourier') return heldByFourier(op, inputs[0], result);
      return products(visit) === none ? none : add(numbers(inputs[0]), numbers(result));
    })
    .reduce(most, none);

/**
 * The peak of bytes in inference: a value is freed when its last reader is done.
 *
 * Parameters, inputs and outputs are held throughout. While a scan runs it holds its inputs, its state and what it has
 * observed; at its end it holds the observations twice, as entries and as a sequence. The peaks of the fixed and the
 * per-sample part are taken separately; they may occur at different times.
 */
export const inferenceMemory = (
  visits: readonly Visit[],
  nodes: readonly Node[],
  outputs: readonly number[],
): Amount => bytes(add(parameters(nodes, 1), peakOf(visits, nodes, outputs)));

/** The peak of a list of nodes, without leaves that are held elsewhere. */
const peakOf = (visits: readonly Visit[], nodes: readonly Node[], kept: readonly number[]): Amount => {
  const sources = sourcesOf(visits, nodes);
  const last = nodes.map((_, number) => number);
  for (const [number, { reads }] of visits.entries())
    for (const input of reads) last[sources[input]] = number;
  for (const number of kept) last[sources[number]] = nodes.length;
  const readLast: number[][] = nodes.map(() => []);
  for (const [value, reader] of last.entries()) readLast[reader]?.push(value);
  let live: Amount = none;
  let peak: Amount = none;
  for (const [number, { op }] of nodes.entries()) {
    const { softmax } = visits[number];
    const own = sources[number] === number && softmax !== 'inside' && !heldElsewhere.includes(op.op);
    const size = own ? numbers(visits[number].result) : none;
    peak = most(
      peak,
      add(live, size, op.op === 'scan' ? scanPeak(visits[number]) : temporaries(visits[number])),
    );
    live = add(live, size);
    for (const value of readLast[number]) {
      const gone = sources[value] === value && !throughout.includes(nodes[value].op.op);
      if (gone) live = less(live, numbers(visits[value].result));
    }
  }
  return peak;
};

/** Values that the scan or the caller counts; scans themselves have no value. */
const heldElsewhere: readonly Op['op'][] = ['parameter', 'state', 'element', 'external', 'scan'];
const throughout: readonly Op['op'][] = [...heldElsewhere, 'input'];

/** The node that owns the memory of each node's value: for a reshape its input, for a fused ReLU its layer. */
const sourcesOf = (visits: readonly Visit[], nodes: readonly Node[]): readonly number[] => {
  const sources: number[] = [];
  for (const [number, { op, inputs }] of nodes.entries()) {
    const shares = op.op === 'reshape' || (op.op === 'map' && visits[number].fused);
    sources.push(shares ? sources[inputs[0]] : number);
  }
  return sources;
};

/** Temporary tensors of an operation besides its result; they may take less or more than its tensors on the tape. */
const temporaries = (visit: Visit): Amount => {
  if (visit.softmax !== null) return none;
  const { op, inputs, result } = visit;
  const made = less(forwardHeld(visit), numbers(result));
  switch (op.op) {
    case 'take':
    case 'dense':
    case 'batchNorm':
      return none;
    case 'fourier':
      return heldByFourier(op, inputs[0], result);
    case 'spectrum':
      return add(made, times(9, numbers(result)));
    case 'reduce':
      // which values are NaN, one byte each
      return extremes[op.fn] === 0 ? made : add(made, times(0.25, numbers(inputs[0])));
    case 'pool':
      // a mask of NaN, and the field without NaN; an engine with a kernel for both holds only the result
      return op.fn === 'max' ? add(made, times(3.5, numbers(inputs[0]))) : made;
    case 'map':
      // the argument within bounds, its square, both sums and what is added
      return op.fn === 'erf' ? times(5.5, numbers(result)) : made;
    default:
      return made;
  }
};

const less = (a: Amount, b: Amount): Amount => ({
  fixed: Math.max(0, a.fixed - b.fixed),
  perSample: Math.max(0, a.perSample - b.perSample),
});

/**
 * The peak of a scan. While it runs: its state before and after a step. At its end: its state and the sequences of
 * its observations. All the time: the elements of its driving sequences and its observations.
 */
const scanPeak = (visit: Visit): Amount => {
  const { op, inputs, body } = visit;
  if (op.op !== 'scan') return none;
  const { nodes, observe } = op.body;
  const sum = (counts: readonly number[]): Amount => ({
    fixed: 0,
    perSample: counts.reduce((total, count) => total + count, 0),
  });
  const { fields, sequences } = scanInputs(op, inputs);
  const state = sum(fields.map(({ shape }) => volume(shape)));
  const elements = sum(sequences.map(({ shape }) => volume(shape)));
  const observed = sum(
    Object.entries(observe).map(([name, node]) => keptSteps(op, name) * volume(nodes[node].shape)),
  );
  const step = peakOf(body, nodes, rootsOf(op.body));
  return add(forwardHeld(visit), elements, observed, state, most(add(state, step), observed));
};
