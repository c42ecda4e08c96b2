/** The figure of models beside each other: the same test image through two runs of one task. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { evenly, magnitudes, projected, type Waves } from '../../analysis/index.js';
import { canonical } from '../../base/canonical.js';
import { type Checked, type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import {
  dark,
  light,
  type ModelStates,
  type StatesPicture,
  statesPng,
  timeText,
  type WaveSample,
  waveSizeOf,
} from '../../report/index.js';
import { type OpenRun, observeSamples } from '../results/open-run.js';

/** States and features of a figure. */
const shown = 10;

const names: Readonly<Record<string, string>> = {
  nwm: 'NWM',
  'conv-lstm': 'ConvLSTM',
  'conv-gru': 'ConvGRU',
  'conv-rnn': 'ConvRNN',
};

const dtOf = ({ run }: OpenRun): number | null =>
  'dt' in run.experiment.model ? run.experiment.model.dt : null;

const stateOf = ({ height, width, channels, values }: Waves, t: number, channel: number): Float32Array =>
  Float32Array.from(
    { length: height * width },
    (_, site) => values[(t * height * width + site) * channels + channel],
  );

const modelStates =
  (channel: number) =>
  ({ open, sample }: { readonly open: OpenRun; readonly sample: WaveSample }): Checked<ModelStates> => {
    const { model } = open.run.experiment;
    const dt = dtOf(open);
    const found = open.parameters['projection/weight'];
    // A person's own program may use this name for something else.
    const projection = found !== undefined && found.length % sample.steps === 0 ? found : undefined;
    return pipe(
      E.of<DrumheadError, Waves>({
        steps: sample.steps,
        ...waveSizeOf(sample),
        channels: sample.waveChannels,
        dt: dt ?? 1,
        values: sample.waves,
      }),
      E.filterOrElse(
        ({ channels }) => channel < channels,
        ({ channels }): DrumheadError =>
          decodeError('--channels', `there is no channel ${channel + 1}: they are 1 to ${channels}`),
      ),
      E.map((waves) => {
        const bins = evenly(Math.floor(waves.steps / 2) + 1, shown);
        const fields =
          projection === undefined
            ? magnitudes(waves, channel, bins)
            : projected(waves, channel, projection, bins);
        const used =
          projection !== undefined || open.program.graph.nodes.some(({ op }) => op.op === 'spectrum')
            ? ''
            : ', which this readout does not use';
        return {
          name: names[model.name] ?? open.title,
          note: `${open.title}, channel ${channel + 1}${sample.note === undefined ? '' : `, ${sample.note}`}`,
          prediction: sample.prediction ?? sample.target,
          grid: waveSizeOf(sample),
          statesName: `hidden state over ${waves.steps} steps`,
          states: evenly(waves.steps, shown).map((t) => ({
            values: stateOf(waves, t, channel),
            caption: dt === null ? `step ${t + 1}` : `t = ${timeText((t + 1) * dt, dt)}`,
          })),
          featuresName:
            projection === undefined
              ? `magnitude of the Fourier transform over time${used}`
              : 'state projected over time by the learned weights',
          features: fields.map((values, i) => ({ values, caption: `bin ${bins[i]}` })),
        };
      }),
    );
  };

const sameTask = (runs: readonly OpenRun[]): Checked<void> =>
  runs.every(({ run }) => canonical(run.experiment.task) === canonical(runs[0].run.experiment.task))
    ? E.right(undefined)
    : E.left(
        decodeError(
          runs.map(({ title }) => title).join(' and '),
          'they are of different tasks, or of one task at different sizes: there is no image that both were made for',
        ),
      );

/**
 * The figure in light and dark.
 *
 * **Errors** DecodeError for runs of different tasks, for a model without waves, for an image or channel that is not
 * there.
 */
export const drawStates = (
  runs: readonly OpenRun[],
  index: number,
  channel: number,
): Effect<{ readonly light: Uint8Array; readonly dark: Uint8Array }> =>
  pipe(
    TE.fromEither(sameTask(runs)),
    TE.flatMap(() =>
      pipe(
        runs,
        A.traverse(TE.ApplicativeSeq)((open) =>
          pipe(
            observeSamples(open, [index]),
            TE.map(([sample]) => ({ open, sample })),
          ),
        ),
      ),
    ),
    TE.flatMapEither((observed) =>
      pipe(
        observed,
        A.traverse(E.Applicative)(modelStates(channel)),
        E.flatMap((models) => {
          const { prediction: _, note: __, ...sample } = observed[0].sample;
          const picture: StatesPicture = {
            sample,
            models,
            classes: runs[0].samples.classes,
            title: `${models.map(({ name }) => name).join(' and ')} on ${sample.name ?? 'one image'}`,
          };
          return pipe(
            E.Do,
            E.bind('light', () => statesPng({ ...picture, theme: light })),
            E.bind('dark', () => statesPng({ ...picture, theme: dark })),
          );
        }),
      ),
    ),
  );
