/** The middle of the page: the scores, the waves, and the predictions. */

import { known, type Score, type Scores } from '../scores.js';
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

/** Where whole images have a class there are no areas to overlap. */
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

const scoreTable = (
  scoreRows: readonly ScoreRow[],
  scores: Scores,
  baseline: Scores | undefined,
): Html => html`
<div class="table"><table class="worded">
<thead><tr><th scope="col">Score on the test images</th><th scope="col" class="number">this model</th>${
  baseline === undefined ? nothing : html`<th scope="col" class="number">all background</th>`
}<th scope="col">what it says</th></tr></thead>
<tbody>${scoreRows
  .filter(({ key }) => known(shown(scores, key)) || known(shown(baseline, key)))
  .map(
    ({ key, name, words, chief }) => html`
<tr${chief ? html` class="chief"` : nothing}><th scope="row">${name}</th><td class="number">${scoreText(shown(scores, key))}</td>${
      baseline === undefined ? nothing : html`<td class="number">${scoreText(shown(baseline, key))}</td>`
    }<td class="words">${words}</td></tr>`,
  )}
</tbody></table></div>`;

/** The scores of answering background everywhere, where they are worth showing: where most pixels are background. */
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
          body: html`<p>Measured on ${plural(test.images, 'test image')} that were never trained on and took no part in choosing the weights${target === 'image' ? '' : '; foreground and all-pixel scores are taken per image, then averaged over the images'}.</p>
${
  target === 'image'
    ? scoreTable(imageRows, test.scores, undefined)
    : html`${whyForeground(test.baseline)}${scoreTable(pixelRows, test.scores, test.baseline)}`
}`,
        },
      ];

/** The caption of an animation of waves. */
export const wavesCaption =
  'Hidden state of some test images over time, channels counted from 1. Red: above the white middle; blue: below it. ' +
  'Each channel has its own scale, the same over the whole animation: below it stand its middle, where that is not 0, ' +
  'and how far from it the full colour is.';

export const wavesSection = ({ waves }: RunReport): readonly Section[] =>
  waves === undefined
    ? []
    : [
        {
          id: 'waves',
          heading: 'See the waves',
          body: html`${paragraphs(waves.words ?? '')}${figure(waves.picture, html`${wavesCaption}`)}`,
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
              ? html`Test images with their class and the class that the model gives them, each filling its picture.`
              : html`Test images with their target, the prediction, and where the two differ: <em>missed</em> is foreground taken for background, <em>invented</em> background taken for a class, <em>wrong class</em> foreground taken for another class.`,
          ),
        },
      ];
