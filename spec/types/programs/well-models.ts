/** Whole models: bodies generic over their options without casts, literal calls of exact type. */

import { pipe } from 'fp-ts/lib/function.js';
import {
  add,
  broadcast,
  concat,
  conv,
  convTranspose,
  coupling,
  coupling1d,
  decodeProgram,
  type DivisibleBy,
  encoder,
  gaussian,
  linearRecurrence,
  maxPool,
  mean,
  mergeChannels,
  mlp,
  mul,
  normalise,
  offset,
  parameter,
  type Program,
  program,
  relu,
  reshape,
  type Shapes,
  scale,
  scan,
  scanOver,
  scope,
  select,
  sigmoid,
  sin,
  splitChannels,
  sub,
  sumAlong,
  type Tensor,
  tanh,
  zeros,
} from '../../../src/dsl/index.js';
import { nwm } from '../../../src/models/nwm.js';
import { exactly } from './exactly.js';

const machine = nwm({
  height: 64,
  width: 64,
  input: 3,
  mid: 16,
  channels: 2,
  steps: 100,
  dt: 0.1,
  readout: 'linear',
  hidden: [256, 256, 256],
  classes: 6,
});
type Machine = Program<
  { readonly image: readonly [64, 64, 3] },
  {
    readonly logits: readonly [64, 64, 6];
    readonly waves: readonly [100, 64, 64, 2];
    readonly omega: readonly [64, 64, 2];
    readonly alpha: readonly [64, 64, 2];
    readonly y0: readonly [64, 64, 2];
  }
>;
exactly<Machine>()(machine, true);
const trained = select(machine, 'logits');
exactly<Program<{ readonly image: readonly [64, 64, 3] }, { readonly logits: readonly [64, 64, 6] }>>()(
  trained,
  true,
);
const narrowed: Program<{ image: readonly [64, 64, 3] }, { logits: readonly [64, 64, 6] }> = trained;

// From a file, with numbers that the compiler does not know.
declare const fromFile: { readonly side: number; readonly classes: number };
const read: Program<{ image: readonly [number, number, 3] }, { logits: readonly [number, number, number] }> = nwm({
  height: fromFile.side,
  width: fromFile.side,
  input: 3,
  mid: 16,
  channels: 2,
  steps: 100,
  dt: 0.1,
  readout: 'fft',
  hidden: [],
  classes: fromFile.classes,
});
decodeProgram({}, 'a.json', { inputs: { image: [64, 64, 3] }, outputs: { logits: [64, 64, 6] } });

// A ring of Kuramoto oscillators with noise.
export const kuramoto = <const N extends number, const T extends number>(o: { sites: N; steps: T; dt: number }) =>
  program({ frequency: [o.sites, 1], start: [o.sites, 1] }, ({ frequency, start }) => {
    const thermal = gaussian('thermal');
    const neighbours = coupling1d({ init: { normal: 0.1 } });
    const phases = scan({
      steps: o.steps,
      init: { theta: start },
      step: ({ theta }, clock) => {
        const pull = sub(neighbours(sin(theta)), theta);
        const noise = scale(Math.sqrt(o.dt), thermal(clock, o.sites, 1));
        return { theta: add(theta, add(scale(o.dt, add(frequency, pull)), noise)) };
      },
      observe: ({ theta }) => theta,
    });
    return { phases, order: pipe(phases, mean(1, 2)) };
  });
exactly<
  Program<
    { readonly frequency: readonly [32, 1]; readonly start: readonly [32, 1] },
    { readonly phases: readonly [50, 32, 1]; readonly order: readonly [50] }
  >
>()(kuramoto({ sites: 32, steps: 50, dt: 0.1 }), true);

// Excitable tissue: FitzHugh-Nagumo with diffusion, both variables observed.
export const fitzHughNagumo = <const H extends number, const W extends number, const T extends number>(o: {
  height: H;
  width: W;
  steps: T;
}) =>
  program({ stimulus: [o.height, o.width, 1] }, ({ stimulus }) => {
    const diffusion = coupling();
    const threshold = parameter('threshold', [], { init: { constant: 0.7 } });
    return scan({
      steps: o.steps,
      init: { v: stimulus, w: zeros(o.height, o.width, 1) },
      step: ({ v, w }) => {
        const cubic = sub(v, scale(1 / 3, mul(v, mul(v, v))));
        const dv = add(sub(add(cubic, diffusion(v)), w), stimulus);
        const dw = scale(0.08, sub(add(v, threshold), scale(0.8, w)));
        return { v: add(v, scale(0.1, dv)), w: add(w, scale(0.1, dw)) };
      },
      observe: ({ v, w }) => ({ voltage: v, recovery: w }),
    });
  });
exactly<
  Program<
    { readonly stimulus: readonly [8, 9, 1] },
    { readonly voltage: readonly [10, 8, 9, 1]; readonly recovery: readonly [10, 8, 9, 1] }
  >
>()(fitzHughNagumo({ height: 8, width: 9, steps: 10 }), true);

// Vectors on the sphere that pull each other along its surface (as AKOrN's): coupled as channels, turned as vectors.
export const vectors = <const H extends number, const W extends number, const G extends number>(o: {
  height: H;
  width: W;
  groups: G;
}) =>
  program({ image: [o.height, o.width, 3] }, ({ image }) => {
    const drive = conv(o.groups * 4, { name: 'drive' })(image);
    const neighbours = conv(o.groups * 4, { boundary: 'circular' });
    const split = splitChannels(o.groups, 4);
    const waves = scan({
      steps: 8,
      init: { x: pipe(drive, split, normalise()) },
      step: ({ x }) => {
        const pull = split(add(neighbours(mergeChannels(x)), drive));
        const tangent = sub(pull, mul(x, sumAlong()(mul(x, pull))));
        return { x: pipe(add(x, scale(0.1, tangent)), normalise()) };
      },
      observe: ({ x }) => x,
    });
    return { waves };
  });
exactly<Program<{ readonly image: readonly [8, 9, 3] }, { readonly waves: readonly [8, 8, 9, 2, 4] }>>()(
  vectors({ height: 8, width: 9, groups: 2 }),
  true,
);

// Vector oscillators on the sphere, their components on an axis of their own.
export const sphere = <const H extends number, const W extends number, const G extends number>(o: {
  height: H;
  width: W;
  groups: G;
}) =>
  program({ x: [o.height, o.width, o.groups, 3] }, ({ x }) => ({
    waves: scan({
      steps: 8,
      init: { x: normalise()(x) },
      step: (s) => ({ x: pipe(add(s.x, scale(0.1, tanh(s.x))), normalise()) }),
      observe: (s) => s.x,
    }),
  }));
exactly<Program<{ readonly x: readonly [8, 9, 4, 3] }, { readonly waves: readonly [8, 8, 9, 4, 3] }>>()(
  sphere({ height: 8, width: 9, groups: 4 }),
  true,
);

// A ConvLSTM driven by a movie.
export const convLstm = <const H extends number, const W extends number, const T extends number, const C extends number>(o: {
  height: H;
  width: W;
  frames: T;
  channels: C;
}) =>
  program({ movie: [o.frames, o.height, o.width, 1] }, ({ movie }) => {
    const gate = (name: string) => conv(o.channels, { name, boundary: 'circular' });
    const [input, forget, output, cell] = [gate('input'), gate('forget'), gate('output'), gate('cell')];
    const still = zeros(o.height, o.width, o.channels);
    const hidden = scanOver({
      over: movie,
      init: { h: still, c: still },
      step: ({ h, c }, frame) => {
        const both = concat(h, frame);
        const kept = add(mul(sigmoid(forget(both)), c), mul(sigmoid(input(both)), tanh(cell(both))));
        return { h: mul(sigmoid(output(both)), tanh(kept)), c: kept };
      },
      observe: ({ h }) => h,
    });
    return { hidden };
  });
exactly<Program<{ readonly movie: readonly [20, 32, 33, 1] }, { readonly hidden: readonly [20, 32, 33, 4] }>>()(
  convLstm({ height: 32, width: 33, frames: 20, channels: 4 }),
  true,
);

// One level of a U-Net: the way up states its size again.
export const bridge = <const H extends number, const W extends number>(o: {
  height: H & DivisibleBy<H, 2>;
  width: W & DivisibleBy<W, 2>;
}) =>
  program({ image: [o.height, o.width, 3] }, ({ image }) => {
    const across = relu(conv(8)(image));
    const up: Tensor = pipe(across, maxPool(2), conv(16), relu, convTranspose(8));
    return { logits: conv(2, { kernel: 1 })(concat(across, reshape(o.height, o.width, 8)(up))) };
  });
exactly<Program<{ readonly image: readonly [64, 32, 3] }, { readonly logits: readonly [64, 32, 2] }>>()(
  bridge({ height: 64, width: 32 }),
  true,
);

// A diagonal linear state space over a sequence, with a readout.
export const stateSpace = <const T extends number, const N extends number, const K extends number>(o: {
  steps: T;
  states: N;
  classes: K;
}) =>
  program({ signal: [o.steps, 1] }, ({ signal }) => {
    const input: Tensor<readonly [T, N]> = scope('input', mlp([16], o.states))(signal);
    const rate = sigmoid(parameter('rate', [1, o.states], { init: { constant: 2 } }));
    const factors: Tensor<readonly [T, N]> = broadcast(o.steps, o.states)(rate);
    const states = linearRecurrence(factors, input);
    return { classes: scope('readout', mlp([16], o.classes))(offset(0, states)) };
  });
exactly<Program<{ readonly signal: readonly [4096, 1] }, { readonly classes: readonly [4096, 10] }>>()(
  stateSpace({ steps: 4096, states: 64, classes: 10 }),
  true,
);

// An encoder of a user's own, generic in the field.
export const twoScales =
  <const C extends number>(out: C) =>
  <H extends number, W extends number, I extends number>(x: Tensor<readonly [H, W, I]>): Tensor<readonly [H, W, C]> =>
    add(encoder([8], out)(x), encoder([8], out, { kernel: 5 })(x));
exactly<Tensor<readonly [10, 11, 3]>>()(pipe(zeros(10, 11, 4), twoScales(3)), true);

export const anyProgram: Program<Shapes, Shapes> = machine;
