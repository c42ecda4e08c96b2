/** One model: its wave, and the class of every pixel so far. */

import { useCallback, useMemo } from 'preact/hooks';
import { classColour } from '../../../src/data/classes/colours.js';
import { largest, paintSigned, type Theme } from '../look/maps.js';
import { Field } from '../parts/field.js';
import { markProbe, outline } from './overlay.js';
import { type ModelView, stepsOf } from './runs.js';
import type { DrawTask, Trained } from './tasks.js';

/** Paints classes in their colours, mixed with the background's: the less sure, the more. */
export const paintClasses =
  (classes: Uint8Array, sure: Float32Array, kinds: number) =>
  (pixels: Uint8ClampedArray): void => {
    const ground = classColour(0);
    for (let i = 0; i < classes.length; i++) {
      const colour = classColour(classes[i]);
      const share = Math.min(1, Math.max(0, (sure[i] - 1 / kinds) / (0.75 - 1 / kinds)));
      for (let c = 0; c < 3; c++)
        pixels[4 * i + c] = Math.round(ground[c] + (colour[c] - ground[c]) * (0.25 + 0.75 * share));
      pixels[4 * i + 3] = 255;
    }
  };

const rightShare = (classes: Uint8Array, mask: Uint8Array): number | undefined => {
  let [right, all] = [0, 0];
  for (let i = 0; i < mask.length; i++)
    if (mask[i] > 0) {
      all += 1;
      if (classes[i] === mask[i]) right += 1;
    }
  return all === 0 ? undefined : right / all;
};

interface ModelPanelProps {
  readonly task: DrawTask;
  readonly model: Trained;
  readonly view: ModelView | undefined;
  readonly trained: boolean;
  readonly theme: Theme;
  readonly cone: boolean;
  readonly share: number;
  readonly probe: readonly [number, number] | undefined;
  readonly mask: Uint8Array | undefined;
  readonly onProbe: ((row: number, column: number) => void) | undefined;
}

export const ModelPanel = (props: ModelPanelProps) => {
  const { task, model, view, trained, theme, cone, share, probe, mask, onProbe } = props;
  const { size, classes: kinds } = task;
  const shown = view?.shown;
  const wave = shown?.wave;
  const paintWave = useCallback(
    (pixels: Uint8ClampedArray) => {
      if (wave !== undefined && wave.length > 0) paintSigned(wave, largest(wave, 0.05), theme, pixels);
    },
    [wave, theme],
  );
  const paintMap = useMemo(
    () => (shown === undefined ? () => undefined : paintClasses(shown.classes, shown.sure, kinds.length)),
    [shown, kinds.length],
  );
  const seen = view?.cone;
  const step = shown?.step ?? 0;
  const over = useCallback(
    (context: CanvasRenderingContext2D, scale: number) => {
      if (probe === undefined) return;
      if (cone && seen !== undefined && seen.length === size * size)
        outline(context, scale, size, (site) => seen[site] >= 0 && seen[site] <= step);
      markProbe(context, scale, probe);
    },
    [probe, cone, seen, step, size],
  );
  const touch = onProbe && ((place: { row: number; column: number }) => onProbe(place.row, place.column));
  const say = ({ row, column }: { row: number; column: number }): string => {
    if (shown === undefined) return '';
    const at = row * size + column;
    return `${kinds[shown.classes[at]]}, ${Math.round(100 * shown.sure[at])} percent`;
  };
  const right = shown === undefined || mask === undefined ? undefined : rightShare(shown.classes, mask);
  const steps = stepsOf(model);
  return (
    <section class="panel" aria-label={model.title}>
      <header>
        <h2>{model.title}</h2>
        <span class="muted small number">
          {model.parameters > 0 ? `${model.parameters.toLocaleString('en')} parameters` : ''}
        </span>
      </header>
      {view?.fault === undefined ? (
        <div class="pair">
          <figure>
            {steps > 0 ? (
              <Field
                label={`Wave of ${model.title}`}
                width={size}
                height={size}
                paint={paintWave}
                over={over}
                onTouch={touch}
              />
            ) : (
              <div class="timeless">
                <span>no waves: it answers at once</span>
              </div>
            )}
            <figcaption class="number">
              {steps > 0 ? `wave, step ${step} of ${steps}` : 'one pass'}
            </figcaption>
          </figure>
          <figure>
            <Field
              label={`Classes by ${model.title}`}
              width={size}
              height={size}
              paint={paintMap}
              over={over}
              onTouch={touch}
              say={say}
            />
            <figcaption class="number">
              {right === undefined ? 'classes' : `${Math.round(100 * right)} % of the shapes right`}
            </figcaption>
          </figure>
        </div>
      ) : (
        <p class="note bad">{view.fault}</p>
      )}
      <p class="caption">
        {trained
          ? (model.score ?? 'no trained weights yet: these are initial weights')
          : 'initial weights, before any training'}
        {share >= 0 && trained && model.command !== null ? (
          <>
            {'; '}
            <code>{model.command}</code>
          </>
        ) : null}
        {trained && model.report !== null ? (
          <>
            {'; '}
            <a href={model.report} target="_blank" rel="noreferrer">
              its report
            </a>
          </>
        ) : null}
      </p>
    </section>
  );
};
