/** Where the state is before a step: as it was given, as a segment starts with it, or as the step before left it. */

import type { FieldNode, FieldScan, Source } from '../../ir/field.js';
import { choice } from '../../list/argument.js';
import type { Argument } from '../../list/instruction.js';
import type { Checkpoints } from './build-step.js';
import { type Becomes, carriedAt, forwards, inSegments } from './carried.js';
import type { Counter } from './counter.js';

/** What a state is found by. */
export interface StatePlaces {
  readonly counter: Counter;
  /** Where a field is before the first step. */
  readonly given: (field: string) => Argument;
  /** Where a node of the step is. */
  readonly node: (node: number) => Argument;
  readonly starts?: Checkpoints | undefined;
}

/** The field that a node is the value of, by its leaf, if it is. */
export const fieldOf = (
  { op }: FieldNode,
  kind: Extract<Source, { readonly field: string }>['kind'],
): string | undefined => (op.op === 'leaf' && op.source.kind === kind ? op.source.field : undefined);

/** Where a field is before each step. */
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
