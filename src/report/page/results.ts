/** The middle of the page: the scores, the waves, and the predictions. */

import { betterWords, known, type OwnLine, type Score, type Scores } from '../scores.js';
import { scoreFigure } from '../tables/figures.js';
import { wordsOfScore } from '../tables/score-columns.js';
import { type Html, html, nothing } from './html.js';
import { percent, plural, scoreText } from './numbers.js';
import { paragraphs, type Section } from './parts.js';
import { figure } from './picture.js';
import type { RunReport } from './run.js';

interface ScoreRow {
  readonly key: keyof Scores;
  readonly name: string;
  readonly words: string;
  readonly chief: boolean;
}

const pixelRows: readonly ScoreRow[] = [
  {
    key: 'foregroundAri',
    name: 'Foreground ARI',
    words:
      'how well groups of pixels agree with single objects, whatever the groups are called: 1 all, 0 chance; over the pixels of one object alone',
    chief: true,
  },
  {
    key: 'foregroundIou',
    name: 'Foreground IoU',
    words:
      'overlap of predicted and target classes, over the pixels whose target is not background; higher is better',
    chief: true,
  },
  {
    key: 'foregroundAccuracy',
    name: 'Foreground accuracy',
    words: 'share of right pixels among those whose target is not background; higher is better',
    chief: true,
  },
  {
    key: 'classMeanIou',
    name: 'Class-mean IoU',
    words:
      'IoU of each foreground class over all test pixels, averaged: also sees foreground where there is none',
    chief: false,
  },
  {
    key: 'dice',
    name: 'Dice',
    words: 'the same as twice the overlap over the sum of both areas',
    chief: false,
  },
  {
    key: 'iou',
    name: 'IoU, all pixels',
    words: 'the same overlap as in the first row, background counted as a class',
    chief: false,
  },
  {
    key: 'accuracy',
    name: 'Accuracy, all pixels',
    words: 'share of right pixels, background included',
    chief: false,
  },
  {
    key: 'loss',
    name: 'Cross-entropy',
    words: 'mean over all pixels, nats per pixel; lower is better',
    chief: false,
  },
];

/** If whole images are classified, there are no areas that could overlap. */
const imageRows: readonly ScoreRow[] = [
  { key: 'accuracy', name: 'Accuracy', words: 'share of images given their right class', chief: true },
  {
    key: 'classMeanIou',
    name: 'Class-mean IoU',
    words:
      'of each class but background: images rightly given it over images that are of it or given it; averaged',
    chief: false,
  },
  {
    key: 'loss',
    name: 'Cross-entropy',
    words: 'mean over all images, nats per image; lower is better',
    chief: false,
  },
];

const shown = (scores: Scores | undefined, key: keyof Scores): Score => scores?.[key];

type Tested = NonNullable<RunReport['test']>;

/** Scores on other samples than the test samples, with the heads of their columns. */
const elsewhereOf = ({
  validation,
  training,
}: Tested): readonly { readonly head: string; readonly scores: Scores }[] => [
  ...(validation === undefined ? [] : [{ head: 'validation', scores: validation }]),
  ...(training === undefined
    ? []
    : [{ head: `training, first ${training.samples.toLocaleString('en-US')}`, scores: training.scores }]),
];

const scoreTable = (scoreRows: readonly ScoreRow[], tested: Tested, baseline: Scores | undefined): Html => {
  const { scores } = tested;
  const others = elsewhereOf(tested);
  return html`
<div class="table"><table class="worded">
<thead><tr><th scope="col">Score</th><th scope="col" class="number">test</th>${
    baseline === undefined ? nothing : html`<th scope="col" class="number">test, all background</th>`
  }${others.map(({ head }) => html`<th scope="col" class="number">${head}</th>`)}<th scope="col">what it says</th></tr></thead>
<tbody>${scoreRows
    .filter(({ key }) => known(shown(scores, key)) || known(shown(baseline, key)))
    .map(
      ({ key, name, words, chief }) => html`
<tr${chief ? html` class="chief"` : nothing}><th scope="row">${name}</th><td class="number">${scoreText(shown(scores, key))}</td>${
        baseline === undefined ? nothing : html`<td class="number">${scoreText(shown(baseline, key))}</td>`
      }${others.map((other) => html`<td class="number">${scoreText(shown(other.scores, key))}</td>`)}<td class="words">${words}</td></tr>`,
    )}
</tbody></table></div>`;
};

/** The first score is the main one. */
const ownTable = (own: readonly OwnLine[], tested: Tested): Html => html`
<div class="table"><table class="worded">
<thead><tr><th scope="col">Score</th><th scope="col" class="number">test</th>${elsewhereOf(tested).map(({ head }) => html`<th scope="col" class="number">${head}</th>`)}<th scope="col">what it says</th></tr></thead>
<tbody>${own.map(({ name, words, better }, i) => {
  const cell = (scores: Scores): Html => {
    const value = scores[name];
    return html`<td class="number">${known(value) ? scoreFigure(value) : '–'}</td>`;
  };
  return html`
<tr${i === 0 ? html` class="chief"` : nothing}><th scope="row">${wordsOfScore(name)}</th>${cell(tested.scores)}${elsewhereOf(tested).map(({ scores }) => cell(scores))}<td class="words">${words}; ${betterWords(better)}</td></tr>`;
})}
</tbody></table></div>`;

/** The scores of predicting background everywhere; they are shown if most pixels are background. */
const whyForeground = (baseline: Scores | undefined): Html => {
  if (!known(baseline?.accuracy) || !known(baseline?.iou)) return html``;
  const all = `answering “background” everywhere, without looking at the image, is right for ${percent(baseline.accuracy)} of all pixels and reaches an overall IoU of ${baseline.iou.toFixed(3)}`;
  return baseline.accuracy > 0.5
    ? html`<p>Read the foreground rows. Most pixels are background: ${all}. Overall scores therefore flatter; over the foreground the same answer scores 0.</p>`
    : html`<p>For comparison: ${all}; over the foreground it scores 0.</p>`;
};

export const scoresSection = ({ test, target = 'pixel' }: RunReport): readonly Section[] =>
  test === undefined
    ? []
    : [
        {
          id: 'scores',
          heading: 'How well it does',
          body: html`<p>Measured on ${plural(test.images, target === 'sample' ? 'test sample' : 'test image')} that were never trained on and took no part in choosing the weights${target !== 'pixel' ? '' : '; foreground and all-pixel scores are taken per image, then averaged over the images'}.</p>
${
  target === 'sample'
    ? ownTable(test.own ?? [], test)
    : target === 'image'
      ? scoreTable(imageRows, test, undefined)
      : html`${whyForeground(test.baseline)}${scoreTable(pixelRows, test, test.baseline)}`
}`,
        },
      ];

/** The caption of an animation of waves. */
export const wavesCaption =
  'Hidden state of some test images over time, channels counted from 1. Red: above the white middle; blue: below it. ' +
  'Each channel has its own scale, the same over the whole animation: below it stand its middle, where that is not 0, ' +
  'and how far from it the full colour is.';

export const wavesSection = ({ waves, target }: RunReport): readonly Section[] =>
  waves === undefined
    ? []
    : [
        {
          id: 'waves',
          heading: 'See the waves',
          body: html`${paragraphs(waves.words ?? '')}${figure(waves.picture, html`${target === 'sample' ? wavesCaption.replace('test images', 'test samples') : wavesCaption}`)}`,
        },
      ];

export const predictionsSection = ({ predictions, target = 'pixel' }: RunReport): readonly Section[] =>
  predictions === undefined
    ? []
    : [
        {
          id: 'predictions',
          heading: 'Predictions',
          body: figure(
            predictions,
            target === 'image'
              ? html`Test images with their class and, where it is another, the one that the model takes them for.`
              : html`Test images with their target, the prediction, and where the two differ: <em>missed</em> is foreground taken for background, <em>invented</em> background taken for a class, <em>wrong class</em> foreground taken for another class.`,
          ),
        },
      ];

/** The caption of an answer's samples. */
export const examplesCaption =
  'The samples with the least and the largest loss, with what was asked and answered. One scale for an array in all samples; ' +
  'what is true, what is answered and their difference share one.';

export const answersSection = ({ answers }: RunReport): readonly Section[] =>
  answers === undefined || (answers.charts.length === 0 && answers.examples === undefined)
    ? []
    : [
        {
          id: 'answers',
          heading: 'What it answers',
          body: html`${
            answers.charts.length === 0
              ? nothing
              : html`<div class="pair">${answers.charts.map(({ picture, caption }) => figure(picture, html`${caption}`))}</div>`
          }${answers.examples === undefined ? nothing : figure(answers.examples, html`${examplesCaption}`)}`,
        },
      ];
