import assert from 'node:assert/strict';
import { pipe } from 'fp-ts/lib/function.js';
import { lightCone, reach } from '../../../src/compile/light-cone/index.js';
import {
  add,
  broadcast,
  channels,
  concat,
  conv,
  conv1d,
  conv3d,
  convolveWith,
  data,
  dense,
  depthwise3d,
  linearRecurrence,
  matmul,
  max,
  meanPool3d,
  mul,
  type Program,
  parameter,
  program,
  readout,
  relu,
  reshape,
  scale,
  scan,
  scanOver,
  scanWithFinal,
  spectrum,
  stopGradient,
  sub,
  sum,
  tanh,
  zeros,
} from '../../../src/dsl/index.js';
import { cnn } from '../../../src/models/cnn.js';
import { nwm } from '../../../src/models/nwm.js';
import { right, sentence } from '../../support/either.js';
import { publishedNwm } from '../../support/models.js';
import { drawn, isExact, observed, sightOf } from './observe.js';

const wave = (
  width: number,
  steps: number,
  name: 'linear' | 'fft' | 'last' | 'max' = 'linear',
  height = width,
) =>
  nwm({
    height,
    width,
    input: 1,
    mid: 2,
    channels: 1,
    steps,
    dt: 0.3,
    readout: name,
    hidden: [3],
    classes: 2,
  });

const diamond = (height: number, width: number, y: number, x: number, n: number): number[] =>
  Array.from({ length: height * width }, (_, i) =>
    Math.abs(Math.floor(i / width) - y) + Math.abs((i % width) - x) <= n ? 1 : 0,
  );

describe('light cone', () => {
  describe('law 6', () => {
    it('logits of a Neural Wave Machine see radius steps + encoder depth', () => {
      for (const steps of [1, 2, 5]) {
        const { image } = right(lightCone(wave(25, steps), { output: 'logits', site: [12, 12] }));
        assert.equal(image.radius, steps + 4);
        assert.deepEqual(
          image.afterSteps.slice(1).map(({ radius }) => radius),
          Array.from({ length: steps }, (_, n) => n + 1 + 4),
        );
        assert.equal(image.afterSteps[steps].seen, (2 * (steps + 4) + 1) ** 2);
      }
    });

    it('a convolutional network sees its depth', () => {
      const p = cnn({
        height: 15,
        width: 15,
        input: 1,
        mid: 2,
        channels: 2,
        layers: 4,
        features: 3,
        hidden: [4],
        classes: 2,
      });
      assert.equal(sightOf(p, { output: 'logits', site: [7, 7] }, 'image').radius, 4);
      assert.equal(sightOf(p, { output: 'logits', site: [0, 0] }, 'image').afterSteps[0].seen, 25);
      assert.deepEqual(reach(p, { output: 'logits', input: 'image' }), [4]);
    });

    it('the five-point star, as fixed data, spreads in Manhattan distance', () => {
      const star = data([0, 1, 0, 1, -4, 1, 0, 1, 0], 3, 3, 1, 1);
      const p = program({ pluck: [9, 11, 1] }, ({ pluck }) => ({
        waves: scan({
          steps: 4,
          init: { y: pluck, z: zeros(9, 11, 1) },
          step: ({ y, z }) => {
            const kicked = add(z, scale(0.1, convolveWith(y, star, 'zero')));
            return { y: add(y, scale(0.1, kicked)), z: kicked };
          },
          observe: ({ y }) => y,
        }),
      }));
      for (const t of [0, 1, 3]) {
        const { mask, radius } = sightOf(p, { output: 'waves', site: [t, 4, 5] }, 'pluck');
        assert.deepEqual([...mask], diamond(9, 11, 4, 5, t + 1));
        assert.equal(radius, t + 1);
      }
      isExact(p, { output: 'waves', site: [2, 0, 1] }, 'pluck');
    });

    it('goes around the torus and stops when it has met itself', () => {
      const { afterSteps, radius } = sightOf(wave(16, 12), { output: 'logits', site: [1, 2] }, 'image');
      assert.equal(radius, 8);
      const last = afterSteps[12];
      assert.equal(last.seen, 256);
      // A zero boundary does not go around: the encoders see 9 x 9 sites, the waves carry that around.
      assert.equal(afterSteps[1].radius, 5);
    });

    it('holds at full size', () => {
      const { image } = right(lightCone(publishedNwm, { output: 'logits', site: [10, 60] }));
      assert.equal(image.radius, 32);
      assert.equal(image.afterSteps.length, 101);
      assert.deepEqual(reach(publishedNwm, { output: 'logits', input: 'image' })?.slice(-2), [103, 104]);
      for (const { steps, radius } of image.afterSteps.slice(1))
        assert.equal(radius, Math.min(32, steps + 4));
    });
  });

  describe('against observation', () => {
    it('the Neural Wave Machine, every number of steps', () => {
      for (const name of ['fft', 'last'] as const)
        isExact(wave(13, 2, name, 3), { output: 'logits', site: [0, 4] }, 'image');
      const options = { output: 'logits', site: [1, 8] };
      for (const steps of [1, 2]) {
        const fewer = sightOf(wave(17, 3, 'linear', 3), { ...options, steps }, 'image');
        assert.deepEqual(
          drawn(fewer.mask, fewer.sites),
          drawn(observed(wave(17, steps, 'linear', 3), options, 'image'), fewer.sites),
        );
      }
    });

    it('a maximum over time may hide what it could have seen, never show more', () => {
      const options = { output: 'logits', site: [0, 4] };
      const p = wave(13, 1, 'max', 3);
      const { mask } = sightOf(p, options, 'image');
      for (const [site, seen] of observed(p, options, 'image').entries()) assert.ok(seen <= mask[site]);
    });

    it('a driven scan sees each element as long ago as its distance', () => {
      const p = program({ line: [4, 9, 1] }, ({ line }) => ({
        heard: scanOver({
          over: line,
          init: { h: zeros(9, 1) },
          step: ({ h }, element) => ({
            h: tanh(add(conv1d(1, { bias: false, name: 'w', boundary: 'circular' })(h), element)),
          }),
          observe: ({ h }) => h,
        }),
      }));
      isExact(p, { output: 'heard', site: [3, 4] }, 'line');
      isExact(p, { output: 'heard', site: [1, 0] }, 'line');
      isExact(p, { output: 'heard', site: [null, 4] }, 'line');
      const { mask, sites } = sightOf(p, { output: 'heard', site: [3, 4] }, 'line');
      assert.deepEqual(sites, [4, 9]);
      assert.deepEqual(
        [0, 1, 2, 3].map((t) => mask.subarray(t * 9, (t + 1) * 9).reduce((a, b) => a + b, 0)),
        [7, 5, 3, 1],
      );
    });

    it('two scans, one fed by the other, and one inside the step of another', () => {
      const step = conv(1, { boundary: 'circular', bias: false });
      const after = conv(1, { boundary: 'zero', bias: false });
      const p = program({ x: [9, 8, 1] }, ({ x }) => {
        const first = scanWithFinal({
          steps: 2,
          init: { h: x },
          step: ({ h }) => ({ h: tanh(step(h)) }),
          observe: ({ h }) => h,
        });
        const second = scanWithFinal({
          steps: 1,
          init: { g: first.final.h },
          step: ({ g }) => {
            const inner = scanWithFinal({
              steps: 2,
              init: { k: g },
              step: ({ k }) => ({ k: add(tanh(after(k)), x) }),
              observe: ({ k }) => k,
            });
            return { g: inner.final.k };
          },
          observe: ({ g }) => g,
        });
        return { y: second.final.g };
      });
      isExact(p, { output: 'y', site: [1, 4] }, 'x');
      const { afterSteps } = sightOf(p, { output: 'y', site: [4, 4] }, 'x');
      assert.deepEqual(
        afterSteps.map(({ radius }) => radius),
        [0, 3, 4],
      );
    });

    it('masks of fixed data cut, those of parameters do not', () => {
      const hole = data([1, 1, 0, 1, 1, 1], 2, 3, 1);
      const p = (masked: boolean): Program =>
        program({ x: [2, 3, 1] }, ({ x }) => ({
          y: sum(0, 1)(mul(masked ? hole : parameter('gain', [2, 3, 1], { init: 'zeros' }), tanh(x))),
        }));
      assert.deepEqual([...sightOf(p(true), { output: 'y', site: [0] }, 'x').mask], [1, 1, 0, 1, 1, 1]);
      assert.deepEqual([...sightOf(p(false), { output: 'y', site: [0] }, 'x').mask], [1, 1, 1, 1, 1, 1]);
      isExact(p(true), { output: 'y', site: [] }, 'x');
      const first = data([1, 0, 0, 0], 2, 2);
      const q = program({ x: [2, 3, 2] }, ({ x }) => ({ y: matmul(x, first) }));
      assert.equal(sightOf(q, { output: 'y', site: [1, 2, 0] }, 'x').afterSteps[0].seen, 1);
      assert.equal(sightOf(q, { output: 'y', site: [1, 2, 1] }, 'x').afterSteps[0].seen, 0);
    });

    it('dilation reaches as far, and sees only every so manieth site', () => {
      const p = program({ x: [11, 9, 1] }, ({ x }) => ({ y: conv(1, { dilation: 3 })(x) }));
      const { mask, radius, sites } = sightOf(p, { output: 'y', site: [5, 4] }, 'x');
      assert.equal(radius, 3);
      assert.equal(mask.filter((seen) => seen === 1).length, 9);
      assert.equal(drawn(mask, sites)[2], '.#..#..#.');
      for (const site of [
        [5, 4],
        [0, 0],
        [10, 3],
      ])
        isExact(p, { output: 'y', site }, 'x');
      assert.deepEqual(reach(p, { output: 'y', input: 'x' }), [3]);
    });

    it('in a volume, along all three axes', () => {
      const p = program({ x: [4, 5, 6, 1] }, ({ x }) => ({
        y: pipe(x, conv3d(2, { boundary: 'circular' }), depthwise3d({ kernel: 1 })),
        pooled: meanPool3d(2)(x),
      }));
      for (const site of [
        [1, 2, 3],
        [0, 4, 5],
      ])
        isExact(p, { output: 'y', site }, 'x');
      isExact(p, { output: 'pooled', site: [1, 1, 2] }, 'x');
      assert.deepEqual(reach(p, { output: 'y', input: 'x' }), [1]);
    });

    it('groups do not see each other', () => {
      const p = program({ x: [5, 2], z: [5, 2] }, ({ x, z }) => {
        const y = conv1d(4, { groups: 2 })(concat(x, z));
        return { ofX: channels(y, 0, 2), ofZ: channels(y, 2, 2) };
      });
      const seen = (output: string, input: string): number =>
        sightOf(p, { output, site: [2] }, input).afterSteps[0].seen;
      assert.deepEqual(
        [seen('ofX', 'x'), seen('ofX', 'z'), seen('ofZ', 'x'), seen('ofZ', 'z')],
        [3, 0, 0, 3],
      );
    });

    it('is a value dependence: what has no gradient is seen', () => {
      const p = program({ x: [3, 3, 1] }, ({ x }) => ({ y: stopGradient(relu(x)) }));
      assert.equal(sightOf(p, { output: 'y', site: [1, 2] }, 'x').afterSteps[0].seen, 1);
    });
  });

  describe('what it says', () => {
    it('when a site is first seen', () => {
      const { firstSeen, mask } = sightOf(wave(19, 3), { output: 'logits', site: [9, 9] }, 'image');
      const distance = (i: number): number =>
        Math.max(Math.abs(Math.floor(i / 19) - 9), Math.abs((i % 19) - 9));
      for (const [i, first] of firstSeen.entries()) {
        const expected = distance(i) <= 5 ? 1 : distance(i) <= 7 ? distance(i) - 4 : -1;
        assert.equal(first, expected, `site ${i}`);
        assert.equal(mask[i], expected < 0 ? 0 : 1);
      }
    });

    it('nothing of an input that the output does not read', () => {
      const p = program({ a: [3, 3, 1], b: [3, 3, 1] }, ({ a, b }) => ({ x: tanh(a), y: sub(a, b) }));
      const cone = right(lightCone(p, { output: 'x', site: [0, 0] }));
      assert.equal(cone.b.radius, -1);
      assert.equal(cone.a.radius, 0);
    });

    it('no radius where the grids differ or the site is open', () => {
      const p = program({ x: [8, 8, 1] }, ({ x }) => ({ y: conv(1, { stride: 2 })(x), z: tanh(x) }));
      assert.equal(sightOf(p, { output: 'y', site: [1, 1] }, 'x').radius, undefined);
      assert.equal(sightOf(p, { output: 'y', site: [1, 1] }, 'x').afterSteps[0].seen, 9);
      assert.equal(sightOf(p, { output: 'z', site: [null, 2] }, 'x').radius, undefined);
      assert.equal(sightOf(p, { output: 'z', site: [null, 2] }, 'x').afterSteps[0].seen, 8);
    });

    it('refuses an unknown output and a site outside', () => {
      const p = program({ x: [4, 4, 1] }, ({ x }) => ({ field: tanh(x) }));
      assert.match(
        sentence(lightCone(p, { output: 'fields', site: [] })),
        /unknown output 'fields'.*'field'/,
      );
      assert.match(
        sentence(lightCone(p, { output: 'field', site: [4, 0] })),
        /\[4,0\] is not a site of \[4,4,1\]/,
      );
      assert.match(sentence(lightCone(p, { output: 'field', site: [0, 0, 0, 0] })), /is not a site/);
      assert.match(sentence(lightCone(p, { output: 'field', site: [0.5, 0] })), /is not a site/);
    });
  });

  describe('reach', () => {
    it('bounds the radius after every number of steps, for every readout', () => {
      for (const name of ['linear', 'fft', 'max'] as const) {
        const p = wave(31, 4, name);
        const { afterSteps } = sightOf(p, { output: 'logits', site: [15, 15] }, 'image');
        assert.deepEqual(
          reach(p, { output: 'logits', input: 'image' })?.slice(1),
          afterSteps.slice(1).map(({ radius }) => radius),
        );
      }
    });

    it('is infinite once sites are mixed, and nothing where nothing is read', () => {
      const p = program({ x: [4, 4, 2], other: [4, 4, 2] }, ({ x }) => ({
        global: broadcast(4, 4, 2)(reshape(1, 1, 2)(max(0, 1)(x))),
        local: dense(3)(x),
        turned: reshape(2, 8, 2)(x),
        still: spectrum(x),
      }));
      const reachOf = (output: string, input = 'x') => reach(p, { output, input });
      assert.deepEqual(reachOf('global'), [Number.POSITIVE_INFINITY]);
      assert.deepEqual(reachOf('local'), [0]);
      assert.deepEqual(reachOf('turned'), [Number.POSITIVE_INFINITY]);
      assert.deepEqual(reachOf('still'), [Number.POSITIVE_INFINITY]);
      assert.equal(reachOf('none'), undefined);
      assert.equal(reachOf('local', 'none'), undefined);
    });

    it('adds the kernels that light passes, the widest way', () => {
      const p = program({ x: [20, 20, 1] }, ({ x }) => ({
        y: add(
          pipe(x, conv(1, { kernel: 5 }), conv(1, { kernel: 4, boundary: 'reflect' })),
          pipe(x, conv(1, { kernel: 7, boundary: 'circular' })),
        ),
        sequence: readout('mean')(
          scan({ steps: 3, init: { x }, step: (s) => ({ x: conv(1)(s.x) }), observe: (s) => s.x }),
        ),
      }));
      assert.deepEqual(reach(p, { output: 'y', input: 'x' }), [4, 4, 4, 4]);
      assert.equal(sightOf(p, { output: 'y', site: [10, 10] }, 'x').radius, 4);
      assert.deepEqual(reach(p, { output: 'sequence', input: 'x' })?.slice(1), [1, 2, 3]);
    });

    it('goes through a recurrence over time', () => {
      const p = program({ x: [9, 1] }, ({ x }) => {
        const waves = scan({
          steps: 2,
          init: { h: x },
          step: ({ h }) => ({ h: conv1d(1)(h) }),
          observe: ({ h }) => h,
        });
        return { y: linearRecurrence(waves, waves) };
      });
      assert.deepEqual(reach(p, { output: 'y', input: 'x' })?.slice(1), [1, 2]);
    });
  });
});
