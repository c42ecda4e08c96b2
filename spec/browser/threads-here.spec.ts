/** The threads of a machine, as its browser says. */

import assert from 'node:assert/strict';
import { threadsHere } from '../../src/browser/threads-here.js';

describe('the threads of a machine', () => {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  const isSaid = (value: unknown): void =>
    void Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
  after(() => {
    Reflect.deleteProperty(globalThis, 'navigator');
    if (own !== undefined) Object.defineProperty(globalThis, 'navigator', own);
  });

  it('are at least one, also where the browser does not say', () => {
    const cases: readonly (readonly [unknown, number])[] = [
      [undefined, 1],
      [{}, 1],
      [{ hardwareConcurrency: 0 }, 1],
      [{ hardwareConcurrency: 6 }, 6],
    ];
    for (const [said, threads] of cases) {
      isSaid(said);
      assert.equal(threadsHere(), threads);
    }
  });
});
