/** The facts of a task of arrays, for `drumhead data`. */

import type { ArrayForm, ArraySplit } from '../../data/arrays.js';
import { splitNames } from '../../data/dataset.js';
import type { LoadedTask } from '../../data/load.js';
import { describeTask, type Task } from '../../data/task.js';
import { sharesText } from './shares.js';

const number = (x: number): string => (Number.isInteger(x) ? `${x}` : x.toPrecision(4));

/** As many samples are looked at for the facts of a split, or as many numbers, whichever are fewer; one at least. */
const most = 200;
const mostNumbers = 2 ** 26;

/** The values of an array as text: the shares of its classes, or range and mean. */
const valuesLine = (values: Float32Array, { classes, range }: ArrayForm): string => {
  if (values.length === 0) return 'no values';
  if (classes !== undefined) {
    const counts = new Float64Array(classes.length);
    for (const value of values) if (value >= 0) counts[value]++;
    return sharesText(
      [...counts].map((count) => count / values.length),
      classes,
      'value here',
    );
  }
  let [least, largest, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of values) {
    least = Math.min(least, value);
    largest = Math.max(largest, value);
    sum += value;
  }
  const mean = `${number(sum / values.length)} in the mean`;
  return range === undefined
    ? `${number(least)} to ${number(largest)}, ${mean}`
    : `${number(range[0])} to ${number(range[1])} in all splits, ${mean}`;
};

const splitLines = async (
  name: string,
  split: ArraySplit,
  forms: Readonly<Record<string, ArrayForm>>,
): Promise<readonly string[]> => {
  if (split.count === 0) return [`${name}: no samples`];
  const ofOne = Object.values(forms).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const looked = Math.min(most, split.count, Math.max(1, Math.floor(mostNumbers / Math.max(1, ofOne))));
  const values = await split.read(
    Object.keys(forms),
    Array.from({ length: looked }, (_, i) => i),
  );
  return [
    `${name}: ${split.count} samples${looked < split.count ? `, of the first ${looked}` : ''}`,
    ...Object.entries(forms).map(
      ([array, form]) => `  ${array} [${form.shape.join(',')}]: ${valuesLine(values[array], form)}`,
    ),
  ];
};

/** The content of a task of arrays as text: each array with its shape, and its range or the shares of its classes. */
export const arraysSummary = async (task: Task, { arrays, notes }: LoadedTask): Promise<string> => {
  const lines = [...notes, describeTask(task)];
  for (const name of splitNames) lines.push(...(await splitLines(name, arrays[name], arrays.forms)));
  return lines.join('\n');
};
