/**
 * Losses by name, written in the language after a graph's logits, so that every engine that computes the logits can
 * compute their loss too. `loss.ts` defines them.
 */

import { type Graph, inputsOf, outputsOf } from '../dsl/graph.js';
import {
  abs,
  add,
  broadcast,
  data,
  div,
  exp,
  log,
  max,
  maximum,
  minimum,
  mul,
  offset,
  program,
  relu,
  reshape,
  scale,
  softmax,
  stopGradient,
  sub,
  sum,
  type Tensor,
} from '../dsl/index.js';
import type { Node } from '../dsl/op.js';
import type { Shape } from '../dsl/shape.js';
import { classShares, type Dice, type Focal } from './loss.js';

/** A graph with a loss, and the names of its new input and output. */
export interface LossGraph {
  readonly graph: Graph;
  /** The total of the loss over an image. */
  readonly output: string;
  /** An input [..., 1] that takes the class of each row of logits; below 0 is none. */
  readonly labels: string;
}

/** A number for each class, at every row. */
const atEveryRow = (values: readonly number[], shape: Shape): Tensor =>
  broadcast(...shape)(
    reshape(...shape.slice(0, -1).map(() => 1), values.length)(data(values, values.length)),
  );

/** 1 at the class of each row, else 0. */
const targetsOf = (labels: Tensor, shape: Shape): Tensor => {
  const numbers = Array.from({ length: shape[shape.length - 1] }, (_, k) => k);
  return relu(offset(1, scale(-1, abs(sub(broadcast(...shape)(labels), atEveryRow(numbers, shape))))));
};

/** The sum over the last axis. */
const overClasses = (x: Tensor, shape: Shape): Tensor => sum(shape.length - 1)(x);

const total = (x: Tensor, axes: number): Tensor => sum(...Array.from({ length: axes }, (_, axis) => axis))(x);

/**
 * With p the probability of the true class: -(1 - p)^gamma log p. 1 - p is at least 1e-7 here, so that its powers are
 * finite.
 */
const focal = ({ gamma, weights }: Focal, logits: Tensor, labels: Tensor, shape: Shape): Tensor => {
  const [rows, classes] = [shape.slice(0, -1), shape[shape.length - 1]];
  const target = targetsOf(labels, shape);
  const top = stopGradient(max(shape.length - 1)(logits));
  const shifted = sub(logits, broadcast(...shape)(reshape(...rows, 1)(top)));
  const own = overClasses(mul(shifted, target), shape);
  const right = sub(own, log(overClasses(exp(shifted), shape)));
  const missed = maximum(offset(1, scale(-1, exp(right))), data([1e-7]));
  const focus = gamma === 0 ? right : mul(exp(scale(gamma, log(missed))), right);
  const each = Array.from({ length: classes }, (_, k) => weights[k] ?? 1);
  const counted = overClasses(mul(target, atEveryRow(each, shape)), shape);
  return scale(-1, total(mul(counted, focus), rows.length));
};

/** 1 - the mean over classes of (2 sum p t + s) / (sum p + sum t + s); 0 for an image without a label. */
const dice = (loss: Dice, logits: Tensor, labels: Tensor, shape: Shape): Tensor => {
  const [rows, classes] = [shape.slice(0, -1), shape[shape.length - 1]];
  const target = targetsOf(labels, shape);
  const counted = overClasses(target, shape);
  const p = mul(softmax()(logits), broadcast(...shape)(reshape(...rows, 1)(counted)));
  const both = total(mul(p, target), rows.length);
  const sizes = add(total(p, rows.length), total(target, rows.length));
  const overlap = div(offset(loss.smoothing, scale(2, both)), offset(loss.smoothing, sizes));
  const shares = data([...classShares(loss, classes)], classes);
  const missed = offset(1, scale(-1, sum(0)(mul(shares, overlap))));
  return mul(minimum(total(counted, rows.length), data([1])), missed);
};

/** A name that is not used yet. */
const freeName = (name: string, taken: object): string =>
  Object.hasOwn(taken, name) ? freeName(`${name}'`, taken) : name;

/**
 * The graph of a program whose logits [..., K] are classified, with its loss. The loss of a micro-batch is the sum of the
 * output over its samples, divided by `lossCount`.
 *
 * @example
 * const { graph, output } = withLoss(nwm.graph, { name: 'dice', weights: [], smoothing: 1 });
 * graph.nodes[graph.outputs[output]].shape; // => []
 */
export const withLoss = (graph: Graph, loss: Focal | Dice): LossGraph => {
  const shape = outputsOf(graph).logits;
  const behind = program({ logits: shape, labels: [...shape.slice(0, -1), 1] }, ({ logits, labels }) => ({
    total: loss.name === 'focal' ? focal(loss, logits, labels, shape) : dice(loss, logits, labels, shape),
  })).graph;
  const labels = freeName('labels', inputsOf(graph));
  const output = freeName('loss', graph.outputs);
  const nodes: Node[] = [...graph.nodes];
  const place: number[] = [];
  for (const { op, inputs, shape: size } of behind.nodes) {
    if (op.op === 'input' && op.name === 'logits') place.push(graph.outputs.logits);
    else {
      place.push(nodes.length);
      nodes.push({
        op: op.op === 'input' ? { ...op, name: labels } : op,
        inputs: inputs.map((input) => place[input]),
        shape: size,
      });
    }
  }
  return {
    graph: { ...graph, nodes, outputs: { ...graph.outputs, [output]: place[behind.outputs.total] } },
    output,
    labels,
  };
};
