/** Plays the readings of a probe as sound. */

let context: AudioContext | undefined;
let playing: AudioBufferSourceNode | undefined;

/** The sample rate at which a series sounds at an easily heard pitch, within the limits of browsers. */
export const rateFor = (cyclesPerStep: number): number =>
  Math.min(96_000, Math.max(3000, cyclesPerStep > 0 ? Math.round(330 / cyclesPerStep) : 8000));

/** Plays a series at a rate; the returned promise settles when it has ended. */
export const play = async (series: Float32Array, rate: number): Promise<void> => {
  context ??= new AudioContext();
  await context.resume();
  playing?.stop();
  const buffer = context.createBuffer(1, series.length, rate);
  const samples = buffer.getChannelData(0);
  let [mean, most] = [0, 1e-9];
  for (const value of series) mean += value / series.length;
  for (const value of series) most = Math.max(most, Math.abs(value - mean));
  const fade = Math.min(series.length >> 2, Math.round(rate / 50));
  for (let i = 0; i < series.length; i++) {
    const edge = Math.min(1, i / fade, (series.length - 1 - i) / fade);
    samples[i] = ((0.6 * (series[i] - mean)) / most) * edge;
  }
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.connect(context.destination);
  playing = source;
  await new Promise<void>((done) => {
    source.onended = () => done();
    source.start();
  });
};
