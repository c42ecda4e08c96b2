/** Scans in TensorFlow.js: step after step, all at once or, for a gradient with `remat`, segment by segment. */

import type { Tensor } from '@tensorflow/tfjs-core';
import { isKept, type LeafOp, type Node, type ScanOp, scanInputs } from '../../dsl/op.js';
import { splitPort } from '../../dsl/ports.js';
import type { BodyPlan, Plan } from './node-plan.js';
import { type Context, overBatch, type Value } from './operations/context.js';
import { recomputed } from './operations/recomputed.js';

/** Runs a list of nodes; passed as an argument, since lists contain scans and scans contain lists. */
export type RunNodes = (
  plan: Plan,
  leaf: (op: LeafOp) => Tensor,
  context: Context,
) => (node: number) => Value;

/** A scan among the nodes of a plan, and the values of those before it. */
export interface PlacedScan {
  readonly op: ScanOp;
  readonly node: Node;
  readonly number: number;
  readonly plan: Plan;
  readonly value: (node: number) => Value;
}

type Tensors = Readonly<Record<string, Tensor>>;

/** The part that does not change from step to step. */
interface Stepping {
  readonly op: ScanOp;
  readonly body: BodyPlan;
  readonly observed: readonly string[];
  /** Whether values differ between samples, and have a batch axis. */
  readonly differs: boolean;
  readonly context: Context;
  readonly runNodes: RunNodes;
}

/** Steps from `from` to before `to`, and the tensors that they start from and read. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly state: Tensors;
  /** [batch, to - from, ...], or without the batch. */
  readonly sequences: readonly Tensor[];
  readonly externals: readonly Value[];
}

/** The state after some steps, and the sequences of records, if any. */
interface Stepped {
  readonly state: Tensors;
  readonly recorded: Tensors;
}

/** Runs a scan and returns the ports that are read, each a tensor with a batch axis if it differs between samples. */
export const runScan = (
  { op, node, number, plan, value }: PlacedScan,
  context: Context,
  runNodes: RunNodes,
): Tensors => {
  const { tf } = context;
  const body = plan.bodies.get(number);
  if (body === undefined) throw new Error('a scan without a plan');
  const wanted = [...(plan.ports.get(number) ?? [])];
  const observed = wanted.map(splitPort).flatMap(([kind, name]) => (kind === 'observed' ? [name] : []));
  const differs = plan.facts[number].perSample;
  const stepping: Stepping = { op, body, observed, differs, context, runNodes };
  return tf.tidy(() => {
    const given = scanInputs(op, node.inputs.map(value));
    const whole = (x: Value): Tensor => (differs ? overBatch(x, context) : x.tensor);
    const stretch: Stretch = {
      from: 0,
      to: op.steps,
      state: Object.fromEntries(op.fields.map((field, i) => [field, whole(given.fields[i])])),
      sequences: given.sequences.map(whole),
      externals: given.externals,
    };
    const { state, recorded } =
      op.remat !== undefined && tf.engine().state.gradientDepth > 0
        ? inSegments(stepping, stretch, op.remat)
        : steps(stepping, stretch);
    return Object.fromEntries(
      wanted.map((port) => {
        const [kind, name] = splitPort(port);
        return [port, (kind === 'final' ? state : recorded)[name].clone()];
      }),
    );
  });
};

/** The axis of time. */
const timeOf = ({ differs }: Stepping): 0 | 1 => (differs ? 1 : 0);

/** Takes steps one after the other; none once all samples have stopped. */
const steps = (stepping: Stepping, { from, to, state: first, sequences, externals }: Stretch): Stepped => {
  const { op, body, observed, differs, context, runNodes } = stepping;
  const { tf } = context;
  const elements = sequences.map((x) => tf.unstack(x, timeOf(stepping)));
  const records: Readonly<Record<string, Tensor[]>> = Object.fromEntries(observed.map((name) => [name, []]));
  // Records stay, and a step may pass on tensors from outside; neither is freed here.
  const kept = new Set<Tensor>([
    ...Object.values(first),
    ...elements.flat(),
    ...externals.map(({ tensor }) => tensor),
  ]);
  let state = first;
  const after = (step: number, recorded: readonly string[]) => {
    const leaf = (inner: LeafOp): Tensor => {
      switch (inner.op) {
        case 'state':
          return state[inner.field];
        case 'element':
          return elements[inner.sequence][step - from];
        case 'external':
          return externals[inner.index].tensor;
        case 'clock':
          return tf.scalar(step);
        default:
          throw new Error(`${inner.op} inside a scan`);
      }
    };
    return tf.tidy(() => {
      const values = runNodes(body(recorded), leaf, context);
      const read = (of: number): Tensor => (differs ? overBatch(values(of), context) : values(of).tensor);
      return {
        next: Object.fromEntries(op.fields.map((field) => [field, read(op.body.next[field])])),
        seen: Object.fromEntries(recorded.map((name) => [name, read(op.body.observe[name])])),
        stopped: op.body.until !== undefined && isAbove(values(op.body.until).tensor),
      };
    });
  };
  for (let step = from; step < to; step++) {
    const { next, seen, stopped } = after(
      step,
      observed.filter((name) => isKept(op, name, step)),
    );
    if (stopped) {
      // nothing changes any more, so the remaining records are the same at every step
      const left = after(step, observed).seen;
      for (const name of observed)
        for (let now = step; now < to; now++) if (isKept(op, name, now)) records[name].push(left[name]);
      break;
    }
    for (const [name, tensor] of Object.entries(seen)) {
      records[name].push(tensor);
      kept.add(tensor);
    }
    const handedOn = new Set(Object.values(next));
    for (const old of Object.values(state)) if (!handedOn.has(old) && !kept.has(old)) old.dispose();
    state = next;
  }
  return { state, recorded: joined(records, (parts) => tf.stack(parts, timeOf(stepping))) };
};

/** Stacks each list of tensors, if it is not empty. */
const joined = (lists: Readonly<Record<string, Tensor[]>>, join: (parts: Tensor[]) => Tensor): Tensors =>
  Object.fromEntries(
    Object.entries(lists).flatMap(([name, parts]) => (parts.length === 0 ? [] : [[name, join(parts)]])),
  );

/** Whether a condition is above 0 for all samples. */
const isAbove = (condition: Tensor): boolean => condition.dataSync().every((value) => value > 0);

/**
 * Takes steps in segments whose gradients recompute them, so that the tape holds only the states between segments.
 */
const inSegments = (
  stepping: Stepping,
  { to, state: first, sequences, externals }: Stretch,
  size: number,
): Stepped => {
  const { op, observed, context } = stepping;
  const { tf } = context;
  const time = timeOf(stepping);
  const starts = Array.from({ length: Math.ceil(to / size) }, (_, i) => i * size);
  const lengths = starts.map((from) => Math.min(size, to - from));
  const pieces = sequences.map((x) => tf.split(x, lengths, time));
  const records: Readonly<Record<string, Tensor[]>> = Object.fromEntries(observed.map((name) => [name, []]));
  let state = first;
  for (const [i, from] of starts.entries()) {
    const driving = pieces.map((parts) => parts[i]);
    const fields = op.fields.map((field) => state[field]);
    let names: readonly string[] = [];
    const results = recomputed(
      tf,
      [...fields, ...driving, ...externals.map(({ tensor }) => tensor)],
      (xs) => {
        const given = scanInputs(op, xs);
        const done = steps(stepping, {
          from,
          to: from + lengths[i],
          state: Object.fromEntries(op.fields.map((field, n) => [field, given.fields[n]])),
          sequences: given.sequences,
          externals: externals.map(({ facts }, n) => ({ facts, tensor: given.externals[n] })),
        });
        names = Object.keys(done.recorded);
        return [...op.fields.map((field) => done.state[field]), ...Object.values(done.recorded)];
      },
    );
    state = Object.fromEntries(op.fields.map((field, n) => [field, results[n]]));
    for (const [n, name] of names.entries()) records[name].push(results[op.fields.length + n]);
  }
  return { state, recorded: joined(records, (parts) => tf.concat(parts, time)) };
};
