/**
 * Adjoints of scans for fused kernels, as nodes of the graph that a scan is in or of the reverse of the step that it is in.
 * VJPs as programs are derived in `compile/transform/vjp-scan.ts`.
 */

import { scanInputs } from '../../../dsl/op.js';
import { finalPort, observedPort } from '../../../dsl/ports.js';
import type { FieldNode, FieldScan, FieldScanAdjoint, Source } from '../ir/field.js';
import type { AddScanAdjoint } from './reverse-pass.js';
import { adjointStep } from './scan-step.js';

/**
 * Adds the adjoint of a scan, and the cotangents of the scan's inputs. `place`: whether the scan is in the graph that is
 * being built, or in a step that has run before.
 */
export const scanAdjoint =
  (place: 'here' | 'before'): AddScanAdjoint =>
  (number, scan, ports, context) => {
    const { builder: b, nodes, value, wanted } = context;
    const { inputs } = nodes[number];
    const { body, fields, sequences, every } = scan;
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
      // as a value: one refers to the other
      (...nested) => scanAdjoint('before')(...nested),
    );
    // the value of a field one step before the first
    const earlier = new Map<string, number>();
    for (const [field, { from, keep, gain, moved }] of recomputed) {
      const [y, z] = [from, field].map((name) => value(of.fields[fields.indexOf(name)]));
      if (moved === 'after') earlier.set(from, b.affine(b.zip('sub', y, b.affine(z, gain)), 1 / keep));
    }
    const op: FieldScanAdjoint = {
      op: 'scanAdjoint',
      scan: number,
      steps: scan.steps,
      fields,
      sequences,
      ...(every === undefined ? {} : { every }),
      finals,
      observed,
      earlier: [...earlier.keys()],
      ...step,
    };
    const unread = (extent: FieldNode['extent']): number =>
      b.add({ op: 'leaf', source: { kind: 'unread' } }, [], extent);
    const isRead = inputsRead(scan, op);
    const given = inputs.map((input, i) =>
      place === 'here' ? input : isRead(i) ? value(input) : unread(nodes[input].extent),
    );
    const reverse = b.add(
      op,
      [
        ...given,
        ...finals.map((field) => ports.get(finalPort(field)) ?? 0),
        ...observed.map((name) => ports.get(observedPort(name)) ?? 0),
        ...earlier.values(),
        place === 'here' ? number : unread(nodes[number].extent),
      ],
      { planes: 0, grid: undefined },
    );
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

/** The inputs of a scan that its adjoint reads: all of them if it recomputes steps. */
const inputsRead = (
  { fields, sequences, remat, body }: FieldScan,
  { nodes }: FieldScanAdjoint,
): ((input: number) => boolean) => {
  if (remat !== undefined) return () => true;
  const read = new Set<number>();
  const see = (source: Source): void => {
    switch (source.kind) {
      case 'state': {
        const input = fields.indexOf(source.field);
        if (read.has(input)) return;
        read.add(input);
        // a value that a field takes over unchanged is not recorded
        const { op } = body.nodes[body.next[source.field]];
        if (op.op === 'leaf') see(op.source);
        return;
      }
      case 'earlier':
        see({ kind: 'state', field: source.field });
        return;
      case 'element':
        read.add(fields.length + source.sequence);
        return;
      case 'external':
        read.add(fields.length + sequences + source.index);
    }
  };
  for (const { op } of nodes) if (op.op === 'leaf') see(op.source);
  return (input) => read.has(input);
};
