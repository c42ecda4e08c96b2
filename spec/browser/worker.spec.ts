/** A page and its worker, in a browser: what is asked is answered, refused with one sentence, or ended at once. */

import assert from 'node:assert/strict';
import * as t from 'io-ts';
import { decodeWith } from '../../src/base/codec.js';
import { fuse } from '../../src/compile/fuse/execute/fused.js';
import { initialParameters } from '../../src/compile/parameters.js';
import { nwm } from '../../src/models/nwm.js';
import { type Opened, openPage } from './page.js';

const sizes = {
  height: 9,
  width: 7,
  input: 3,
  mid: 4,
  channels: 2,
  steps: 6,
  dt: 0.1,
  readout: 'linear',
  hidden: [16],
  classes: 4,
} as const;

const page = `
  import { nwm, openWorker, program, scale, wave } from './src/browser/index.ts';
  const lists = (arrays) => Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, [...array]]));
  const p = nwm(${JSON.stringify(sizes)});
  const right = (found) => { if (found._tag === 'Left') throw new Error(found.left.sentence); return found.right; };
  const image = Float32Array.from({ length: 9 * 7 * 3 }, (_, i) => (i % 11) / 11);
  const labels = Uint8Array.from({ length: 63 }, (_, i) => i % 4);

  window.trained = async () => {
    const worker = openWorker();
    const open = right(await worker.open(p));
    const { logits } = right(await open.infer(1, { image }, ['logits']));
    const { loss, gradients } = right(await open.gradients(1, { image }, { labels }));
    worker.end();
    return { signature: open.about.signature, fused: open.about.fused, logits: [...logits], loss, gradients: lists(gradients) };
  };

  window.filmed = async () => {
    const worker = openWorker();
    const film = right(await worker.film(wave({ height: 16, width: 12, channels: 1, steps: 10, dt: 0.5, speed: 1 })));
    const y = new Float32Array(16 * 12);
    right(await film.start({ y, z: y }));
    right(await film.pluck('y', { row: 8, column: 6, width: 0 }));
    right(await film.wall(Float32Array.from({ length: 192 }, (_, i) => (i % 12 < 9 ? 1 : 0))));
    const probes = [{ row: 8, column: 6 }, { row: 8, column: 10 }];
    const frame = right(await film.step({ steps: 4, state: true, probes }));
    const faster = right(await film.retune(wave({ height: 16, width: 12, channels: 1, steps: 10, dt: 0.25, speed: 1 })));
    const later = right(await film.step());
    let shown = 0;
    for await (const one of film.frames()) { right(one); if (++shown === 3) break; }
    worker.end();
    return { taken: frame.taken, probes: lists(frame.probes), wet: [...frame.state.y].filter((v) => v !== 0).length,
      later: later.taken, shown, fields: faster.fields.map(({ name }) => name), finite: later.finite };
  };

  window.judged = async () => {
    const worker = openWorker();
    const heard = [];
    const found = right(await worker.laws(wave({ height: 8, width: 8, channels: 1, steps: 10, dt: 1.2, speed: 1 }),
      { laws: ['stability', 'superposition'], cases: 4, each: ({ law, outcome }) => heard.push([law, outcome]) }));
    worker.end();
    return { heard, verdicts: found.verdicts.map(({ law, outcome }) => [law, outcome]), because: found.verdicts.map(({ because }) => because) };
  };

  window.refused = async () => {
    const worker = openWorker();
    const wrong = [
      await worker.open({ graph: { language: 1, nodes: [{ op: { op: 'rot13' }, inputs: [], shape: [1] }], outputs: {} } }),
      await worker.film(program({ x: [4, 4, 1] }, ({ x }) => ({ y: scale(2, x) }))),
      await worker.open(p, { weights: { strange: image } }),
      await right(await worker.open(p)).infer(1, {}, ['logits']),
      await worker.laws(p, { laws: ['gravity'] }),
    ].map(({ left }) => left.sentence);
    const slow = worker.laws(nwm({ ...${JSON.stringify(sizes)}, height: 32, width: 32 }), { seconds: 60 });
    const began = performance.now();
    setTimeout(() => worker.end('it was stopped'), 200);
    const { left } = await slow;
    const later = await worker.open(p);
    return { wrong, left, later: later.left.sentence, soon: performance.now() - began < 5000, isEnded: worker.isEnded() };
  };
  window.opByOp = async () => {
    const worker = openWorker();
    const open = right(await worker.open(p, { engine: 'cpu' }));
    const { logits } = right(await open.infer(1, { image }, ['logits']));
    const { loss } = right(await open.gradients(1, { image }, { labels }));
    worker.end();
    return { fused: open.about.fused, logits: [...logits], loss };
  };
  window.ready = true;
`;

const record = t.record(t.string, t.array(t.number));

describe('a worker of a page', function () {
  this.timeout(60_000);
  let opened: Opened | undefined;
  before(async function () {
    opened = await openPage(page);
    if (opened === undefined) {
      console.log(
        '    no browser: install Chromium, or name one in the variable CHROMIUM, to try the worker in it',
      );
      this.skip();
    }
  });
  after(() => opened?.close());

  const asked = async <A>(call: string, codec: t.Type<A, A, unknown>): Promise<A> => {
    const found = decodeWith(codec, call)(await opened?.page.evaluate(call));
    return found._tag === 'Right' ? found.right : assert.fail(JSON.stringify(found.left));
  };

  it('computes and differentiates to the bits of Node', async () => {
    const found = await asked(
      'trained()',
      t.type({
        signature: t.string,
        fused: t.array(t.string),
        logits: t.array(t.number),
        loss: t.number,
        gradients: record,
      }),
    );
    const p = nwm(sizes);
    const fused = fuse(p.graph, initialParameters(p.graph, 0)) ?? assert.fail('it is not fused');
    const image = Float32Array.from({ length: 9 * 7 * 3 }, (_, i) => (i % 11) / 11);
    const labels = Uint8Array.from({ length: 63 }, (_, i) => i % 4);
    const { logits } = fused.infer({ count: 1, inputs: { image } }, ['logits']);
    const trained = fused.gradients({ count: 1, inputs: { image }, labels, weights: [], lossCount: 63 });
    assert.deepEqual(found.logits, [...logits]);
    assert.equal(found.loss, trained.loss);
    assert.deepEqual(
      found.gradients,
      Object.fromEntries(Object.entries(trained.gradients).map(([name, values]) => [name, [...values]])),
    );
    assert.deepEqual(found.fused, ['alpha', 'logits', 'omega', 'waves', 'y0']);
    assert.match(found.signature, /^image \[9,7,3\] → /);
  });

  it('steps a system, plucks it, holds walls and goes on with other settings', async () => {
    const found = await asked(
      'filmed()',
      t.type({
        taken: t.number,
        probes: record,
        wet: t.number,
        later: t.number,
        shown: t.number,
        fields: t.array(t.string),
        finite: t.boolean,
      }),
    );
    assert.deepEqual(
      { ...found, probes: Object.keys(found.probes) },
      { taken: 4, probes: ['y', 'z'], wet: found.wet, later: 5, shown: 3, fields: ['y', 'z'], finite: true },
    );
    assert.equal(found.probes.y.length, 8);
    // one site was plucked; four steps reach four sites, of which walls hold three columns
    assert.ok(found.wet > 1 && found.wet < 41, `${found.wet}`);
    assert.deepEqual(
      found.probes.y.filter((_, i) => i % 2 === 1),
      [0, 0, 0, 0],
    );
  });

  it('holds laws against a program, and says each verdict as it comes', async () => {
    const pair = t.array(t.array(t.string));
    const found = await asked(
      'judged()',
      t.type({ heard: pair, verdicts: pair, because: t.array(t.string) }),
    );
    assert.deepEqual(found.heard, found.verdicts);
    assert.deepEqual([...found.verdicts].sort(), [
      ['stability', 'broken'],
      ['superposition', 'holds'],
    ]);
    assert.notEqual(found.because.join(''), '');
  });

  it('refuses with one sentence, and ends at once', async () => {
    const found = await asked(
      'refused()',
      t.type({
        wrong: t.array(t.string),
        left: t.type({ tag: t.string, sentence: t.string, at: t.null }),
        later: t.string,
        soon: t.boolean,
        isEnded: t.boolean,
      }),
    );
    const [data, still, weights, inputs, law] = found.wrong;
    assert.match(data, /rot13/);
    assert.match(still, /has no scan/);
    assert.match(weights, /strange: the program has no such parameter/);
    assert.match(inputs, /image: it has no values, not 189/);
    assert.match(law, /unknown law 'gravity'/);
    assert.deepEqual(found.left, { tag: 'Interrupted', sentence: 'it was stopped', at: null });
    assert.deepEqual([found.later, found.soon, found.isEnded], ['it was stopped', true, true]);
  });

  it('loads TensorFlow.js only for a program that asks for it', async () => {
    const loaded = (): boolean =>
      opened?.sent().some((text) => text.includes('// node_modules/@tensorflow/')) ?? false;
    assert.equal(loaded(), false);
    const own = await asked('trained()', t.type({ logits: t.array(t.number), loss: t.number }));
    assert.equal(loaded(), false);
    const found = await asked(
      'opByOp()',
      t.type({ fused: t.array(t.string), logits: t.array(t.number), loss: t.number }),
    );
    assert.equal(loaded(), true);
    assert.deepEqual(found.fused, []);
    const far = Math.max(...found.logits.map((value, i) => Math.abs(value - own.logits[i])));
    assert.ok(far < 1e-5, `${far}`);
    assert.ok(Math.abs(found.loss - own.loss) < 1e-5);
  });
});
