/** A drum's sound as a WAV file, to be listened to. */

import { maxAbs } from '../../base/max-abs.js';

/** Settings for playing a simulated sound. */
export interface Playing {
  /** Simulation steps per second of sound; default 8,000. */
  readonly rate?: number;
  /** The factor by which the sound has faded at its end; default .02. An undamped drum never falls silent by itself. */
  readonly fade?: number;
}

/**
 * A running mean over this many steps is taken twice, since an impulse also excites tones that only the lattice has.
 */
const soft = 4;

const smoothed = (sound: Float64Array): Float64Array =>
  sound.map((_, t) => {
    let sum = 0;
    for (let k = 0; k < soft; k++) sum += sound[Math.max(0, t - k)];
    return sum / soft;
  });

/**
 * The sound as 16-bit mono PCM: softened, fading, as loud as the format allows.
 *
 * A tone of f cycles per unit of time is played at f dt `rate` hertz.
 *
 * @example
 * wav(result.sound)   // bytes that begin with RIFF
 */
export const wav = (sound: ArrayLike<number>, { rate = 8000, fade = 0.02 }: Playing = {}): Uint8Array => {
  const faded = smoothed(smoothed(Float64Array.from(sound))).map(
    (value, t) => value * fade ** (t / Math.max(1, sound.length - 1)),
  );
  const loudest = maxAbs(faded) || 1;
  const bytes = new Uint8Array(44 + 2 * faded.length);
  const view = new DataView(bytes.buffer);
  const word = (at: number, text: string): void => {
    for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i));
  };
  word(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  word(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, 'data');
  view.setUint32(40, 2 * faded.length, true);
  faded.forEach((value, t) => {
    view.setInt16(44 + 2 * t, Math.round((32_000 * value) / loudest), true);
  });
  return bytes;
};
