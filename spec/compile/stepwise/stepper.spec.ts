/** A program step by step gives the bits of the program at once, whatever model or system it is. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { stream } from '../../../src/base/random.js';
import { fuse } from '../../../src/compile/fuse/execute/fused.js';
import { type Arrays, initialParameters } from '../../../src/compile/parameters.js';
import { openStepper } from '../../../src/compile/stepwise/stepper.js';
import { inputsOf, outputsOf } from '../../../src/dsl/graph.js';
import {
  add,
  type Program,
  program,
  scale,
  scanOver,
  scanWithFinal,
  volume,
} from '../../../src/dsl/index.js';
import { convGru } from '../../../src/models/conv-gru.js';
import { convLstm } from '../../../src/models/conv-lstm.js';
import { nwm } from '../../../src/models/nwm.js';
import { buildSystem, startOf, systemNamed, systemNames } from '../../../src/models/systems/index.js';
import { right } from '../../support/either.js';

/** Every output of a program, step by step and at once. */
const compare = (p: Program, inputs: Arrays): void => {
  const parameters = initialParameters(p.graph, 0);
  const names = Object.keys(outputsOf(p.graph));
  const whole = fuse(p.graph, parameters) ?? assert.fail('it is not fused');
  const wanted = whole.infer({ count: 1, inputs }, names);
  const stepper = right(openStepper(p, parameters));
  const first = stepper.start(inputs);
  for (let step = 0; step < stepper.about.steps; step++) stepper.step();
  assert.equal(stepper.taken(), stepper.about.steps);
  const found = { ...first, ...stepper.answers() };
  for (const name of names) assert.deepEqual(found[name], wanted[name], name);
};

const drawn = (p: Program): Arrays => {
  const random = stream(0, 'stepwise');
  return Object.fromEntries(
    Object.entries(inputsOf(p.graph)).map(([name, shape]) => [
      name,
      Float32Array.from({ length: volume(shape) }, random.uniform),
    ]),
  );
};

const sizes = { height: 8, width: 6, input: 3, mid: 4, channels: 2, steps: 6, classes: 3, hidden: [8] };

describe('a program step by step', () => {
  it('gives the waves and the classes of the models', () => {
    for (const readout of ['linear', 'fft', 'last', 'mean', 'max'] as const)
      compare(nwm({ ...sizes, dt: 0.1, readout }), drawn(nwm({ ...sizes, dt: 0.1, readout })));
    for (const model of [convLstm, convGru])
      compare(model({ ...sizes, readout: 'linear' }), drawn(model({ ...sizes, readout: 'linear' })));
  });

  // the recurrence of LinOSS is one operation, without steps
  for (const name of systemNames.filter((each) => each !== 'linoss'))
    it(`gives the fields of ${name}`, () => {
      const isRow = name === 'wave-rnn' || name === 'unicornn';
      const spec = right(
        systemNamed(name, {
          ...(isRow ? { length: 12 } : { height: 12, width: 10 }),
          steps: 5,
        }),
      );
      compare(right(buildSystem(spec)), startOf(spec, 0));
    });

  it('knows its number, what drives it and its last state', () => {
    const clocked = program({ y: [4, 4, 1] }, ({ y }) => {
      const { sequence, final } = scanWithFinal({
        steps: 5,
        every: 2,
        init: { y },
        step: (s, clock) => ({ y: add(scale(0.5, s.y), clock.index) }),
        observe: (s) => ({ y: s.y, twice: scale(2, s.y) }),
      });
      return { y: sequence.y, twice: sequence.twice, final: final.y };
    });
    compare(clocked, drawn(clocked));
    const driven = program({ y: [4, 4, 1], u: [5, 4, 4, 1] }, ({ y, u }) => ({
      film: scanOver({
        over: u,
        init: { y },
        step: (s, element) => ({ y: add(scale(0.5, s.y), element) }),
        observe: (s) => s.y,
      }),
    }));
    compare(driven, drawn(driven));
  });

  it('goes on from a state that was changed, and answers by now', () => {
    const p = nwm({ ...sizes, dt: 0.1, readout: 'linear' });
    const parameters = initialParameters(p.graph, 0);
    const stepper = right(openStepper(p, parameters));
    const inputs = drawn(p);
    stepper.start(inputs);
    const silent = stepper.answers();
    stepper.step();
    const early = stepper.answers();
    assert.notDeepEqual(early.logits, silent.logits);
    const { y } = stepper.state();
    stepper.set({ y: y.map(() => 0), z: y.map(() => 0) });
    assert.deepEqual(stepper.step(), { value: y.map(() => 0) });
    assert.throws(() => stepper.set({ x: y }), /there is no 'x'; there are y, z, /);
    assert.throws(() => stepper.set({ y: y.subarray(1) }), /'y' has 95 values, not 96/);
    assert.throws(() => stepper.feel({}), /input 'image' has no values, not 144/);
  });

  it('is refused where there are no steps', () => {
    const still = program({ y: [4, 4, 1] }, ({ y }) => ({ y: scale(2, y) }));
    assert.equal(E.isLeft(openStepper(still, {})), true);
  });
});
