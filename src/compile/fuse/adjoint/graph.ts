/**
 * The reverse mode, source to source: from a field graph to the field graph of its gradients.
 *
 * Cotangents are collected node by node from the last to the first. Inside a scan the reverse step is derived once,
 * as a graph of its own.
 */

import { scanInputs } from '../../../dsl/op.js';
import { finalPort, observedPort } from '../../../dsl/ports.js';
import type { FieldBuilder } from '../ir/builder.js';
import type { FieldNode, FieldReverse, FieldScan } from '../ir/field.js';
import { dependents } from '../schedule/order.js';
import { Cotangents } from './cotangents.js';
import { reverseStep } from './reverse-step.js';
import { pullBack, type Rule } from './rules.js';

/** A field graph with the gradients of a loss. */
export interface WithGradients {
  readonly nodes: readonly FieldNode[];
  /** The cotangent of each leaf that was asked for and that the seeds depend on. */
  readonly cotangents: ReadonlyMap<number, number>;
}

/**
 * Adds the gradients to a graph. `seeds` are the cotangents of some nodes, as nodes of the builder; `wanted` are the
 * leaves whose cotangents are asked for.
 */
export const addGradients = (
  builder: FieldBuilder,
  seeds: ReadonlyMap<number, number>,
  wanted: ReadonlySet<number>,
): ReadonlyMap<number, number> => {
  const forward = builder.nodes.length;
  const nodes = builder.nodes;
  const depends = dependents(nodes.slice(0, forward), (node) => wanted.has(node));
  const cotangents = new Cotangents(builder, (node) => nodes[node].extent);
  for (const [node, seed] of seeds) cotangents.add(node, seed);
  const scans = new Map<number, Map<string, number>>();
  const rule: Rule = {
    b: builder,
    nodes,
    value: (node) => node,
    give: (node, cotangent) => cotangents.add(node, cotangent),
    givePiece: (node, piece) => cotangents.addPiece(node, piece),
    wanted: (node) => depends[node],
  };
  for (let number = forward - 1; number >= 0; number--) {
    const { op, inputs } = nodes[number];
    if (!depends[number] || op.op === 'leaf' || op.op === 'crossEntropy') continue;
    if (op.op === 'scan') {
      const ports = scans.get(number);
      if (ports !== undefined) reverseScan(number, op, ports, rule);
      continue;
    }
    const d = cotangents.of(number);
    if (d === undefined) continue;
    if (op.op === 'port') {
      const ports = scans.get(inputs[0]) ?? new Map<string, number>();
      ports.set(op.port, d);
      scans.set(inputs[0], ports);
    } else pullBack(number, d, rule);
  }
  const found = new Map<number, number>();
  for (const leaf of wanted) {
    const cotangent = cotangents.of(leaf);
    if (cotangent !== undefined) found.set(leaf, cotangent);
  }
  return found;
};

/** Adds the reverse of a scan and gives its inputs their cotangents. */
const reverseScan = (
  number: number,
  scan: FieldScan,
  ports: ReadonlyMap<string, number>,
  rule: Rule,
): void => {
  const { b, nodes, wanted } = rule;
  const { inputs } = nodes[number];
  const { body, fields, sequences } = scan;
  const of = scanInputs(scan, inputs);
  const finals = fields.filter((field) => ports.has(finalPort(field)));
  const observed = Object.keys(body.observe).filter((name) => ports.has(observedPort(name)));
  const { rebuilt, ...step } = reverseStep(
    scan,
    observed,
    (source) =>
      source.kind === 'state' ||
      (source.kind === 'element' && wanted(of.sequences[source.sequence])) ||
      (source.kind === 'external' && wanted(of.externals[source.index])),
  );
  // what a field would have been a step before the first
  const earlier = new Map<string, number>();
  for (const [field, { from, keep, gain, moved }] of rebuilt) {
    const [y, z] = [from, field].map((name) => of.fields[fields.indexOf(name)]);
    if (moved === 'after') earlier.set(from, b.affine(b.zip('sub', y, b.affine(z, gain)), 1 / keep));
  }
  const op: FieldReverse = {
    op: 'reverse',
    scan: number,
    steps: scan.steps,
    fields,
    sequences,
    finals,
    observed,
    earlier: [...earlier.keys()],
    ...step,
  };
  const given = [
    ...finals.map((field) => ports.get(finalPort(field)) ?? 0),
    ...observed.map((name) => ports.get(observedPort(name)) ?? 0),
    ...earlier.values(),
  ];
  const reverse = b.add(op, [...inputs, ...given, number], { planes: 0, grid: false });
  const port = (place: number): number =>
    b.add({ op: 'port', port: `input/${place}` }, [reverse], nodes[inputs[place]].extent);
  for (const place of fields.keys()) if (wanted(inputs[place])) rule.give(inputs[place], port(place));
  for (const sequence of Object.keys(step.elements)) {
    const place = fields.length + Number(sequence);
    if (wanted(inputs[place])) rule.give(inputs[place], port(place));
  }
  for (const index of Object.keys(step.externals)) {
    const place = fields.length + sequences + Number(index);
    if (wanted(inputs[place])) rule.give(inputs[place], port(place));
  }
};
