/** Correct systems of phases: with lags, directions and frequencies of their own. */

import {
  add,
  broadcast,
  cos,
  data,
  matmul,
  mean,
  mul,
  offset,
  type Program,
  parameter,
  program,
  reshape,
  roll,
  scale,
  scan,
  sin,
  sub,
  type Tensor,
  transpose,
} from 'drumhead';

const h = 0.1;

const phasesOf = (rate: (x: Tensor<readonly [6]>) => Tensor<readonly [6]>): Program =>
  program({ theta: [6] }, ({ theta }) =>
    scan({
      steps: 4,
      init: { theta },
      step: (s) => ({ theta: add(s.theta, scale(h, rate(s.theta))) }),
      observe: (s) => s,
    }),
  );
const lagged =
  (k: readonly number[], lag: number) =>
  (x: Tensor<readonly [6]>): Tensor<readonly [6]> => {
    const [c, s] = [cos(x), sin(x)];
    const w = data(k, 6, 6);
    const [re, im] = [matmul(c, w), matmul(s, w)];
    const turnedIm = sub(scale(Math.cos(lag), im), scale(Math.sin(lag), re));
    const turnedRe = add(scale(Math.cos(lag), re), scale(Math.sin(lag), im));
    return sub(mul(c, turnedIm), mul(s, turnedRe));
  };
const all = Array.from({ length: 36 }, (_, i) => (i % 7 === 0 ? 0 : 0.3));
const chain = Array.from({ length: 36 }, (_, i) => (i % 7 === 1 ? 1 : 0));
const own = data([0.1, -0.2, 0.3, 0, 0.5, -0.4], 6);

export const phases: readonly (readonly [string, Program])[] = [
  ['phases, all with all', phasesOf(lagged(all, 0))],
  ['phases with a lag', phasesOf(lagged(all, 0.7))],
  ['a directed chain of phases', phasesOf(lagged(chain, 0))],
  ['phases of frequencies of their own', phasesOf((x) => add(own, lagged(all, 0)(x)))],
  [
    'learned, not symmetric',
    phasesOf((x) => {
      const w = transpose(1, 0)(parameter('w', [6, 6], { init: { normal: 0.5 } }));
      return sub(mul(cos(x), matmul(sin(x), w)), mul(sin(x), matmul(cos(x), w)));
    }),
  ],
  ['active rotators', phasesOf((x) => add(sub(own, scale(0.5, sin(x))), lagged(all, 0)(x)))],
  [
    'pulses (Winfree)',
    phasesOf((x) => {
      const pulse = broadcast(6)(reshape(1)(mean(0)(offset(1, cos(x)))));
      return sub(own, mul(sin(x), pulse));
    }),
  ],
  ['a second harmonic', phasesOf((x) => add(lagged(all, 0)(x), lagged(all, 0)(scale(2, x))))],
  [
    'a chain on a ring',
    program({ theta: [8, 1] }, ({ theta }) =>
      scan({
        steps: 4,
        init: { theta },
        step: (s) => {
          const back = roll(0, 1)(s.theta);
          const pull = sub(mul(sin(back), cos(s.theta)), mul(cos(back), sin(s.theta)));
          return { theta: add(s.theta, scale(h, pull)) };
        },
        observe: (s) => s,
      }),
    ),
  ],
];
