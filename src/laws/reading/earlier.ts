/**
 * Fields that hold earlier values of another field: the second level of Stormer-Verlet, the third level of other
 * methods.
 */

import type { NdArrays } from '../../compile/reference/run.js';
import type { System } from '../system/system.js';

/** The field whose earlier value is held, and how many steps earlier. */
export interface Earlier {
  readonly of: string;
  readonly steps: number;
}

/** The fields whose next value is another field's value now. */
export const earlierIn = ({ nodes, next, fields }: System): ReadonlyMap<string, Earlier> => {
  const copied = new Map(
    Object.keys(fields).flatMap((name): readonly (readonly [string, string])[] => {
      const { op } = nodes[next[name]];
      return op.op === 'state' && op.field !== name ? [[name, op.field]] : [];
    }),
  );
  return new Map(
    [...copied.keys()].flatMap((name): readonly (readonly [string, Earlier])[] => {
      let [of, steps] = [name, 0];
      for (let from = copied.get(of); from !== undefined && steps <= copied.size; from = copied.get(of)) {
        of = from;
        steps += 1;
      }
      // Fields that are only exchanged hold no earlier value.
      return steps > copied.size ? [] : [[name, { of, steps }]];
    }),
  );
};

/** Whether a field holds its own earlier values in other channels. */
export const holdsItself = ({ nodes, next }: System): boolean =>
  Object.entries(next).some(
    ([name, end]) =>
      nodes[end].op.op === 'concat' &&
      nodes[end].inputs.some((part) => {
        const { op, inputs } = nodes[part];
        const from = op.op === 'slice' ? nodes[inputs[0]].op : undefined;
        return from?.op === 'state' && from.field === name;
      }),
  );

/**
 * A start whose earlier levels depend on the time step. If they were fixed while the step is halved, the velocity (y -
 * before) / h would double. So the values drawn for them are used as velocity: before = y - h v.
 */
export const onOneMotion = (system: System, start: NdArrays, step: number): NdArrays => ({
  ...start,
  ...Object.fromEntries(
    [...earlierIn(system)].map(([name, { of, steps }]) => {
      const now = start[of].data;
      return [
        name,
        { shape: start[name].shape, data: start[name].data.map((v, i) => now[i] - steps * step * v) },
      ];
    }),
  ),
});
