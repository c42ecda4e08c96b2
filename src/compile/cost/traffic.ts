/** Bytes that operations read and write, each operation by itself: what a memory-bound engine has to move. */

import { isObservedPort } from '../../dsl/ports.js';
import { type Amount, add, bytes, none, numbers, times } from './amount.js';
import type { Visit } from './visit.js';

/** Numbers that an operation reads and writes. */
export interface Traffic {
  readonly read: Amount;
  readonly written: Amount;
}

const nothing: Traffic = { read: none, written: none };

/** Every input is read once and the result written once; a reshape moves nothing. */
export const forwardTraffic = ({ op, inputs, result }: Visit): Traffic => {
  const one = bytes(numbers(result));
  switch (op.op) {
    case 'input':
    case 'parameter':
    case 'state':
    case 'external':
    case 'training':
    case 'clock':
    case 'reshape':
    case 'scan':
      return nothing;
    case 'constant':
    case 'noise':
      return { read: none, written: one };
    case 'element':
      return { read: one, written: one };
    case 'take':
      // An observed sequence is stacked from its entries; the final state already exists.
      return isObservedPort(op.port) ? { read: one, written: one } : nothing;
    default:
      return { read: bytes(add(...inputs.map(numbers))), written: one };
  }
};

/** Each gradient is made from the result's gradient and the inputs, and written once. */
export const backwardTraffic = (visit: Visit): Traffic => {
  const { inputs, result, into, op } = visit;
  if (op.op === 'reshape' || op.op === 'scan') return nothing;
  const targets = inputs.filter((_, i) => into[i]);
  if (targets.length === 0) return nothing;
  const read = add(numbers(result), ...inputs.map(numbers));
  return {
    read: bytes(times(targets.length, read)),
    written: bytes(add(...targets.map(numbers))),
  };
};
