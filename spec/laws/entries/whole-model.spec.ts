/** Law 7 of a whole Neural Wave Machine: its core is alike everywhere on the torus, its zero-padded encoder is not. */

import assert from 'node:assert/strict';
import {
  coupling,
  encoder,
  oscillator,
  type Program,
  program,
  relu,
  scan,
  scope,
  tanh,
  zeros,
} from 'drumhead';
import { check, showReport, systemFrom, type Verdict } from 'drumhead/laws';
import { type NdArray, ndarray } from '../../../src/compile/reference/array.js';
import { nwm } from '../../../src/models/nwm.js';
import { filled, followed, programOf } from './follow.js';

const [height, width, channels, steps, dt] = [20, 18, 2, 2, 0.2];
const shift = [3, 5];

const whole: Program = nwm({
  height,
  width,
  channels,
  steps,
  dt,
  input: 1,
  mid: 3,
  readout: 'last',
  hidden: [],
  classes: 2,
});

/** The same waves behind encoders that go around the torus too. */
const around: Program = program({ image: [height, width, 1] }, ({ image }) => {
  const encoded = (name: string) => scope(name, encoder([3, 3], channels, { boundary: 'circular' }))(image);
  const neighbours = coupling();
  return {
    waves: scan({
      steps,
      init: { y: tanh(encoded('y0')), z: zeros(height, width, channels) },
      step: oscillator({
        dt,
        coupling: (y) => tanh(neighbours(y)),
        frequency: relu(encoded('omega')),
        damping: relu(encoded('alpha')),
      }),
      observe: ({ y }) => y,
    }),
  };
});

/** Shifted along [height, width], the last two axes but one. */
const rolled = ({ shape, data }: NdArray): NdArray => {
  const depth = shape[shape.length - 1];
  const out = new Float64Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const [c, site] = [i % depth, Math.floor(i / depth)];
    const [column, row] = [site % width, Math.floor(site / width) % height];
    const time = Math.floor(site / (width * height));
    const to = (time * height + ((row + shift[0]) % height)) * width + ((column + shift[1]) % width);
    out[to * depth + c] = data[i];
  }
  return ndarray(shape, out);
};

const image = filled([height, width, 1], (i) => Math.sin(1 + i * i));
const field = [height, width, channels];
const sequence = [steps, ...field];
const waves = (p: Program, given: NdArray): Float64Array => followed(p, { image: given }, 'waves');

/** How far waves of the shifted image are from shifted waves, at every place. */
const apart = (p: Program): Float64Array => {
  const expected = rolled(ndarray(sequence, waves(p, image))).data;
  return waves(p, rolled(image)).map((v, i) => Math.abs(v - expected[i]));
};
const largest = (values: Float64Array): number => values.reduce((most, v) => Math.max(most, v), 0);

describe('law 7: an image that is shifted', () => {
  it('gives shifted waves, to the last bit, from shifted results of the encoder', () => {
    const core = programOf('nwm-core', { height, width, channels, steps, dt });
    const encoded = (name: string) => ndarray(field, followed(whole, { image }, name));
    const [y, omega, alpha] = ['y0', 'omega', 'alpha'].map(encoded);
    const inputs = { y, omega, alpha, z: filled(field, () => 0) };
    const moved = Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, rolled(x)]));
    const plain = followed(core, inputs, 'y');
    assert.deepEqual([...plain], [...waves(whole, image)], 'it is the core of the whole model');
    assert.deepEqual([...followed(core, moved, 'y')], [...rolled(ndarray(sequence, plain)).data]);
  });

  it('does not give shifted waves of the whole model: zero padding breaks them near the border', () =>
    assert.ok(largest(apart(whole)) > 1e-2, `${largest(apart(whole))}`));

  it('and only there: as far as the encoder and the steps see', () => {
    const sight = 4 + steps;
    const inside = apart(whole).filter((_, i) => {
      const site = Math.floor(i / channels);
      const place = [Math.floor(site / width) % height, site % width];
      return place.every((at, axis) => {
        const [n, by] = [[height, width][axis], shift[axis]];
        // Where it is now and where it came from, both are far from the border.
        return [at, at - by].every((x) => x >= sight && x < n - sight);
      });
    });
    assert.ok(inside.length > 0 && largest(inside) < 1e-14, `${largest(inside)}`);
  });

  it('gives shifted waves of a whole model whose encoder is circular', () =>
    assert.ok(largest(apart(around)) < 1e-14));

  const names = ['translation', 'translation of the encoder'];
  const verdictsOf = (p: Program, expect?: readonly string[]): readonly Verdict[] =>
    check(systemFrom(p), { laws: names, cases: 4, ...(expect === undefined ? {} : { expect }) }).verdicts;

  it('the library says so: the step commutes with shifts, the encoder does not', () => {
    const [step, before] = verdictsOf(whole);
    assert.equal(step.outcome, 'holds');
    assert.ok(before.outcome === 'does not apply' && before.triable);
    assert.match(before.because, /'zero'.*near the border a shifted image does not start shifted waves/);
  });

  it('breaks the law where it is expected, on a small grid', () => {
    const [, verdict] = verdictsOf(whole, names);
    assert.ok(verdict.outcome === 'broken' && verdict.counterexample !== undefined);
    assert.deepEqual(verdict.counterexample.case.grid, [2, 2]);
    assert.match(verdict.counterexample.says, /the map after a shift/);
  });

  it('keeps both laws with a circular encoder', () => {
    const report = check(systemFrom(around), { laws: names, cases: 4 });
    assert.deepEqual(
      report.verdicts.map(({ outcome }) => outcome),
      ['holds', 'holds'],
      showReport(report),
    );
  });
});
