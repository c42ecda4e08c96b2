import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { dark, diverging, hex, light } from '../../src/report/colours.js';
import { wavePanel } from '../../src/report/panels.js';
import { type Raster, scaleUp } from '../../src/report/raster.js';
import { symmetricScale } from '../../src/report/scale.js';
import { framesOf, type WavesPicture, waveFrames, wavesGif } from '../../src/report/waves.js';
import { right } from '../support/either.js';
import { hostileText, movingSample } from './arbitraries.js';
import { decodeGif } from './decode-gif.js';

const picture: WavesPicture = {
  samples: [movingSample(8, 5, 2), { ...movingSample(8, 5, 2), name: 'test image 1', note: 'IoU 0.5' }],
  classes: ['background', 'I'],
};

/** Whether one raster lies somewhere inside another. */
const contains = (whole: Raster, part: Raster): boolean => {
  const row = (r: Raster, x: number, y: number, width: number): Uint8Array =>
    r.rgb.subarray(3 * (y * r.width + x), 3 * (y * r.width + x + width));
  const matches = (x: number, y: number): boolean => {
    for (let v = 0; v < part.height; v++) {
      if (Buffer.compare(row(whole, x, y + v, part.width), row(part, 0, v, part.width)) !== 0) return false;
    }
    return true;
  };
  for (let y = 0; y + part.height <= whole.height; y++) {
    for (let x = 0; x + part.width <= whole.width; x++) if (matches(x, y)) return true;
  }
  return false;
};

describe('report/waves', () => {
  it('is a GIF of one frame a step that repeats for ever, the last frame standing longer', () => {
    const gif = decodeGif(right(wavesGif(picture)));
    strictEqual(gif.frames.length, 5);
    strictEqual(gif.loops, 0);
    deepStrictEqual(gif.delays, [8, 8, 8, 8, 120]);
  });

  it('holds exactly the frames that were drawn: no colour is lost', () => {
    const { steps, frame } = right(waveFrames(picture));
    deepStrictEqual(
      decodeGif(right(wavesGif(picture))).frames,
      steps.map((_, i) => frame(i)),
    );
  });

  it('shows in every frame the wave of its step, channel by channel, on the fixed scale', () => {
    const { steps, frame } = right(waveFrames(picture));
    const [sample] = picture.samples;
    const scale = { centre: 0, end: symmetricScale(sample.waves) };
    for (const [i, step] of steps.entries()) {
      for (const channel of [0, 1]) {
        ok(contains(frame(i), scaleUp(16)(wavePanel(sample, step, channel, scale))), `step ${step}`);
      }
    }
  });

  it('takes the scale and the channels it is given', () => {
    const flat = { ...movingSample(8, 2, 3), waves: new Float32Array(2 * 64 * 3).fill(0.5) };
    const { frame } = right(waveFrames({ ...picture, samples: [flat], channels: [2], scale: 1 }));
    const all = right(waveFrames({ ...picture, samples: [flat], scale: 1 }));
    const half = diverging(0.5);
    const count = (r: Raster): number => {
      let found = 0;
      for (let i = 0; i < r.rgb.length; i += 3) {
        if (half.every((v, k) => r.rgb[i + k] === v)) found++;
      }
      return found;
    };
    // Each panel has a strip of its own below it.
    const barShare = (count(all.frame(0)) - 3 * 128 * 128) / 3;
    strictEqual(count(frame(0)) - barShare, 128 * 128);
  });

  it('is drawn on the paper of its theme', () => {
    for (const theme of [light, dark]) {
      const { frame } = right(waveFrames({ ...picture, theme }));
      strictEqual(hex([frame(0).rgb[0], frame(0).rgb[1], frame(0).rgb[2]]), hex(theme.paper));
    }
  });

  it('spreads frames evenly over long runs, with both ends', () => {
    deepStrictEqual(framesOf(5, 50), [0, 1, 2, 3, 4]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 2, max: 60 }), (steps, most) => {
        const frames = framesOf(steps, most);
        strictEqual(frames.length, Math.min(steps, most));
        strictEqual(frames[frames.length - 1], steps - 1);
        ok(steps === 1 || frames[0] === 0);
        const gaps = frames.slice(1).map((f, i) => f - frames[i]);
        ok(gaps.every((g) => g >= 1 && Math.max(...gaps) - g <= 1));
      }),
    );
  });

  it('is a reasonable size: four slightly noisy samples of 32x32 over 50 steps stay under 2 MB', () => {
    const noisy = (seed: number) => {
      const sample = movingSample(32, 50, 2);
      const waves = Float32Array.from(sample.waves, (v, i) => v + 0.03 * Math.sin((i + seed) * 12.9898));
      return { ...sample, waves };
    };
    const bytes = right(wavesGif({ ...picture, samples: [1, 2, 3, 4].map(noisy) }));
    ok(bytes.length < 2e6, `${bytes.length} bytes`);
  });

  it('keeps its width whatever it is called', () => {
    const { width } = right(waveFrames({ ...picture, title: 'x' })).frame(0);
    fc.assert(
      fc.property(hostileText, (text) => {
        const named = { ...picture.samples[0], name: text, note: text };
        const drawn = right(waveFrames({ samples: [named], classes: [text, text], title: text })).frame(0);
        strictEqual(drawn.width, width);
      }),
      { numRuns: 15 },
    );
  });

  it('refuses what does not fit together, naming every problem', () => {
    const [sample] = picture.samples;
    const wrong = wavesGif({
      ...picture,
      samples: [
        { ...sample, waves: new Float32Array(7), image: [1] },
        { ...sample, target: sample.target, prediction: new Uint8Array(64).fill(9), steps: 0 },
      ],
      channels: [5],
      scale: -1,
    });
    ok(E.isLeft(wrong) && wrong.left._tag === 'DecodeError');
    const text = errorMessage(wrong.left);
    for (const part of [
      'samples[0].waves: 7 values',
      'samples[0].image',
      'label 9',
      'samples[1].steps',
      'channel 5',
      'scale',
    ]) {
      ok(text.includes(part), `${part} is not in: ${text}`);
    }
    ok(E.isLeft(wavesGif({ ...picture, samples: [] })));
    ok(E.isLeft(wavesGif({ ...picture, channels: [] })));
  });
});
