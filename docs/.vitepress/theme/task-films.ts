/** Samples of tasks that are no pictures, drawn as time passes: sequences, and films of waves. */

import { adding, addingTask } from '../../../src/data/made/adding';
import { copy, copyTask } from '../../../src/data/made/copy';
import { pixelOrder, sequentialMnistTask } from '../../../src/data/made/sequential-mnist';
import { waveForecast, waveForecastTask } from '../../../src/data/made/wave-forecast';
import { greyDigit } from '../../../web/src/engine/digits';

/** A sample in motion. */
export interface TaskFilm {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** Frames a second that are easy to follow. */
  readonly rate: number;
  readonly draw: (context: CanvasRenderingContext2D, frame: number) => void;
  /** What is seen at this frame. */
  readonly say: (frame: number) => string;
}

const ink = '#3a3f47';
const pale = '#c9ced6';
const marked = '#c04b12';
const colours = [
  '#0b5aa0',
  '#c04b12',
  '#2f8f5b',
  '#8b4fb3',
  '#b58900',
  '#1a8f9c',
  '#c23b6b',
  '#6b7280',
  '#7a8f1a',
  '#4453c4',
];

const settings = <A>(
  decoded: { readonly _tag: 'Left' } | { readonly _tag: 'Right'; readonly right: A },
): A => {
  if (decoded._tag === 'Left') throw new Error('a task refuses its own defaults');
  return decoded.right;
};

const addingFilm = (index: number): TaskFilm => {
  const task = settings(addingTask.decode({ name: 'adding' }));
  const { sequence, target } = adding(task).sample('test', index);
  const [width, height] = [600, 140];
  const wide = width / task.length;
  return {
    width,
    height,
    frames: task.length,
    rate: 15,
    draw: (context, frame) => {
      for (let step = 0; step <= frame; step++) {
        const tall = sequence[2 * step] * (height - 20);
        context.fillStyle = sequence[2 * step + 1] === 1 ? marked : pale;
        context.fillRect(step * wide + 1, height - tall, wide - 2, tall);
      }
      context.fillStyle = ink;
      context.fillRect(0, height - 1, width, 1);
    },
    say: (frame) => {
      const seen = Array.from({ length: frame + 1 }, (_, step) => step)
        .filter((step) => sequence[2 * step + 1] === 1)
        .map((step) => sequence[2 * step].toFixed(2));
      const now = `Number ${frame + 1} of ${task.length}; marked so far: ${seen.length === 0 ? 'none' : seen.join(' and ')}.`;
      return frame + 1 < task.length ? now : `${now} The answer: ${target[0].toFixed(2)}.`;
    },
  };
};

const copyFilm = (index: number): TaskFilm => {
  const task = settings(copyTask.decode({ name: 'copy', delay: 30 }));
  const { sequence, target } = copy(task).sample('test', index);
  const steps = target.length;
  const [width, height] = [600, 110];
  const wide = width / steps;
  const kinds = task.alphabet + 2;
  const kindAt = (step: number): number => {
    for (let kind = 0; kind < kinds; kind++) if (sequence[step * kinds + kind] === 1) return kind;
    return task.alphabet;
  };
  const block = (context: CanvasRenderingContext2D, step: number, row: number, kind: number): void => {
    const [x, y] = [step * wide, 20 + 50 * row];
    if (kind < task.alphabet) {
      context.fillStyle = colours[kind % colours.length];
      context.fillRect(x, y, wide - 1, 26);
      context.fillStyle = '#fff';
      context.font = '600 11px sans-serif';
      context.textAlign = 'center';
      context.fillText(`${kind}`, x + (wide - 1) / 2, y + 17);
    } else {
      context.fillStyle = kind === task.alphabet ? '#eceef1' : ink;
      context.fillRect(x, y, wide - 1, 26);
    }
  };
  return {
    width,
    height,
    frames: steps,
    rate: 8,
    draw: (context, frame) => {
      context.fillStyle = ink;
      context.font = '12px sans-serif';
      context.textAlign = 'left';
      context.fillText('seen', 0, 14);
      context.fillText('asked', 0, 64);
      for (let step = 0; step <= frame; step++) {
        block(context, step, 0, kindAt(step));
        block(context, step, 1, target[step]);
      }
    },
    say: (frame) => {
      const kind = kindAt(frame);
      const seen =
        kind < task.alphabet ? `the symbol ${kind}` : kind === task.alphabet ? 'a blank' : 'the signal';
      const asked = target[frame] < task.alphabet ? `the symbol ${target[frame]}` : 'a blank';
      return `Step ${frame + 1} of ${steps}: ${seen} is seen, ${asked} is asked.`;
    },
  };
};

/** Blue below 0, red above, grey where nothing moves. */
const shade = (value: number): readonly [number, number, number] => {
  const share = Math.min(1, Math.abs(value) * 2);
  const [r, g, b] = value < 0 ? [11, 90, 160] : [178, 40, 20];
  return [255 + (r - 255) * share, 255 + (g - 255) * share, 255 + (b - 255) * share];
};

const forecastFilm = (index: number): TaskFilm => {
  const task = settings(waveForecastTask.decode({ name: 'wave-forecast', future: 44 }));
  const { past, medium, future } = waveForecast(task).sample('test', index);
  const { size } = task;
  const sites = size * size;
  return {
    width: size,
    height: size,
    frames: task.past + task.future,
    rate: 10,
    draw: (context, frame) => {
      const image = context.createImageData(size, size);
      const [values, from] = frame < task.past ? [past, frame] : [future, frame - task.past];
      for (let site = 0; site < sites; site++) {
        const colour = medium[site] === 0 ? [90, 96, 105] : shade(values[from * sites + site]);
        image.data.set([...colour, 255], 4 * site);
      }
      context.putImageData(image, 0, 0);
    },
    say: (frame) =>
      frame < task.past
        ? `Frame ${frame + 1}, one of the ${task.past} that are given. Obstacles are grey.`
        : `Frame ${frame + 1}, which is asked for.`,
  };
};

/** The pixels that were read so far in their places, white on black; those to come are pale. */
const digitFilm = (index: number): TaskFilm => {
  const task = settings(sequentialMnistTask.decode({ name: 'sequential-mnist' }));
  const { side } = task;
  const order = pixelOrder(task);
  const { grey, label } = greyDigit(side, index);
  return {
    width: side,
    height: side,
    frames: order.length,
    rate: 56,
    draw: (context, frame) => {
      const image = context.createImageData(side, side);
      for (const [step, pixel] of order.entries()) {
        const value = Math.round(grey[pixel]);
        image.data.set(step > frame ? [222, 226, 231, 255] : [value, value, value, 255], 4 * pixel);
      }
      context.putImageData(image, 0, 0);
    },
    say: (frame) =>
      `Pixel ${frame + 1} of ${order.length}: ${(grey[order[frame]] / 255).toFixed(2)}.${frame + 1 < order.length ? '' : ` The answer: ${label}.`}`,
  };
};

const films: Readonly<Record<string, (index: number) => TaskFilm>> = {
  adding: addingFilm,
  copy: copyFilm,
  'wave-forecast': forecastFilm,
  'sequential-mnist': digitFilm,
};

/** The test sample of this number; undefined if the task has no film. */
export const taskFilm = (name: string, index: number): TaskFilm | undefined => films[name]?.(index);
