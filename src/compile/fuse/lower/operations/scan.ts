/** Lowering of scans: their step becomes a field graph of its own. */

import { keptSteps, type Node, type ScanOp, scanInputs } from '../../../../dsl/op.js';
import { finalPort, observedPort } from '../../../../dsl/ports.js';
import type { FieldBuilder } from '../../ir/builder.js';
import { type FieldBody, isPointwise, type Source } from '../../ir/field.js';
import { type Layout, ofSamples, onGrid, sequenceOf, without } from '../../ir/layout.js';
import { fieldsOfSamples, type Pixels, samplesIn } from '../samples.js';
import {
  asList,
  extentOf,
  inAxisOrder,
  isRefusal,
  type Lowered,
  notFused,
  type Refusal,
  type Result,
  spreadOver,
  storedAs,
} from '../value.js';

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

export const lowerScan = (
  builder: FieldBuilder,
  op: ScanOp,
  inputs: readonly Lowered[],
  pixels: Pixels,
  lowerStep: LowerStep,
): LoweredScan | Refusal => {
  const inner = op.fields.length + op.sequences;
  // states and driving sequences are stored in the order of their axes, and a sequence whose time is a pixel axis as
  // a list
  const ordered = inputs.map((input, i) =>
    i >= inner
      ? input
      : inAxisOrder(
          builder,
          i >= op.fields.length && input.layout.axes[0] === 'pixel' ? asList(builder, input) : input,
        ),
  );
  const samples = samplesIn(pixels);
  const given = samples === undefined ? ordered : withOwnFields(builder, op, ordered, samples);
  const { fields, sequences, externals } = scanInputs(op, given);
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
        return leafOf(inside, { dims: [], axes: [], pixels: [] }, { kind: 'clock' });
      default:
        return notFused(`${leaf.op} inside a step`);
    }
  });
  for (const [index, value] of step.values)
    if (isRefusal(value)) return notFused(`in its step: ${op.body.nodes[index].op.op}: ${value.why}`);
  return closeScan(builder, op, step, fields, given);
};

/** The inputs of a scan, with a copy for each sample of the initial fields that become each sample's own. */
const withOwnFields = (
  builder: FieldBuilder,
  op: ScanOp,
  inputs: readonly Lowered[],
  samples: number,
): readonly Lowered[] => {
  const own = fieldsOfSamples(
    op,
    inputs.map(({ layout }) => onGrid(layout)),
  );
  return inputs.map((input, i) => (own[i] ? spreadOver(builder, input, samples) : input));
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
    const { layout } = fields[i];
    const computed = lowered(op.body.next[field]);
    if (computed === undefined) return notFused(`the field '${field}' is not fused after a step`);
    const value = ofSamples(layout) ? spreadOver(step.builder, computed, layout.pixels[0]) : computed;
    next[field] = storedAs(step.builder, value, layout).node;
    ports.set(finalPort(field), layout);
  }
  for (const [name, index] of Object.entries(op.body.observe)) {
    const value = lowered(index);
    if (value === undefined) return notFused(`what is observed as '${name}' is not fused`);
    observe[name] = value.node;
    ports.set(observedPort(name), sequenceOf(value.layout, keptSteps(op, name)));
  }
  const until = op.body.until === undefined ? undefined : lowered(op.body.until);
  const body: FieldBody = {
    nodes: step.builder.nodes,
    next,
    observe,
    ...(until === undefined ? {} : endOf(step.builder, until, next)),
  };
  const node = builder.add(
    {
      op: 'scan',
      steps: op.steps,
      fields: op.fields,
      sequences: op.sequences,
      ...(op.every === undefined ? {} : { every: op.every }),
      ...(op.remat === undefined ? {} : { remat: op.remat }),
      body,
    },
    inputs.map((input) => input.node),
    { planes: 0, grid: undefined },
  );
  return { node, ports };
};

/** The end of a scan and, for samples as pixels, which of them have stopped. */
const endOf = (
  b: FieldBuilder,
  { node, layout }: Lowered,
  next: FieldBody['next'],
): Pick<FieldBody, 'ends' | 'stopped'> => ({
  ends: endsWhere(b, ahead(b, node, next)),
  ...(ofSamples(layout) ? { stopped: b.zip('greater', node, b.constant(0)) } : {}),
});

/**
 * A condition on the state, rewritten for the next state, so that no further step is needed to find that nothing
 * changes. A condition that needs more than pointwise functions of scalars is not rewritten, since computing it twice
 * at each step may cost more than one step.
 */
const ahead = (b: FieldBuilder, condition: number, next: Readonly<Record<string, number>>): number => {
  const moved = new Map<number, number | undefined>();
  const move = (number: number): number | undefined => {
    if (moved.has(number)) return moved.get(number);
    const node = b.nodes[number];
    const { op, inputs, extent } = node;
    const of = inputs.map(move);
    const known = of.filter((input) => input !== undefined);
    const made =
      op.op === 'leaf'
        ? op.source.kind === 'state'
          ? next[op.source.field]
          : number
        : isPointwise(node) && known.length === of.length
          ? b.add(op, known, extent)
          : undefined;
    moved.set(number, made);
    return made;
  };
  return move(condition) ?? condition;
};

/** One number that is 1 if a condition is above 0, at all pixels if it differs between them. */
const endsWhere = (b: FieldBuilder, condition: number): number => {
  const stopped = b.zip('greater', condition, b.constant(0));
  const { grid, planes } = b.extent(stopped);
  if (grid === undefined) return stopped;
  const count = b.add({ op: 'sumPixels', scale: 1 }, [stopped], { planes, grid: undefined });
  return b.zip('greater', count, b.constant(grid.height * grid.width - 0.5));
};
