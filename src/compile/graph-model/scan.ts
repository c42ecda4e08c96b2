/** Scans in the graph: a while loop with functions of its own, or step after step; over weights alone, their results. */

import { type ScanOp, scanInputs } from '../../dsl/op.js';
import { splitPort } from '../../dsl/ports.js';
import { isPerSample } from '../../dsl/rules.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { assumedFactsInBody } from '../facts.js';
import { foldScan } from './constant.js';
import { type Ref, type Site, under } from './draft.js';
import { looped } from './loop.js';
import * as tf from './ops.js';
import type { Scene } from './scene.js';
import { type Emit, type Parts, perSample } from './scene.js';
import { unrolled } from './unroll.js';
import { constantValue, overBatch, tensorValue, type Value } from './value.js';

/** The values of the ports of a scan that are read, whose shapes are given. */
export const portsOfScan = (
  scene: Scene,
  site: Site,
  op: ScanOp,
  inputs: readonly Value[],
  ports: Readonly<Record<string, Shape>>,
  emit: Emit,
): Readonly<Record<string, Value>> => {
  const facts = inputs.map((value) => value.facts);
  if (isPerSample(op, facts)) return computedPorts(scene, site, op, inputs, Object.keys(ports), emit);
  const constants = inputs.flatMap((value) => (value.kind === 'constant' ? [value.constant] : []));
  const folded = constants.length === inputs.length ? foldScan(site.hint, op, constants, ports) : undefined;
  if (folded !== undefined)
    return Object.fromEntries(Object.entries(folded).map(([port, value]) => [port, constantValue(value)]));
  // computed once, for a batch of one
  const batch = (): Ref => tf.wholes(site, [1]);
  const found = computedPorts({ ...scene, batch }, { ...site, batch }, op, inputs, Object.keys(ports), emit);
  return Object.fromEntries(
    Object.entries(found).map(([port, value]) => [port, shared(under(site, splitPort(port)[1]), value)]),
  );
};

/** The value of a batch of one, without its batch axis. */
const shared = (site: Site, value: Value): Value => {
  const { shape } = value.facts;
  return value.kind === 'constant'
    ? value
    : tensorValue(tf.reshape(site, value.ref, shape), { shape, perSample: false });
};

/** The values of ports, each with a batch axis. */
const computedPorts = (
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
    facts: assumedFactsInBody(
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
