/** Lowering of scans: their step becomes a field graph of its own. */

import { type Node, type ScanOp, scanInputs } from '../../../dsl/op.js';
import { finalPort, observedPort } from '../../../dsl/ports.js';
import type { Shape } from '../../../dsl/shape.js';
import type { FieldBuilder } from '../ir/builder.js';
import type { FieldBody, FieldNode, Source } from '../ir/field.js';
import { type Layout, onGrid, sameLayout, sequenceOf, without } from '../ir/layout.js';
import {
  extentOf,
  inAxisOrder,
  isRefusal,
  type Lowered,
  notFused,
  type Refusal,
  type Result,
} from './value.js';

/** A lowered scan: its node, and the layouts of its ports by their names. */
export interface LoweredScan {
  readonly node: number;
  readonly ports: ReadonlyMap<string, Layout>;
}

/** A lowered step: the value of each node, or the reason why it cannot be fused. */
export interface LoweredStep {
  readonly builder: FieldBuilder;
  readonly values: ReadonlyMap<number, Result>;
}

/** Lowers the nodes of a step whose leaves are given. */
export type LowerStep = (
  nodes: readonly Node[],
  leaf: (node: Node, builder: FieldBuilder) => Result,
) => LoweredStep;

const leafOf = (builder: FieldBuilder, layout: Layout, source: Source): Lowered => ({
  node: builder.add({ op: 'leaf', source }, [], extentOf(layout)),
  layout,
});

/** A setting of a scan that its kernels do not know. */
const settingOf = ({ body, every, remat }: ScanOp): string | undefined => {
  if (body.until !== undefined) return 'a scan that may end early (until)';
  if (remat !== undefined) return 'a scan whose gradient computes steps again (remat)';
  return every === undefined ? undefined : 'a scan that keeps some of what it observes (every)';
};

export const lowerScan = (
  builder: FieldBuilder,
  op: ScanOp,
  inputs: readonly Lowered[],
  grid: Shape,
  lowerStep: LowerStep,
): LoweredScan | Refusal => {
  const setting = settingOf(op);
  if (setting !== undefined) return notFused(setting);
  if (op.body.nodes.some(({ op: inside }) => inside.op === 'scan')) return notFused('a scan inside its step');
  const inner = op.fields.length + op.sequences;
  // states and driving sequences are stored in the order of their axes
  const given = inputs.map((input, i) => (i < inner ? inAxisOrder(builder, input) : input));
  const { fields, sequences, externals } = scanInputs(op, given);
  if (sequences.some(({ layout }) => layout.axes[0] !== 0)) return notFused('it is driven along pixels');
  if (![...fields, ...sequences].some(({ layout }) => onGrid(layout)))
    return notFused(`nothing in it has pixels [${grid.join()}]`);
  const step = lowerStep(op.body.nodes, ({ op: leaf }, inside): Result => {
    switch (leaf.op) {
      case 'state':
        return leafOf(inside, fields[op.fields.indexOf(leaf.field)].layout, {
          kind: 'state',
          field: leaf.field,
        });
      case 'element':
        return leafOf(inside, without(sequences[leaf.sequence].layout, 0), {
          kind: 'element',
          sequence: leaf.sequence,
        });
      case 'external':
        return leafOf(inside, externals[leaf.index].layout, { kind: 'external', index: leaf.index });
      case 'clock':
        return leafOf(inside, { dims: [], axes: [] }, { kind: 'clock' });
      default:
        return notFused(`${leaf.op} inside a step`);
    }
  });
  for (const [index, value] of step.values)
    if (isRefusal(value)) return notFused(`in its step: ${op.body.nodes[index].op.op}: ${value.why}`);
  return closeScan(builder, op, step, fields, given);
};

const closeScan = (
  builder: FieldBuilder,
  op: ScanOp,
  step: LoweredStep,
  fields: readonly Lowered[],
  inputs: readonly Lowered[],
): LoweredScan | Refusal => {
  const ports = new Map<string, Layout>();
  const next: Record<string, number> = {};
  const observe: Record<string, number> = {};
  const lowered = (index: number): Lowered | undefined => {
    const value = step.values.get(index);
    return value === undefined || isRefusal(value) ? undefined : inAxisOrder(step.builder, value);
  };
  for (const [i, field] of op.fields.entries()) {
    const value = lowered(op.body.next[field]);
    if (value === undefined || !sameLayout(value.layout, fields[i].layout))
      return notFused(`the field '${field}' has other pixels after a step`);
    next[field] = value.node;
    ports.set(finalPort(field), value.layout);
  }
  for (const [name, index] of Object.entries(op.body.observe)) {
    const value = lowered(index);
    if (value === undefined) return notFused(`what is observed as '${name}' is not fused`);
    observe[name] = value.node;
    ports.set(observedPort(name), sequenceOf(value.layout, op.steps));
  }
  const nodes: readonly FieldNode[] = step.builder.nodes;
  const body: FieldBody = { nodes, next, observe };
  const node = builder.add(
    { op: 'scan', steps: op.steps, fields: op.fields, sequences: op.sequences, body },
    inputs.map((input) => input.node),
    { planes: 0, grid: false },
  );
  return { node, ports };
};
