/** Films: samples of open programs in a worker, advanced step by step. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, type DrumheadError, decodeError, defect } from '../../base/error.js';
import type { Arrays } from '../../compile/parameters.js';
import { openStepper, type Stepper } from '../../compile/stepwise/stepper.js';
import { volume } from '../../dsl/shape.js';
import type { Frame, OpenedFilm } from '../asks.js';
import { programWith } from './programs.js';

/** A film, and the walls in it. */
export interface Film {
  stepper: Stepper;
  walls: { readonly fields: readonly string[]; readonly open: Float32Array } | null;
}

/** A site whose values are read after each step. */
export interface Probe {
  readonly row: number;
  readonly column: number;
}

/** Opens a stepper of a program as data. */
export const openFilm = (data: unknown, weights: Arrays, seed: number): Checked<Stepper> =>
  pipe(
    programWith(data, weights, seed),
    E.flatMap(({ program, parameters }) =>
      pipe(
        openStepper(program, parameters),
        E.mapLeft((error): DrumheadError => error),
      ),
    ),
  );

/** The description of a film. */
export const describedFilm = (handle: number, { about }: Stepper): OpenedFilm => ({
  handle,
  steps: about.steps,
  fields: about.fields,
  given: about.given,
  observed: about.observed.map(({ name, shape }) => ({ name, shape })),
  outputs: about.outputs,
});

/** Runs a function of a stepper; an error that it throws is a fault of the request. */
export const trying = <A>(source: string, work: () => A): Checked<A> =>
  E.tryCatch(work, (cause) => decodeError(source, defect(cause).message));

/** Takes steps, and reads the probes after each. */
export const advance = (
  { stepper, walls }: Film,
  steps: number,
  probes: readonly Probe[],
  withState: boolean,
): Checked<Frame> => {
  const { fields } = stepper.about;
  const outside = probes.find(({ row, column }) =>
    fields.every(({ shape }) => row >= (shape[0] ?? 0) || column >= (shape[1] ?? 0)),
  );
  if (outside !== undefined)
    return E.left(decodeError('probes', `there is no site at row ${outside.row}, column ${outside.column}`));
  return trying('step', () => {
    const heard = new Map<string, Float32Array>();
    let observed: Arrays = {};
    for (let step = 0; step < steps; step++) {
      observed = stepper.step();
      if (walls !== null) stepper.set(walled(stepper.state(), walls));
      if (probes.length > 0) listen(stepper, probes, step, steps, heard);
    }
    const state = stepper.state();
    return {
      taken: stepper.taken(),
      observed: copied(observed),
      state: withState ? copied(state) : {},
      probes: Object.fromEntries(heard),
      finite: Object.values(state).every((values) => Number.isFinite(values.reduce((sum, x) => sum + x, 0))),
    };
  });
};

const listen = (
  { about, state }: Stepper,
  probes: readonly Probe[],
  step: number,
  steps: number,
  heard: Map<string, Float32Array>,
): void => {
  const values = state();
  for (const { name, shape } of about.fields) {
    const [rows, columns, ...rest] = shape;
    if (rows === undefined || columns === undefined) continue;
    const channels = volume(rest);
    const record = heard.get(name) ?? new Float32Array(steps * probes.length * channels);
    heard.set(name, record);
    for (const [i, { row, column }] of probes.entries()) {
      if (row >= rows || column >= columns) continue;
      const from = (row * columns + column) * channels;
      record.set(values[name].subarray(from, from + channels), (step * probes.length + i) * channels);
    }
  }
};

/** The fields, 0 in walls. */
const walled = (
  state: Arrays,
  { fields, open }: { readonly fields: readonly string[]; readonly open: Float32Array },
): Arrays =>
  Object.fromEntries(
    fields.map((name) => {
      const values = state[name];
      const channels = values.length / open.length;
      return [name, values.map((value, i) => value * open[Math.floor(i / channels)])];
    }),
  );

/** Checks walls: a mask of the grid of the fields that they hold. */
export const wallsOf = (
  { about }: Stepper,
  fields: readonly string[],
  open: Float32Array,
): Checked<Film['walls']> => {
  if (open.length === 0) return E.right(null);
  const fitting = about.fields.filter(({ shape }) => (shape[0] ?? 0) * (shape[1] ?? 0) === open.length);
  const chosen = fields.length === 0 ? fitting.map(({ name }) => name) : fields;
  const wrong = chosen.find((name) => fitting.every((field) => field.name !== name));
  if (wrong !== undefined || chosen.length === 0)
    return E.left(
      decodeError(
        'wall',
        wrong === undefined
          ? `no field has ${open.length} sites`
          : `the field '${wrong}' has not ${open.length} sites`,
      ),
    );
  return E.right({ fields: chosen, open });
};

/** Adds a bump to a field: a Gaussian of this height and width, on every channel. */
export const plucked = (
  { stepper, walls }: Film,
  field: string,
  at: { readonly row: number; readonly column: number; readonly height: number; readonly width: number },
): Checked<void> => {
  const found = stepper.about.fields.find(({ name }) => name === field);
  if (found === undefined)
    return E.left(
      decodeError(
        'pluck',
        `there is no field '${field}'; there are ${stepper.about.fields.map(({ name }) => name).join(', ')}`,
      ),
    );
  return trying('pluck', () => {
    const [rows, columns = 1, ...rest] = found.shape;
    const channels = volume(rest);
    const values = stepper.state()[field].slice();
    const reach = Math.max(1, Math.ceil(4 * at.width));
    for (let row = Math.max(0, at.row - reach); row <= Math.min(rows - 1, at.row + reach); row++)
      for (
        let column = Math.max(0, at.column - reach);
        column <= Math.min(columns - 1, at.column + reach);
        column++
      ) {
        const away = (row - at.row) ** 2 + (column - at.column) ** 2;
        const bump =
          at.width === 0 ? (away === 0 ? at.height : 0) : at.height * Math.exp(-away / (2 * at.width ** 2));
        for (let channel = 0; channel < channels; channel++)
          values[(row * columns + column) * channels + channel] += bump;
      }
    stepper.set({ [field]: values });
    if (walls !== null) stepper.set(walled(stepper.state(), walls));
  });
};

/** Copies, which may be transferred while the film goes on. */
export const copied = (values: Arrays): Arrays =>
  Object.fromEntries(Object.entries(values).map(([name, array]) => [name, array.slice()]));
