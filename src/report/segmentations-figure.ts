/** The gallery of still samples for a page: the panels of `segmentationsPng`, with HTML text. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, defect } from '../base/error.js';
import type { PanelFigure, PanelGroup } from './page/panel-figure.js';
import { classKey, errorKey, still } from './panel-parts.js';
import { errorPanel, imagePanel, inputName, labelPanel, predictionPanel } from './panels.js';
import { areWhole, type Sample } from './sample.js';
import { checkedSegmentations, type SegmentationsPicture } from './segmentations.js';

/** Four panels of a sample fit side by side on a phone. */
const sizes = { wide: 112, narrow: 74 };

const groupOf = (sample: Sample, classes: number, errors: boolean, whole: boolean): PanelGroup => {
  const { height, width, target, prediction, name = '', note = '' } = sample;
  return {
    name,
    note,
    stills: [
      still(inputName(sample), imagePanel(sample), sizes),
      // The class of a whole image is said in its note: a panel of one colour would show nothing more.
      ...(whole ? [] : [still('target', labelPanel(target, height, width, classes), sizes)]),
      ...(whole || prediction === undefined
        ? []
        : [
            still('prediction', predictionPanel(prediction, target, height, width, classes), sizes),
            ...(errors
              ? [still('errors', errorPanel(target, prediction, height, width, classes), sizes)]
              : []),
          ]),
    ],
    moving: [],
  };
};

/**
 * The gallery as a figure of a page.
 *
 * @returns DecodeError when sizes, lengths or labels do not agree, with every problem.
 */
export const segmentationsFigure = (
  picture: SegmentationsPicture & { readonly alt: string },
): Checked<PanelFigure> =>
  E.flatMap(checkedSegmentations(picture), ({ samples, classes, errors = true }) =>
    E.tryCatch((): PanelFigure => {
      const whole = areWhole(samples);
      const wrong = errors && !whole && samples.some(({ prediction }) => prediction !== undefined);
      return {
        type: 'panels',
        alt: picture.alt,
        film: null,
        groups: samples.map((sample) => groupOf(sample, classes.length, wrong, whole)),
        keys: whole
          ? []
          : [
              classKey(
                classes,
                samples.map(({ target }) => target),
              ),
              ...(wrong ? [errorKey] : []),
            ],
      };
    }, defect),
  );
