/**
 * Systems with learned scalars replaced by constants: a time step that is `softplus` of a parameter, a strength, a
 * damping. Laws can then read learned numbers like written ones.
 */

import { evaluate, type Value } from '../../compile/reference/evaluate.js';
import type { Node } from '../../dsl/op.js';
import { volume } from '../../dsl/shape.js';
import { refinedBy, type System, weightsIn, weightsOf } from './system.js';

const known = new WeakMap<System, Map<string, System>>();

/** Operations that a scalar may be computed by. */
const plain: readonly string[] = [
  'external',
  'constant',
  'map',
  'affine',
  'zip',
  'where',
  'reshape',
  'broadcast',
  'reduce',
];

/** The nodes of scalars that depend only on weights. */
const learnedNumbers = ({ nodes, externals, kind }: System): readonly number[] => {
  if (kind === 'map') return [];
  const kernels = weightsIn(nodes);
  const isFixed: boolean[] = [];
  const found: number[] = [];
  for (const [number, { op, inputs, shape }] of nodes.entries()) {
    const isWeight = op.op === 'external' && externals[op.index].kind === 'weight';
    isFixed.push(
      plain.includes(op.op) && (op.op !== 'external' || isWeight) && inputs.every((input) => isFixed[input]),
    );
    if (isFixed[number] && volume(shape) === 1 && op.op !== 'constant' && !kernels.has(number))
      found.push(number);
  }
  return found;
};

/** The system with its learned scalars replaced by their values for parameters drawn with this seed. */
export const settled = (learned: System, seed: number): System => {
  const system = learned.learned ?? learned;
  const numbers = learnedNumbers(system);
  if (numbers.length === 0) return learned;
  const weights = weightsOf(system, seed);
  const values = new Map<number, Value>();
  const valueAt = (number: number): Value => {
    const before = values.get(number);
    if (before !== undefined) return before;
    const { op, inputs, shape } = system.nodes[number];
    const value: Value =
      op.op === 'external'
        ? weights[system.externals[op.index].name]
        : evaluate(op, inputs.map(valueAt), shape, {
            noiseSeed: 0,
            sample: 0,
            leaf: () => ({ shape, data: new Float64Array(volume(shape)) }),
          });
    values.set(number, value);
    return value;
  };
  const written = new Map(numbers.map((number) => [number, valueAt(number).data[0]]));
  const key = [...written.values()].join();
  const made = known.get(system) ?? new Map<string, System>();
  known.set(system, made);
  const before = made.get(key);
  if (before !== undefined) return before;
  const { refine } = system;
  const now: System = {
    ...system,
    learned: system,
    nodes: system.nodes.map((node, number): Node => {
      const value = written.get(number);
      return value === undefined
        ? node
        : { ...node, op: { op: 'constant', shape: node.shape, value }, inputs: [] };
    }),
    refine: refinedBy(refine, (finer) => settled(finer, seed)),
  };
  made.set(key, now);
  return now;
};
