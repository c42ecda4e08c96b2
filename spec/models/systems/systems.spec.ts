/** Each system against its equation, written out site by site. */

import assert from 'node:assert/strict';
import { initialParameters } from '../../../src/compile/parameters.js';
import { conv, ones, program } from '../../../src/dsl/index.js';
import { hgruOfTwo } from '../../../src/models/networks/index.js';
import { around, built, isNear, laplacianAt, outputsFrom, randomInputs } from './stepped.js';

const [height, width, dt] = [4, 5, 0.1];
const sites = Array.from({ length: height * width }, (_, i) => i);
const lattice = { height, width, steps: 1, dt, boundary: 'circular' };

describe('systems', () => {
  it('wave: z + h (c^2 lap y - omega y - alpha z), then y + h z', () => {
    const p = built('wave', { ...lattice, speed: 1.5, omega: 0.3, alpha: 0.2 });
    const { y, z } = randomInputs(p, 1);
    const after = outputsFrom(p, { y, z });
    const kicked = sites.map(
      (i) => z[i] + dt * (2.25 * laplacianAt(y, i, height, width) - 0.3 * y[i] - 0.2 * z[i]),
    );
    isNear(after.z, kicked);
    isNear(
      after.y,
      sites.map((i) => y[i] + dt * kicked[i]),
    );
  });

  it('nwm-core: the same with tanh, a free kernel, and omega and alpha by site', () => {
    const p = built('nwm-core', lattice);
    const inputs = randomInputs(p, 1);
    const { y, z, omega, alpha } = inputs;
    isNear(
      outputsFrom(p, inputs).z,
      sites.map(
        (i) => z[i] + dt * (Math.tanh(laplacianAt(y, i, height, width)) - omega[i] * y[i] - alpha[i] * z[i]),
      ),
    );
  });

  for (const damping of ['implicit', 'explicit'] as const)
    it(`coRNN: ${damping} damping`, () => {
      const settings = { gamma: 0.7, epsilon: 0.4, damping, velocityInit: 'identity' };
      const p = built('cornn', { ...lattice, ...settings });
      const inputs = randomInputs(p, 1);
      const { y, z, u } = inputs;
      const kicked = sites.map(
        (i) => z[i] + dt * (Math.tanh(laplacianAt(y, i, height, width) + z[i] + u[i]) - 0.7 * y[i]),
      );
      isNear(
        outputsFrom(p, inputs).z,
        kicked.map((value, i) => (damping === 'implicit' ? value / (1 + dt * 0.4) : value - dt * 0.4 * z[i])),
      );
    });

  it('Wave-RNN: what a site had, and was given, stands at the next one a step later', () => {
    const p = built('wave-rnn', { length: 6, steps: 6, activation: 'identity' });
    const { h, u } = randomInputs(p, 1);
    const still = u.map(() => 0);
    const { h: free } = outputsFrom(p, { h, u: still });
    // Once around: where it was.
    isNear(free.slice(-6), h);
    isNear(
      free.slice(0, 6),
      h.map((_, i) => h[(i + 5) % 6]),
    );
    isNear(
      outputsFrom(p, { h, u }).h.slice(0, 6),
      h.map((_, i) => h[(i + 5) % 6] + u[i]),
    );
  });

  for (const discretisation of ['implicit', 'imex'] as const)
    it(`LinOSS, ${discretisation}: all at once as step by step, and as the equation`, () => {
      const [parallel, sequential] = ['parallel', 'sequential'].map((form) =>
        built('linoss', { length: 3, channels: 2, steps: 7, dt, discretisation, form }),
      );
      const inputs = randomInputs(parallel, 2);
      const [a, b] = [outputsFrom(parallel, inputs), outputsFrom(sequential, inputs)];
      isNear(a.y, b.y, 1e-13);
      isNear(a.z, b.z, 1e-13);
      // The step again, from what it gave: y' = y + h z', z' = z + h (-A y' or y + u).
      const { y, z, stiffness, u } = inputs;
      for (let i = 0; i < 6; i++) {
        const old = discretisation === 'implicit' ? a.y[i] : y[i];
        isNear([a.z[i], a.y[i]], [z[i] + dt * (-Math.max(0, stiffness[i]) * old + u[i]), y[i] + dt * a.z[i]]);
      }
    });

  it('Kuramoto: the sum of sin(theta_j - theta_i) over the neighbours', () => {
    const p = built('kuramoto', { ...lattice, coupling: 3, reach: 1 });
    const inputs = randomInputs(p, Math.PI);
    const { theta, omega } = inputs;
    const pull = (i: number): number =>
      around(i, height, width, 1).reduce((sum, j) => sum + (3 / 8) * Math.sin(theta[j] - theta[i]), 0);
    isNear(
      outputsFrom(p, inputs).theta,
      sites.map((i) => theta[i] + dt * (omega[i] + pull(i))),
    );
  });

  it('Kuramoto: all with all', () => {
    const p = built('kuramoto', { ...lattice, coupling: 3, reach: 0 });
    const inputs = randomInputs(p, Math.PI);
    const { theta, omega } = inputs;
    const pull = (i: number): number =>
      sites.reduce((sum, j) => sum + (3 / sites.length) * Math.sin(theta[j] - theta[i]), 0);
    isNear(
      outputsFrom(p, inputs).theta,
      sites.map((i) => theta[i] + dt * (omega[i] + pull(i))),
    );
  });

  it('AKOrN: a step along the sphere, and back onto it', () => {
    const p = built('akorn', { ...lattice, oscillators: 1, components: 2, omega: 0.8 });
    const inputs = randomInputs(p, 1);
    const x = inputs.x.map(
      (value, i) => value / Math.hypot(inputs.x[i - (i % 2)], inputs.x[i - (i % 2) + 1]),
    );
    const found = outputsFrom(p, { ...inputs, x }).x;
    const expected = sites.flatMap((i) => {
      const [a, b] = [x[2 * i], x[2 * i + 1]];
      const [ca, cb] = [0, 1].map((k) => inputs.c[2 * i + k] + laplacianAt(x, i, height, width, 2, k));
      const along = ca * a + cb * b;
      const moved = [a + dt * (ca - along * a - 0.8 * b), b + dt * (cb - along * b + 0.8 * a)];
      return moved.map((value) => value / Math.hypot(...moved));
    });
    isNear(found, expected, 1e-11);
  });

  it('AKOrN: an odd component does not turn, and every vector keeps its length', () => {
    const p = built('akorn', { ...lattice, steps: 4, oscillators: 2, components: 3, init: 'glorot' });
    const { x } = outputsFrom(p, randomInputs(p, 1));
    for (let i = 0; i < x.length; i += 3) isNear([Math.hypot(x[i], x[i + 1], x[i + 2])], [1], 1e-11);
  });

  it('HORN: alpha tanh(s + g lap y) - omega^2 x - 2 gamma y, then x + h y', () => {
    const p = built('horn', { ...lattice, alpha: 0.4, gamma: 0.03, gain: 0.7 });
    const inputs = randomInputs(p, 1);
    const { x, y, omega, s } = inputs;
    const after = outputsFrom(p, inputs);
    const kicked = sites.map((i) => {
      const drive = 0.4 * Math.tanh(s[i] + 0.7 * laplacianAt(y, i, height, width));
      return y[i] + dt * (drive - omega[i] ** 2 * x[i] - 0.06 * y[i]);
    });
    isNear(after.y, kicked);
    isNear(
      after.x,
      sites.map((i) => x[i] + dt * kicked[i]),
    );
  });

  it('UnICORNN: each by itself, at its own pace', () => {
    const p = built('unicornn', { length: 5, steps: 1, dt, alpha: 0.9 });
    const inputs = randomInputs(p, 1);
    const { y, z, w, c, u } = inputs;
    const after = outputsFrom(p, inputs);
    const own = [...y.keys()];
    const pace = own.map((i) => dt / (1 + Math.exp(-c[i])));
    const kicked = own.map((i) => z[i] - pace[i] * (Math.tanh(w[i] * y[i] + u[i]) + 0.9 * y[i]));
    isNear(after.z, kicked);
    isNear(
      after.y,
      own.map((i) => y[i] + pace[i] * kicked[i]),
    );
  });

  it('GraphCON: a fifth of a node and its four neighbours, rectified', () => {
    const p = built('graphcon', { ...lattice, alpha: 0.2, gamma: 0.8 });
    const inputs = randomInputs(p, 1);
    const { x, y } = inputs;
    isNear(
      outputsFrom(p, inputs).y,
      sites.map((i) => {
        const mixed = Math.max(0, (laplacianAt(x, i, height, width) + 5 * x[i]) / 5);
        return y[i] + dt * (mixed - 0.8 * x[i] - 0.2 * y[i]);
      }),
    );
  });

  it('WONN: cos of a phase times what the others send, wrapped', () => {
    const p = built('wonn', { ...lattice, init: 'laplacian' });
    const inputs = randomInputs(p, Math.PI);
    const { theta, omega } = inputs;
    const sent = theta.map(Math.sin);
    isNear(
      outputsFrom(p, inputs).theta,
      sites.map((i) => {
        const felt = Math.max(0, laplacianAt(sent, i, height, width));
        const moved = theta[i] + dt * (omega[i] + Math.cos(theta[i]) * felt);
        return Math.atan2(Math.sin(moved), Math.cos(moved));
      }),
    );
  });

  it('cv-RNN: i omega x + K x over its largest part', () => {
    const p = built('cv-rnn', {
      height,
      width,
      steps: 1,
      boundary: 'circular',
      strength: 0.5,
      spread: 1.5,
      reach: 1,
    });
    const inputs = randomInputs(p, 1);
    const { x, omega } = inputs;
    const raw = around(0, height, width, 1).map((_, k) =>
      Math.exp(-((Math.floor(k / 3) - 1) ** 2 + ((k % 3) - 1) ** 2) / 4.5),
    );
    const total = raw.reduce((a, b) => a + b, 0);
    const next = sites.flatMap((i) =>
      [0, 1].map((part) => {
        const quarter = part === 0 ? -x[2 * i + 1] : x[2 * i];
        const near = around(i, height, width, 1).map((j, k) => ((0.5 * raw[k]) / total) * x[2 * j + part]);
        return near.reduce((a, b) => a + b, omega[i] * quarter);
      }),
    );
    const top = Math.max(...next.map(Math.abs));
    isNear(
      outputsFrom(p, inputs).x,
      next.map((value) => value / top),
    );
  });

  it('hGRU: as the layer that is held to the arrays of the authors', () => {
    const p = built('hgru', { height, width, channels: 2, steps: 2 });
    const field = [height, width, 2] as const;
    const layered = program({ h: field, x: field }, ({ h, x }) => {
      const kernel = conv(2, { boundary: 'circular', bias: false, name: 'horizontal' });
      const states = hgruOfTwo({ channels: 2 })(x, h, ones(2))({ inhibition: kernel, excitation: kernel });
      return { h: states.h };
    });
    const inputs = randomInputs(p, 1);
    isNear(outputsFrom(p, inputs).h, outputsFrom(layered, inputs).h);
  });

  it('cellular automaton: what a cell and its slopes give, where it fires', () => {
    const p = built('nca', { height, width, steps: 1, channels: 1, hidden: 3, stepSize: 0.5 });
    const inputs = randomInputs(p, 1);
    const { x } = inputs;
    const u = inputs.u.map((value) => (value > 0 ? 1 : 0));
    const of = initialParameters(p.graph, 0);
    const slopes = [
      [-1, 0, 1, -2, 0, 2, -1, 0, 1],
      [-1, -2, -1, 0, 0, 0, 1, 2, 1],
    ];
    isNear(
      outputsFrom(p, { x, u }).x,
      sites.map((i) => {
        const near = around(i, height, width, 1);
        const seen = [x[i], ...slopes.map((w) => near.reduce((sum, j, k) => sum + (w[k] * x[j]) / 8, 0))];
        const change = [0, 1, 2].reduce((sum, k) => {
          const heard = seen.reduce((a, value, n) => a + value * of['dense1/weight'][3 * n + k], 0);
          return sum + Math.max(0, heard + of['dense1/bias'][k]) * of['dense2/weight'][k];
        }, of['dense2/bias'][0]);
        return x[i] + 0.5 * u[i] * change;
      }),
    );
  });

  it('Wilson-Cowan: relaxes to (1 - E) S(input)', () => {
    // Wide connections on a torus: every site sees the mean of the field where the field is the same everywhere.
    const p = built('wilson-cowan', { ...lattice, tau: 2, tauI: 4, reach: 2 });
    const same = { e: new Float64Array(sites.length).fill(0.4), i: new Float64Array(sites.length).fill(0.1) };
    const after = outputsFrom(p, same);
    const s = (x: number): number => 1 / (1 + Math.exp(-x));
    const onE = 20.8 * 0.4 - 15.6 * 0.1 - 3.575;
    const onI = 30 * 0.4 - 6 * 0.1 - 7.4;
    isNear(
      after.e,
      sites.map(() => 0.4 + (dt / 2) * (-0.4 + 0.6 * s(onE))),
    );
    isNear(
      after.i,
      sites.map(() => 0.1 + (dt / 4) * (-0.1 + 0.9 * s(onI))),
    );
  });

  it('FitzHugh-Nagumo: diffusion, a cubic, recovery', () => {
    const p = built('fitzhugh-nagumo', { ...lattice, diffusion: 0.4, current: 0.1 });
    const { v, w } = randomInputs(p, 2);
    const after = outputsFrom(p, { v, w });
    isNear(
      after.v,
      sites.map(
        (i) => v[i] + dt * (0.4 * laplacianAt(v, i, height, width) + v[i] - v[i] ** 3 / 3 - w[i] + 0.1),
      ),
    );
    isNear(
      after.w,
      sites.map((i) => w[i] + dt * 0.08 * (v[i] + 0.7 - 0.8 * w[i])),
    );
  });

  it('Ginzburg-Landau: as in complex numbers', () => {
    const p = built('ginzburg-landau', { ...lattice, b: 0.5, c: -1.2 });
    const { a } = randomInputs(p, 1);
    const times = ([x, y]: readonly number[], [re, im]: readonly number[]): readonly number[] => [
      x * re - y * im,
      x * im + y * re,
    ];
    const expected = sites.flatMap((i) => {
      const here = [a[2 * i], a[2 * i + 1]];
      const spread = times(
        [1, 0.5],
        [0, 1].map((k) => laplacianAt(a, i, height, width, 2, k)),
      );
      const held = times(
        [1, -1.2],
        here.map((part) => part * (here[0] ** 2 + here[1] ** 2)),
      );
      return here.map((part, k) => part + dt * (part + spread[k] - held[k]));
    });
    isNear(outputsFrom(p, { a }).a, expected);
  });

  it('keep their edges apart from each other where the boundary says so', () => {
    const inputs = { y: new Float64Array(sites.length), z: new Float64Array(sites.length) };
    inputs.y[0] = 1;
    const far = width - 1;
    const seen = (boundary: string): number =>
      outputsFrom(built('wave', { ...lattice, boundary }), inputs).z[far];
    assert.equal(seen('zero'), 0);
    assert.ok(seen('circular') > 0);
  });
});
