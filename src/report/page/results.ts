/** The middle of the page: how well it does, its waves, and its predictions. */

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

const scoreRows: readonly ScoreRow[] = [
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
    words: 'the same overlap, background counted as a class',
    chief: false,
  },
  {
    key: 'accuracy',
    name: 'Accuracy, all pixels',
    words: 'share of right pixels, background included',
    chief: false,
  },
  { key: 'loss', name: 'Loss', words: 'mean cross-entropy, nats per pixel; lower is better', chief: false },
];

const shown = (scores: Scores | undefined, key: keyof Scores): Score => scores?.[key];

const scoreTable = (scores: Scores, baseline: Scores | undefined): Html => html`
<div class="table"><table>
<thead><tr><th scope="col">Score</th><th scope="col" class="number">this model</th>${
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

const whyForeground = (baseline: Scores | undefined): Html =>
  known(baseline?.accuracy) && known(baseline?.iou)
    ? html`<p>Read the foreground rows. Most pixels are background: answering “background” everywhere, without looking at the image, is right for ${percent(baseline.accuracy)} of all pixels and reaches an overall IoU of ${baseline.iou.toFixed(3)}. Overall scores therefore flatter; over the foreground the same answer scores 0.</p>`
    : html`<p>Read the foreground rows. Most pixels are background, so a model that answers “background” everywhere already has high overall scores; over the foreground it scores 0.</p>`;

export const scoresSection = ({ test }: RunReport): readonly Section[] =>
  test === undefined
    ? []
    : [
        {
          id: 'scores',
          heading: 'How well it does',
          body: html`<p>Measured on ${plural(test.images, 'test image')} that were never trained on and took no part in choosing the weights; per image, then averaged over the images.</p>
${whyForeground(test.baseline)}${scoreTable(test.scores, test.baseline)}`,
        },
      ];

const wavesWords =
  'The image is looked at once, before the first step. From then on each point of the hidden state is moved by ' +
  'itself and its nearest neighbours only. What is far away becomes known by waves that travel, and the readout ' +
  'tells the class of a pixel from what passed it over time.';

export const wavesSection = ({ waves }: RunReport): readonly Section[] =>
  waves === undefined
    ? []
    : [
        {
          id: 'waves',
          heading: 'See the waves',
          body: html`${paragraphs(waves.words ?? wavesWords)}${figure(
            waves.picture,
            html`Hidden state of some test images over time. Red: displaced upwards; blue: downwards; white: at rest. The scale is symmetric about zero and stays the same over the whole animation; the colour bar of each row gives its ends.`,
          )}`,
        },
      ];

export const predictionsSection = ({ predictions }: RunReport): readonly Section[] =>
  predictions === undefined
    ? []
    : [
        {
          id: 'predictions',
          heading: 'Predictions',
          body: figure(
            predictions,
            html`Test images with their target, the prediction, and where the two differ: <em>missed</em> is foreground taken for background, <em>invented</em> background taken for a class, <em>wrong class</em> foreground taken for another class.`,
          ),
        },
      ];
