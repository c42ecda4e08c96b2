/** Systems followed in pieces: the same as followed at once. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { errorMessage } from '../../../src/base/error.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { openSession } from '../../../src/compile/tfjs/session/session.js';
import { openEngine } from '../../../src/engine/index.js';
import { buildSystem, type SystemSpec, startOf, systemNamed } from '../../../src/models/systems/index.js';
import { simulateSystem } from '../../../src/runner/pictures/simulate.js';
import { right } from '../../support/either.js';

const cases: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  wave: { height: 8, width: 8, steps: 12 },
  cornn: { height: 8, width: 8, steps: 12 },
  linoss: { length: 8, steps: 12 },
};

describe('following a system', () => {
  for (const [name, sizes] of Object.entries(cases))
    it(`in pieces is following it at once: ${name}`, async () => {
      const engine = right(await openEngine('cpu')());
      const spec: SystemSpec = right(systemNamed(name, sizes));
      const start = startOf(spec, 0);
      const found = right(
        await simulateSystem(engine, spec, () => start, { frames: 4, seed: 0, field: 'y' })(),
      );
      assert.deepEqual([found.frames, found.every], [5, 3]);
      const size = start.y.length;
      assert.deepEqual(found.values.slice(0, size), start.y);
      const program = right(buildSystem(spec));
      const session = right(openSession(engine, program, initialParameters(program.graph, 0)));
      const { outputs } = await session.infer({ count: 1, inputs: start }, ['y']);
      session.close();
      for (let frame = 1; frame < found.frames; frame++) {
        const whole = outputs.y.subarray((3 * frame - 1) * size, 3 * frame * size);
        found.values.subarray(frame * size, (frame + 1) * size).forEach((value, i) => {
          assert.ok(Math.abs(value - whole[i]) < 1e-5);
        });
      }
    });

  it('refuses a field that is not there', async () => {
    const engine = right(await openEngine('cpu')());
    const spec = right(systemNamed('wave', cases.wave));
    const following = { frames: 4, seed: 0, field: 'x' };
    const found = await simulateSystem(engine, spec, () => startOf(spec, 0), following)();
    assert.ok(pipe(found, E.isLeft));
  });

  it('refuses a grid or a number of frames that no memory holds, before it makes its start', async () => {
    const never = () => assert.fail('it made a start');
    for (const name of ['cpu', 'wasm'] as const) {
      const engine = right(await openEngine(name)());
      for (const [sizes, frames] of [
        [{ height: 20_000, width: 20_000, steps: 2 }, 2],
        [{ height: 2000, width: 2000, steps: 100_000 }, 100_000],
      ] as const) {
        const spec = right(systemNamed('wave', sizes));
        const found = await simulateSystem(engine, spec, never, { frames, seed: 0, field: 'y' })();
        assert.ok(E.isLeft(found) && found.left._tag === 'OutOfMemory', name);
        assert.match(errorMessage(found.left), /needs about [\d,]+ MiB, .* use a smaller grid/);
      }
    }
  });
});
