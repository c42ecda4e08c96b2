/** What a record of waves can say and what it cannot: waves of known frequency, speed and way. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  isUnresolved,
  kOmega,
  type Propagation,
  propagation,
  type Summary,
  summaryOf,
  type Unresolved,
  type Waves,
} from '../../src/analysis/index.js';
import { stream } from '../../src/base/random.js';
import { resolved, waveOf } from './lattice.js';

const made = { steps: 60, height: 20, width: 24, dt: 0.1 };
const duration = made.steps * made.dt;

/** A plane wave with so many cycles over the record, m and n of them across the lattice. */
const plane = (cycles: number, m: number, n: number, more: Partial<typeof made> = {}): Waves => {
  const sizes = { ...made, ...more };
  const omega = (2 * Math.PI * cycles) / (sizes.steps * sizes.dt);
  return waveOf(sizes, (x, y, t) =>
    Math.cos(2 * Math.PI * ((m * x) / sizes.width + (n * y) / sizes.height) - omega * t + 0.3),
  );
};

const changed = (waves: Waves, of: (value: number, i: number) => number): Waves => ({
  ...waves,
  values: Float32Array.from(Array.from(waves.values), of),
});

const whyNot = (value: unknown): string =>
  isUnresolved(value) ? value.unresolved : assert.fail(`resolved: ${JSON.stringify(value).slice(0, 80)}`);

const near = (found: number, wanted: number, share: number, what: string): void =>
  assert.ok(Math.abs(found / wanted - 1) <= share, `${what}: ${found} is not ${wanted}`);

const looked = (waves: Waves): readonly [Propagation | Unresolved, Summary] => {
  const found = propagation(waves, 0);
  return [found, summaryOf(found)];
};

describe('waves of few cycles', () => {
  for (const cycles of [0.3, 0.8, 1])
    it(`${cycles} in the record: no frequency, no speed, no share that runs, but the reason`, () => {
      for (const waves of [
        plane(cycles, 2, 0),
        plane(cycles, 0, -1),
        changed(plane(cycles, 2, 0), (value) => 100 + value),
        waveOf(made, (x, _, t) => Math.cos(x) * Math.cos((2 * Math.PI * cycles * t) / duration)),
      ]) {
        const [found, { speed, travelling, direction }] = looked(waves);
        for (const value of [found, speed, travelling, direction]) assert.match(whyNot(value), /1\.5 cycles/);
      }
    });

  for (const cycles of [1.6, 2, 5, 14])
    it(`${cycles} in the record: the frequency and the speed that they have, with offset, trend and noise`, () => {
      const random = stream(7, 'noise');
      const k = (2 * Math.PI * 2) / made.width;
      const frequency = cycles / duration;
      for (const [waves, share] of [
        [plane(cycles, 2, 0), 0.002],
        [changed(plane(cycles, 2, 0), (value) => 100 + value), 0.002],
        [changed(plane(cycles, 2, 0), (value, i) => 50 + value + 0.1 * Math.floor(i / 480)), 0.002],
        [changed(plane(cycles, 2, 0), (value) => value + 0.3 * random.normal()), 0.05],
      ] as const) {
        const [found, { speed, travelling, direction }] = looked(waves);
        near(resolved(found).frequency, frequency, share, 'frequency');
        near(resolved(found).cycles, cycles, share, 'cycles');
        near(resolved(speed), (2 * Math.PI * frequency) / k, share + 0.002, 'speed');
        assert.ok(resolved(travelling) > 0.9);
        assert.ok(Math.abs(resolved(direction)) < 0.05);
      }
    });

  it('are told from drifts of any length below, whatever their phase', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 1.3, noNaN: true }),
        fc.double({ min: 0, max: 6.3, noNaN: true }),
        fc.double({ min: -100, max: 100, noNaN: true }),
        (cycles, phase, offset) => {
          const waves = waveOf(
            { ...made, height: 4, width: 6 },
            (x, _, t) => offset + Math.cos((2 * Math.PI * cycles * t) / duration + phase - x),
          );
          assert.ok(isUnresolved(propagation(waves, 0)));
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('the way of waves', () => {
  const ways: readonly (readonly [string, number, number, number])[] = [
    ['right', 2, 0, 0],
    ['left', -2, 0, Math.PI],
    ['down', 0, 2, Math.PI / 2],
    ['up', 0, -2, -Math.PI / 2],
  ];
  for (const [name, m, n, angle] of ways)
    it(`${name} is told`, () => {
      const { direction } = looked(plane(4, m, n))[1];
      assert.ok(Math.cos(resolved(direction) - angle) > 0.999, String(direction));
    });

  it('of a standing wave is none, nor its speed; that it stands is resolved', () => {
    const [, { speed, travelling, direction }] = looked(
      waveOf(
        made,
        (x, _, t) => Math.cos((2 * Math.PI * 3 * x) / 24) * Math.cos((2 * Math.PI * 4 * t) / duration),
      ),
    );
    assert.ok(resolved(travelling) < 0.02);
    assert.match(whyNot(speed), /stands/);
    assert.match(whyNot(direction), /stands/);
  });

  it('of a wave and a weaker echo is that of the wave, at the speed of each', () => {
    const [forth, back] = [plane(4, 2, 0), plane(4, -2, 0)];
    const [, { speed, direction }] = looked(changed(forth, (value, i) => value + 0.4 * back.values[i]));
    near(resolved(speed), (4 / duration) * 12, 0.02, 'speed');
    assert.ok(Math.abs(resolved(direction)) < 0.05);
  });

  it('of rings is none, their speed is', () => {
    const [, { speed, direction }] = looked({
      ...waveOf({ ...made, height: 25, width: 25 }, (x, y, t) =>
        Math.cos(0.9 * Math.hypot(x - 12, y - 12) - (2 * Math.PI * 5 * t) / duration),
      ),
      torus: false,
    });
    assert.match(whyNot(direction), /many directions/);
    near(resolved(speed), (2 * Math.PI * 5) / duration / 0.9, 0.1, 'speed');
  });
});

describe('what cannot be resolved in space', () => {
  it('is a wave longer than the lattice, and what swings all together', () => {
    for (const m of [0, 0.3, 0.6])
      for (const torus of [true, false]) {
        if (torus && m > 0) continue;
        const [found, { speed, travelling, direction }] = looked({ ...plane(5, m, 0), torus });
        near(resolved(found).frequency, 5 / duration, 0.002, 'frequency');
        for (const value of [speed, travelling, direction])
          assert.match(whyNot(value), /longer than the lattice/);
        assert.ok(resolved(found).speed.every(Number.isNaN));
      }
  });

  it('is a single site', () => {
    const [found, { speed, travelling }] = looked(plane(5, 0, 0, { height: 1, width: 1 }));
    near(resolved(found).frequency, 5 / duration, 0.002, 'frequency');
    assert.match(whyNot(speed), /one site/);
    assert.match(whyNot(travelling), /one site/);
  });

  it('goes over edges only where they are joined', () => {
    const open = resolved(propagation({ ...plane(5, 2.5, 0), torus: false }, 0));
    const k = (2 * Math.PI * 2.5) / made.width;
    for (const speed of open.speed)
      near(speed, (2 * Math.PI * 5) / duration / k, 0.01, 'speed at every site');
  });
});

describe('waves of two cells', () => {
  const standing: readonly (readonly [string, (x: number, y: number) => number])[] = [
    ['a checkerboard', (x, y) => (-1) ** (x + y)],
    ['stripes', (x) => (-1) ** x],
  ];
  for (const [name, shape] of standing)
    for (const noise of [0, 1e-7, 1e-3, 0.05])
      it(`${name} that stands, with noise ${noise}: it does not run`, () => {
        const random = stream(3, 'noise');
        const waves = waveOf(
          made,
          (x, y, t) => shape(x, y) * Math.cos((2 * Math.PI * 5 * t) / duration) + noise * random.normal(),
        );
        for (const torus of [true, false]) {
          const [, { speed, travelling }] = looked({ ...waves, torus });
          assert.ok(resolved(travelling) < 0.2, String(travelling));
          assert.match(whyNot(speed), /stands/);
        }
      });

  it('cannot run: cos(pi x - w t) is the same as one that stands', () => {
    const { travelling } = looked({
      ...plane(5, 12, 0),
      values: Float32Array.from(plane(5, 12, 0).values),
    })[1];
    assert.ok(resolved(travelling) < 0.02);
  });

  it('are told from those that are hardly longer and run', () => {
    for (const m of [9, 10, 11]) {
      const { speed, travelling } = looked(plane(5, m, 0))[1];
      near(resolved(speed), ((5 / duration) * 24) / m, 0.01, 'speed');
      assert.ok(resolved(travelling) > 0.9);
    }
  });
});

describe('a beam', () => {
  const turned = 2 * Math.PI;
  const beams: readonly (readonly [string, (x: number, y: number) => number])[] = [
    ['over 4 of 20 rows', (_, y) => (y < 4 ? 1 : 0)],
    ['over half of the rows', (_, y) => (y < 10 ? 1 : 0)],
    ['of Gauss', (_, y) => Math.exp(-((y - 10) ** 2) / 8)],
    ['of Gauss, wide', (_, y) => Math.exp(-((y - 10) ** 2) / 32)],
  ];
  for (const [name, shape] of beams)
    for (const torus of [true, false])
      it(`${name}${torus ? '' : ', edges not joined'}: runs as the wave in it does, and all of it`, () => {
        const waves = waveOf(
          made,
          (x, y, t) => shape(x, y) * Math.cos(turned * (x / 12 - (5 * t) / duration)),
        );
        const { speed, travelling, direction } = looked({ ...waves, torus })[1];
        near(resolved(speed), (5 / duration) * 12, 0.01, 'speed');
        assert.ok(resolved(travelling) > 0.97, String(travelling));
        assert.ok(Math.abs(resolved(direction)) < 0.01);
      });

  it('of Gauss, aslant: the same', () => {
    const waves = waveOf(
      { ...made, height: 24 },
      (x, y, t) => Math.exp(-((x - y) ** 2) / 16) * Math.cos(turned * ((x + y) / 12 - (5 * t) / duration)),
    );
    const { speed, direction } = looked({ ...waves, torus: false })[1];
    near(resolved(speed), ((5 / duration) * 12) / Math.SQRT2, 0.05, 'speed');
    assert.ok(Math.abs(resolved(direction) - Math.PI / 4) < 0.02);
  });
});

describe('one event', () => {
  const events: readonly (readonly [string, (x: number, t: number) => number])[] = [
    ['a pulse that passes', (x, t) => Math.exp(-((x + 4 - 4 * t) ** 2) / 8)],
    ['a pulse everywhere at once', (x, t) => Math.sin(x) * Math.exp(-((t - 3) ** 2) / 0.3)],
    ['a step', (x, t) => Math.sin(x) * Number(t > 3)],
    ['an early step', (x, t) => Math.sin(x) * Number(t > 1.3)],
    ['a kick that relaxes', (x, t) => (t < 2.4 ? 0 : Math.sin(x) * Math.exp(2.4 - t))],
    ['a kick that rises and falls', (x, t) => (t < 2 ? 0 : Math.sin(x) * (t - 2) * Math.exp(3 * (2 - t)))],
    ['a front', (x, t) => Math.sin(x) * Math.tanh(3 * (t - 3))],
  ];
  for (const [name, event] of events)
    it(`${name} has no frequency, no speed, no way`, () => {
      const [found, { speed, travelling, direction }] = looked(waveOf(made, (x, _, t) => event(x, t)));
      for (const value of [found, speed, travelling, direction])
        assert.match(whyNot(value), /one event|1\.5 cycles/);
    });

  it('is told from a swing that dies out, or grows', () => {
    for (const rate of [-1, -0.3, 0.3]) {
      const waves = waveOf(
        made,
        (x, _, t) => Math.exp(rate * t) * Math.cos(2 * Math.PI * (x / 12 - (5 * t) / duration)),
      );
      near(resolved(looked(waves)[0]).frequency, 5 / duration, 0.01, 'frequency');
    }
  });
});

describe('what has no frequency', () => {
  const refusals: readonly (readonly [string, Waves, RegExp])[] = [
    ['silence', waveOf(made, () => 0), /nothing swings/],
    ['a constant', waveOf(made, () => 3.7), /nothing swings/],
    [
      'a constant in single precision',
      changed(
        waveOf(made, (x) => x / 7),
        (value) => value,
      ),
      /nothing swings/,
    ],
    ['a drift', waveOf(made, (x, _, t) => 5 + x * t), /nothing swings/],
    ['one step', waveOf({ ...made, steps: 1 }, (x) => x), /one step/],
    ['four steps', waveOf({ ...made, steps: 4 }, (x, _, t) => Math.sin(x + 9 * t)), /too few/],
    ['what is no number', waveOf(made, (x) => (x === 3 ? Number.NaN : x)), /not finite/],
    ['infinity', waveOf(made, (_, __, t) => (t > 3 ? Number.POSITIVE_INFINITY : t)), /not finite/],
  ];
  for (const [name, waves, why] of refusals)
    it(`${name}: the reason, not a number`, () => {
      const [found, { speed, travelling }] = looked(waves);
      for (const value of [found, speed, travelling]) assert.match(whyNot(value), why);
    });

  it('noise: no frequency stands out', () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const random = stream(seed, 'noise');
      const [found] = looked(waveOf(made, () => random.normal()));
      assert.match(whyNot(found), /noise|1\.5 cycles/);
    }
  });

  it('says when a frequency lies at the edge of what the steps show', () => {
    assert.equal(resolved(propagation(plane(29, 2, 0), 0)).nearNyquist, true);
    assert.equal(resolved(propagation(plane(5, 2, 0), 0)).nearNyquist, false);
  });
});

describe('the k-omega spectrum', () => {
  it('does not see offsets and trends', () => {
    const bare = kOmega(plane(6, 2, 0));
    const offset = kOmega(
      changed(plane(6, 2, 0), (value, i) => 100 + (i % 24) + value + Math.floor(i / 480) / 10),
    );
    const most = bare.power.reduce((a, b) => Math.max(a, b), 0);
    bare.power.forEach((power, i) => {
      assert.ok(Math.abs(power - offset.power[i]) < 1e-3 * most);
    });
  });
});
