/** `--resize` as it is typed. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../../src/base/error.js';
import { resizeFlag } from '../../../src/cli/flags/resize-flag.js';
import { sizesText } from '../../../src/runner/run/resize-program.js';

const read = (text: string | undefined): unknown => {
  const found = resizeFlag(text);
  return E.isRight(found) ? found.right : errorMessage(found.left);
};

describe('--resize', () => {
  it('takes a grid, inputs and steps, and says them again', () => {
    assert.equal(read(undefined), null);
    for (const [typed, grid, inputs, steps] of [
      ['128x64', [128, 64], {}, undefined],
      ['50', [50], {}, undefined],
      ['steps=200', null, {}, 200],
      ['8x8x8,steps=3', [8, 8, 8], {}, 3],
      ['image=32x48x3,y0=32x48x1', null, { image: [32, 48, 3], y0: [32, 48, 1] }, undefined],
      ['scan1=5,scan2=7', null, {}, { scan1: 5, scan2: 7 }],
    ] as const) {
      const sizes = resizeFlag(typed);
      assert.deepEqual(read(typed), { grid, inputs, steps }, typed);
      assert.equal(E.isRight(sizes) && sizes.right !== null ? sizesText(sizes.right) : '', typed);
    }
  });

  it('refuses what is none of them, in a sentence that shows the form', () => {
    for (const typed of [
      '',
      'x',
      '12x',
      '0x4',
      '1.5x2',
      '-3',
      '4x4,5x5',
      'steps',
      'steps=',
      'steps=0',
      'steps=3,steps=4',
      'steps=3,scan1=4',
      'image=3,image=4',
      'image=a',
      'a=b=c',
      '9999999999x2',
    ])
      assert.match(String(read(typed)), /^--resize: '.*; write 128x128, steps=200, or/, typed);
  });
});
