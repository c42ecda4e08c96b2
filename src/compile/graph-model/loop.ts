/** A scan as a while loop: its step is a function of the graph's library. */

import type { ScanOp } from '../../dsl/op.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { draft, type Ref, type Site, under } from './draft.js';
import { needed } from './finish.js';
import { type DType, functionAttr, typeAttr, wholeAttr } from './graph-def.js';
import * as tf from './ops.js';
import { type Emit, type Parts, perSample, type Run, resultsOf } from './scene.js';
import { overBatch, tensorValue } from './value.js';

/** What goes round: the step, the state, lists of what is recorded, sequences, and what was computed outside. */
export const looped = (site: Site, op: ScanOp, parts: Parts, emit: Emit): Run => {
  const { body, fields, steps } = op;
  const { store } = site.draft;
  const inner = draft(store);
  const element = (name: string): Shape => [-1, ...body.nodes[body.observe[name]].shape];
  const float = { element_dtype: typeAttr('float32') };
  const lists = parts.observed.map((name) =>
    site.draft.fresh('TensorListReserve', [tf.wholes(site, element(name)), tf.whole(site, steps)], {
      shape: [],
      dtype: 'variant',
      attrs: { ...float, shape_type: typeAttr('int32') },
      hint: `${site.hint}/${name}/list`,
    }),
  );
  const carried = parts.externals.flatMap((value, index) =>
    value.kind === 'tensor' ? [{ index, ref: value.ref, facts: value.facts }] : [],
  );

  const argument = (hint: string, { shape, dtype }: { shape: readonly number[]; dtype: DType }): Ref =>
    inner.fresh('Placeholder', [], { shape, dtype, hint });
  const word = (ref: Ref): string => ref.node.hint.replaceAll('/', '_');
  const step = argument('step', { shape: [], dtype: 'int32' });
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
      leaf: (leaf) => {
        switch (leaf.op) {
          case 'state': {
            const ref = state[fields.indexOf(leaf.field)];
            return tensorValue(ref, perSample(ref.shape.slice(1)));
          }
          case 'element': {
            const { shape } = parts.sequences[leaf.sequence];
            const at = inside('element');
            const rows = inner.add('GatherV2', [sequences[leaf.sequence], step, tf.whole(at, 1)], {
              shape: [-1, volume(shape)],
              attrs: { Tparams: typeAttr('float32'), Tindices: typeAttr('int32'), Taxis: typeAttr('int32') },
              hint: 'element',
            });
            return tensorValue(tf.reshape(at, rows, [-1, ...shape]), perSample(shape));
          }
          case 'external': {
            const found = carried.findIndex(({ index }) => index === leaf.index);
            return found < 0
              ? parts.externals[leaf.index]
              : tensorValue(outside[found], carried[found].facts);
          }
          case 'clock':
            return tensorValue(tf.cast(inside('clock'), step, 'float32'), { shape: [], perSample: false });
          default:
            throw new Error(`${leaf.op} inside a scan`);
        }
      },
    },
    body.nodes,
    parts.facts,
    resultsOf(op, parts.observed),
  );
  const read = (name: string, node: number): Ref => {
    const ref = overBatch(inside(name), values(node));
    // TensorFlow.js tells a function's results apart by their nodes, not by which output of a node they are.
    return ref.output > 0 ? tf.identity(inside(`next_${name}`), ref) : ref;
  };
  const next = [
    tf.binary(inside('next_step'), 'AddV2', step, tf.whole(inside('one'), 1)),
    ...fields.map((field) => read(field, body.next[field])),
    ...parts.observed.map((name, i) =>
      inner.add('TensorListSetItem', [records[i], step, read(name, body.observe[name])], {
        shape: [],
        dtype: 'variant',
        attrs: float,
        hint: `record_${name}`,
      }),
    ),
  ];
  // What a step has computed and does not hand on is disposed of, though a list may hold it: so it is handed on.
  const seen = parts.observed.flatMap((name) => {
    const ref = read(name, body.observe[name]);
    return next.some(({ node, output }) => node === ref.node && output === ref.output) ? [] : [{ name, ref }];
  });
  const last = seen.map(({ name, ref }) => argument(`last_${name}`, ref));
  // What goes round unchanged and is not read need not go round.
  const used = new Set(needed([...next, ...seen.map(({ ref }) => ref)]));
  const constants = [
    ...sequences.map((inner, i) => ({ inner, outer: parts.sequences[i].ref })),
    ...outside.map((inner, i) => ({ inner, outer: carried[i].ref })),
  ].filter(({ inner }) => used.has(inner.node));
  const inputs = [step, ...state, ...records, ...last, ...constants.map(({ inner }) => inner)];
  const results = [...next, ...seen.map(({ ref }) => ref), ...constants.map(({ inner }) => inner)];
  const called = functionName(store.functions.length, site.hint);
  const test = draft(store);
  const counted = test.fresh('Placeholder', [], { shape: [], dtype: 'int32', hint: 'step' });
  const others = inputs
    .slice(1)
    .map(({ shape, dtype, node }) => test.fresh('Placeholder', [], { shape, dtype, hint: node.hint }));
  const testSite: Site = { draft: test, hint: 'goes_on', batch };
  store.functions.push(
    { name: `${called}_body`, inputs, outputs: results },
    {
      name: `${called}_cond`,
      inputs: [counted, ...others],
      outputs: [tf.binary(testSite, 'Less', counted, tf.whole(testSite, steps), 'bool')],
    },
  );

  const given = [
    tf.whole(site, 0),
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
  return {
    finals: fields.map((_, i) => output(1 + i)),
    observed: Object.fromEntries(
      parts.observed.map((name, i) => {
        const list = output(1 + fields.length + i);
        const stacked = site.draft.add('TensorListStack', [list, tf.wholes(site, element(name))], {
          shape: [steps, ...element(name)],
          attrs: { ...float, num_elements: wholeAttr(steps) },
          hint: `${site.hint}/${name}`,
        });
        const axes = stacked.shape.map((_, axis) => axis);
        return [name, tf.transpose(under(site, name), stacked, [1, 0, ...axes.slice(2)])];
      }),
    ),
  };
};

const functionName = (count: number, hint: string): string =>
  `${hint.replaceAll(/[^A-Za-z0-9_]/g, '_')}${count === 0 ? '' : `_${count / 2}`}`;
