/** The state that a link to the lab holds. */

import * as t from 'io-ts';
import { drumShapes } from '../engine/drums.js';
import { pack, unpack } from '../state/packed.js';
import { defaultsOf, type LabSystem, systemOf, type Values } from './systems.js';

export interface LabState {
  readonly system: LabSystem;
  readonly values: Values;
  readonly seed: number;
  readonly shape: string;
  /** The mode that a drum begins in, from 1; 0: it is plucked. */
  readonly mode: number;
  readonly probe: number;
  readonly pace: number;
  /** Walls and a painted coefficient, if there are any. */
  readonly walls: Uint8Array | undefined;
  readonly medium: Float32Array | undefined;
  readonly coefficient: string;
}

const Kept = t.exact(
  t.intersection([
    t.type({ system: t.string, probe: t.number }),
    t.partial({
      values: t.record(t.string, t.union([t.number, t.string])),
      seed: t.number,
      shape: t.string,
      mode: t.number,
      pace: t.number,
      walls: t.number,
      medium: t.number,
      most: t.number,
      coefficient: t.string,
    }),
  ]),
);

/** The modes that can be chosen. */
export const modes = 12;

export const firstLab = (system: LabSystem): LabState => ({
  system,
  values: defaultsOf(system),
  seed: 0,
  shape: 'disk',
  mode: 0,
  probe: -1,
  pace: system.pace,
  walls: undefined,
  medium: undefined,
  coefficient: '',
});

/** One bit for each site. */
const bits = (flags: Uint8Array): Uint8Array => {
  const out = new Uint8Array(Math.ceil(flags.length / 8));
  for (let i = 0; i < flags.length; i++) out[i >> 3] |= flags[i] << (i & 7);
  return out;
};

export const packLab = (state: LabState): string => {
  const defaults = defaultsOf(state.system);
  const values = Object.fromEntries(
    Object.entries(state.values).filter(([name, value]) => defaults[name] !== value),
  );
  const walls = state.walls?.includes(1) === true ? bits(state.walls) : new Uint8Array(0);
  const most = state.medium === undefined ? 0 : state.medium.reduce((a, b) => Math.max(a, b), 0);
  const medium =
    state.medium === undefined || most === 0
      ? new Uint8Array(0)
      : Uint8Array.from(state.medium, (value) => Math.round((255 * Math.max(0, value)) / most));
  const bytes = new Uint8Array(walls.length + medium.length);
  bytes.set(walls);
  bytes.set(medium, walls.length);
  return pack(
    {
      system: state.system.name,
      probe: state.probe,
      ...(Object.keys(values).length === 0 ? {} : { values }),
      ...(state.seed === 0 ? {} : { seed: state.seed }),
      ...(state.shape === 'disk' ? {} : { shape: state.shape }),
      ...(state.mode === 0 ? {} : { mode: state.mode }),
      ...(state.pace === state.system.pace ? {} : { pace: state.pace }),
      ...(walls.length === 0 ? {} : { walls: state.walls?.length ?? 0 }),
      ...(medium.length === 0 ? {} : { medium: medium.length, most, coefficient: state.coefficient }),
    },
    bytes,
  );
};

const isCount = (value: number, most: number): boolean =>
  Number.isInteger(value) && value >= 0 && value <= most;

/** The state in a text; undefined if the text is not a state. */
export const unpackLab = (text: string): LabState | undefined => {
  const packed = unpack(text);
  const decoded = packed === undefined ? undefined : Kept.decode(packed.json);
  if (packed === undefined || decoded === undefined || decoded._tag === 'Left') return undefined;
  const kept = decoded.right;
  const system = systemOf(kept.system);
  if (system === undefined) return undefined;
  const values: Record<string, number | string> = { ...defaultsOf(system) };
  for (const [name, value] of Object.entries(kept.values ?? {})) {
    const setting = system.settings.find((each) => each.name === name);
    if (setting === undefined) return undefined;
    if (setting.kind === 'number') {
      if (typeof value !== 'number' || !(value >= setting.from && value <= setting.to)) return undefined;
    } else if (typeof value !== 'string' || !setting.words.includes(value)) return undefined;
    values[name] = value;
  }
  const { seed = 0, shape = 'disk', mode = 0, pace = system.pace, walls = 0, medium = 0, most = 0 } = kept;
  const side = Number(values.size ?? 0);
  const sites = side * side;
  if (!isCount(mode, modes)) return undefined;
  if (!isCount(seed, 1e9) || !isCount(pace, 32) || !drumShapes.some((each) => each === shape))
    return undefined;
  if (!Number.isInteger(kept.probe) || kept.probe < -1 || kept.probe >= Math.max(sites, 256))
    return undefined;
  if ((walls !== 0 && walls !== sites) || !isCount(medium, 4 * sites) || !(most >= 0 && most <= 1e3))
    return undefined;
  const wallBytes = Math.ceil(walls / 8);
  if (packed.bytes.length !== wallBytes + medium) return undefined;
  return {
    system,
    values,
    seed,
    shape,
    mode,
    pace,
    probe: kept.probe,
    walls:
      walls === 0
        ? undefined
        : Uint8Array.from({ length: walls }, (_, i) => (packed.bytes[i >> 3] >> (i & 7)) & 1),
    medium:
      medium === 0
        ? undefined
        : Float32Array.from(packed.bytes.subarray(wallBytes), (byte) => (most * byte) / 255),
    coefficient: kept.coefficient ?? '',
  };
};
