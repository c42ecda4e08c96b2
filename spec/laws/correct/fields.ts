/** Correct systems of other kinds than waves of two fields: media, sources, phases, amplitudes, volumes, recurrences. */

import {
  add,
  batchNorm,
  broadcast,
  channels,
  concat,
  concatAlong,
  convolveWith,
  data,
  dense,
  dropout,
  erf,
  fourierComplex,
  gaussian,
  inverseFourierComplex,
  linearRecurrence,
  matrixRecurrence,
  mean,
  meanPool,
  mul,
  multiplyComplex,
  normalise,
  offset,
  type Program,
  pad,
  parameter,
  program,
  resample,
  reshape,
  roll,
  scale,
  scaleComplex,
  scan,
  scanOver,
  sigmoid,
  slice,
  sqrt,
  square,
  standardise,
  sub,
  sumAlong,
  type Tensor,
  tanh,
  where,
  zeros,
} from 'drumhead';
import type { Subject } from 'drumhead/laws';
import { type Field, spread } from './methods.js';

const shape = [8, 8, 1] as const;
const h = 0.1;
const sites = (f: (r: number, c: number) => number): Field =>
  data(
    Array.from({ length: 64 }, (_, k) => f(Math.floor(k / 8), k % 8)),
    8,
    8,
    1,
  );
const waves = (force: (y: Field, z: Field) => Field): Program =>
  program({ y: shape, z: shape }, (init) =>
    scan({
      steps: 6,
      init,
      step: ({ y, z }) => {
        const v = add(z, scale(h, force(y, z)));
        return { z: v, y: add(y, scale(h, v)) };
      },
      observe: (s) => s,
    }),
  );
const speed = sites((r, c) => 0.5 + ((3 * r + 5 * c) % 7) / 10);
const mask = sites((r, c) => (r > 0 && c < 6 ? 1 : 0));
const frame = sites((r, c) => (r === 0 || c === 0 || r === 7 || c === 7 ? 2 : 0));
const at = (r: number, c: number): Field => sites((i, j) => (i === r && j === c ? 1 : 0));

const media: readonly (readonly [string, Program])[] = [
  ['a constant map of speeds', waves((y) => mul(square(speed), spread(y)))],
  ['a mask', waves((y) => mul(mask, spread(y)))],
  ['an absorbing frame', waves((y, z) => sub(spread(y), mul(frame, z)))],
  [
    'a learned table of places',
    waves((y) => sub(spread(y), mul(parameter('omega', shape, { init: { uniform: 1 } }), y))),
  ],
  ['a mean of neighbours on a ring', waves((y) => sub(meanPool(3, 1, 'circular')(y), y))],
  ['a mean of neighbours inside', waves((y) => sub(meanPool(3, 1, 'replicate')(y), y))],
  ['a coarser grid and back', waves((y) => sub(resample([8, 8])(resample([4, 4])(y)), y))],
  [
    'a padded field',
    waves((y) => {
      const framed = pad([1, 1], 'replicate')(y);
      return sub(slice(framed, [0, 1, 0], [8, 8, 1]), y);
    }),
  ],
  [
    'a row of numbers',
    waves((y) => add(spread(y), broadcast(8, 8, 1)(parameter('row', [1, 8, 1], { init: { normal: 1 } })))),
  ],
  [
    'a source at a place and a probe',
    program({ sound: [6] }, ({ sound }) =>
      scanOver({
        over: sound,
        init: { now: zeros(...shape), before: zeros(...shape) },
        step: ({ now, before }, x) => ({
          now: add(add(sub(scale(2, now), before), scale(h * h, spread(now))), mul(x, at(2, 5))),
          before: now,
        }),
        observe: ({ now }) => ({ heard: slice(now, [4, 4, 0], [1, 1, 1]), now }),
      }),
    ),
  ],
  [
    'a driven oscillator whose kick is an impulse',
    program({ y: shape, z: shape, u: [6, 8, 8, 1] }, ({ y, z, u }) =>
      scanOver({
        over: u,
        init: { y, z },
        step: (s, x) => {
          const v = add(add(s.z, scale(h, spread(s.y))), x);
          return { z: v, y: add(s.y, scale(h, v)) };
        },
        observe: (s) => s,
      }),
    ),
  ],
  [
    'a speed beside it',
    program({ y: shape, z: shape, c: shape }, ({ y, z, c }) =>
      scan({
        steps: 6,
        init: { y, z },
        step: (s) => {
          const v = add(s.z, scale(h, mul(square(c), spread(s.y))));
          return { z: v, y: add(s.y, scale(h, v)) };
        },
        observe: (s) => s,
      }),
    ),
  ],
  [
    'a kernel that holds the time step',
    program({ y: shape, z: shape }, (init) =>
      scan({
        steps: 6,
        init,
        step: ({ y, z }) => {
          const v = add(z, convolveWith(y, data([0, h, 0, h, -4 * h, h, 0, h, 0], 3, 3, 1, 1), 'circular'));
          return { z: v, y: add(y, scale(h, v)) };
        },
        observe: (s) => s,
      }),
    ),
  ],
  [
    'another speed for each channel',
    program({ y: [8, 8, 2], z: [8, 8, 2] }, (init) =>
      scan({
        steps: 6,
        init,
        step: ({ y, z }) => {
          const lap = (x: Tensor<readonly [8, 8, 2]>, i: 0 | 1): Field => spread(channels(x, i, 1));
          const v = add(z, scale(h, concat(lap(y, 0), scale(4, lap(y, 1)))));
          return { z: v, y: add(y, scale(h, v)) };
        },
        observe: (s) => s,
      }),
    ),
  ],
  ['a force by the error function', waves((y) => erf(spread(y)))],
  [
    'a field that is held at some sites, by choice',
    waves((y, z) =>
      where(
        sites((r, c) => (r + c) % 3),
        spread(y),
        scale(-1 / h, z),
      ),
    ),
  ],
  [
    'dropout, which only training has',
    program({ y: shape, z: shape }, (init) => {
      const drop = dropout(0.3);
      return scan({
        steps: 6,
        init,
        step: ({ y, z }, clock) => {
          const v = add(z, scale(h, drop(spread(y), clock)));
          return { z: v, y: add(y, scale(h, v)) };
        },
        observe: (s) => s,
      });
    }),
  ],
  [
    'noise',
    program({ y: shape, z: shape }, (init) => {
      const thermal = gaussian('thermal');
      return scan({
        steps: 6,
        init,
        step: ({ y, z }, clock) => {
          const v = add(z, scale(h, add(spread(y), thermal(clock, 8, 8, 1))));
          return { z: v, y: add(y, scale(h, v)) };
        },
        observe: (s) => s,
      });
    }),
  ],
  ['standardised', waves((y) => sub(standardise(0)(spread(y)), y))],
];

const amplitude = (rate: (re: Field, im: Field) => readonly [Field, Field]): Program =>
  program({ a: [8, 8, 2] }, ({ a }) =>
    scan({
      steps: 4,
      init: { a },
      step: (s) => {
        const [re, im] = rate(channels(s.a, 0, 1), channels(s.a, 1, 1));
        return { a: add(s.a, scale(h, concat(re, im))) };
      },
      observe: (s) => s,
    }),
  );
const norm2 = (re: Field, im: Field): Field => add(square(re), square(im));

const others: readonly (readonly [string, Subject])[] = [
  [
    'Stuart and Landau, growing by 2',
    amplitude((re, im) => {
      const n = norm2(re, im);
      return [sub(sub(scale(2, re), im), mul(n, re)), sub(add(scale(2, im), re), mul(n, im))];
    }),
  ],
  [
    'an amplitude forced at twice its frequency',
    amplitude((re, im) => {
      const n = norm2(re, im);
      return [sub(scale(1.5, re), mul(n, re)), sub(scale(0.5, im), mul(n, im))];
    }),
  ],
  [
    'two channels of FitzHugh and Nagumo',
    amplitude((u, w) => [
      sub(sub(u, mul(u, norm2(u, w))), w),
      scale(0.1, sub(add(u, scale(0.7, u)), scale(0.8, w))),
    ]),
  ],
  [
    'FitzHugh and Nagumo',
    ({ dt = 0.1 }) =>
      program({ x: shape, v: shape }, (init) =>
        scan({
          steps: 4,
          init,
          step: ({ x, v }) => ({
            x: add(x, scale(dt, v)),
            v: add(v, scale(dt, sub(sub(sub(v, mul(v, square(v))), x), scale(0.2, v)))),
          }),
          observe: (s) => s,
        }),
      ),
  ],
  [
    'two channels of one length',
    program({ x: [4, 4, 6] }, ({ x }) =>
      scan({
        steps: 3,
        init: { x },
        step: (s) => {
          const groups = reshape(4, 4, 3, 2)(add(s.x, tanh(roll(0, 1)(s.x))));
          return { x: reshape(4, 4, 6)(normalise()(groups)) };
        },
        observe: (s) => s,
      }),
    ),
  ],
  [
    'a root mean square',
    program({ x: [5, 6] }, ({ x }) =>
      scan({
        steps: 3,
        init: { x },
        step: (s) => ({
          x: mul(s.x, broadcast(5, 6)(reshape(5, 1)(sqrt(offset(1e-3, mean(1)(square(s.x))))))),
        }),
        observe: (s) => s,
      }),
    ),
  ],
  [
    'divisive normalisation',
    program({ x: [5, 6] }, ({ x }) =>
      scan({
        steps: 3,
        init: { x },
        step: (s) => {
          const pool = offset(0.5, sumAlong()(square(s.x)));
          return { x: mul(s.x, sigmoid(scale(-1, sqrt(pool)))) };
        },
        observe: (s) => s,
      }),
    ),
  ],
  [
    'a rotation as a recurrence',
    program({ u: [6, 3, 2] }, ({ u }) => {
      const turn = data(
        Array.from({ length: 72 }, (_, i) => [0.95, -0.25, 0.25, 0.95][i % 4]),
        6,
        3,
        2,
        2,
      );
      return { y: matrixRecurrence(turn, u) };
    }),
  ],
  [
    'a recurrence behind batch statistics',
    program({ u: [8, 2] }, ({ u }) => ({
      y: linearRecurrence(broadcast(8, 2)(reshape(1, 1)(data([0.9], 1))), batchNorm()(u)),
    })),
  ],
  [
    'a recurrence',
    program({ u: [8, 2] }, ({ u }) => ({
      y: linearRecurrence(broadcast(8, 2)(reshape(1, 1)(data([0.9], 1))), u),
    })),
  ],
  [
    'a cell of an LSTM kind with a dense layer',
    program({ x: [6, 4] }, ({ x }) =>
      scanOver({
        over: x,
        init: { c: zeros(4) },
        step: ({ c }, u) => {
          const gate = sigmoid(dense(4, { name: 'gate' })(u));
          return { c: add(mul(gate, c), mul(sub(offset(1, zeros(4)), gate), tanh(u))) };
        },
        observe: (s) => s,
      }),
    ),
  ],
];

/** A wave in a volume: around the torus by rolls, or between walls by cutting. */
const volume = <const S extends readonly [number, number, number, 1]>(isTorus: boolean, size: S): Program => {
  type Box = Tensor<S>;
  const beside = (x: Box, axis: number, by: 1 | -1): Box => {
    if (isTorus) return roll(axis, by)(x);
    const thin = size.map((n, i) => (i === axis ? 1 : n));
    const kept = size.map((n, i) => (i === axis ? n - 1 : n));
    const begin = size.map((_, i) => (i === axis && by < 0 ? 1 : 0));
    const inner: Tensor = slice(x, begin, kept);
    const wall: Tensor = zeros(...thin);
    return reshape(...size)(by > 0 ? concatAlong(axis, wall, inner) : concatAlong(axis, inner, wall));
  };
  const lap = (x: Box): Box =>
    [0, 1, 2]
      .flatMap((axis) => [beside(x, axis, 1), beside(x, axis, -1)])
      .reduce((sum, each) => add(sum, each), scale(-6, x));
  return program({ y: size, z: size }, (init) =>
    scan({
      steps: 4,
      init,
      step: ({ y, z }) => {
        const v = add(z, scale(h, lap(y)));
        return { z: v, y: add(y, scale(h, v)) };
      },
      observe: (s) => s,
    }),
  );
};

/** Sizes are left open: literal ones cost the compiler most of its work. */
const side: number = 6;
/** How many waves a mode of six sites has. */
const wavesOf = (k: number): number => Math.min(k, 6 - k);
const transfer = data(
  Array.from({ length: 36 }, (_, k) => Math.hypot(wavesOf(Math.floor(k / 6)), wavesOf(k % 6))).flatMap(
    (r) => [Math.cos(r), Math.sin(r)],
  ),
  side,
  side,
  2,
);

/** Light behind one plate after the other, in planes without channels: each plate is a drive, one number at each site. */
const plates = program({ x: [side, side, 2], plates: [4, side, side] }, (given) =>
  scanOver({
    over: given.plates,
    init: { x: given.x },
    step: ({ x }, plate) => {
      const modes = fourierComplex(0, 1)(scaleComplex(plate, x));
      return { x: inverseFourierComplex(0, 1)(multiplyComplex(modes, transfer)) };
    },
    observe: (s) => s,
  }),
);
export const fieldSystems: readonly (readonly [string, Subject])[] = [
  ...media,
  ['plates of light, planes without channels', plates],
  ...others,
  ['a volume on a torus', volume(true, [4, 5, 6, 1])],
  ['a volume between walls', volume(false, [3, 4, 5, 1])],
];
