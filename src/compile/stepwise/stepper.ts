/** Runs a program a step at a time, by fused kernels: its state can be read and changed between two steps. */

import * as E from 'fp-ts/lib/Either.js';
import type { ProgramError } from '../../base/error.js';
import { inputsOf, outputsOf } from '../../dsl/graph.js';
import { inPhase } from '../../dsl/phase.js';
import type { Program } from '../../dsl/program.js';
import { volume } from '../../dsl/shape.js';
import { fuse } from '../fuse/execute/fused.js';
import type { FusedProgram } from '../fuse/execute/program.js';
import type { Arrays } from '../parameters.js';
import { clockName, driveName, finalName, givenName, observedName, stateName } from './names.js';
import { type Stepwise, stepwise } from './stepwise.js';

/** One sample of a program, advanced step by step. */
export interface Stepper {
  readonly about: Stepwise;
  /** Steps taken since the start. */
  readonly taken: () => number;
  /** Starts again with these inputs; returns the outputs that need no step. */
  readonly start: (inputs: Arrays) => Arrays;
  /** Other inputs for the next steps; state and records stay. */
  readonly feel: (inputs: Arrays) => Arrays;
  /** Takes a step; returns its observations. */
  readonly step: () => Arrays;
  /** The fields of the state. */
  readonly state: () => Arrays;
  /** Values of the sample that every step reads, such as frequencies. */
  readonly given: () => Arrays;
  /** Sets fields of the state, or externals. Throws an Error for an unknown name or a wrong size. */
  readonly set: (values: Arrays) => void;
  /** The outputs that read the whole scan; steps that are not yet taken count as 0. */
  readonly answers: () => Arrays;
  /** Sets parameters. */
  readonly load: (parameters: Arrays) => void;
  /**
   * Continues from another stepper, with its inputs, state and records; this one may be of a program with other
   * settings. Throws an Error if inputs, fields or records differ in size.
   */
  readonly goOn: (from: Stepper) => Stepper;
  /** Its position, for `goOn` of another stepper. */
  readonly where: () => Where;
}

/** The position of a stepper. */
export interface Where {
  readonly inputs: Arrays;
  readonly state: Arrays;
  readonly records: readonly Float32Array[];
  readonly taken: number;
}

const refused = (message: string): ProgramError => ({
  _tag: 'ProgramError',
  operation: 'stepwise',
  message,
});

/**
 * Opens a stepper with these parameters, in inference.
 *
 * **Errors** ProgramError if the program has no scan, or a part of it is not fused.
 *
 * @example
 * pipe(openStepper(nwm8, initialParameters(nwm8.graph, 0)), E.map((stepper) => stepper.about.steps));
 */
export const openStepper = (given: Program, parameters: Arrays): E.Either<ProgramError, Stepper> => {
  const cut = stepwise(inPhase(given, 'inference'));
  if (cut === null) return E.left(refused('the program has no scan, so it has no steps to take'));
  const before = fused(cut.before, parameters);
  const step = fused(cut.step, { ...parameters, [clockName]: new Float32Array(1) });
  const after = cut.after === null ? null : fused(cut.after, parameters);
  if (before === null || step === null || (cut.after !== null && after === null))
    return E.left(
      refused(
        'a part of the program has no fused kernels, and steps are taken by these alone; `fusionPlan` says which part and why',
      ),
    );
  return E.right(stepperOf(cut, { before, step, after }, inputsOf(given.graph)));
};

/** A part of the program: its outputs by name, of one sample. */
type Part = { readonly load: (parameters: Arrays) => void; readonly run: (inputs: Arrays) => Arrays };

interface Parts {
  readonly before: Part;
  readonly step: Part;
  readonly after: Part | null;
}

/** Outputs that are inputs, or constants, need no kernels. */
const fused = (program: Program, parameters: Arrays): Part | null => {
  const { nodes, outputs } = program.graph;
  const names = Object.keys(outputs);
  const plain = names.filter((name) => ['input', 'constant'].includes(nodes[outputs[name]].op.op));
  const computed = names.filter((name) => !plain.includes(name));
  const shapes = outputsOf(program.graph);
  const machine = computed.length === 0 ? null : (fuse(program.graph, parameters) ?? null);
  if (computed.length > 0 && machine?.fits(computed) !== true) return null;
  return {
    load: (values) => machine?.load(values),
    run: (inputs) => ({
      ...Object.fromEntries(
        plain.map((name) => [name, plainValue(program, name, inputs, volume(shapes[name]))]),
      ),
      ...(machine === null ? {} : inferred(machine, inputs, computed)),
    }),
  };
};

const inferred = (machine: FusedProgram, inputs: Arrays, outputs: readonly string[]): Arrays =>
  machine.infer({ count: 1, inputs }, outputs);

const plainValue = ({ graph }: Program, name: string, inputs: Arrays, size: number): Float32Array => {
  const { op } = graph.nodes[graph.outputs[name]];
  if (op.op === 'input') return inputs[op.name].slice();
  if (op.op !== 'constant') throw new Error(`${name} is computed`);
  return typeof op.value === 'number' ? new Float32Array(size).fill(op.value) : Float32Array.from(op.value);
};

const stepperOf = (
  cut: Stepwise,
  { before, step, after }: Parts,
  inputShapes: Readonly<Record<string, readonly number[]>>,
): Stepper => {
  const { fields, given, drives, observed, hasClock } = cut;
  let inputs: Arrays = {};
  let state: Float32Array[] = [];
  let told: Float32Array[] = [];
  let driving: Float32Array[] = [];
  let taken = 0;
  let records: Float32Array[] = [];
  const begin = (values: Arrays): Arrays => {
    for (const [name, shape] of Object.entries(inputShapes))
      if (values[name]?.length !== volume(shape))
        throw new Error(`input '${name}' has ${values[name]?.length ?? 'no'} values, not ${volume(shape)}`);
    inputs = values;
    const made = before.run(values);
    told = given.map((_, i) => made[givenName(i)]);
    driving = drives.map((_, i) => made[driveName(i)]);
    return made;
  };
  const named = (made: Arrays, names: readonly string[]): Arrays =>
    Object.fromEntries(names.map((name) => [name, made[name]]));
  const byName = (names: readonly { readonly name: string }[], values: readonly Float32Array[]): Arrays =>
    Object.fromEntries(names.map(({ name }, i) => [name, values[i]]));
  const record = (i: number, values: Float32Array): void => {
    const { every, entries, isRead } = observed[i];
    const entry = taken / every - 1;
    if (isRead && Number.isInteger(entry) && entry < entries) records[i].set(values, entry * values.length);
  };
  const stepper: Stepper = {
    about: cut,
    taken: () => taken,
    start: (values) => {
      const made = begin(values);
      state = fields.map((_, i) => made[stateName(i)]);
      records = observed.map(
        ({ shape, entries, isRead }) => new Float32Array(isRead ? entries * volume(shape) : 0),
      );
      taken = 0;
      return named(made, cut.outputs.before);
    },
    feel: (values) => named(begin(values), cut.outputs.before),
    step: () => {
      if (state.length === 0) throw new Error('it was not started');
      if (hasClock) step.load({ [clockName]: Float32Array.of(taken) });
      const made = step.run({
        ...Object.fromEntries(state.map((values, i) => [stateName(i), values])),
        ...Object.fromEntries(told.map((values, i) => [givenName(i), values])),
        ...Object.fromEntries(
          driving.map((values, i) => {
            const size = volume(drives[i].shape);
            const at = Math.min(taken, values.length / size - 1) * size;
            return [driveName(i), values.subarray(at, at + size)];
          }),
        ),
      });
      state = fields.map((_, i) => made[stateName(i)]);
      taken++;
      for (const i of observed.keys()) record(i, made[observedName(i)]);
      return byName(
        observed,
        observed.map((_, i) => made[observedName(i)]),
      );
    },
    state: () => byName(fields, state),
    given: () => byName(given, told),
    set: (values) => {
      for (const [name, array] of Object.entries(values)) {
        const field = fields.findIndex((one) => one.name === name);
        const other = given.findIndex((one) => one.name === name);
        const found = field >= 0 ? fields[field] : given[other];
        if (found === undefined)
          throw new Error(
            `there is no '${name}'; there are ${[...fields, ...given].map((one) => one.name).join(', ')}`,
          );
        if (array.length !== volume(found.shape))
          throw new Error(`'${name}' has ${array.length} values, not ${volume(found.shape)}`);
        if (field >= 0) state[field] = array.slice();
        else told[other] = array.slice();
      }
    },
    answers: () =>
      after === null
        ? {}
        : named(
            after.run({
              ...inputs,
              ...Object.fromEntries(observed.map((_, i) => [observedName(i), records[i]])),
              ...Object.fromEntries(state.map((values, i) => [finalName(i), values])),
            }),
            cut.outputs.after,
          ),
    load: (parameters) => {
      for (const part of [before, step, after]) part?.load(parameters);
    },
    goOn: (from) => {
      const there = from.where();
      stepper.start(there.inputs);
      stepper.set(there.state);
      taken = there.taken;
      records = records.map((own, i) => (there.records[i]?.length === own.length ? there.records[i] : own));
      return stepper;
    },
    where: () => ({ inputs, state: byName(fields, state), records, taken }),
  };
  return stepper;
};
