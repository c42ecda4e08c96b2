/** A system as a program: a number of steps from given values, with every field of every step observed. */

import { type Graph, languageVersion } from '../../dsl/graph.js';
import type { Node, Op } from '../../dsl/op.js';
import { observedPort } from '../../dsl/ports.js';
import type { Program } from '../../dsl/program.js';
import type { Shape } from '../../dsl/shape.js';
import { type System, sequenceName } from './system.js';

const zero = { kind: 'constant', value: 0 } as const;

/**
 * The program of `steps` steps. Inputs: the fields, the free externals, the driving sequences (`drive0`, ...);
 * parameters: the weights. Outputs: each field's sequence [steps, ...field].
 */
export const stepsOf = (system: System, steps: number): Program =>
  system.kind === 'map' ? { graph: mapGraph(system) } : { graph: scanGraph(system, steps) };

/** The same with a single step, for programs that are not run. */
export const oneStep = (system: System): Program => stepsOf(system, 1);

const mapGraph = ({ program, nodes, next }: System): Graph => ({ ...program.graph, nodes, outputs: next });

const scanGraph = (system: System, steps: number): Graph => {
  const fields = Object.keys(system.fields).sort();
  const input = (name: string, shape: Shape): Node => ({
    op: { op: 'input', name, shape },
    inputs: [],
    shape,
  });
  const free: Node[] = fields.map((name) => input(name, system.fields[name]));
  const drives = system.sequences.map((shape, i) => input(sequenceName(i), [steps, ...shape]));
  const externals = system.externals.map(
    ({ name, shape, kind }): Node =>
      kind === 'field'
        ? input(name, shape)
        : { op: { op: 'parameter', name, shape, init: zero, trainable: true }, inputs: [], shape },
  );
  // The inputs come first; the scan reads fields, sequences and externals in this order.
  const leaves = [...free, ...drives, ...externals];
  const inputsFirst = [...leaves.keys()].sort(
    (a, b) => Number(leaves[a].op.op !== 'input') - Number(leaves[b].op.op !== 'input') || a - b,
  );
  const place = new Map(inputsFirst.map((old, now) => [old, now]));
  const scan: Op = {
    op: 'scan',
    steps,
    fields,
    sequences: system.sequences.length,
    body: { nodes: system.nodes, next: system.next, observe: system.next },
  };
  const at = leaves.length;
  const takes = fields.map(
    (name): Node => ({
      op: { op: 'take', port: observedPort(name) },
      inputs: [at],
      shape: [steps, ...system.fields[name]],
    }),
  );
  return {
    language: languageVersion,
    nodes: [
      ...inputsFirst.map((old) => leaves[old]),
      { op: scan, inputs: leaves.map((_, old) => place.get(old) ?? old), shape: [] },
      ...takes,
    ],
    outputs: Object.fromEntries(fields.map((name, i) => [name, at + 1 + i])),
  };
};
