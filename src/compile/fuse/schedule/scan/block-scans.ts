/** The scans of a block of nodes and their reverses. */

import { isObservedPort, splitPort } from '../../../../dsl/ports.js';
import { residualNodes } from '../../adjoint/residuals.js';
import type { Operand } from '../../emit/emitting.js';
import type { FieldNode, FieldScanAdjoint } from '../../ir/field.js';
import type { LaidOut } from '../build.js';
import { buildScan, type ScanSchedule } from './build-scan.js';
import { buildScanAdjoint } from './build-scan-adjoint.js';
import type { Beside, BlockScans, ScanRecord, StepContext } from './build-step.js';

const none: readonly FieldNode[] = [];

/** Lays out scans and their reverses, each scan before its reverse. */
export class ScansOfBlock implements BlockScans {
  /** The needs of each scan: names of observed sequences, and its reverse. */
  readonly #observed = new Map<number, Set<string>>();
  readonly #reverses = new Map<number, FieldScanAdjoint>();
  readonly #built = new Map<number, ScanSchedule>();

  constructor(
    private readonly nodes: readonly FieldNode[],
    live: Iterable<number>,
    private readonly context: StepContext,
    private readonly beside: Beside,
  ) {
    for (const { op } of beside.reverse) if (op.op === 'scanAdjoint') this.#reverses.set(op.scan, op);
    for (const number of live) {
      const { op, inputs } = nodes[number];
      if (op.op === 'scanAdjoint' && beside.before === undefined) this.#reverses.set(op.scan, op);
      if (op.op !== 'port' || nodes[inputs[0]].op.op !== 'scan' || !isObservedPort(op.port)) continue;
      const names = this.#observed.get(inputs[0]) ?? new Set<string>();
      this.#observed.set(inputs[0], names.add(splitPort(op.port)[1]));
    }
  }

  layOut(number: number, inputs: readonly Operand[]): LaidOut {
    const { op } = this.nodes[number];
    if (op.op === 'scan') {
      const observed = this.#observed.get(number) ?? new Set<string>();
      const reverse = this.#reverses.get(number)?.nodes ?? none;
      const residuals = residualNodes(op, [], reverse);
      const built = buildScan(op, inputs, { residuals, observed, reverse }, this.context);
      this.#built.set(number, built);
      return built;
    }
    if (op.op !== 'scanAdjoint') throw new Error(`${op.op} is not a scan`);
    return buildScanAdjoint(op, this.#recordFor(op), inputs, this.context);
  }

  record(scan: number): ScanSchedule {
    return this.#built.get(scan) ?? this.#none();
  }

  #recordFor({ scan }: FieldScanAdjoint): ScanRecord {
    return this.beside.before?.(scan) ?? this.record(scan);
  }

  #none(): never {
    throw new Error('a reverse before its scan');
  }
}
