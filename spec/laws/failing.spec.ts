/** Every law holds on a system of ours, and is broken by an interpreter that computes something else. */

import assert from 'node:assert/strict';
import {
  add,
  attention,
  gather,
  kSpaceWave,
  program,
  scale,
  scan,
  scatter,
  stepOf,
  type Wave,
} from 'drumhead';
import { allLaws, check, type Interpreter, reference, type System, systemFrom } from 'drumhead/laws';
import { named } from './named.js';
import * as wrong from './wrong.js';

const sum = (data: ArrayLike<number>): number => Array.from(data).reduce((total, v) => total + v, 0);

/** Far too large, not the same at every site, and every site feels all others. */
const faulty: Interpreter = {
  name: 'faulty',
  unit: reference.unit,
  run: (program, parameters, inputs) => {
    const felt = Object.values(inputs).reduce((total, { data }) => total + sum(data), 0);
    return Object.fromEntries(
      Object.entries(reference.run(program, parameters, inputs)).map(([name, { shape, data }]) => [
        name,
        { shape, data: data.map((v, i) => 20 * v + (i % 3) / 4 + felt / 1000) },
      ]),
    );
  },
};

const exactWaves = program({ y: [6, 5, 1], z: [6, 5, 1] }, (init) =>
  scan({ steps: 3, init, step: stepOf<Wave<readonly [6, 5, 1]>>(kSpaceWave(), 0.5), observe: (s) => s }),
);
const graph = program({ y: [5, 2] }, ({ y }) =>
  scan({
    steps: 3,
    init: { y },
    step: (s) => ({
      y: add(scale(0.5, s.y), scatter(0, [0, 1, 2, 2, 4], 5)(gather(0, [1, 2, 3, 4, 0])(s.y))),
    }),
    observe: (s) => s,
  }),
);
const attending = program({ y: [5, 2] }, ({ y }) =>
  scan({ steps: 3, init: { y }, step: (s) => ({ y: attention()(s.y, s.y, s.y) }), observe: (s) => s }),
);
const small = { height: 8, width: 8, steps: 4 };
const wave = named('wave', small);
const nwm = named('nwm-core', small);
const phases = named('kuramoto', { ...small, reach: 1 });
const linoss = named('linoss', { length: 4, steps: 4, form: 'parallel' });
const amplitude = named('ginzburg-landau', small);

const tried: Readonly<Record<string, System>> = {
  'modified energy': wave,
  'work balance': wave,
  stability: systemFrom(wrong.feeding),
  dispersion: wave,
  'time reversal': wave,
  'damped inverse': nwm,
  'light cone': nwm,
  translation: nwm,
  'translation of the encoder': systemFrom(wrong.encoded),
  'rotations and reflections': wave,
  superposition: wave,
  oddness: nwm,
  'zero mode': wave,
  'growth under a bounded force': nwm,
  'boundedness by gates': named('wilson-cowan', small),
  'coRNN energy bound': named('cornn', small),
  'gradient bound': nwm,
  'parallel scan': linoss,
  carrying: named('wave-rnn', { length: 8, steps: 4, activation: 'identity' }),
  'phase shift': phases,
  'mean frequency': phases,
  'order parameter': phases,
  'phases fall together': phases,
  locking: named('kuramoto', { height: 1, width: 2, steps: 4, reach: 0 }),
  'unit norms': named('akorn', small),
  'activities in [0, 1]': named('wilson-cowan', small),
  'gauge invariance': amplitude,
  'plane waves': amplitude,
  convergence: systemFrom(wrong.withoutStep),
  leapfrog: systemFrom(wrong.explicitEuler),
  adjoint: wave,
  Parseval: systemFrom(exactWaves),
  causality: named('cornn', small),
  extrapolation: wave,
  'entries by number': systemFrom(graph),
  'permutation of the sites': systemFrom(attending),
  'LinOSS eigenvalues': systemFrom(wrong.negativeStiffness),
};

/** Laws of the step itself, whatever computes it: these are broken by steps that are wrong. */
const ofTheStep = ['stability', 'convergence', 'leapfrog', 'LinOSS eigenvalues'];

describe('every law can fail', () => {
  it('and each is tried here', () =>
    assert.deepEqual(allLaws.map(({ name }) => name).sort(), Object.keys(tried).sort()));

  for (const [name, system] of Object.entries(tried))
    it(name, () => {
      const laws = [name];
      const outcomeOn = (on: Interpreter): string =>
        check(system, { laws, cases: 8, on: [on] })
          .verdicts.map(({ outcome }) => outcome)
          .join();
      if (ofTheStep.includes(name)) assert.equal(outcomeOn(reference), 'broken');
      else assert.deepEqual([outcomeOn(reference), outcomeOn(faulty)], ['holds', 'broken']);
    });
});
