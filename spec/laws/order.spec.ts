/** The order of a method is measured, and compared with the order that it claims. */

import assert from 'node:assert/strict';
import {
  add,
  addState,
  convolveWith,
  data,
  decay,
  dormandPrince,
  euler,
  fill,
  flowOf,
  implicitMidpoint,
  integrate,
  type Method,
  mul,
  newton,
  offset,
  type Program,
  program,
  rk4,
  type Step,
  scale,
  scan,
  sin,
  stepOf,
  strang,
  sub,
  symplecticEuler,
  type Tensor,
  verlet,
  type Wave,
} from 'drumhead';
import { check, type Family, reference, replay, type Subject, showReport } from 'drumhead/laws';

type Field = readonly [6, 6, 1];
const star = data([0, 1, 0, 1, -4, 1, 0, 1, 0], 3, 3, 1, 1);
const force = (y: Tensor<Field>): Tensor<Field> => sub(convolveWith(y, star, 'circular'), sin(y));

const written = (step: Step<Wave<Field>>): Program =>
  program({ y: [6, 6, 1], z: [6, 6, 1] }, (init) => scan({ steps: 4, init, step, observe: (s) => s }));
const stepping =
  (step: (dt: number) => Step<Wave<Field>>): Family =>
  ({ dt = 0.1 }) =>
    written(step(dt));
const rate = ({ y, z }: Wave<Field>): Wave<Field> => ({ y: z, z: force(y) });
const by = (method: Method<'z'>): Family => stepping((dt) => integrate({ method, dt, rate }));

const convergence = (family: Subject, method?: { readonly name: string; readonly order: number }) => {
  const report = check(family, {
    cases: 3,
    laws: ['convergence'],
    ...(method === undefined ? {} : { method }),
  });
  const [verdict] = report.verdicts;
  return { outcome: verdict.outcome, text: showReport(report) };
};

/** Runge and Kutta's method with a coefficient of its third rate wrong: of order 1 or 2. */
const slipped: Method = {
  name: 'slipped',
  order: 4,
  advance: (rate, state, time, h) => {
    const k1 = rate(state, time);
    const k2 = rate(addState(state, h / 2, k1), offset(h / 2, time));
    const k3 = rate(addState(state, h / 3, k2), offset(h / 2, time));
    const k4 = rate(addState(state, h, k3), offset(h, time));
    return addState(addState(addState(addState(state, h / 6, k1), h / 3, k2), h / 3, k3), h / 6, k4);
  },
};

describe('laws: the order that a method claims', () => {
  const methods = [
    euler,
    symplecticEuler(),
    verlet(),
    implicitMidpoint({ sweeps: 8 }),
    implicitMidpoint({ solver: newton() }),
    rk4,
  ];
  for (const [i, method] of methods.entries())
    it(`is kept by ${method.name} (${i}), ${method.order}`, () => {
      const { outcome, text } = convergence(by(method), method);
      assert.equal(outcome, 'holds', text);
    });

  it('is kept by Dormand and Prince, 5, whose choice of sizes has kinks', () => {
    const method = dormandPrince({ tries: 2, tolerance: 1 });
    const { outcome, text } = convergence(by(method), method);
    assert.equal(outcome, 'holds', text);
    assert.equal(convergence(by(method)).outcome, 'does not apply');
  });

  it('is kept by a splitting', () => {
    const flow = strang(
      decay({ z: fill(0.3) }),
      flowOf(verlet(), ({ y, z }: Wave<Field>) => ({ y: z, z: force(y) })),
    );
    const { outcome, text } = convergence(
      stepping((dt) => stepOf(flow, dt)),
      flow,
    );
    assert.equal(outcome, 'holds', text);
  });

  it('is broken where a method is of a lower one, and says both', () => {
    const { outcome, text } = convergence(by(slipped), slipped);
    assert.equal(outcome, 'broken', text);
    assert.match(text, /instead of 16: slipped claims order 4/);
    const first = convergence(by(symplecticEuler()), { name: 'mine', order: 2 });
    assert.equal(first.outcome, 'broken', first.text);
    assert.match(first.text, /as a method of order 1 does, instead of 4: mine claims order 2/);
    assert.match(first.text, /\}, laws\.reference, \{ name: "mine", order: 2 \}\);/);
  });

  it('is broken again where its case is repeated with the claim, and holds without', () => {
    const method = { name: 'mine', order: 2 };
    const { verdicts } = check(by(symplecticEuler()), { cases: 2, laws: ['convergence'], method });
    const [verdict] = verdicts;
    if (verdict.outcome !== 'broken' || verdict.counterexample === undefined)
      return assert.fail(verdict.outcome);
    const again = replay(
      by(symplecticEuler()),
      'convergence',
      verdict.counterexample.case,
      reference,
      method,
    );
    assert.equal(again, verdict.counterexample.says);
    assert.equal(replay(by(symplecticEuler()), 'convergence', verdict.counterexample.case), 'holds');
  });

  it('is kept by a method of a higher one', () => {
    assert.equal(convergence(by(rk4), { name: 'modest', order: 2 }).outcome, 'holds');
  });

  /** A program whose numbers alone tell its time step. */
  const alone = (method: Method<'z'>): Program => written(integrate({ method, dt: 0.1, rate }));

  it('is read of a program too, whose time step stands in parts in the stages of its method', () => {
    for (const method of methods) assert.notEqual(convergence(alone(method)).outcome, 'broken', method.name);
    const { outcome, text } = convergence(alone(rk4), rk4);
    assert.equal(outcome, 'holds', text);
    const units: number = 6;
    const relaxing = program({ y: [units], z: [units] }, (init) =>
      scan({
        steps: 4,
        init,
        step: integrate({
          method: rk4,
          dt: 0.1,
          rate: ({ y, z }) => ({ y: sin(z), z: scale(2, scale(0.5, sub(y, z))) }),
        }),
        observe: (s) => s,
      }),
    );
    assert.equal(convergence(relaxing).outcome, 'holds', convergence(relaxing).text);
    assert.match(convergence(alone(slipped)).text, /not tried|does not apply/);
  });

  it('is not tried on a system without a claimed order', () => {
    assert.equal(convergence(by(symplecticEuler())).outcome, 'holds');
  });

  /** A wave that a third field damps, which follows the wave at a rate of its own. */
  const tiring = (dt: number, follow: (x: Tensor<Field>) => Tensor<Field>): Program =>
    program({ y: [6, 6, 1], z: [6, 6, 1], tired: [6, 6, 1] }, (init) =>
      scan({
        steps: 4,
        init,
        step: ({ y, z, tired }) => {
          const faster = add(z, scale(dt, sub(force(y), mul(tired, z))));
          return {
            y: add(y, scale(dt, faster)),
            z: faster,
            tired: add(tired, follow(sub(mul(faster, faster), tired))),
          };
        },
        observe: (s) => s,
      }),
    );

  it('is not tried where a factor beside an oscillator may have the time step in it, and says how to tell', () => {
    const { outcome, text } = convergence(tiring(0.2, (x) => scale(0.25 * 0.2, x)));
    assert.equal(outcome, 'not tried', text);
    assert.match(
      text,
      /tired changes by as much whatever the time step: .* write scale\(dt, scale\(0\.25, …\)\)/,
    );
    const told = convergence(tiring(0.2, (x) => scale(0.2, scale(0.25, x))));
    assert.equal(told.outcome, 'holds', told.text);
    const family: Family = ({ dt = 0.2 }) => tiring(dt, (x) => scale(0.25 * dt, x));
    assert.equal(convergence(family).outcome, 'holds');
  });

  it('is broken where a time step is told, and missing beside an oscillator', () => {
    const { outcome, text } = convergence(({ dt = 0.2 }) => tiring(dt, (x) => scale(0.05, x)));
    assert.equal(outcome, 'broken', text);
    assert.match(text, /is a dt missing\?/);
  });
});
