/** The leaves of a reverse step: values that the scan and the inputs of its adjoint hold. */

import { everyOf } from '../../../../dsl/op.js';
import { splitPort } from '../../../../dsl/ports.js';
import type { Operand } from '../../emit/emitting.js';
import { type Extent, extentKey, type FieldScanAdjoint, type Source } from '../../ir/field.js';
import { choice, later, moving, plus } from '../../list/argument.js';
import type { Condition, Instruction } from '../../list/instruction.js';
import { type Address, addressFor, listAddress, sizeOf, strideOf } from '../../memory/address.js';
import type { Arena } from '../../memory/arena.js';
import { type Checkpoints, type ScanRecord, steppedBy } from './build-step.js';
import type { Counter } from './counter.js';
import { isKept, type Tail, tailOf } from './ending.js';
import { stateAt } from './state.js';

/** The inputs of an adjoint: those of its scan, cotangents of its ports, and fields before the first step. */
export interface AdjointInputs {
  readonly fields: readonly Operand[];
  readonly sequences: readonly Operand[];
  readonly externals: readonly Operand[];
  readonly finals: readonly Operand[];
  readonly observed: readonly Operand[];
  readonly earlier: readonly Operand[];
}

/** The addresses of the leaves of the step that the scan or the inputs of the adjoint hold. */
export class StepLeaves {
  readonly #states = new Map<string, Address>();
  readonly #tails = new Map<string, Tail>();

  constructor(
    private readonly adjoint: FieldScanAdjoint,
    private readonly forward: ScanRecord,
    private readonly given: AdjointInputs,
    private readonly starts: Checkpoints | undefined,
    private readonly counter: Counter,
    private readonly arena: Arena,
    private readonly zeros: Zeros,
    private readonly isLast: Condition,
  ) {}

  /** Adds up the cotangents of steps that were not taken; a loop counts the last step that was. */
  addTails(end: number): readonly Instruction[] {
    return [...this.#tails.values()].flatMap((tail) => tail.add(end));
  }

  of(source: Source, extent: Extent): Address {
    const { given, counter, adjoint } = this;
    const stride = strideOf(extent);
    switch (source.kind) {
      case 'residual':
        return this.forward.node(source.node);
      case 'state':
        return this.#state(source.field);
      case 'element':
        return steppedBy(given.sequences[source.sequence].address, counter, stride);
      case 'external':
        return given.externals[source.index].address;
      case 'observed': {
        const { address } = given.observed[adjoint.observed.indexOf(source.name)];
        const every = everyOf(adjoint, source.name);
        const { loop } = counter;
        const entry = plus(address.at, moving(-stride, { loop, stride, plus: 1, per: every }));
        const at =
          every === 1
            ? steppedBy(address, counter, stride).at
            : choice(isKept(every, loop), entry, this.zeros.of(extent).at);
        if (this.forward.scan.body.ends === undefined || adjoint.handed !== undefined)
          return { ...address, at };
        const { at: tail } = this.#tailOf(source.name, address, { bytes: sizeOf(extent), stride }).address;
        return { ...address, at: choice(this.isLast, tail, at) };
      }
      case 'kept': {
        const flag = (value: number): number => this.zeros.number(value);
        const [yes, no] = [flag(1), flag(0)];
        const { ends } = this.forward.scan.body;
        const kept = source.every === 1 ? yes : choice(isKept(source.every, counter.loop), yes, no);
        return listAddress(
          ends === undefined || adjoint.handed !== undefined ? kept : choice(this.isLast, yes, kept),
        );
      }
      case 'earlier': {
        const start = given.earlier[adjoint.earlier.indexOf(source.field)].address;
        const before = this.#state(source.field);
        const { loop } = counter;
        return { ...before, at: choice({ loop, is: 0 }, start.at, later(before.at, loop, -1)) };
      }
      default:
        throw new Error(`${source.kind} in the adjoint of a step`);
    }
  }

  /**
   * The start of the adjoint of the last step that was taken: cotangents of the steps that were not, or a flag of
   * ones.
   */
  handedFirst(what: string, extent: Extent): Address {
    const { adjoint, given } = this;
    const [kind, name] = splitPort(what);
    if (kind !== 'tail') {
      const { planes, grid } = extent;
      const numbers = sizeOf({ planes, grid }) / 4;
      return addressFor(extent, this.arena.constants(Array.from({ length: numbers }, () => 1)));
    }
    const { address } = given.observed[adjoint.observed.indexOf(name)];
    return this.#tailOf(name, address, { bytes: sizeOf(extent), stride: strideOf(extent) }).address;
  }

  /**
   * The cotangent of an observation at the last step that was taken, plus those of the steps that were not; or only
   * the latter, if they are carried.
   */
  #tailOf(name: string, first: Address, size: { readonly bytes: number; readonly stride: number }): Tail {
    const tail =
      this.#tails.get(name) ??
      tailOf(this.adjoint, name, first, size, this.arena, this.adjoint.handed === undefined);
    this.#tails.set(name, tail);
    return tail;
  }

  /** A field before a step: the given one, or the one after the step before. */
  #state(field: string): Address {
    const known = this.#states.get(field);
    if (known !== undefined) return known;
    const { adjoint, given, counter, starts, forward } = this;
    const input = (name: string): Operand => given.fields[adjoint.fields.indexOf(name)];
    const at = stateAt(forward.scan, field, {
      counter,
      given: (name) => input(name).address.at,
      node: (number) => this.#after(number).at,
      starts,
    });
    const made = addressFor(input(field).extent, at);
    this.#states.set(field, made);
    return made;
  }

  /** The address of a node of the step; a state that the step only passes on is at its own address. */
  #after(number: number): Address {
    const { body } = this.forward.scan;
    const { op, extent } = body.nodes[number];
    return op.op === 'leaf' && op.source.kind !== 'constant' && op.source.kind !== 'clock'
      ? this.of(op.source, extent)
      : this.forward.node(number);
  }
}

/** Zeros of each extent, allocated once. */
export class Zeros {
  readonly #known = new Map<string, Address>();

  constructor(private readonly arena: Arena) {}

  /** The address of one number. */
  number(value: number): number {
    return this.arena.constants([value]);
  }

  of(extent: Extent): Address {
    const key = extentKey(extent);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const bytes = sizeOf(extent);
    const at = this.arena.allocate(bytes, 'zeros');
    this.arena.fix(at, bytes);
    const made = addressFor(extent, at);
    this.#known.set(key, made);
    return made;
  }
}
