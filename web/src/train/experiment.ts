/** What a page trains: the program of the editor, in an experiment as a file has it. */

import type { KeptProgram } from '../write/kept.js';
import type { TrainState } from './state.js';
import { trainTasks } from './tasks.js';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** The images of a task whose program does not say how many. */
const counts = { train: 512, validation: 64, test: 256 };

/** The side of the square image that a program takes; undefined if it takes none. */
const sideOf = (graph: unknown): number | undefined => {
  if (!isRecord(graph) || !Array.isArray(graph.nodes)) return undefined;
  const ops = graph.nodes.filter(isRecord).map(({ op }) => op);
  const shape = ops.filter(isRecord).find(({ op, name }) => op === 'input' && name === 'image')?.shape;
  return Array.isArray(shape) && typeof shape[0] === 'number' && shape[0] === shape[1] ? shape[0] : undefined;
};

/** The task of the program's own experiment, if it is the chosen one; otherwise the chosen one, of the program's size. */
const taskOf = (graph: unknown, own: unknown, name: string): Readonly<Record<string, unknown>> => {
  if (isRecord(own) && own.name === name) return { ...counts, ...own };
  const side = sideOf(graph);
  if (side === undefined) throw new Error('A program that is trained here takes a square image.');
  const task = trainTasks.find((each) => each.name === name)?.of(side);
  if (task === undefined) throw new Error(`The task ${name} has no images of ${side} x ${side}.`);
  return { ...counts, ...task };
};

export const experimentOf = (
  { json, experiment }: KeptProgram,
  { task, batch, rate }: TrainState,
): Readonly<Record<string, unknown>> => {
  const graph: unknown = JSON.parse(json);
  const { training } = experiment;
  return {
    name: 'page/program',
    ...experiment,
    task: taskOf(graph, experiment.task, task),
    model: { name: 'program', graph },
    training: { epochs: 40, ...(isRecord(training) ? training : {}), batch, rate },
  };
};
