/** A scan step after step: a straight line, which can be differentiated. */

import { isKept, type ScanOp } from '../../dsl/op.js';
import { volume } from '../../dsl/shape.js';
import { constantOf } from './constant.js';
import { type Ref, type Site, under } from './draft.js';
import { typeAttr, wholeAttr } from './graph-def.js';
import * as tf from './ops.js';
import type { Scene } from './scene.js';
import { type Emit, type Parts, perSample, type Run, resultsOf } from './scene.js';
import { constantValue, overBatch, tensorValue } from './value.js';

/** The steps, each in a folder of its own. */
export const unrolled = (scene: Scene, site: Site, op: ScanOp, parts: Parts, emit: Emit): Run => {
  const { body, fields, steps } = op;
  const records: Readonly<Record<string, Ref[]>> = Object.fromEntries(
    parts.observed.map((name) => [name, []]),
  );
  let state = parts.initial;
  for (let step = 0; step < steps; step++) {
    const now = state;
    const here = under(site, `step${step}`);
    const values = emit(
      {
        ...scene,
        prefix: here.hint,
        leaf: (leaf) => {
          switch (leaf.op) {
            case 'state': {
              const ref = now[fields.indexOf(leaf.field)];
              return tensorValue(ref, perSample(ref.shape.slice(1)));
            }
            case 'element': {
              const { ref, shape } = parts.sequences[leaf.sequence];
              const at = tf.slice(under(here, 'element'), ref, [0, step, 0], [-1, 1, volume(shape)]);
              return tensorValue(tf.reshape(here, at, [-1, ...shape]), perSample(shape));
            }
            case 'external':
              return parts.externals[leaf.index];
            case 'clock':
              return constantValue(constantOf('clock', [], () => [step]));
            default:
              throw new Error(`${leaf.op} inside a scan`);
          }
        },
      },
      body.nodes,
      parts.facts,
      resultsOf(op, parts.observed),
    );
    const read = (name: string, node: number): Ref => overBatch(under(here, name), values(node));
    for (const name of parts.observed)
      if (isKept(op, name, step)) records[name].push(read(name, body.observe[name]));
    state = fields.map((field) => read(field, body.next[field]));
  }
  return {
    finals: state,
    observed: Object.fromEntries(
      Object.entries(records).map(([name, all]) => [
        name,
        site.draft.add('Pack', all, {
          shape: [-1, all.length, ...all[0].shape.slice(1)],
          attrs: { N: wholeAttr(all.length), axis: wholeAttr(1), T: typeAttr('float32') },
          hint: `${site.hint}/${name}`,
        }),
      ]),
    ),
  };
};
