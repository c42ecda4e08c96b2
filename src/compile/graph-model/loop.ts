/** A scan as a while loop: its step is a function of the graph's library. */

import type { Facts } from '../../dsl/infer.js';
import { everyOf, keptSteps, type LeafOp, type ScanOp } from '../../dsl/op.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { type Draft, draft, type FunctionDraft, type Ref, type Site, under } from './draft.js';
import { needed } from './finish.js';
import { type DType, functionAttr, typeAttr, wholeAttr } from './graph-def.js';
import * as tf from './ops.js';
import { type Emit, type Parts, perSample, type Run, resultsOf } from './scene.js';
import { overBatch, tensorValue, type Value } from './value.js';

/**
 * The loop variables: the step, whether all samples have stopped (as 1), the state, lists of records, driving
 * sequences, externals. An observation that is kept after every k-th step has one entry for k steps, which the last
 * of them overwrites.
 */
export const looped = (site: Site, op: ScanOp, parts: Parts, emit: Emit): Run => {
  const { body, fields } = op;
  const { store } = site.draft;
  const inner = draft(store);
  const lists = parts.observed.map((name) => reservedList(site, op, name));
  const carried = parts.externals.flatMap((value, index) =>
    value.kind === 'tensor' ? [{ index, ref: value.ref, facts: value.facts }] : [],
  );

  const argument = (hint: string, { shape, dtype }: { shape: readonly number[]; dtype: DType }): Ref =>
    inner.fresh('Placeholder', [], { shape, dtype, hint });
  const word = (ref: Ref): string => ref.node.hint.replaceAll('/', '_');
  const step = argument('step', { shape: [], dtype: 'int32' });
  const stopped = body.until === undefined ? [] : [argument('stopped', { shape: [], dtype: 'float32' })];
  const state = fields.map((field, i) => argument(field, parts.initial[i]));
  const records = lists.map((list, i) => argument(`${parts.observed[i]}_list`, list));
  const sequences = parts.sequences.map(({ ref }, i) => argument(`sequence${i}`, ref));
  const outside = carried.map(({ ref }) => argument(word(ref), ref));

  const batch = (): Ref => {
    const at: Site = { draft: inner, hint: 'batch', batch };
    const sizes = inner.add('Shape', [state[0]], {
      shape: [state[0].shape.length],
      dtype: 'int32',
      attrs: { T: typeAttr('float32'), out_type: typeAttr('int32') },
      hint: 'batch/shape',
    });
    return tf.slice(at, sizes, [0], [1]);
  };
  const inside = (hint: string): Site => ({ draft: inner, hint, batch });
  const values = emit(
    {
      draft: inner,
      batch,
      unroll: false,
      prefix: '',
      leaf: bodyLeaf(op, parts, { inside, step, state, sequences, carried, outside }),
    },
    body.nodes,
    parts.facts,
    resultsOf(op, parts.observed),
  );
  const read = (name: string, node: number): Ref => {
    const ref = overBatch(inside(name), values(node));
    // TensorFlow.js distinguishes the results of a function by their nodes, not by outputs of a node
    return ref.output > 0 ? tf.identity(inside(`next_${name}`), ref) : ref;
  };
  const place = (name: string): Ref =>
    everyOf(op, name) === 1
      ? step
      : tf.binary(inside('place'), 'FloorDiv', step, tf.whole(inside('every'), everyOf(op, name)));
  const next = [
    tf.binary(inside('next_step'), 'AddV2', step, tf.whole(inside('one'), 1)),
    ...(body.until === undefined ? [] : [haveStopped(inside('stopped'), read('until', body.until))]),
    ...fields.map((field) => read(field, body.next[field])),
    ...parts.observed.map((name, i) =>
      inner.add('TensorListSetItem', [records[i], place(name), read(name, body.observe[name])], {
        shape: [],
        dtype: 'variant',
        attrs: floatElements,
        hint: `record_${name}`,
      }),
    ),
  ];
  // TensorFlow.js disposes of what a step computes and does not return, even if a list holds it: so it is returned
  const seen = parts.observed.flatMap((name) => {
    const ref = read(name, body.observe[name]);
    return next.some(({ node, output }) => node === ref.node && output === ref.output) ? [] : [{ name, ref }];
  });
  const last = seen.map(({ name, ref }) => argument(`last_${name}`, ref));
  // loop variables that do not change and have no reader are left out
  const used = new Set(needed([...next, ...seen.map(({ ref }) => ref)]));
  const constants = [
    ...sequences.map((inner, i) => ({ inner, outer: parts.sequences[i].ref })),
    ...outside.map((inner, i) => ({ inner, outer: carried[i].ref })),
  ].filter(({ inner }) => used.has(inner.node));
  const inputs = [step, ...stopped, ...state, ...records, ...last, ...constants.map(({ inner }) => inner)];
  const results = [...next, ...seen.map(({ ref }) => ref), ...constants.map(({ inner }) => inner)];
  const called = functionName(store.functions.length, site.hint);
  store.functions.push(
    { name: `${called}_body`, inputs, outputs: results },
    condition(`${called}_cond`, inputs, op, draft(store), batch),
  );

  const given = [
    tf.whole(site, 0),
    ...stopped.map(() => tf.number(site, 0)),
    ...parts.initial,
    ...lists,
    ...seen.map(({ name, ref }) => tf.filled(under(site, name), 0, ref.shape.slice(1))),
    ...constants.map(({ outer }) => outer),
  ];
  const loop = site.draft.fresh('StatelessWhile', given, {
    shape: [],
    dtype: 'int32',
    attrs: { body: functionAttr(`${called}_body`), cond: functionAttr(`${called}_cond`) },
    hint: site.hint,
  });
  const output = (i: number): Ref => ({
    node: loop.node,
    output: i,
    shape: given[i].shape,
    dtype: given[i].dtype,
  });
  const first = 1 + stopped.length;
  return {
    finals: fields.map((_, i) => output(first + i)),
    observed: Object.fromEntries(
      parts.observed.map((name, i) => {
        const list = output(first + fields.length + i);
        return [name, stackedList(site, op, name, list, output(0))];
      }),
    ),
  };
};

const functionName = (count: number, hint: string): string =>
  `${hint.replaceAll(/[^A-Za-z0-9_]/g, '_')}${count === 0 ? '' : `_${count / 2}`}`;

const floatElements = { element_dtype: typeAttr('float32') };

/** The shape of what is recorded under a name at each step. */
const elementShape = ({ body }: ScanOp, name: string): Shape => [-1, ...body.nodes[body.observe[name]].shape];

/** An empty list for what is recorded under a name. */
const reservedList = (site: Site, op: ScanOp, name: string): Ref =>
  site.draft.fresh(
    'TensorListReserve',
    [tf.wholes(site, elementShape(op, name)), tf.whole(site, placesOf(op, name))],
    {
      shape: [],
      dtype: 'variant',
      attrs: { ...floatElements, shape_type: typeAttr('int32') },
      hint: `${site.hint}/${name}/list`,
    },
  );

/** The number of entries of a list; the last may have too few steps to be kept. */
const placesOf = (op: ScanOp, name: string): number => Math.ceil(op.steps / everyOf(op, name));

/** 1 where a condition is above 0 for all samples, else 0. */
const haveStopped = (site: Site, condition: Ref): Ref => {
  const above = tf.binary(site, 'Greater', condition, tf.number(site, 0), 'bool');
  return tf.reduced(site, 'Min', tf.cast(site, above, 'float32'), [0]);
};

/** A list of records as a sequence [B, T, ...]; `taken` is the number of steps that were taken. */
const stackedList = (site: Site, op: ScanOp, name: string, list: Ref, taken: Ref): Ref => {
  const element = elementShape(op, name);
  const ends = op.body.until !== undefined;
  const places = placesOf(op, name);
  const stacked = site.draft.add('TensorListStack', [list, tf.wholes(site, element)], {
    shape: [places, ...element],
    attrs: { ...floatElements, num_elements: wholeAttr(ends ? -1 : places) },
    hint: `${site.hint}/${name}`,
  });
  const whole = ends ? filledUp(under(site, name), op, name, stacked, taken) : stacked;
  const kept = tf.slice(
    under(site, name),
    whole,
    whole.shape.map(() => 0),
    [keptSteps(op, name), ...whole.shape.slice(1)],
  );
  const axes = kept.shape.map((_, axis) => axis);
  return tf.transpose(under(site, name), kept, [1, 0, ...axes.slice(2)]);
};

/** Records of a loop that ended early, with the last one repeated in all later entries. */
const filledUp = (site: Site, op: ScanOp, name: string, stacked: Ref, taken: Ref): Ref => {
  const at = under(site, 'places');
  const count = placesOf(op, name);
  const last = tf.binary(
    at,
    'FloorDiv',
    tf.binary(at, 'Sub', taken, tf.whole(at, 1)),
    tf.whole(at, everyOf(op, name)),
  );
  const places = tf.wholes(
    at,
    Array.from({ length: count }, (_, place) => place),
  );
  const [, ...element] = stacked.shape;
  return site.draft.add('GatherV2', [stacked, tf.binary(at, 'Minimum', places, last), tf.whole(at, 0)], {
    shape: [count, ...element],
    attrs: { Tparams: typeAttr('float32'), Tindices: typeAttr('int32'), Taxis: typeAttr('int32') },
    hint: site.hint,
  });
};

/** The arguments of the body's function, by their roles. */
interface BodyArguments {
  readonly inside: (hint: string) => Site;
  readonly step: Ref;
  readonly state: readonly Ref[];
  readonly sequences: readonly Ref[];
  /** Externals that are tensors, and the arguments that carry them. */
  readonly carried: readonly { readonly index: number; readonly facts: Facts }[];
  readonly outside: readonly Ref[];
}

const bodyLeaf =
  (op: ScanOp, parts: Parts, { inside, step, state, sequences, carried, outside }: BodyArguments) =>
  (leaf: LeafOp): Value => {
    switch (leaf.op) {
      case 'state': {
        const ref = state[op.fields.indexOf(leaf.field)];
        return tensorValue(ref, perSample(ref.shape.slice(1)));
      }
      case 'element': {
        const { shape } = parts.sequences[leaf.sequence];
        const at = inside('element');
        const rows = at.draft.add('GatherV2', [sequences[leaf.sequence], step, tf.whole(at, 1)], {
          shape: [-1, volume(shape)],
          attrs: { Tparams: typeAttr('float32'), Tindices: typeAttr('int32'), Taxis: typeAttr('int32') },
          hint: 'element',
        });
        return tensorValue(tf.reshape(at, rows, [-1, ...shape]), perSample(shape));
      }
      case 'external': {
        const found = carried.findIndex(({ index }) => index === leaf.index);
        return found < 0 ? parts.externals[leaf.index] : tensorValue(outside[found], carried[found].facts);
      }
      case 'clock':
        return tensorValue(tf.cast(inside('clock'), step, 'float32'), { shape: [], perSample: false });
      default:
        throw new Error(`${leaf.op} inside a scan`);
    }
  };

/** The condition of the loop: steps are left, and not all samples have stopped. */
const condition = (
  name: string,
  inputs: readonly Ref[],
  { steps, body }: ScanOp,
  test: Draft,
  batch: () => Ref,
): FunctionDraft => {
  const counted = test.fresh('Placeholder', [], { shape: [], dtype: 'int32', hint: 'step' });
  const others = inputs
    .slice(1)
    .map(({ shape, dtype, node }) => test.fresh('Placeholder', [], { shape, dtype, hint: node.hint }));
  const site: Site = { draft: test, hint: 'goes_on', batch };
  const left = tf.binary(site, 'Less', counted, tf.whole(site, steps), 'bool');
  return {
    name,
    inputs: [counted, ...others],
    outputs: [body.until === undefined ? left : tf.binary(site, 'LogicalAnd', left, goesOn(site, others[0]))],
  };
};

const goesOn = (site: Site, stopped: Ref): Ref =>
  tf.binary(site, 'Less', stopped, tf.number(site, 1), 'bool');
