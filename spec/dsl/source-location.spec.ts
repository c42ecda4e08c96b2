/** An error says where in the user's source it was made: this file, whatever of the language lies between. */

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { pipe } from 'fp-ts/lib/function.js';
import { errorMessage } from '../../src/base/error.js';
import {
  add,
  conv,
  coupling,
  encoder,
  mlp,
  oscillator,
  parameter,
  program,
  readout,
  relu,
  type Shape,
  scan,
  scope,
  tanh,
  zeros,
} from '../../src/dsl/index.js';
import { cornnLayer, waveRnnLayer } from '../../src/models/networks/index.js';
import { nwm } from '../../src/models/nwm.js';
import { claim, refusal, refused, thisLine } from './refusal.js';

const me = fileURLToPath(import.meta.url);

/** Whether the error was made so many lines below `line`, in this file. */
const isAt = (write: () => unknown, line: number): void => {
  const { at } = refusal(write);
  assert.match(at ?? 'nowhere', /:\d+:\d+$/);
  assert.equal((at ?? '').replace(/:\d+$/, ''), `${me}:${line}`);
};

type Field = readonly [number, number, number];
const y = zeros(4, 4, 2);
const line = claim<Field>(zeros(8, 3));

describe('dsl: the place of an error', () => {
  it('is where the operation was applied', () => {
    const here = thisLine();
    isAt(() => add<Shape>(y, line), here + 1);
    isAt(() => {
      const ok = tanh(y);
      return add<Shape>(ok, line);
    }, here + 4);
  });

  it('is where a helper of the language was used', () => {
    const here = thisLine();
    isAt(() => encoder([4, 4, 4], 2)(line), here + 1);
    isAt(() => mlp([4, 4], 2)(claim<readonly [number]>(zeros())), here + 2);
    isAt(() => coupling()(line), here + 3);
    isAt(() => readout('fft')(claim<readonly [1, 2, 3, 4]>(zeros())), here + 4);
  });

  it('is where a layer of a published network was used, not the line of the package that it fails at', () => {
    const here = thisLine();
    isAt(() => waveRnnLayer({ channels: 4.5, sites: 6, kernel: 3 })(zeros(6, 3)), here + 1);
    isAt(() => cornnLayer({ units: 4, dt: Number.NaN, gamma: 1, epsilon: 1 })(zeros(6, 3)), here + 2);
  });

  it('is the line of the pipe', () => {
    const here = thisLine();
    isAt(() => pipe(y, relu, (x) => pipe(line, relu, conv(3), (z) => add<Shape>(x, z))), here + 1);
  });

  it('is in the step of a scan, below many calls', () => {
    const here = thisLine();
    const deeply = (depth: number): typeof y => {
      if (depth > 0) return deeply(depth - 1);
      return claim(add<Shape>(y, line));
    };
    const write = () => scan({ steps: 3, init: { y }, step: () => ({ y: deeply(20) }), observe: (s) => s.y });
    isAt(write, here + 3);
  });

  it('is where the force of an oscillator is wrong', () => {
    const here = thisLine();
    const force = (v: typeof y): typeof y => add(v, claim<readonly [4, 4, 2]>(line));
    isAt(
      () =>
        scan({
          steps: 3,
          init: { y, z: y },
          step: oscillator({ dt: 0.1, coupling: force }),
          observe: (s) => s.y,
        }),
      here + 1,
    );
  });

  it('is where a program with a bad input or output is written', () => {
    const here = thisLine();
    isAt(() => program({ x: [-1] }, ({ x }) => ({ x })), here + 1);
    isAt(() => program({ x: [1] }, ({ x }) => ({ 'a b': x })), here + 2);
  });

  it('is where the second of two layers of one name was built', () => {
    const here = thisLine();
    const first = conv(2, { name: 'lens' });
    const second = conv(2, { name: 'lens' });
    isAt(() => program({ x: [4, 4, 2] }, ({ x }) => ({ y: second(first(x)) })), here + 2);
  });

  it('is where the second of two scopes of one name was made', () => {
    const here = thisLine();
    const eye = scope('eye', conv(2));
    const other = scope('eye', conv(2));
    isAt(() => program({ x: [4, 4, 2] }, ({ x }) => ({ y: other(eye(x)) })), here + 2);
  });

  it('is where the second of two parameters of one name was made', () => {
    const here = thisLine();
    const first = parameter('p', [2], { init: 'zeros' });
    const second = parameter('p', [2], { init: 'zeros' });
    isAt(() => program({}, () => ({ p: add(first, second) })), here + 2);
  });

  it('is where a layer was built that does not fit both places', () => {
    const here = thisLine();
    const shared = conv(2);
    isAt(() => program({ x: [4, 4, 3] }, ({ x }) => ({ y: shared(shared(x)) })), here + 1);
    assert.match(
      refused(() => program({ x: [4, 4, 3] }, ({ x }) => ({ y: shared(shared(x)) }))),
      /^conv: 'conv1\/weight' is shared by two places that need \[3,3,3,2\] and \[3,3,2,2\]/,
    );
  });

  it('is in the model for a mistake in its options, and the sentence ends with it', () => {
    const write = () =>
      nwm({
        height: -4,
        width: 4,
        input: 3,
        mid: 4,
        channels: 1,
        steps: 3,
        dt: 0.1,
        readout: 'last',
        hidden: [],
        classes: 2,
      });
    const error = refusal(write);
    assert.match(error.at ?? '', /models\/nwm\.ts:\d+:\d+$/);
    assert.equal(
      errorMessage(error),
      `input: every size must be a whole number of at least 1, got [-4,4,3] (at ${error.at})`,
    );
  });
});
