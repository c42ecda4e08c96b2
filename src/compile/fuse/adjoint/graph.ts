/**
 * Reverse mode, source to source: adds the nodes of the gradients to a field graph.
 *
 * Cotangents are collected from the last node to the first. The adjoint of a scan's step is derived once, as a graph of
 * its own (`scan-step.ts`).
 */

import { scanInputs } from '../../../dsl/op.js';
import { finalPort, observedPort } from '../../../dsl/ports.js';
import type { FieldBuilder } from '../ir/builder.js';
import type { FieldScan, FieldScanAdjoint } from '../ir/field.js';
import { dependents } from '../schedule/order.js';
import { Cotangents } from './cotangents.js';
import { addVjp, type VjpContext } from './rules.js';
import { adjointStep } from './scan-step.js';

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
  const context: VjpContext = {
    builder,
    nodes,
    value: (node) => node,
    addCotangent: (node, cotangent) => cotangents.add(node, cotangent),
    addSlice: (node, piece) => cotangents.addSlice(node, piece),
    wanted: (node) => depends[node],
  };
  for (let number = forward - 1; number >= 0; number--) {
    const { op, inputs } = nodes[number];
    if (!depends[number] || op.op === 'leaf' || op.op === 'crossEntropy') continue;
    if (op.op === 'scan') {
      const ports = scans.get(number);
      if (ports !== undefined) addScanAdjoint(number, op, ports, context);
      continue;
    }
    const cotangent = cotangents.of(number);
    if (cotangent === undefined) continue;
    if (op.op === 'port') {
      const ports = scans.get(inputs[0]) ?? new Map<string, number>();
      ports.set(op.port, cotangent);
      scans.set(inputs[0], ports);
    } else addVjp(number, cotangent, context);
  }
  const found = new Map<number, number>();
  for (const leaf of wanted) {
    const cotangent = cotangents.of(leaf);
    if (cotangent !== undefined) found.set(leaf, cotangent);
  }
  return found;
};

/** Adds the adjoint of a scan, and the cotangents of the scan's inputs. */
const addScanAdjoint = (
  number: number,
  scan: FieldScan,
  ports: ReadonlyMap<string, number>,
  context: VjpContext,
): void => {
  const { builder: b, nodes, wanted } = context;
  const { inputs } = nodes[number];
  const { body, fields, sequences } = scan;
  const of = scanInputs(scan, inputs);
  const finals = fields.filter((field) => ports.has(finalPort(field)));
  const observed = Object.keys(body.observe).filter((name) => ports.has(observedPort(name)));
  const { recomputed, ...step } = adjointStep(
    scan,
    observed,
    (source) =>
      source.kind === 'state' ||
      (source.kind === 'element' && wanted(of.sequences[source.sequence])) ||
      (source.kind === 'external' && wanted(of.externals[source.index])),
  );
  // what a field would have been a step before the first
  const earlier = new Map<string, number>();
  for (const [field, { from, keep, gain, moved }] of recomputed) {
    const [y, z] = [from, field].map((name) => of.fields[fields.indexOf(name)]);
    if (moved === 'after') earlier.set(from, b.affine(b.zip('sub', y, b.affine(z, gain)), 1 / keep));
  }
  const op: FieldScanAdjoint = {
    op: 'scanAdjoint',
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
  const port = (input: number): number =>
    b.add({ op: 'port', port: `input/${input}` }, [reverse], nodes[inputs[input]].extent);
  for (const input of fields.keys())
    if (wanted(inputs[input])) context.addCotangent(inputs[input], port(input));
  for (const sequence of Object.keys(step.elements)) {
    const input = fields.length + Number(sequence);
    if (wanted(inputs[input])) context.addCotangent(inputs[input], port(input));
  }
  for (const index of Object.keys(step.externals)) {
    const input = fields.length + sequences + Number(index);
    if (wanted(inputs[input])) context.addCotangent(inputs[input], port(input));
  }
};
