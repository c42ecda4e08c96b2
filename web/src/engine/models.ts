/**
 * A model in parts, so that its waves can run in pieces, be damaged between them, and be read out before they
 * end.
 */

import { fuse } from '../../../src/compile/fuse/execute/fused.js';
import { type Arrays, initialParameters } from '../../../src/compile/parameters.js';
import {
  add,
  channels,
  concat,
  conv,
  coupling,
  encoder,
  mlp,
  mul,
  oscillator,
  type Program,
  program,
  readout,
  relu,
  scanWithFinal,
  scope,
  sigmoid,
  tanh,
} from '../../../src/dsl/index.js';
import { buildModel, type ModelSpec, type Sizes } from '../../../src/models/catalogue.js';
import { firstInput, startState, transform } from '../../../src/models/recurrent.js';

type Nwm = Extract<ModelSpec, { readonly name: 'nwm' }>;
type ConvLstm = Extract<ModelSpec, { readonly name: 'conv-lstm' }>;

/** A program that is ready to run on one sample. */
export interface Ready {
  readonly run: (inputs: Arrays, outputs: readonly string[]) => Record<string, Float32Array>;
}

/** Prepares a program with those of these values that are its parameters; missing ones get initial values. */
export const ready = (p: Program, values: Arrays): Ready => {
  const parameters = { ...initialParameters(p.graph, 0) };
  for (const name of Object.keys(parameters)) if (values[name] !== undefined) parameters[name] = values[name];
  const fused = fuse(p.graph, parameters);
  if (fused === undefined) throw new Error('this program has no fused kernels');
  return { run: (inputs, outputs) => ({ ...fused.infer({ count: 1, inputs }, outputs) }) };
};

/** The state of a model's grid; `y` is the field that is shown and read out. */
export type State = Readonly<Record<string, Float32Array>>;

/** A model that runs over time, in its parts. */
export interface Parts {
  readonly steps: number;
  readonly channels: number;
  /** Runs the encoders on an image: returns the first state, and the fields that stay constant. */
  readonly encode: (image: Float32Array) => { readonly state: State; readonly medium: State };
  /** One step. */
  readonly step: (state: State, medium: State) => State;
  /** The logits of each pixel from a whole history [T, H, W, C]. */
  readonly hear: (waves: Float32Array) => Float32Array;
  /** The logits of T histories of one pixel, [T, T, 1, C], time first. */
  readonly hearOne: (histories: Float32Array) => Float32Array;
}

const pieces = (spec: Nwm | ConvLstm, { height, width, classes }: Sizes, values: Arrays) => {
  const { steps, channels: count } = spec;
  const heard = (rows: number, columns: number) =>
    ready(
      program({ waves: [steps, rows, columns, count] }, ({ waves }) => ({
        logits: scope('readout', mlp(spec.hidden, classes))(readout(spec.readout)(waves)),
      })),
      values,
    );
  const whole = heard(height, width);
  const one = heard(steps, 1);
  return {
    steps,
    channels: count,
    hear: (waves: Float32Array) => whole.run({ waves }, ['logits']).logits,
    hearOne: (waves: Float32Array) => one.run({ waves }, ['logits']).logits,
  };
};

const nwmParts = (spec: Nwm, sizes: Sizes, values: Arrays): Parts => {
  const { height, width, channels: input } = sizes;
  const field = [height, width, spec.channels] as const;
  const eyes = ready(
    program({ image: [height, width, input] as const }, ({ image }) => ({
      omega: relu(scope('omega', encoder([spec.mid, spec.mid], spec.channels))(image)),
      alpha: relu(scope('alpha', encoder([spec.mid, spec.mid], spec.channels))(image)),
      y0: tanh(scope('y0', encoder([spec.mid, spec.mid, spec.mid], spec.channels))(image)),
    })),
    values,
  );
  const lattice = ready(
    program({ y: field, z: field, omega: field, alpha: field }, ({ y, z, omega, alpha }) => {
      const neighbours = coupling();
      const { final } = scanWithFinal({
        steps: 1,
        init: { y, z },
        step: oscillator({
          dt: spec.dt,
          coupling: (u) => tanh(neighbours(u)),
          frequency: omega,
          damping: alpha,
        }),
        observe: (state) => state.y,
      });
      return { y: final.y, z: final.z };
    }),
    values,
  );
  return {
    ...pieces(spec, sizes, values),
    encode: (image) => {
      const { omega, alpha, y0 } = eyes.run({ image }, ['omega', 'alpha', 'y0']);
      return { state: { y: y0, z: new Float32Array(y0.length) }, medium: { omega, alpha } };
    },
    step: (state, medium) => lattice.run({ ...state, ...medium }, ['y', 'z']),
  };
};

const convLstmParts = (spec: ConvLstm, sizes: Sizes, values: Arrays): Parts => {
  const { height, width, channels: input } = sizes;
  const count = spec.channels;
  const field = [height, width, count] as const;
  const eyes = ready(
    program({ image: [height, width, input] as const }, ({ image }) => ({
      y: firstInput(image, spec.mid, count),
      hidden: startState('hidden0', image, spec.mid, count),
      cell: startState('cell0', image, spec.mid, count),
    })),
    values,
  );
  const cellStep = ready(
    program({ y: field, hidden: field, cell: field }, ({ y, hidden, cell }) => {
      const all = conv(4 * count, { boundary: 'circular', name: 'gates' })(concat(y, hidden));
      const gate = (index: number) => channels(all, index * count, count);
      const next = add(mul(sigmoid(gate(1)), cell), mul(sigmoid(gate(0)), tanh(gate(2))));
      const spoken = mul(sigmoid(gate(3)), tanh(next));
      return { y: transform(count)(spoken), hidden: spoken, cell: next };
    }),
    values,
  );
  return {
    ...pieces(spec, sizes, values),
    encode: (image) => ({ state: eyes.run({ image }, ['y', 'hidden', 'cell']), medium: {} }),
    step: (state) => cellStep.run(state, ['y', 'hidden', 'cell']),
  };
};

/** A model without time. */
export interface AtOnce {
  readonly answer: (image: Float32Array) => Float32Array;
}

export type Opened =
  | { readonly kind: 'over time'; readonly parts: Parts }
  | { readonly kind: 'at once'; readonly whole: AtOnce };

/** The parts of a model with these values; a sentence if it has none. */
export const openModel = (spec: ModelSpec, sizes: Sizes, values: Arrays): Opened => {
  if (spec.name === 'nwm') return { kind: 'over time', parts: nwmParts(spec, sizes, values) };
  if (spec.name === 'conv-lstm') return { kind: 'over time', parts: convLstmParts(spec, sizes, values) };
  const built = buildModel(spec, sizes);
  if (built._tag === 'Left') throw new Error('the model does not fit these sizes');
  const whole = ready(built.right, values);
  return { kind: 'at once', whole: { answer: (image) => whole.run({ image }, ['logits']).logits } };
};

/** The program of a model, for its light cone and its count of parameters. */
export const programOf = (spec: ModelSpec, sizes: Sizes): Program => {
  const built = buildModel(spec, sizes);
  if (built._tag === 'Left') throw new Error('the model does not fit these sizes');
  return built.right;
};
