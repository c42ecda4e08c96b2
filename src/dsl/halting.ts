/**
 * Scans that can end early: the form of the body of a scan with `until`. While `until` is above 0 for a sample, the
 * step does not change its state: each field is `where(stopped, state, fresh)`, with `stopped` 1 or 0. So an
 * interpreter may take all steps, or end when all samples have stopped; it then skips only steps that change nothing.
 */

import type { Body, Node } from './op.js';
import { isNoisy } from './rules.js';

/** The field that counts the steps of a sample. */
export const countField = 'steps-taken';

const words: Readonly<Record<string, string>> = {
  state: 'the state before the step',
  element: 'a driving sequence',
  clock: 'the number of the step',
};

/** The first leaf or noise that a node depends on and must not; values from outside are allowed. */
const strangerBehind = (
  nodes: readonly Node[],
  root: number,
  allowed: (node: Node, number: number) => boolean,
): string | undefined => {
  const seen = new Set<number>();
  const open = [root];
  for (let number = open.pop(); number !== undefined; number = open.pop()) {
    if (seen.has(number)) continue;
    seen.add(number);
    const node = nodes[number];
    if (allowed(node, number)) continue;
    if (isNoisy(node)) return 'noise';
    if (Object.hasOwn(words, node.op.op)) return words[node.op.op];
    open.push(...node.inputs);
  }
  return undefined;
};

/** Why a body cannot end early; undefined if it can, or has no `until`. */
export const haltingProblem = ({ nodes, next, observe, until }: Body): string | undefined => {
  if (until === undefined) return undefined;
  if (nodes[until] === undefined) return `until names node ${until}, which does not exist`;
  if (nodes[until].op.op === 'scan' || nodes[until].shape.length > 0)
    return `until must give a scalar, node ${until} is none; take the largest or the mean over its axes`;
  const read = strangerBehind(nodes, until, ({ op }) => op.op === 'state');
  if (read !== undefined) return `until must be made of the state, it reads ${read}`;
  const results = new Set(Object.values(next));
  for (const [name, root] of Object.entries(observe)) {
    const beside = strangerBehind(nodes, root, (_, number) => results.has(number));
    if (beside !== undefined)
      return `with until, what is observed must be made of the state after the step; '${name}' reads ${beside}`;
  }
  const moved = Object.entries(next).find(([field, number]) => !isHeld(nodes, field, number, until));
  return moved === undefined ? undefined : `with until, a step must hold '${moved[0]}' where it has stopped`;
};

const isZip = (node: Node, fn: string): boolean => node.op.op === 'zip' && node.op.fn === fn;

/** Whether a number is `greater(until, 0)`. */
const isStopped = (nodes: readonly Node[], number: number, until: number): boolean => {
  const [condition, zero] = nodes[number].inputs;
  if (!isZip(nodes[number], 'greater') || condition !== until) return false;
  const { op } = nodes[zero];
  return op.op === 'constant' && op.value === 0;
};

/** Whether a number is 1 - `greater(until, 0)`. */
const isRunning = (nodes: readonly Node[], number: number, until: number): boolean => {
  const { op, inputs } = nodes[number];
  return op.op === 'affine' && op.scale === -1 && op.shift === 1 && isStopped(nodes, inputs[0], until);
};

/** Whether a node is `where(stopped, state, fresh)`, or `state + running`, which counts. */
const isHeld = (nodes: readonly Node[], field: string, number: number, until: number): boolean => {
  const isState = (at: number): boolean => {
    const { op } = nodes[at];
    return op.op === 'state' && op.field === field;
  };
  const [first, second] = nodes[number].inputs;
  return nodes[number].op.op === 'where'
    ? isStopped(nodes, first, until) && isState(second)
    : isZip(nodes[number], 'add') && isState(first) && isRunning(nodes, second, until);
};
