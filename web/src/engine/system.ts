/** A running system: it can be stepped, plucked, walled and probed. */

import { errorMessage } from '../../../src/base/error.js';
import { fuse } from '../../../src/compile/fuse/execute/fused.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { inputsOf } from '../../../src/dsl/graph.js';
import {
  convolveWith,
  data,
  fill,
  mul,
  oscillator,
  type Program,
  program,
  type Shape,
  scan,
} from '../../../src/dsl/index.js';
import { buildSystem, type Seen, startOf, systemNamed, viewOf } from '../../../src/models/systems/index.js';
import { drumMask } from './drums.js';

export type Values = Readonly<Record<string, number | string>>;

/** The system to open, with its settings. */
export interface Opening {
  readonly name: string;
  readonly values: Values;
  readonly seed: number;
  /** The shape of a drum. */
  readonly shape?: string;
}

/** The opened system. */
export interface OpenedSystem {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly field: string;
  readonly seen: Seen;
  /** Fields of the state, and coefficients that can be painted, each with its largest value. */
  readonly fields: readonly string[];
  readonly coefficients: Readonly<Record<string, number>>;
  readonly signature: string;
}

/** A snapshot of a system. */
export interface Moment {
  readonly step: number;
  readonly values: Float32Array;
  /** The readings of the probe at each step since the last snapshot. */
  readonly heard: Float32Array;
  /** The energy at each of these steps; empty for a system without a conserved energy. */
  readonly energy: Float32Array;
  readonly walls: Uint8Array;
  readonly medium: Float32Array;
  /** Whether a value is NaN or beyond all bounds. */
  readonly blown: boolean;
}

export interface Running {
  readonly about: OpenedSystem;
  readonly program: Program;
  readonly run: (steps: number, probe: number) => Moment;
  readonly pluck: (site: number, radius: number, amount: number) => void;
  /** Everything at rest in this shape, with 1 as its greatest value. */
  readonly shape: (values: ArrayLike<number>) => void;
  readonly wall: (sites: readonly number[], on: boolean) => void;
  readonly paint: (coefficient: string, sites: readonly number[], value: number) => void;
  readonly put: (walls: Uint8Array, medium: Float32Array | undefined, coefficient: string) => void;
  /** The last frames of the shown field's first channel, [count, rows, columns], oldest first. */
  readonly history: () => { readonly frames: Float32Array; readonly count: number };
  /** The readings of the probe over this many steps from now; the state does not change. */
  readonly listen: (steps: number, probe: number) => Float32Array;
  /** The state and the coefficients around a site, as a small square. */
  readonly crop: (site: number, side: number) => Readonly<Record<string, Float32Array>>;
}

const kept = 96;

const drumProgram = (rows: number, columns: number, values: Values): Program => {
  const speed = Number(values.speed ?? 1);
  const alpha = Number(values.alpha ?? 0);
  const pull = speed * speed;
  const field = [rows, columns, 1] as const;
  const laplacian = data([0, pull, 0, pull, -4 * pull, pull, 0, pull, 0], 3, 3, 1, 1);
  return program({ y: field, z: field, inside: field, medium: field }, ({ y, z, inside, medium }) =>
    scan({
      steps: 1,
      init: { y, z },
      step: oscillator({
        dt: Number(values.dt ?? 0.5),
        coupling: (u) => mul(inside, mul(medium, convolveWith(u, laplacian, 'zero'))),
        ...(alpha > 0 ? { damping: fill(alpha, ...field) } : {}),
      }),
      observe: (state) => state,
    }),
  );
};

/** The program of one step, and the initial state. */
export const openProgram = (
  opening: Opening,
): {
  readonly program: Program;
  readonly start: Record<string, Float32Array>;
  readonly field: string;
  readonly seen: Seen;
  /** The number of steps of the driving sequences. */
  readonly driven: number;
} => {
  const { name, values, seed } = opening;
  if (name === 'drum') {
    const side = Number(values.size ?? 64);
    const inside = Float32Array.from(drumMask(opening.shape ?? 'disk', side));
    const start: Record<string, Float32Array> = {
      y: new Float32Array(side * side),
      z: new Float32Array(side * side),
      inside,
      medium: new Float32Array(side * side).fill(1),
    };
    return { program: drumProgram(side, side, values), start, field: 'y', seen: 'signed', driven: 1 };
  }
  const { size, ...rest } = values;
  const settings = size === undefined ? rest : { ...rest, height: size, width: size };
  const whole = systemNamed(name, settings);
  const single = systemNamed(name, { ...settings, steps: 1 });
  if (whole._tag === 'Left') throw new Error(errorMessage(whole.left));
  if (single._tag === 'Left') throw new Error(errorMessage(single.left));
  const built = buildSystem(single.right);
  if (built._tag === 'Left') throw new Error(errorMessage(built.left));
  const view = viewOf(whole.right);
  return {
    program: built.right,
    start: { ...startOf(whole.right, seed) },
    field: view.field,
    seen: view.seen,
    driven: whole.right.steps,
  };
};

const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

export const openSystem = (opening: Opening): Running => {
  const { program: one, start, field, seen, driven } = openProgram(opening);
  const inputs = inputsOf(one.graph);
  const names = Object.keys(one.graph.outputs);
  const shape = inputs[field];
  const isLine = shape.length === 2;
  const [rows, columns, channels] = isLine ? [1, shape[0], shape[1]] : [shape[0], shape[1], shape[2]];
  const sites = rows * columns;
  const fused = fuse(one.graph, initialParameters(one.graph, opening.seed));
  if (fused === undefined) throw new Error('this system has no fused kernels');

  const sequences = Object.keys(inputs).filter(
    (name) => !names.includes(name) && inputs[name][0] === 1 && start[name].length !== sizeOf(inputs[name]),
  );
  const coefficientNames = Object.keys(inputs).filter(
    (name) => !names.includes(name) && !sequences.includes(name) && name !== 'inside',
  );
  const state: Record<string, Float32Array> = Object.fromEntries(
    Object.entries(start)
      .filter(([name]) => !sequences.includes(name))
      .map(([name, values]) => [name, values.slice()]),
  );
  const walls = new Uint8Array(sites);
  if (opening.name === 'drum') for (let i = 0; i < sites; i++) walls[i] = state.inside[i] === 1 ? 0 : 1;
  // waves are zero at walls; other systems keep their values there
  const atRest = seen === 'signed' && opening.name !== 'fitzhugh-nagumo' && opening.name !== 'hgru';
  let held: Record<string, Float32Array> = Object.fromEntries(
    names.map((name) => [name, state[name].slice()]),
  );
  const hasWalls = (): boolean => opening.name !== 'drum' && walls.includes(1);

  let step = 0;
  const frames = new Float32Array(kept * sites);
  let framesSeen = 0;
  const first = (values: Float32Array, site: number): number => {
    const value = values[site * channels];
    return seen === 'phase' ? Math.sin(value) : value;
  };
  const remember = (): void => {
    const at = (framesSeen % kept) * sites;
    for (let site = 0; site < sites; site++) frames[at + site] = first(state[field], site);
    framesSeen += 1;
  };

  const advance = (from: Record<string, Float32Array>, at: number): Record<string, Float32Array> => {
    const given: Record<string, Float32Array> = { ...from };
    for (const name of sequences) {
      const length = sizeOf(inputs[name]);
      // a tap ends; other drives repeat
      const offset = opening.name === 'horn' && at >= driven ? driven - 1 : at % driven;
      given[name] = start[name].subarray(offset * length, (offset + 1) * length);
    }
    const next = { ...from, ...fused.infer({ count: 1, inputs: given }, names) };
    if (hasWalls())
      for (const name of names) {
        const each = next[name].length / sites;
        for (let site = 0; site < sites; site++)
          if (walls[site] === 1)
            for (let c = 0; c < each; c++)
              next[name][site * each + c] = atRest ? 0 : held[name][site * each + c];
      }
    return next;
  };

  const energyBetween = energyFor(opening, rows, columns, channels);
  const run = (steps: number, probe: number): Moment => {
    const heard = new Float32Array(steps);
    const energies = new Float32Array(energyBetween === undefined ? 0 : steps);
    for (let i = 0; i < steps; i++) {
      const before = state[field];
      Object.assign(state, advance(state, step));
      step += 1;
      heard[i] = first(state[field], probe);
      if (energyBetween !== undefined) energies[i] = energyBetween(before, state[field], state, walls);
      remember();
    }
    const values = state[field].slice();
    const medium = state[coefficientNames[0]];
    return {
      step,
      values,
      heard,
      energy: energies,
      walls: walls.slice(),
      medium:
        medium !== undefined && medium.length === sites * channels ? medium.slice() : new Float32Array(0),
      blown: values.some((value) => !Number.isFinite(value) || Math.abs(value) > 1e6),
    };
  };

  const within = (site: number, radius: number, each: (at: number, far: number) => void): void => {
    const [row, column] = [Math.floor(site / columns), site % columns];
    const reach = Math.ceil(3 * radius);
    for (let i = isLine ? 0 : row - reach; i <= (isLine ? 0 : row + reach); i++)
      for (let j = column - reach; j <= column + reach; j++)
        if (i >= 0 && j >= 0 && i < rows && j < columns)
          each(i * columns + j, Math.hypot(i - row, j - column));
  };

  return {
    about: {
      rows,
      columns,
      channels,
      field,
      seen,
      fields: names,
      coefficients: Object.fromEntries(
        coefficientNames.map((name) => [name, state[name].reduce((a, b) => Math.max(a, b), 0)]),
      ),
      signature: Object.entries(inputs)
        .map(([name, sizes]) => `${name} [${sizes.join(',')}]`)
        .join(', '),
    },
    program: one,
    run,
    pluck: (site, radius, amount) => {
      const next = state[field].slice();
      within(site, radius, (at, far) => {
        if (walls[at] === 1) return;
        const bump = amount * Math.exp(-((far / radius) ** 2));
        for (let c = 0; c < channels; c++) {
          const to = at * channels + c;
          if (seen === 'level') next[to] = Math.max(0, Math.min(1, next[to] + bump));
          else if (seen === 'phase') next[to] += Math.PI * bump;
          else next[to] += c === 0 || seen !== 'complex' ? bump : 0;
        }
      });
      state[field] = next;
    },
    shape: (values) => {
      const most = Array.from(values).reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
      if (most === 0) return;
      for (const name of names) state[name] = new Float32Array(state[name].length);
      state[field] = Float32Array.from(values, (value) => value / most);
    },
    wall: (some, on) => {
      for (const site of some) walls[site] = on ? 1 : 0;
      held = Object.fromEntries(names.map((name) => [name, state[name].slice()]));
      if (opening.name === 'drum') {
        state.inside = Float32Array.from(walls, (wall) => 1 - wall);
        for (const name of names) {
          const next = state[name].slice();
          for (let site = 0; site < sites; site++) if (walls[site] === 1) next[site] = 0;
          state[name] = next;
        }
      }
    },
    paint: (coefficient, some, value) => {
      const before = state[coefficient];
      if (before === undefined) return;
      const each = before.length / sites;
      const next = before.slice();
      for (const site of some) for (let c = 0; c < each; c++) next[site * each + c] = value;
      state[coefficient] = next;
    },
    put: (given, medium, coefficient) => {
      walls.set(given.subarray(0, sites));
      held = Object.fromEntries(names.map((name) => [name, state[name].slice()]));
      if (opening.name === 'drum') state.inside = Float32Array.from(walls, (wall) => 1 - wall);
      if (medium !== undefined && state[coefficient]?.length === medium.length) state[coefficient] = medium;
    },
    history: () => {
      const count = Math.min(kept, framesSeen);
      const out = new Float32Array(count * sites);
      for (let i = 0; i < count; i++) {
        const from = ((framesSeen - count + i) % kept) * sites;
        out.set(frames.subarray(from, from + sites), i * sites);
      }
      return { frames: out, count };
    },
    listen: (steps, probe) => {
      const heard = new Float32Array(steps);
      let ahead: Record<string, Float32Array> = { ...state };
      for (let i = 0; i < steps; i++) {
        ahead = advance(ahead, step + i);
        heard[i] = first(ahead[field], probe);
      }
      return heard;
    },
    crop: (site, side) => {
      const [row, column] = [Math.floor(site / columns), site % columns];
      const top = Math.max(0, Math.min(rows - side, row - (side >> 1)));
      const left = Math.max(0, Math.min(columns - side, column - (side >> 1)));
      return Object.fromEntries(
        Object.entries(state).map(([name, values]) => {
          const each = values.length / sites;
          const out = new Float32Array((isLine ? 1 : side) * side * each);
          for (let i = 0; i < (isLine ? 1 : side); i++)
            for (let j = 0; j < side; j++)
              for (let c = 0; c < each; c++)
                out[(i * side + j) * each + c] =
                  values[(((isLine ? 0 : top) + i) * columns + left + j) * each + c];
          return [name, out];
        }),
      );
    },
  };
};

/**
 * The energy that a kick-drift membrane conserves, from two steps: kinetic plus both steps' bonds, mean over
 * the sites. Each bond between neighbours counts once, with the edge too where the field is zero beyond it; a
 * medium weighs the motion by 1 / c².
 */
const energyFor = (
  { name, values }: Opening,
  rows: number,
  columns: number,
  channels: number,
):
  | ((
      before: Float32Array,
      after: Float32Array,
      state: Record<string, Float32Array>,
      walls: Uint8Array,
    ) => number)
  | undefined => {
  if ((name !== 'wave' && name !== 'drum') || values.boundary === 'reflect') return undefined;
  const h = Number(values.dt ?? 0.5);
  const pull = Number(values.speed ?? 1) ** 2;
  const own = name === 'wave' ? Number(values.omega ?? 0) : 0;
  const round = name === 'wave' && values.boundary !== 'zero';
  const at = (field: Float32Array, i: number, j: number, c: number): number => {
    if (round) return field[(((i + rows) % rows) * columns + ((j + columns) % columns)) * channels + c];
    return i < 0 || j < 0 || i >= rows || j >= columns ? 0 : field[(i * columns + j) * channels + c];
  };
  return (before, after, state) => {
    let sum = 0;
    const { medium } = state;
    const from = round ? 0 : -1;
    for (let i = from; i < rows; i++)
      for (let j = from; j < columns; j++)
        for (let c = 0; c < channels; c++) {
          const [a, b] = [at(before, i, j, c), at(after, i, j, c)];
          const right = (at(before, i, j + 1, c) - a) * (at(after, i, j + 1, c) - b);
          const down = (at(before, i + 1, j, c) - a) * (at(after, i + 1, j, c) - b);
          sum += (pull * (right + down)) / 2;
          if (i >= 0 && j >= 0) {
            const weight = medium === undefined ? 1 : 1 / Math.max(1e-6, medium[i * columns + j]);
            sum += (weight * ((b - a) / h) ** 2) / 2 + (own * a * b) / 2;
          }
        }
    return sum / (rows * columns);
  };
};
