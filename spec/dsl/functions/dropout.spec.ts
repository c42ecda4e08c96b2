/** Noise outside of scans, and dropout: drawn by seed, name and sample, whatever the micro-batches and engines. */

import assert from 'node:assert/strict';
import { pipe } from 'fp-ts/lib/function.js';
import { fusionPlan } from '../../../src/compile/index.js';
import { ndarray, runReference } from '../../../src/compile/reference/index.js';
import { openFusedLane } from '../../../src/compile/tfjs/session/fused-lane.js';
import { openPool } from '../../../src/compile/tfjs/session/pool.js';
import {
  add,
  conv,
  dropout,
  gaussian,
  graphModel,
  hashProgram,
  openEngine,
  type Program,
  program,
  relu,
  type Samples,
  scan,
  uniformNoise,
  zeros,
} from '../../../src/index.js';
import { right } from '../../support/either.js';
import { refused } from '../refusal.js';

const size = 64;
const p = program({ x: [8, 8, 1] }, ({ x }) => ({
  once: gaussian('start')(8, 8, 1),
  dropped: dropout(0.5)(x),
  twice: pipe(x, dropout(0.5), dropout(0.5)),
}));
const outputs = ['once', 'dropped', 'twice'];
const samples = [7, 3, 11, 4];
const ones = (count: number): Float32Array => new Float32Array(count * size).fill(1);
const batch = (noiseSeed: number): Samples => ({ count: 4, inputs: { x: ones(4) }, samples, noiseSeed });

/** The outputs of the reference for some samples, each sample by itself. */
const byReference = (noiseSeed: number, training: boolean): Readonly<Record<string, Float32Array>> => {
  const found = runReference(p, {
    parameters: {},
    inputs: { x: ndarray([4, 8, 8, 1], ones(4)) },
    batch: 4,
    samples,
    noiseSeed,
    training,
  }).outputs;
  return Object.fromEntries(outputs.map((name) => [name, Float32Array.from(found[name].data)]));
};

describe('noise outside of scans', () => {
  for (const engine of ['wasm', 'cpu'] as const)
    it(`is the reference's on ${engine}, for any micro-batches and threads`, async () => {
      const opened = right(await openEngine(engine)());
      const pool = right(await openPool(opened, p, {}, engine === 'wasm' ? 2 : 1)());
      for (const training of [true, false])
        for (const microBatches of [[4], [2, 2], [1, 3], [1, 1, 1, 1]]) {
          const found = await pool.infer(batch(5), outputs, { training, microBatches });
          assert.deepEqual(found.outputs, byReference(5, training), `${microBatches}`);
        }
      pool.close();
    });

  it('differs between samples, seeds, names and distributions', () => {
    const { once } = byReference(5, false);
    assert.notDeepEqual(once.subarray(0, size), once.subarray(size, 2 * size));
    assert.notDeepEqual(byReference(6, false).once, once);
    const both = program({ x: [1] }, () => ({ a: uniformNoise()(4), b: uniformNoise()(4) }));
    const drawn = runReference(both, {
      parameters: {},
      inputs: { x: ndarray([1, 1], [0]) },
      batch: 1,
    }).outputs;
    assert.notDeepEqual(drawn.a.data, drawn.b.data);
  });

  it('drawn before a scan stays the same through its steps; in a step it takes the clock', () => {
    const q = program({ x: [4] }, ({ x }) => {
      const [before, within] = [gaussian('a')(4), gaussian('b')];
      return {
        still: scan({ steps: 2, init: { x }, step: () => ({ x: before }), observe: (s) => s.x }),
        moving: scan({
          steps: 2,
          init: { x },
          step: (_, clock) => ({ x: within(clock, 4) }),
          observe: (s) => s.x,
        }),
      };
    });
    const { still, moving } = runReference(q, {
      parameters: {},
      inputs: { x: ndarray([1, 4], [0, 0, 0, 0]) },
      batch: 1,
    }).outputs;
    assert.deepEqual(still.data.slice(0, 4), still.data.slice(4));
    assert.notDeepEqual(moving.data.slice(0, 4), moving.data.slice(4));
    assert.match(
      refused(() =>
        scan({ steps: 2, init: { x: zeros(4) }, step: () => ({ x: gaussian()(4) }), observe: (s) => s.x }),
      ),
      /^noise: in the step of a scan it takes the clock/,
    );
    const drop = dropout(0.5);
    assert.match(
      refused(() =>
        scan({ steps: 2, init: { x: zeros(4) }, step: ({ x }) => ({ x: drop(x) }), observe: (s) => s.x }),
      ),
      /^dropout: in the step of a scan it takes the clock/,
    );
  });
});

describe('dropout', () => {
  it('keeps half of the numbers, twice as large, in training; all in inference', () => {
    const { dropped, twice } = byReference(1, true);
    const kept = dropped.filter((v) => v !== 0);
    assert.ok(kept.every((v) => v === 2));
    // 256 numbers: five standard deviations are 0.157
    assert.ok(Math.abs(kept.length / dropped.length - 0.5) < 0.157, `${kept.length} of ${dropped.length}`);
    // the two of one layer each draw for themselves
    const both = twice.filter((v) => v !== 0).length / twice.length;
    assert.ok(Math.abs(both - 0.25) < 0.136, `${both}`);
    assert.deepEqual(byReference(1, false).dropped, ones(4));
  });

  it('each use draws for itself', () => {
    const drop = dropout(0.5);
    const q = program({ x: [64] }, ({ x }) => ({ y: add(drop(x), drop(x)) }));
    const names = q.graph.nodes.flatMap(({ op }) => (op.op === 'noise' ? [op.name] : []));
    assert.deepEqual(names, ['dropout1', 'dropout2']);
  });

  it('leaves a program with rate 0 as it is', () => {
    const with0 = program({ x: [4] }, ({ x }) => ({ y: relu(dropout(0)(x)) }));
    assert.equal(hashProgram(with0), hashProgram(program({ x: [4] }, ({ x }) => ({ y: relu(x) }))));
  });

  it('is not there in an exported graph', () => {
    const { graph } = right(graphModel(p, {}, { outputs: ['dropped'] }));
    assert.deepEqual(
      graph.node.map(({ op }) => op).filter((op) => /Random|Select|Mul/.test(op)),
      [],
    );
  });

  it('is fused, in training as in inference', async () => {
    const q: Program = program({ image: [8, 8, 1] }, ({ image }) => ({
      logits: pipe(image, conv(4), relu, conv(4), dropout(0.5), conv(4), relu, conv(3)),
    }));
    assert.deepEqual(fusionPlan(q).leftOut, []);
    const parameters = Object.fromEntries(
      q.graph.nodes.flatMap(({ op }) =>
        op.op === 'parameter'
          ? [
              [
                op.name,
                Float32Array.from({ length: op.shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)),
              ],
            ]
          : [],
      ),
    );
    const lane = openFusedLane(q, parameters, () => assert.fail('no engine is needed'));
    const fused = right(lane ?? assert.fail('nothing is fused'));
    const given = { count: 2, inputs: { image: ones(2) }, samples: [0, 9], noiseSeed: 3 };
    for (const training of [true, false]) {
      const { logits } = (await fused.infer(given, ['logits'], training)).outputs;
      const exact = runReference(q, {
        parameters: Object.fromEntries(
          q.graph.nodes.flatMap(({ op }) =>
            op.op === 'parameter' ? [[op.name, ndarray(op.shape, parameters[op.name])]] : [],
          ),
        ),
        inputs: { image: ndarray([2, 8, 8, 1], given.inputs.image) },
        batch: 2,
        samples: given.samples,
        noiseSeed: 3,
        training,
      }).outputs.logits.data;
      for (const [i, v] of exact.entries()) assert.ok(Math.abs(v - logits[i]) < 1e-4 * (1 + Math.abs(v)));
    }
  });

  it('refuses rates that are none', () => {
    for (const rate of [1, -0.1, Number.NaN])
      assert.equal(
        refused(() => dropout(rate)),
        `dropout: the rate is from 0 up to, but without, 1; got ${rate}`,
      );
  });
});
