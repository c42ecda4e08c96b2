/**
 * The address of the state before a step: the given one, the one at the start of a segment, or the one after the step
 * before.
 */

import type { FieldNode, FieldScan, Source } from '../../ir/field.js';
import { choice } from '../../list/argument.js';
import type { Argument } from '../../list/instruction.js';
import type { Checkpoints } from './build-step.js';
import { type Becomes, carriedAt, forwards, inSegments } from './carried.js';
import type { Counter } from './counter.js';

/** The sources of a state's address. */
export interface StatePlaces {
  readonly counter: Counter;
  /** The address of a field before the first step. */
  readonly given: (field: string) => Argument;
  /** The address of a node of the step. */
  readonly node: (node: number) => Argument;
  readonly starts?: Checkpoints | undefined;
}

/** The field whose leaf a node is, if it is one. */
export const fieldOf = (
  { op }: FieldNode,
  kind: Extract<Source, { readonly field: string }>['kind'],
): string | undefined => (op.op === 'leaf' && op.source.kind === kind ? op.source.field : undefined);

/** The address of a field before each step. */
export const stateAt = (
  { body: { nodes, next } }: FieldScan,
  field: string,
  { counter: { loop }, given, node, starts }: StatePlaces,
): Argument => {
  const becomes = (name: string): Becomes => {
    const before = fieldOf(nodes[next[name]], 'state');
    return before === undefined ? { at: node(next[name]) } : { field: before };
  };
  if (starts === undefined) return carriedAt(field, given, becomes, forwards(loop));
  const { size, state } = starts;
  const start = (each: string): Argument => choice({ loop, per: size, is: 0 }, given(each), state(each));
  return carriedAt(field, start, becomes, inSegments(loop, size));
};
