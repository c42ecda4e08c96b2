import assert from 'node:assert/strict';
import type { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type DrumheadError, errorMessage } from '../../../../src/base/error.js';
import { stream } from '../../../../src/base/random.js';
import { equalParts } from '../../../../src/compile/micro-batches.js';
import { initialParameters } from '../../../../src/compile/parameters.js';
import { errorOf } from '../../../../src/compile/tfjs/session/fault.js';
import { openPool, type Pool } from '../../../../src/compile/tfjs/session/pool.js';
import { openSession } from '../../../../src/compile/tfjs/session/session.js';
import type { Arrays, Labelled, Session } from '../../../../src/compile/tfjs/session/values.js';
import {
  add,
  batchNorm,
  conv,
  gaussian,
  type Program,
  program,
  relu,
  scale,
  scan,
  timeToChannels,
} from '../../../../src/dsl/index.js';
import { type Engine, openEngine } from '../../../../src/engine/index.js';
import { nwm } from '../../../../src/models/nwm.js';
import { right } from '../../../support/either.js';

const waves = nwm({
  height: 8,
  width: 8,
  input: 1,
  mid: 4,
  channels: 2,
  steps: 6,
  dt: 0.1,
  readout: 'linear',
  hidden: [8],
  classes: 3,
});
/** Noise by sample and step, and running statistics. */
const noisy = program({ image: [8, 8, 1] }, ({ image }) => {
  const start = pipe(image, conv(2, { boundary: 'circular' }), batchNorm(), relu);
  const jitter = gaussian('jitter');
  const walk = scan({
    steps: 3,
    init: { y: start },
    step: ({ y }, clock) => ({ y: add(y, scale(0.1, jitter(clock, 8, 8, 2))) }),
    observe: ({ y }) => y,
  });
  return { logits: pipe(walk, timeToChannels, conv(3)) };
});

const batchOf = (count: number, seed = 0): Labelled => {
  const random = stream(seed, 'pool.spec', 'batch');
  return {
    count,
    inputs: { image: Float32Array.from({ length: count * 64 }, random.uniform) },
    labels: Uint8Array.from({ length: count * 64 }, () => random.integer(3)),
    samples: Array.from({ length: count }, (_, i) => 100 + i),
    noiseSeed: seed,
  };
};
const perturbed = (parameters: Arrays, seed: number): Arrays => {
  const { uniform } = stream(seed, 'pool.spec', 'parameters');
  return Object.fromEntries(
    Object.entries(parameters).map(([name, values]) => [name, values.map((v) => v + 0.1 * uniform())]),
  );
};

const open = async (name: 'wasm' | 'cpu'): Promise<Engine> => right(await openEngine(name)());
const start = (p: Program): Arrays => initialParameters(p.graph, 1);
const pools: Pool[] = [];
const poolOf = async (engine: Engine, p: Program, workers: number): Promise<Pool> => {
  const pool = right(await openPool(engine, p, start(p), workers)());
  assert.equal(pool.workers, workers, pool.why);
  pools.push(pool);
  return pool;
};
/** The threads that are started while it works. */
const threadsOf = async <A>(work: () => Promise<A>): Promise<{ made: A; threads: readonly Worker[] }> => {
  const threads: Worker[] = [];
  const note = (worker: Worker): number => threads.push(worker);
  process.on('worker', note);
  try {
    return { made: await work(), threads };
  } finally {
    process.off('worker', note);
  }
};
const failure = async (promise: Promise<unknown>): Promise<DrumheadError> =>
  promise.then(
    () => assert.fail('it was answered'),
    (cause: unknown) => errorOf(cause),
  );

describe('a pool', () => {
  afterEach(() => {
    for (const pool of pools.splice(0)) pool.close();
  });

  const sameBits = async (sessions: readonly Session[], p: Program, cuts: fc.Arbitrary<number>) => {
    const [first, ...others] = sessions;
    assert.ok(others.length > 0);
    const names = Object.keys(start(p));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        cuts,
        fc.nat(),
        fc.subarray(names),
        async (count, parts, seed, changed) => {
          const batch = batchOf(count, seed);
          const cut = equalParts(count, parts);
          const all = perturbed(start(p), seed);
          const some = Object.fromEntries(changed.map((name) => [name, all[name]]));
          const ask = async (session: Session) => {
            session.load(some);
            return [
              await session.gradients(batch, cut),
              await session.infer(batch, Object.keys(p.graph.outputs), { microBatches: cut }),
              await session.infer(batch, ['logits'], { training: true }),
            ];
          };
          const expected = await ask(first);
          for (const session of others) assert.deepEqual(await ask(session), expected);
        },
      ),
      { numRuns: 4 },
    );
  };

  it('gives the bits of a session in this thread on cpu, with noise and batch statistics', async () => {
    const engine = await open('cpu');
    const here = right(openSession(engine, noisy, start(noisy)));
    await sameBits([here, await poolOf(engine, noisy, 2)], noisy, fc.constantFrom(1, 3));
    here.close();
  });

  describe('on wasm', () => {
    let engine: Engine;
    /** Of two workers; for the tests that leave it as they found it. */
    let shared: Pool;
    before(async () => {
      engine = await open('wasm');
      shared = right(await openPool(engine, waves, start(waves), 2)());
      assert.equal(shared.workers, 2, shared.why);
    });
    after(() => shared.close());

    it('gives the bits of a session in this thread, with 1, 2 and 3 workers', async () => {
      const here = right(openSession(engine, waves, start(waves)));
      const sessions = [here, await poolOf(engine, waves, 1), shared, await poolOf(engine, waves, 3)];
      await sameBits(sessions, waves, fc.integer({ min: 1, max: 5 }));
      here.close();
    });

    it('holds as many tensors after fifty steps as after one', async () => {
      const step = async (): Promise<void> => {
        shared.load(start(waves));
        await shared.gradients(batchOf(3), [1, 1, 1]);
        await shared.infer(batchOf(2), ['logits', 'waves'], { microBatches: [1, 1] });
      };
      await step();
      const after = await shared.tensors();
      assert.equal(after.length, 2);
      for (let i = 0; i < 50; i++) await step();
      assert.deepEqual(await shared.tensors(), after);
    });

    it('answers calls in their order, each with the parameters loaded before it', async () => {
      const batch = batchOf(4);
      const ask = (parameters: Arrays) => {
        shared.load(parameters);
        return shared.gradients(batch, [2, 2]);
      };
      const [a, b] = [start(waves), perturbed(start(waves), 1)];
      const apart = [await ask(a), await ask(b)];
      assert.deepEqual(await Promise.all([ask(a), ask(b)]), apart);
      assert.notEqual(apart[0].loss, apart[1].loss);
    });

    it('rejects what was asked when a worker dies, and what is asked later', async () => {
      const { made: pool, threads } = await threadsOf(() => poolOf(engine, waves, 2));
      assert.equal(threads.length, 2);
      const asked = failure(pool.gradients(batchOf(64), equalParts(64, 64)));
      await new Promise((resolve) => setImmediate(resolve));
      await threads[0].terminate();
      assert.match(errorMessage(await asked), /^engine wasm: a worker ended: .* code 1$/);
      assert.equal((await failure(pool.infer(batchOf(1), ['logits'])))._tag, 'EngineError');
      assert.equal((await failure(pool.tensors()))._tag, 'EngineError');
    });

    it('rejects what was asked when it is closed, and what is asked later', async () => {
      const pool = await poolOf(engine, waves, 2);
      const asked = failure(pool.gradients(batchOf(64), equalParts(64, 64)));
      await new Promise((resolve) => setImmediate(resolve));
      pool.close();
      assert.match(errorMessage(await asked), /the session is closed/);
      assert.match(errorMessage(await failure(pool.tensors())), /the session is closed/);
    });

    it('rejects what cannot be computed as a session in this thread does, and goes on', async () => {
      const here = right(openSession(engine, waves, start(waves)));
      const batch = batchOf(4);
      shared.load(start(waves));
      const expected = await here.gradients(batch, [2, 2]);
      for (const session of [here, shared]) {
        assert.equal((await failure(session.gradients(batch, [2, 1])))._tag, 'Defect');
        const short = { ...batch, labels: batch.labels.subarray(0, 128) };
        assert.equal((await failure(session.gradients(short, [2, 2])))._tag, 'Defect');
        assert.equal((await failure(session.infer(batch, ['nothing'])))._tag, 'Defect');
        assert.deepEqual(await session.gradients(batch, [2, 2]), expected);
        assert.throws(() => session.load({ 'coupling/weight': new Float32Array(1) }), /coupling\/weight/);
      }
      here.close();
    });

    it('computes in this thread when its workers do not start, and says so', async () => {
      process.once('worker', (worker: Worker) => void worker.terminate());
      const pool = right(await openPool(engine, waves, start(waves), 2)());
      assert.equal(pool.workers, 1);
      assert.match(pool.why, /^in this thread: workers did not start \(engine wasm: a worker ended/);
      assert.ok(Number.isFinite((await pool.gradients(batchOf(2), [1, 1])).loss));
      pool.close();
    });

    it('refuses parameters that are not those of the program', async () => {
      for (const workers of [1, 2]) {
        const refused = await openPool(engine, waves, start(noisy), workers)();
        assert.ok(E.isLeft(refused));
        assert.equal(refused.left._tag, 'Defect');
      }
    });
  });
});
