/** A law holds only where a case could have broken it: else it was not tried, and the report says why. */

import assert from 'node:assert/strict';
import {
  add,
  batchNorm,
  broadcast,
  convolveWith,
  data,
  div,
  fill,
  fourier,
  gather,
  inverseFourier,
  linearRecurrence,
  mul,
  normalise,
  type Program,
  program,
  reshape,
  scale,
  scan,
  sin,
  square,
  sub,
  sum,
  type Tensor,
} from 'drumhead';
import { check, isLawful, reportAsData, type Subject, showReport } from 'drumhead/laws';
import { named } from './named.js';

type Field = Tensor<readonly [6, 6, 1]>;
const shape = [6, 6, 1] as const;
const waves = (force: (y: Field) => Field): Program =>
  program({ y: shape, z: shape }, (init) =>
    scan({
      steps: 4,
      init,
      step: ({ y, z }) => {
        const v = add(z, scale(0.1, force(y)));
        return { z: v, y: add(y, scale(0.1, v)) };
      },
      observe: (s) => s,
    }),
  );
const nothing = data(new Array<number>(9).fill(0), 3, 3, 1, 1);
const one = (step: (x: Field) => Field): Program =>
  program({ x: shape }, (init) =>
    scan({ steps: 4, init, step: ({ x }) => ({ x: step(x) }), observe: (s) => s }),
  );

/** A step that divides by the energy of its state: at rest it has no value. */
const unit = program({ x: [8] }, (init) =>
  scan({
    steps: 4,
    init,
    step: ({ x }) => {
      const turned = gather(0, [3, 3, 1, 0, 7, 6, 5, 2])(div(x, broadcast(8)(reshape(1)(sum(0)(square(x))))));
      return { x: inverseFourier(0)(fourier(0)(turned)) };
    },
    observe: (s) => s,
  }),
);

const held = (subject: Subject, laws: readonly string[]): readonly string[] =>
  check(subject, { laws, cases: 6 }).verdicts.flatMap(({ law, outcome }) =>
    outcome === 'holds' ? [law.name] : [],
  );

const dull: readonly (readonly [string, Subject, readonly string[]])[] = [
  [
    'no force',
    waves((y) => convolveWith(y, nothing, 'circular')),
    [
      'modified energy',
      'work balance',
      'stability',
      'dispersion',
      'time reversal',
      'damped inverse',
      'zero mode',
      'growth under a bounded force',
      'gradient bound',
      'leapfrog',
    ],
  ],
  [
    'a constant that comes out',
    one((x) => add(scale(0, x), fill(0.5, ...shape))),
    [
      'light cone',
      'translation',
      'rotations and reflections',
      'boundedness by gates',
      'adjoint',
      'convergence',
    ],
  ],
  ['zeros that come out', one((x) => scale(0, x)), ['superposition', 'oddness', 'translation', 'adjoint']],
  [
    'batch statistics',
    program({ u: [8, 2] }, ({ u }) => ({ y: linearRecurrence(fill(0.9, 8, 2), batchNorm()(u)) })),
    ['translation', 'rotations and reflections', 'parallel scan'],
  ],
  [
    'batch statistics alone',
    program({ u: [8, 8, 2] }, ({ u }) => ({ y: batchNorm()(u) })),
    ['translation', 'rotations and reflections'],
  ],
  [
    'one step of a recurrence',
    program({ u: [1, 2] }, ({ u }) => ({ y: linearRecurrence(data([0.9, 0.8], 1, 2), u) })),
    ['parallel scan', 'translation'],
  ],
  [
    'one site',
    program({ y: [1, 1, 1] }, ({ y }) =>
      scan({ steps: 3, init: { y }, step: (s) => ({ y: sub(s.y, sin(s.y)) }), observe: (s) => s }),
    ),
    [],
  ],
  [
    'phases that nothing couples',
    program({ theta: [6] }, ({ theta }) =>
      scan({
        steps: 3,
        init: { theta },
        step: (s) => ({ theta: add(s.theta, mul(fill(0, 6), sin(s.theta))) }),
        observe: (s) => s,
      }),
    ),
    ['phase shift', 'mean frequency', 'order parameter', 'phases fall together'],
  ],
  [
    'vectors of zeros',
    program({ x: [6, 4] }, ({ x }) =>
      scan({ steps: 3, init: { x }, step: (s) => ({ x: normalise()(scale(0, s.x)) }), observe: (s) => s }),
    ),
    ['unit norms'],
  ],
];

describe('laws: a comparison that cannot fail is inconclusive', () => {
  for (const [name, subject, laws] of dull)
    it(name, () => {
      assert.deepEqual(held(subject, laws), []);
    });

  it('says so in the table, in the counts and in JSON, and is no fault', () => {
    const report = check(
      waves((y) => convolveWith(y, nothing, 'circular')),
      { laws: ['work balance'] },
    );
    assert.match(showReport(report), /work balance {2}not tried: no force acts/);
    assert.match(showReport(report), /0 hold, 0 broken, 1 not tried, 0 do not apply/);
    assert.deepEqual(
      reportAsData(report).map(({ outcome, because }) => [outcome, typeof because]),
      [['not tried', 'string']],
    );
    assert.ok(isLawful(report));
  });

  it('a law for which there was no time was not tried', () => {
    const report = check(named('nwm-core', { height: 64, width: 64 }), { seconds: 0 });
    assert.ok(report.verdicts.every(({ outcome }) => outcome === 'not tried'));
    assert.match(
      showReport(report),
      /not tried: no case was done within its share of the time, 0 s for all laws/,
    );
  });

  it('is not broken by a start at which the step has no value', () => {
    for (const { law, outcome } of check(unit, { laws: ['Parseval', 'entries by number'], cases: 20 })
      .verdicts)
      assert.equal(outcome, 'holds', law.name);
  });
});
