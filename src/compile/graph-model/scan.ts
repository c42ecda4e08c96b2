/** Scans in the graph: a while loop with functions of its own, or step after step. */

import { type ScanOp, scanInputs } from '../../dsl/op.js';
import { splitPort } from '../../dsl/ports.js';
import { volume } from '../../dsl/shape.js';
import { factsInBody } from '../facts.js';
import { type Site, under } from './draft.js';
import { looped } from './loop.js';
import * as tf from './ops.js';
import type { Scene } from './scene.js';
import { type Emit, type Parts, perSample } from './scene.js';
import { unrolled } from './unroll.js';
import { overBatch, tensorValue, type Value } from './value.js';

/** The values of the ports of a scan that are read. */
export const portsOfScan = (
  scene: Scene,
  site: Site,
  op: ScanOp,
  inputs: readonly Value[],
  ports: readonly string[],
  emit: Emit,
): Readonly<Record<string, Value>> => {
  const given = scanInputs(op, inputs);
  const named = ports.map(splitPort);
  const parts: Parts = {
    initial: given.fields.map((value, i) => overBatch(under(site, op.fields[i]), value)),
    sequences: given.sequences.map((value) => {
      const shape = value.facts.shape.slice(1);
      const ref = overBatch(under(site, 'sequence'), value);
      return { ref: tf.reshape(site, ref, [-1, op.steps, volume(shape)]), shape };
    }),
    externals: given.externals,
    observed: named.flatMap(([kind, name]) => (kind === 'observed' ? [name] : [])),
    facts: factsInBody(
      op,
      inputs.map(({ facts }) => facts),
    ),
  };
  const { observed, finals } = scene.unroll
    ? unrolled(scene, site, op, parts, emit)
    : looped(site, op, parts, emit);
  return Object.fromEntries(
    named.map(([kind, name], i) => {
      const field = op.fields.indexOf(name);
      return [
        ports[i],
        kind === 'final'
          ? tensorValue(finals[field], perSample(finals[field].shape.slice(1)))
          : tensorValue(observed[name], perSample(observed[name].shape.slice(1))),
      ];
    }),
  );
};
