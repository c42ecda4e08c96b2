/** The scans of a region and their reverses. */

import { isObservedPort, splitPort } from '../../../dsl/ports.js';
import { residualNodes } from '../adjoint/residuals.js';
import type { Operand } from '../emit/emitting.js';
import type { FieldNode, FieldScanAdjoint } from '../ir/field.js';
import type { LaidOut } from '../schedule/build.js';
import { buildScan, type ScanSchedule } from '../schedule/scan.js';
import { buildScanAdjoint } from '../schedule/scan-adjoint.js';
import type { StepContext } from '../schedule/scan-step.js';

/** Lays out scans and their reverses, each scan before its reverse. */
export class RegionScans {
  /** What is read of each scan: names of observed sequences, and its reverse. */
  readonly #observed = new Map<number, Set<string>>();
  readonly #reverses = new Map<number, FieldScanAdjoint>();
  readonly #built = new Map<number, ScanSchedule>();

  constructor(
    private readonly nodes: readonly FieldNode[],
    live: Iterable<number>,
    private readonly context: StepContext,
  ) {
    for (const number of live) {
      const { op, inputs } = nodes[number];
      if (op.op === 'scanAdjoint') this.#reverses.set(op.scan, op);
      if (op.op !== 'port' || nodes[inputs[0]].op.op !== 'scan' || !isObservedPort(op.port)) continue;
      const names = this.#observed.get(inputs[0]) ?? new Set<string>();
      this.#observed.set(inputs[0], names.add(splitPort(op.port)[1]));
    }
  }

  layOut(number: number, inputs: readonly Operand[]): LaidOut {
    const { op } = this.nodes[number];
    if (op.op === 'scan') {
      const observed = this.#observed.get(number) ?? new Set<string>();
      const kept = residualNodes(op, observed, this.#reverses.get(number)?.nodes ?? []);
      const built = buildScan(op, inputs, kept, observed, this.context);
      this.#built.set(number, built);
      return built;
    }
    if (op.op !== 'scanAdjoint') throw new Error(`${op.op} is not a scan`);
    const forward = this.#built.get(op.scan);
    if (forward === undefined) throw new Error('a reverse before its scan');
    return buildScanAdjoint(op, forward, inputs, this.context);
  }
}
