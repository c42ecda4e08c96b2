import assert from 'node:assert/strict';
import fc from 'fast-check';
import { peaksOf, spectrumOf } from '../../src/drums/spectrum.js';
import { right, sentence } from '../support/either.js';

const samples = 1024;
const tone = (bin: number, amplitude: number, phase: number) => (t: number) =>
  amplitude * Math.cos((2 * Math.PI * bin * t) / samples + phase);
const sampled = (of: (t: number) => number): Float64Array =>
  Float64Array.from({ length: samples }, (_, t) => of(t));

describe('spectra', () => {
  it('has the magnitudes of the windowed Fourier sum', () => {
    const length = 32;
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: length, maxLength: length }),
        (sound) => {
          const { magnitudes, resolution } = right(spectrumOf(sound, 0.5));
          assert.equal(resolution, 1 / (length * 0.5));
          assert.equal(magnitudes.length, length / 2 + 1);
          magnitudes.forEach((magnitude, k) => {
            let [re, im] = [0, 0];
            sound.forEach((x, t) => {
              const windowed = x * Math.sin((Math.PI * t) / length) ** 2;
              re += windowed * Math.cos((2 * Math.PI * k * t) / length);
              im += windowed * Math.sin((2 * Math.PI * k * t) / length);
            });
            assert.ok(Math.abs(magnitude - Math.hypot(re, im)) < 1e-12);
          });
        },
      ),
      { numRuns: 20 },
    );
  });

  it('tells a tone between the bins, and how loud it is', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 20, max: samples / 2 - 20, noNaN: true }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
        (bin, amplitude, phase) => {
          const peaks = peaksOf(right(spectrumOf(sampled(tone(bin, amplitude, phase)), 1)));
          assert.equal(peaks.length, 1);
          assert.equal(peaks[0].raw, Math.round(peaks[0].raw * samples) / samples);
          assert.ok(Math.abs(peaks[0].raw * samples - bin) < 0.5 + 1e-3);
          assert.ok(Math.abs(peaks[0].frequency * samples - bin) < 1e-4);
          assert.ok(Math.abs(peaks[0].amplitude / amplitude - 1) < 1e-4);
        },
      ),
    );
  });

  it('tells two tones apart, the faint one beside the loud one too', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 100, max: 150, noNaN: true }),
        fc.double({ min: 12, max: 60, noNaN: true }),
        fc.double({ min: 0.02, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 6, noNaN: true }),
        (bin, apart, faint, phase) => {
          const loud = tone(bin, 1, 0);
          const other = tone(bin + apart, faint, phase);
          const peaks = peaksOf(
            right(
              spectrumOf(
                sampled((t) => loud(t) + other(t)),
                1,
              ),
            ),
          );
          assert.equal(peaks.length, 2);
          const off = [bin, bin + apart].map((b, i) => Math.abs(peaks[i].frequency * samples - b));
          // What leaks from the loud tone falls with the cube of the distance.
          assert.ok(off[0] < 0.01 && off[1] < 0.1, `off by ${off} bins`);
        },
      ),
    );
  });

  it('hears nothing in silence', () => {
    assert.deepEqual(peaksOf(right(spectrumOf(new Float32Array(64), 1))), []);
  });

  it('refuses other lengths than powers of two, and waves that grew beyond numbers', () => {
    assert.match(sentence(spectrumOf(new Float32Array(100), 1)), /100 samples.*2\^n/);
    assert.match(sentence(spectrumOf([], 1)), /0 samples/);
    const grown = new Float32Array(16);
    grown[3] = Number.POSITIVE_INFINITY;
    assert.match(sentence(spectrumOf(grown, 1)), /smaller time step/);
  });
});
