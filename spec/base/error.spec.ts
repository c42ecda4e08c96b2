/** Every error is one sentence a person can act on. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type DrumheadError,
  decodeError,
  defect,
  engineError,
  errorMessage,
  fileError,
  mismatch,
  nearest,
  unknownName,
} from '../../src/base/error.js';

const thrown = (code: string): Error => Object.assign(new Error(`${code}: raw text of node`), { code });

describe('base: errors', () => {
  const cases: readonly (readonly [DrumheadError, string])[] = [
    [
      { _tag: 'ProgramError', operation: 'conv', message: 'the kernel is too wide', at: 'model.ts:3:7' },
      'conv: the kernel is too wide (at model.ts:3:7)',
    ],
    [
      { _tag: 'ProgramError', operation: 'conv', message: 'the kernel is too wide' },
      'conv: the kernel is too wide',
    ],
    [decodeError('a.json', 'it is not JSON'), 'a.json: it is not JSON'],
    [
      decodeError('a.json', 'steps: is missing', 'dt: is missing'),
      'a.json: 2 problems\n  - steps: is missing\n  - dt: is missing',
    ],
    [fileError('/x/y', thrown('ENOENT')), '/x/y: there is no such file or folder'],
    [
      fileError('/x/y', thrown('EACCES')),
      '/x/y: permission denied; choose another folder or change its permissions',
    ],
    [
      fileError('/x/y', thrown('ENOSPC')),
      '/x/y: the disk is full; free some space and run the same command again',
    ],
    [fileError('/x/y', thrown('EWEIRD')), '/x/y: EWEIRD: raw text of node'],
    [fileError('/x/y', 'a string'), '/x/y: a string'],
    [
      unknownName('engine', 'wasn', ['wasm', 'cpu']),
      "unknown engine 'wasn'; did you mean 'wasm'? Known: wasm, cpu",
    ],
    [unknownName('engine', 'quantum', ['wasm', 'cpu']), "unknown engine 'quantum'. Known: wasm, cpu"],
    [engineError('wasm', 'it lacks SIMD'), 'engine wasm: it lacks SIMD'],
    [
      { _tag: 'OutOfMemory', engine: 'wasm', neededBytes: 5 * 2 ** 30, limitBytes: 2 ** 31 },
      'engine wasm: one sample needs about 5,120 MiB, the engine has 2,048 MiB; use a smaller grid, fewer steps or fewer channels',
    ],
    [
      { _tag: 'Diverged', epoch: 2, step: 17, loss: Number.NaN },
      'the loss became NaN in epoch 2, step 17: lower the learning rate or the time step dt; what was saved before is kept',
    ],
    [{ _tag: 'Interrupted', message: 'stopped after epoch 3' }, 'stopped after epoch 3'],
    [mismatch('logits differ by 0.1'), 'logits differ by 0.1'],
    [
      defect(new Error('x is not a function')),
      'this is a fault of drumhead, please report it: x is not a function',
    ],
    [
      defect('WebAssembly.Memory.grow(): Maximum memory size exceeded'),
      'there is not enough memory: WebAssembly.Memory.grow(): Maximum memory size exceeded; use a smaller grid, fewer steps or fewer images, raise ulimit -v, or take --engine cpu',
    ],
    [defect('thrown text'), 'this is a fault of drumhead, please report it: thrown text'],
  ];
  for (const [error, expected] of cases)
    it(expected.split('\n')[0], () => assert.equal(errorMessage(error), expected));
});

describe('base: the nearest name', () => {
  const known = ['tetrominoes', 'mnist', 'multi-mnist', 'polygons'];

  it('is the one that was meant', () => {
    assert.equal(nearest('tetromino', known), 'tetrominoes');
    assert.equal(nearest('mnits', known), 'mnist');
    assert.equal(nearest('polygon', known), 'polygons');
    assert.equal(nearest('multimnist', known), 'multi-mnist');
  });

  it('is none when nothing is near, or nothing known', () => {
    assert.equal(nearest('cifar-100', known), undefined);
    assert.equal(nearest('anything', []), undefined);
    assert.equal(nearest('q', ['x', 'y']), undefined);
    assert.equal(nearest('zz', ['x', 'y']), undefined);
    assert.equal(nearest('x', ['x1', 'y']), 'x1');
  });

  it('is the name itself when it is known', () =>
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 1 }), fc.nat(), (names, n) => {
        const name = names[n % names.length];
        assert.equal(nearest(name, names), name);
      }),
    ));

  it('finds a name with one letter lost, changed or added', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...known),
        fc.nat(),
        fc.constantFrom('lost', 'changed', 'added'),
        (name, n, how) => {
          const i = n % name.length;
          const middle = how === 'lost' ? '' : how === 'changed' ? '_' : `_${name[i]}`;
          assert.equal(nearest(name.slice(0, i) + middle + name.slice(i + 1), known), name);
        },
      ),
    ));

  it('is the first of equally near ones', () => assert.equal(nearest('ab', ['ax', 'ay']), 'ax'));
});
