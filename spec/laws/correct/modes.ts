/** Correct systems that work on modes: exact waves, split steps, filters, convolutions by the theorem. */

import {
  add,
  broadcast,
  circularConvolution,
  complex,
  cos,
  data,
  fill,
  fourier,
  fourierComplex,
  fourierOperator,
  imaginaryPart,
  inverseFourier,
  inverseFourierComplex,
  kSpaceWave,
  mul,
  multiplyComplex,
  type Program,
  parameter,
  program,
  realPart,
  reshape,
  scale,
  scaleComplex,
  scan,
  sin,
  square,
  sub,
  sum,
  tanh,
} from 'drumhead';
import type { Subject } from 'drumhead/laws';
import { type Field, type Pair, stepping } from './methods.js';

const names = ['y', 'z'] as const;
const wave = kSpaceWave();
const linear = ([y, z]: Pair): Pair => {
  const next = wave.advance({ y, z }, fill(0), 0.5);
  return [next.y, next.z];
};

/** The wave numbers of 8 sites. */
const numbers = [0, 1, 2, 3, 4, -3, -2, -1].map((k) => (Math.PI * k) / 4);
const table = (f: (p: number, q: number) => number): Field =>
  data(
    numbers.flatMap((p) => numbers.map((q) => f(p, q))),
    8,
    8,
    1,
  );
const modes = fourier(0, 1);
const filtered = (y: Field, by: Field): Field => inverseFourier(0, 1)(scaleComplex(by, modes(y)));

/** A derivative along the first axis. */
const oneWay = () => {
  const side = (f: (p: number) => number) =>
    broadcast(
      8,
      8,
      1,
    )(
      data(
        numbers.map((p) => (Math.abs(p) > 3 ? 0 : f(p))),
        8,
        1,
        1,
      ),
    );
  return complex(
    side(() => 0),
    side((p) => p),
  );
};

/** Schrödinger's equation of a field [8, 8, 2] of real and imaginary parts, split: potential |psi|^2, then free motion. */
const schrodinger: Program = program({ psi: [8, 8, 2] }, (init) =>
  scan({
    steps: 4,
    init,
    step: ({ psi }) => {
      const [re, im] = [realPart(psi), imaginaryPart(psi)];
      const turn = scale(-0.1, sum(2)(square(psi)));
      const kicked = multiplyComplex(complex(re, im), complex(cos(turn), sin(turn)));
      const free = reshape(8, 8)(table((p, q) => -0.05 * (p * p + q * q)));
      const moved = multiplyComplex(fourierComplex(0, 1)(kicked), complex(cos(free), sin(free)));
      return { psi: inverseFourierComplex(0, 1)(moved) };
    },
    observe: (s) => s,
  }),
);

export const modeSystems: readonly (readonly [string, Subject])[] = [
  ['exact waves in k-space', stepping(names, linear)],
  ['sine-Gordon in split steps', stepping(names, ([y, z]) => linear([y, sub(z, scale(0.5, sin(y)))]))],
  [
    'a filter of modes',
    stepping(names, ([y, z]) => [
      filtered(
        y,
        table((p, q) => Math.exp(-p * p - q * q)),
      ),
      z,
    ]),
  ],
  [
    'a filter of modes that runs one way',
    stepping(names, ([y, z]) => [
      add(y, scale(0.1, inverseFourier(0)(multiplyComplex(fourier(0)(y), oneWay())))),
      z,
    ]),
  ],
  [
    'a learned filter of modes',
    stepping(names, ([y, z]) => [
      filtered(y, parameter('filter', [8, 8, 1], { init: { uniform: 0.5 } })),
      tanh(z),
    ]),
  ],
  [
    'a filter beside the field',
    program({ y: [8, 8, 1], filter: [8, 8, 1] }, ({ y, filter }) =>
      scan({
        steps: 4,
        init: { y },
        step: (s) => ({ y: filtered(s.y, filter) }),
        observe: (s) => s,
      }),
    ),
  ],
  [
    'a convolution of two fields',
    stepping(names, ([y, z]) => [circularConvolution(0, 1)(y, scale(0.1, z)), z]),
  ],
  ['a product of modes', stepping(names, ([y, z]) => [inverseFourier(0, 1)(square(modes(y))), z])],
  ['a Fourier operator', stepping(names, ([y, z]) => [tanh(fourierOperator(1, { modes: 2 })(y)), mul(y, z)])],
  ['modes of channels', stepping(names, ([y, z]) => [inverseFourier(2)(scale(0.5, fourier(2)(y))), z])],
  ["Schrödinger's equation in split steps", schrodinger],
];
