/** What engines throw where memory ends becomes a sentence; everything else stays what it was. */

import assert from 'node:assert/strict';
import { errorMessage } from '../../../../src/base/error.js';
import { errorOf, SessionFault } from '../../../../src/compile/tfjs/session/fault.js';
import { memoryFault } from '../../../../src/compile/tfjs/session/memory-fault.js';
import { conv, program } from '../../../../src/dsl/index.js';

describe('sessions: memory that ends', () => {
  const wide = program({ x: [8, 8, 2] }, ({ x }) => ({ logits: conv(16, { dilation: 4000 })(x) }));
  const small = program({ x: [8, 8, 2] }, ({ x }) => ({ logits: conv(2)(x) }));
  const trap = Object.assign(new Error('memory access out of bounds'), { name: 'RuntimeError' });

  it('is said in bytes where a sample needs more than the engine has', () => {
    for (const cause of [new RangeError('Invalid typed array length: 6402560256'), trap])
      for (const purpose of ['inference', 'training'] as const)
        assert.match(
          errorMessage(errorOf(memoryFault(cause, wide, 'wasm', ['logits'], purpose))),
          /^engine wasm: one sample needs about [\d,]+ MiB, the engine has 3,072 MiB; use a smaller grid/,
        );
  });

  it('is no excuse for a fault of a small program, nor for another fault', () => {
    const other = new TypeError('x is not a function');
    const said = new SessionFault({ _tag: 'Interrupted', message: 'stopped' });
    assert.equal(memoryFault(trap, small, 'wasm', ['logits'], 'training'), trap);
    for (const cause of [other, said])
      assert.equal(memoryFault(cause, wide, 'wasm', ['logits'], 'training'), cause);
  });
});
