/**
 * Compares the worker of a page with Node: the Neural Wave Machine of `npm start` and random programs give
 * the same bits.
 */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { openPage } from '../spec/browser/page.js';
import { sha256Hex } from '../src/base/canonical.js';
import { decodeWith } from '../src/base/codec.js';
import { stream } from '../src/base/random.js';
import { openSession } from '../src/browser/served/programs.js';
import { initialParameters } from '../src/compile/parameters.js';
import { errorOf } from '../src/compile/tfjs/session/fault.js';
import type { Arrays } from '../src/compile/tfjs/session/session.js';
import { encodeProgram, inputsOf, type Program, volume } from '../src/dsl/index.js';
import { programArbitrary } from '../src/laws/arbitraries/program.js';
import { nwm } from '../src/models/nwm.js';

const page = `
  import { nwm, openWorker, startOf, systemNamed, wave } from './src/browser/index.ts';
  import { sha256Hex } from './src/base/canonical.ts';
  const worker = openWorker();
  const floats = (lists) => Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, Float32Array.from(list)]));
  const digests = (arrays) => Object.fromEntries(Object.entries(arrays).map(([name, values]) =>
    [name, sha256Hex(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))]));

  window.computed = async (graph, seed, count, lists, minimised) => {
    const open = await worker.open({ graph }, { seed });
    if (open._tag === 'Left') return { refused: open.left.sentence };
    const inputs = floats(lists);
    const { fused } = open.right.about;
    const outputs = await open.right.infer(count, inputs, fused);
    const what = minimised === null ? { output: fused[0] } : { labels: Uint8Array.from(minimised) };
    const trained = await open.right.gradients(count, inputs, what);
    await open.right.close();
    return {
      fused,
      outputs: outputs._tag === 'Left' ? {} : digests(outputs.right),
      loss: trained._tag === 'Left' ? 'none' : String(trained.right.loss),
      gradients: trained._tag === 'Left' ? {} : digests(trained.right.gradients),
    };
  };

  const median = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];
  const timed = async (program, inputs) => {
    const film = (await worker.film(program)).right;
    await film.start(inputs);
    const [alone, many] = [[], []];
    for (let i = 0; i < 60; i++) {
      const began = performance.now();
      await film.step();
      alone.push(performance.now() - began);
    }
    for (let i = 0; i < 20; i++) {
      const began = performance.now();
      await film.step({ steps: 20 });
      many.push((performance.now() - began) / 20);
    }
    const began = performance.now();
    await film.answers();
    const answers = performance.now() - began;
    await film.close();
    return { alone: median(alone), many: median(many), answers };
  };
  window.paced = async () => ({
    wave: await timed(wave({ height: 64, width: 64, channels: 1, steps: 100, dt: 0.2, speed: 1 }),
      startOf(systemNamed('wave', { height: 64, width: 64 }).right, 0)),
    nwm: await timed(nwm({ height: 64, width: 64, input: 3, mid: 16, channels: 2, steps: 100, dt: 0.1, readout: 'linear',
      hidden: [64, 64, 64], classes: 6 }), { image: new Float32Array(64 * 64 * 3).fill(0.3) }),
  });
  window.ready = true;
`;

const digest = (values: Float32Array): string =>
  sha256Hex(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
const digests = (arrays: Arrays) =>
  Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, digest(values)]));

const lists = (arrays: Arrays) =>
  Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, [...values]]));

/** The results of the page, computed in Node. */
const computed = async (
  program: Program,
  seed: number,
  count: number,
  inputs: Arrays,
  labels: Uint8Array | null,
) => {
  const opened = openSession(program, initialParameters(program.graph, seed), 'this case has none');
  if (E.isLeft(opened)) return null;
  const { session, fused } = opened.right;
  const { outputs } = await session.infer({ count, inputs }, fused);
  const trained = await session
    .gradients(labels === null ? { count, inputs, loss: { output: fused[0] } } : { count, inputs, labels }, [
      count,
    ])
    .catch((cause: unknown) => {
      assert.equal(errorOf(cause)._tag, 'EngineError');
      return null;
    });
  session.close();
  return {
    fused,
    outputs: digests(outputs),
    loss: trained === null ? 'none' : String(trained.loss),
    gradients: trained === null ? {} : digests(trained.gradients),
  };
};

const pace = t.type({ alone: t.number, many: t.number, answers: t.number });

describe('a page and Node', () => {
  for (const isolated of [false, true])
    it(`compute the same bits, ${isolated ? 'isolated (COOP and COEP)' : 'on a plain server'}`, async function () {
      const opened = await openPage(page, isolated);
      if (opened === undefined) return this.skip();
      try {
        console.log(`    Chromium ${opened.version}, Node ${process.version} (V8 ${process.versions.v8})`);
        const same = async (
          program: Program,
          seed: number,
          count: number,
          inputs: Arrays,
          labels: Uint8Array | null,
        ): Promise<boolean> => {
          const here = await computed(program, seed, count, inputs, labels);
          const given = [
            JSON.parse(encodeProgram(program)),
            seed,
            count,
            lists(inputs),
            labels && [...labels],
          ];
          const there: unknown = await opened.page.evaluate(
            `computed(${given.map((value) => JSON.stringify(value)).join(',')})`,
          );
          if (here === null) return false;
          assert.deepEqual(there, here);
          return true;
        };
        const quick = nwm({
          height: 32,
          width: 32,
          input: 3,
          mid: 16,
          channels: 2,
          steps: 40,
          dt: 0.2,
          readout: 'linear',
          hidden: [128, 128, 128],
          classes: 6,
        });
        const random = stream(0, 'a page and Node');
        const inputs = Object.fromEntries(
          Object.entries(inputsOf(quick.graph)).map(([name, shape]) => [
            name,
            Float32Array.from({ length: 4 * volume(shape) }, random.uniform),
          ]),
        );
        const labels = Uint8Array.from({ length: 4 * 32 * 32 }, () => random.integer(6));
        assert.ok(await same(quick, 0, 4, inputs, labels));
        let compared = 0;
        for (const { program, inputs: of, seed } of fc.sample(programArbitrary(), {
          seed: isolated ? 2 : 1,
          numRuns: 40,
        }))
          if (await same(program, seed, 2, of(2), null)) compared++;
        console.log(`    ${compared} of 40 random programs are fused and have the same bits`);
        assert.ok(compared > 10);
        if (!isolated) {
          const found = decodeWith(
            t.type({ wave: pace, nwm: pace }),
            'paced',
          )(await opened.page.evaluate('paced()'));
          if (E.isLeft(found)) return assert.fail(JSON.stringify(found.left));
          for (const [name, { alone, many, answers }] of Object.entries(found.right))
            console.log(
              `    ${name} at 64x64: ${alone.toFixed(2)} ms a step with its message, ${many.toFixed(2)} ms by 20 steps, ${answers.toFixed(0)} ms for the answers`,
            );
        }
      } finally {
        await opened.close();
      }
    });
});
