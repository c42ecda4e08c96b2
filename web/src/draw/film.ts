/** The scene of this page for pictures and films: the image, and each model's wave above its classes. */

import { largest, maps, paintSigned, type Theme } from '../look/maps.js';
import type { Scene } from '../save/record.js';
import { paintClasses } from './model-panel.js';
import { type Picture, paintPicture } from './picture.js';
import type { ModelView } from './runs.js';
import { stepsOf } from './runs.js';
import type { DrawTask } from './tasks.js';

interface Seen {
  readonly task: DrawTask;
  readonly picture: Picture;
  readonly views: readonly ModelView[];
  readonly theme: Theme;
  readonly share: number;
  readonly show: (share: number) => void;
}

const side = 192;
const gap = 16;
const heading = 40;
const frames = 48;

let latest: readonly ModelView[] = [];
/** The page reports its views here, so that a film can wait for them. */
export const tellViews = (views: readonly ModelView[]): void => {
  latest = views;
};

const put = (
  context: CanvasRenderingContext2D,
  size: number,
  paint: (pixels: Uint8ClampedArray) => void,
  x: number,
  y: number,
): void => {
  const canvas = new OffscreenCanvas(size, size);
  const small = canvas.getContext('2d');
  if (small === null) return;
  const image = small.createImageData(size, size);
  paint(image.data);
  small.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, x, y, side, side);
};

export const modelScene = ({ task, picture, views, theme, share, show }: Seen): Scene => {
  latest = views;
  const columns = 1 + task.models.length;
  const width = columns * side + (columns + 1) * gap;
  const height = heading + 2 * side + 3 * gap;
  const ink = theme === 'light' ? '#1b1e26' : '#e9ecf2';
  const muted = theme === 'light' ? '#586071' : '#a0a8b8';
  const compose = (context: CanvasRenderingContext2D): void => {
    context.fillStyle = theme === 'light' ? '#ffffff' : '#171a20';
    context.fillRect(0, 0, width, height);
    context.textBaseline = 'middle';
    const title = (text: string, small: string, x: number): void => {
      context.fillStyle = ink;
      context.font = "600 14px 'Inter Variable', sans-serif";
      context.fillText(text, x, gap + 6, side);
      context.fillStyle = muted;
      context.font = "400 12px 'Inter Variable', sans-serif";
      context.fillText(small, x, gap + 24, side);
    };
    title('Picture', task.title, gap);
    put(context, task.size, paintPicture(picture), gap, heading + gap);
    for (const [i, model] of task.models.entries()) {
      const x = gap + (i + 1) * (side + gap);
      const shown = latest[i]?.shown;
      const steps = stepsOf(model);
      title(model.title, steps > 0 ? `step ${shown?.step ?? 0} of ${steps}` : 'at once', x);
      if (shown === undefined) continue;
      if (shown.wave.length > 0)
        put(
          context,
          task.size,
          (pixels) => paintSigned(shown.wave, largest(shown.wave, 0.05), theme, pixels),
          x,
          heading + gap,
        );
      else {
        const [r, g, b] = maps[theme].signed.subarray(3 * 127, 3 * 127 + 3);
        context.fillStyle = `rgb(${r} ${g} ${b})`;
        context.fillRect(x, heading + gap, side, side);
      }
      put(
        context,
        task.size,
        paintClasses(shown.classes, shown.sure, task.classes.length),
        x,
        heading + 2 * gap + side,
      );
    }
  };
  const reached = (wanted: number): boolean =>
    task.models.every((model, i) => {
      const steps = stepsOf(model);
      return steps === 0 || latest[i]?.shown?.step === Math.round(wanted * steps);
    });
  return {
    name: `drumhead-${task.name}`,
    width,
    height,
    frames,
    rate: 12,
    draw: async (context, frame) => {
      if (frame !== undefined) {
        const wanted = frame / (frames - 1);
        show(wanted);
        for (let wait = 0; wait < 400 && !reached(wanted); wait++)
          await new Promise((next) => setTimeout(next, 10));
        if (frame === frames - 1) setTimeout(() => show(share));
      }
      compose(context);
    },
  };
};
