/** How much memory a program takes: bytes that do not grow with the batch, and bytes of each sample. */

import { type Node, type Op, scanInputs } from '../../dsl/op.js';
import { volume } from '../../dsl/shape.js';
import { type Amount, add, bytes, most, none, numbers, times } from './amount.js';
import { products } from './flops.js';
import { heldByFourier } from './fourier.js';
import { backwardHeld, extremes, forwardHeld } from './tape.js';
import type { Visit } from './visit.js';

/** Operations with the scans' bodies in their place, each with how often it is evaluated. */
const flattened = (visits: readonly Visit[]): readonly Visit[] =>
  visits.flatMap((visit) => [visit, ...flattened(visit.body)]);

/**
 * Numbers that a cross-entropy makes beside an output [..., K]: tensors of its size, and tensors with one number a
 * pixel. While it is computed; and until the step ends.
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
 * The most bytes held during a training step: at the end of its backward pass, or when the loss is computed.
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
  const all = flattened(visits);
  const sum = (held: (visit: Visit) => Amount): Amount =>
    add(none, ...all.map((visit) => times(visit.repeats, held(visit))));
  const loss = (kind: keyof typeof lossTensors): Amount =>
    add(none, ...outputs.map((output) => lossNumbers(kind, visits[output])));
  const forward = sum(forwardHeld);
  const backward = add(sum(backwardHeld), loss('kept'), workspace(all));
  return bytes(add(parameters(nodes, 4), forward, most(backward, loss('computed'))));
};

/** Numbers in the parameters, those that are trained `copies` times. */
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
 * The most bytes held at once in inference: a value is given back when its last reader is done.
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

/** The peak of a list of nodes, its leaves that are held elsewhere not counted. */
const peakOf = (visits: readonly Visit[], nodes: readonly Node[], kept: readonly number[]): Amount => {
  const sources = sourcesOf(visits, nodes);
  const last = nodes.map((_, number) => number);
  for (const [number, { inputs }] of nodes.entries())
    for (const input of inputs) last[sources[input]] = number;
  for (const number of kept) last[sources[number]] = nodes.length;
  const readLast: number[][] = nodes.map(() => []);
  for (const [value, reader] of last.entries()) readLast[reader]?.push(value);
  let live: Amount = none;
  let peak: Amount = none;
  for (const [number, { op }] of nodes.entries()) {
    const own = sources[number] === number && !heldElsewhere.includes(op.op);
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

/** The node that owns the memory of each node's value: of a reshape its input, of a fused ReLU its layer. */
const sourcesOf = (visits: readonly Visit[], nodes: readonly Node[]): readonly number[] => {
  const sources: number[] = [];
  for (const [number, { op, inputs }] of nodes.entries()) {
    const shares = op.op === 'reshape' || (op.op === 'map' && visits[number].fused);
    sources.push(shares ? sources[inputs[0]] : number);
  }
  return sources;
};

/** What an operation makes on the way besides its result; less, or more, than what stays on the tape. */
const temporaries = (visit: Visit): Amount => {
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
      // where the extreme is reached, once more as whole numbers
      return extremes[op.fn] === 0 ? made : add(made, times(1.25, numbers(inputs[0])));
    case 'pool':
      // what is no number, and the field without it; an engine whose kernel knows both holds the result alone
      return op.fn === 'max' ? add(made, times(3.5, numbers(inputs[0]))) : made;
    default:
      return made;
  }
};

const less = (a: Amount, b: Amount): Amount => ({
  fixed: Math.max(0, a.fixed - b.fixed),
  perSample: Math.max(0, a.perSample - b.perSample),
});

/**
 * A scan: while it runs its state before and after a step, at its end its state and the sequences made of what it has
 * observed; all the time the elements of its own sequences and what it has observed.
 */
const scanPeak = (visit: Visit): Amount => {
  const { op, inputs, body } = visit;
  if (op.op !== 'scan') return none;
  const { nodes, next, observe } = op.body;
  const sum = (counts: readonly number[]): Amount => ({
    fixed: 0,
    perSample: counts.reduce((total, count) => total + count, 0),
  });
  const { fields, sequences } = scanInputs(op, inputs);
  const state = sum(fields.map(({ shape }) => volume(shape)));
  const elements = sum(sequences.map(({ shape }) => volume(shape)));
  const observed = sum(Object.values(observe).map((node) => op.steps * volume(nodes[node].shape)));
  const step = peakOf(body, nodes, [...Object.values(next), ...Object.values(observe)]);
  return add(forwardHeld(visit), elements, observed, state, most(add(state, step), observed));
};
