/** The upper half of the page: the result, the experiment, the data and the training. */

import { betterWords, type EpochScores, known, type Score } from '../scores.js';
import { scoreFigure } from '../tables/figures.js';
import { wordsOfScore } from '../tables/score-columns.js';
import { type Html, html, nothing, when } from './html.js';
import { count, duration, percent, plural, scoreText } from './numbers.js';
import { factList, paragraphs, type Section } from './parts.js';
import { figure } from './picture.js';
import type { RunReport } from './run.js';

/** The result in one or two sentences. */
export const verdict = ({ test, training, target = 'pixel' }: RunReport): string => {
  const done = plural(training.epochs.length, 'epoch');
  const time = training.seconds === undefined ? '' : ` in ${duration(training.seconds)}`;
  const trained = `Trained for ${done}${time}.`;
  if (test === undefined) return `${trained} It was not evaluated on test images.`;
  const { accuracy, foregroundAccuracy, foregroundIou } = test.scores;
  if (target === 'image' && known(accuracy)) {
    return `On ${plural(test.images, 'test image')} that it never saw, the model gives ${percent(accuracy)} their right class. ${trained}`;
  }
  if (target === 'sample') {
    const [chief] = test.own ?? [];
    const value = chief === undefined ? null : test.scores[chief.name];
    const scored = known(value)
      ? `, its ${wordsOfScore(chief?.name ?? 'loss')} is ${scoreFigure(value)} (${betterWords(chief?.better ?? 'less')})`
      : '';
    return `${trained} On ${plural(test.images, 'test sample')} that it never saw${scored === '' ? ' it was evaluated' : scored}.`;
  }
  if (!known(foregroundAccuracy) || !known(foregroundIou)) {
    return `${trained} Evaluated on ${plural(test.images, 'test image')} that it never saw.`;
  }
  return (
    `On ${plural(test.images, 'test image')} that it never saw, the model gives ${percent(foregroundAccuracy)} of ` +
    `the foreground pixels their right class (test foreground IoU ${foregroundIou.toFixed(3)}). ${trained}`
  );
};

const ownText = (value: Score): string => (known(value) ? scoreFigure(value) : '–');

/** The main numbers. */
export const tiles = ({ test, program, training, target = 'pixel' }: RunReport): Html => {
  const base = test?.baseline;
  const against = (value: number | null | undefined): string =>
    known(value) ? `all background: ${scoreText(value)}` : '';
  const entries: readonly (readonly [string, string, string])[] = [
    ...(test === undefined
      ? []
      : target === 'image'
        ? ([
            ['Test accuracy', scoreText(test.scores.accuracy), 'share of images'],
            ['Test loss', scoreText(test.scores.loss), 'nats per image'],
          ] as const)
        : target === 'sample'
          ? (test.own ?? [])
              .slice(0, 3)
              .map(
                ({ name, better }) =>
                  [`Test ${wordsOfScore(name)}`, ownText(test.scores[name]), betterWords(better)] as const,
              )
          : ([
              ...(known(test.scores.foregroundAri)
                ? ([['Test foreground ARI', scoreText(test.scores.foregroundAri), 'chance: 0']] as const)
                : []),
              ['Test foreground IoU', scoreText(test.scores.foregroundIou), against(base?.foregroundIou)],
              [
                'Test foreground accuracy',
                scoreText(test.scores.foregroundAccuracy),
                against(base?.foregroundAccuracy),
              ],
              ['Test loss', scoreText(test.scores.loss), 'nats per pixel'],
            ] as const)),
    ...(program?.parameters === undefined
      ? []
      : ([
          ['Parameters', count(program.parameters.reduce((sum, p) => sum + p.count, 0)), 'values in all'],
        ] as const)),
    ...(training.seconds === undefined || test !== undefined
      ? []
      : ([['Time', duration(training.seconds), '']] as const)),
  ];
  return entries.length === 0
    ? nothing
    : html`<dl class="tiles">${entries.map(
        ([label, value, note]) =>
          html`<div><dt>${label}</dt><dd>${value}</dd>${note === '' ? nothing : html`<dd>${note}</dd>`}</div>`,
      )}</dl>`;
};

export const experimentSection = (run: RunReport): Section => ({
  id: 'experiment',
  heading: 'What was trained',
  body: html`${paragraphs(run.words)}${factList(run.settings)}`,
});

export const dataSection = ({ data, target = 'pixel' }: RunReport): Section => ({
  id: 'data',
  heading: 'On what data',
  body: html`${paragraphs(data.words)}${factList(data.facts)}${when(data.examples, (picture) =>
    figure(
      picture,
      target === 'image'
        ? html`Examples: the image that the model is given, and its class, which fills the picture beside it.`
        : html`Examples: the image that the model is given, and the class that it should give each pixel.`,
    ),
  )}`,
});

const first = (epochs: readonly EpochScores[], of: (e: EpochScores) => number | null | undefined): number[] =>
  epochs.map(of).filter(known).slice(0, 1);

const courseWords = ({ training, target }: RunReport): string => {
  const { epochs, best, planned, early, chosenBy = { name: 'loss', better: 'less' } } = training;
  if (epochs.length === 0) return 'No epoch was finished.';
  const asked =
    planned === undefined || planned <= epochs.length
      ? ''
      : ` of the ${plural(planned, 'epoch')} that were asked for`;
  const kept = epochs.find((e) => e.epoch === best);
  const [from] = first(epochs, (e) => e.validation?.loss);
  const to = kept?.validation?.loss;
  const fell =
    known(from) && known(to)
      ? ` The validation loss went from ${from.toFixed(3)} after the first epoch to ${to.toFixed(3)} there.`
      : '';
  const validated = epochs.some(({ validation }) => known(validation?.loss));
  const choice =
    kept === undefined
      ? ` The weights of the last epoch were kept${validated ? '' : `; there are no validation ${target === 'sample' ? 'samples' : 'images'} to choose by`}.`
      : ` The weights of epoch ${kept.epoch}, where the validation ${wordsOfScore(chosenBy.name)} was ${chosenBy.better === 'less' ? 'least' : 'greatest'}, were kept.${fell}`;
  const why = early === undefined ? '' : ` It ${early}.`;
  return `${plural(epochs.length, 'epoch')}${asked} were run.${why}${choice}`.replace(
    '1 epoch were',
    '1 epoch was',
  );
};

const samplesOf = ({ target }: RunReport): string => (target === 'sample' ? 'samples' : 'images');

export const courseSection = (run: RunReport): Section => ({
  id: 'training',
  heading: 'How it went',
  body: html`<p>${courseWords(run)}</p>${when(run.training.curves, (picture) =>
    figure(
      picture,
      run.training.epochs.some(({ validation }) => validation !== undefined)
        ? html`Learning curves: the loss that is minimised, and scores on the validation ${samplesOf(run)}, which are not trained on. Where the training loss keeps falling and that of validation does not, the model learns its ${samplesOf(run)} by heart. The number beside a line is its last value.`
        : html`Learning curve: the loss that is minimised; there are no validation ${samplesOf(run)}. The number beside the line is its last value.`,
    ),
  )}`,
});
