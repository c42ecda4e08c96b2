/** The axes of a program's output `waves`: time and lattice. */

import { type Graph, outputsOf, type Program, type Shape, volume } from '../../dsl/index.js';
import { isObservedPort } from '../../dsl/ports.js';

/** Waves over time on a plane of sites. Missing axes have size 1; of three axes the middle plane is drawn. */
export interface WaveGrid {
  readonly steps: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** The plane that is drawn of a lattice of three axes, counted from 0; null for others. */
  readonly plane: { readonly index: number; readonly of: number } | null;
}

/** A grid, or the sentence that says why there is none. */
export type FoundGrid =
  | { readonly kind: 'grid'; readonly grid: WaveGrid }
  | { readonly kind: 'none'; readonly why: string };

const none = (why: string): FoundGrid => ({ kind: 'none', why });

/**
 * The grid of a sequence by its shape: [T, H, W, C]; [T, L, C] is a row of sites, [T, N] a row of N units, [T] one unit,
 * [T, D, H, W, C] planes.
 */
export const gridOfShape = (shape: Shape): FoundGrid => {
  const made = (
    [steps, height, width, channels]: readonly [number, number, number, number],
    plane: WaveGrid['plane'] = null,
  ): FoundGrid =>
    shape.includes(0)
      ? none(`its output waves [${shape.join(', ')}] holds no values`)
      : { kind: 'grid', grid: { steps, height, width, channels, plane } };
  switch (shape.length) {
    case 1:
      return made([shape[0], 1, 1, 1]);
    case 2:
      return made([shape[0], 1, shape[1], 1]);
    case 3:
      return made([shape[0], 1, shape[1], shape[2]]);
    case 4:
      return made([shape[0], shape[1], shape[2], shape[3]]);
    case 5:
      return made([shape[0], shape[2], shape[3], shape[4]], {
        index: Math.floor(shape[1] / 2),
        of: shape[1],
      });
    default:
      return none(`its output waves [${shape.join(', ')}] is no sequence of fields`);
  }
};

/** The axis of `to` that holds the same elements as an axis of `from`: as long, with as many elements before it. */
const axisAfter = (from: Shape, to: Shape, axis: number): number | null => {
  const before = (shape: Shape, until: number): number => volume(shape.slice(0, until));
  const found = to.findIndex(
    (size, other) => size === from[axis] && before(to, other) === before(from, axis),
  );
  return found < 0 ? null : found;
};

/**
 * The axis of each node's value that is time: the first axis of a scan's observation, followed through later nodes;
 * null for none.
 */
const timeAxes = ({ nodes }: Graph): readonly (number | null)[] => {
  const times: (number | null)[] = [];
  for (const { op, inputs, shape } of nodes) {
    const of = inputs.map((input) => times[input]);
    const first = of.find((axis) => axis !== null) ?? null;
    const axis = (): number | null => {
      switch (op.op) {
        case 'take':
          return isObservedPort(op.port) ? 0 : null;
        case 'recurrence':
          return 0;
        // Steps that were written out one by one, concatenated.
        case 'concat':
          return op.axis > 0
            ? first
            : inputs.every((input, i) => of[i] === 0 || nodes[input].shape[0] === 1)
              ? 0
              : null;
        case 'transpose':
          return of[0] === null ? null : op.axes.indexOf(of[0]);
        case 'reshape':
          return of[0] === null ? null : axisAfter(nodes[inputs[0]].shape, shape, of[0]);
        case 'reduce': {
          const [time] = of;
          return time === null || op.axes.includes(time)
            ? null
            : time - op.axes.filter((reduced) => reduced < time).length;
        }
        case 'map':
        case 'affine':
        case 'zip':
        case 'batchNorm':
        case 'dense':
        case 'conv':
        case 'convTranspose':
        case 'pool':
        case 'slice':
        case 'reverse':
        case 'broadcast':
          return first;
        default:
          return null;
      }
    };
    times.push(axis());
  }
  return times;
};

/**
 * The grid of a program's output `waves`; none if there is no such output, or if its first axis is not time.
 */
export const waveGridOf = ({ graph }: Program): FoundGrid => {
  const shape = outputsOf(graph).waves;
  if (shape === undefined) return none('it has no output waves');
  return timeAxes(graph)[graph.outputs.waves] === 0
    ? gridOfShape(shape)
    : none(
        `its output waves [${shape.join(', ')}] is no sequence: its first axis is not the steps of a scan`,
      );
};

/** The values of one sample that are drawn: all of them, or the middle plane of each step. */
export const planeOf = (
  { steps, height, width, channels, plane }: WaveGrid,
  values: Float32Array,
): Float32Array => {
  if (plane === null) return values;
  const size = height * width * channels;
  const out = new Float32Array(steps * size);
  for (let t = 0; t < steps; t++) {
    const from = (t * plane.of + plane.index) * size;
    out.set(values.subarray(from, from + size), t * size);
  }
  return out;
};

/** The waves as pictures take them. */
export const drawnWaves = (grid: WaveGrid, values: Float32Array) => ({
  waves: planeOf(grid, values),
  steps: grid.steps,
  waveChannels: grid.channels,
  waveHeight: grid.height,
  waveWidth: grid.width,
});

/** The words beside a picture: which plane it shows; empty for a lattice of two axes. */
export const planeText = ({ plane }: WaveGrid): string =>
  plane === null ? '' : `plane ${plane.index + 1} of ${plane.of}`;
