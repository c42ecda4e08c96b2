/** Scans: autonomous and driven, one observation or several, states of any record. */

import { pipe } from 'fp-ts/lib/function.js';
import {
  add,
  at,
  concat,
  conv,
  coupling,
  fill,
  gaussian,
  linearRecurrence,
  matrixRecurrence,
  mean,
  mul,
  oscillator,
  type Step,
  scale,
  scan,
  scanOver,
  scanOverWithFinal,
  scanWithFinal,
  sigmoid,
  sub,
  sum,
  type Tensor,
  tanh,
  type Wave,
  zeros,
} from '../../../src/dsl/index.js';
import { exactly } from './exactly.js';

const y = zeros(64, 64, 2);
const z = zeros(64, 64, 2);
declare const n: number;

exactly<Tensor<readonly [100, 64, 64, 2]>>()(
  scan({
    steps: 100,
    init: { y, z },
    step: (s) => ({ y: add(s.y, s.z), z: sub(s.z, s.y) }),
    observe: (s) => s.y,
  }),
  true,
);

const observed = scan({
  steps: 100,
  init: { y, z },
  step: oscillator({ dt: 0.1, coupling: coupling() }),
  observe: (s) => ({ position: s.y, energy: pipe(mul(s.z, s.z), sum(0, 1, 2)) }),
});
exactly<Tensor<readonly [100, 64, 64, 2]>>()(observed.position, true);
exactly<Tensor<readonly [100]>>()(observed.energy, true);

const run = scanWithFinal({
  steps: 10,
  init: { phase: zeros(8), amplitude: fill(1) },
  step: ({ phase, amplitude }) => ({ phase: add(phase, amplitude), amplitude: scale(0.9, amplitude) }),
  observe: ({ phase }) => phase,
});
exactly<Tensor<readonly [10, 8]>>()(run.sequence, true);
exactly<Tensor<readonly [8]>>()(run.final.phase, true);
exactly<Tensor<readonly []>>()(run.final.amplitude, true);

const movie = zeros(20, 64, 64, 3);
const gates = conv(2);
exactly<Tensor<readonly [20, 64, 64, 2]>>()(
  scanOver({
    over: movie,
    init: { y },
    step: (s, frame, clock) => {
      const noise = gaussian('noise')(clock, 64, 64, 2);
      const gate = sigmoid(gates(concat(s.y, frame)));
      return { y: add(mul(gate, s.y), noise) };
    },
    observe: (s) => s.y,
  }),
  true,
);
exactly<Tensor<readonly [64, 64, 3]>>()(
  scanOverWithFinal({
    over: movie,
    init: { y: at(movie, 0) },
    step: (_, frame) => ({ y: tanh(frame) }),
    observe: (s) => s.y,
  }).final.y,
  true,
);

// A step that stands by itself.
const decay: Step<Wave<readonly [64, 64, 2]>> = (s) => ({ y: scale(0.5, s.y), z: s.z });
exactly<Tensor<readonly [3, 64, 64, 2]>>()(
  scan({ steps: 3, init: { y, z }, step: decay, observe: (s) => s.z }),
  true,
);

// A scan in a scan, and a number of steps that nobody knows yet.
exactly<Tensor<readonly [number, 64, 64, 2]>>()(
  scan({
    steps: n,
    init: { y },
    step: (outer) => ({
      y: scanWithFinal({
        steps: 4,
        init: { x: outer.y },
        step: ({ x }) => ({ x: sub(x, outer.y) }),
        observe: ({ x }) => x,
      }).final.x,
    }),
    observe: (s) => s.y,
  }),
  true,
);

exactly<Tensor<readonly [20, 64, 64, 3]>>()(linearRecurrence(movie, movie, at(movie, 0)), true);
exactly<Tensor<readonly [20, 5, 2]>>()(matrixRecurrence(zeros(20, 5, 2, 2), zeros(20, 5, 2)), true);

// Each k-th observation: floor(steps / k) of them.
exactly<Tensor<readonly [33, 64, 64, 2]>>()(
  scan({ steps: 100, every: 3, init: { y }, step: (s) => s, observe: (s) => s.y }),
  true,
);
exactly<Tensor<readonly [6, 64, 64, 3]>>()(
  scanOver({ over: movie, every: 3, init: { y: at(movie, 0) }, step: (s) => s, observe: (s) => s.y }),
  true,
);
exactly<Tensor<readonly [number, 64, 64, 2]>>()(
  scan({ steps: n, every: 3, init: { y }, step: (s) => s, observe: (s) => s.y }),
  true,
);
exactly<{ readonly mean: Tensor<readonly [10]>; readonly y: Tensor<readonly [10, 64, 64, 2]> }>()(
  scan({
    steps: 100,
    every: 10,
    remat: true,
    init: { y },
    step: (s) => s,
    observe: (s) => ({ mean: mean(0, 1, 2)(s.y), y: s.y }),
  }),
  true,
);

// The number of steps, a scalar per sample.
exactly<Tensor<readonly []>>()(
  scanWithFinal({
    steps: 100,
    init: { y },
    step: (s) => s,
    observe: (s) => s.y,
    until: (s) => mean(0, 1, 2)(s.y),
  }).steps,
  true,
);
