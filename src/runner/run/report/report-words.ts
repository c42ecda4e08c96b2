/** The sentences of a run's report on its program and training. Each follows from the run itself. */

import type { Portrait, ScanPortrait } from '../../../compile/light-cone/index.js';
import { isArrayTask, type Task } from '../../../data/task.js';
import type { Graph, Program } from '../../../dsl/index.js';
import { nodesBehind } from '../../../dsl/joining.js';
import type { Learning } from '../../../experiments/learning.js';
import { describeLoss, isClassLoss, type LossSpec, targetOf } from '../../../experiments/loss.js';
import type { OwnScore } from '../../../experiments/scores/own-scores.js';
import type { OwnLine } from '../../../report/index.js';

const steps = (count: number): string => (count === 1 ? 'its only step' : `each of its ${count} steps`);

const entryOf = ({ starts, everyStep, fed, steps: count }: ScanPortrait): string => {
  const each = steps(count);
  const parts = [
    ...(everyStep ? ['what was computed from the image beforehand'] : []),
    ...(fed ? ['its own element of a sequence that was made from the image'] : []),
  ];
  if (parts.length === 0)
    return starts
      ? 'The image sets the hidden state before the first step, and nothing of it enters after that.'
      : 'Nothing of the image enters the steps.';
  const start = starts
    ? 'The image sets the hidden state before the first step'
    : 'The hidden state starts alike for every image';
  return `${start}, and ${each} reads ${parts.join(' and ')}.`;
};

/** Distances along rows and along columns separately, since the corners of a kernel may be zero. */
const awayOf = (reach: number, axes: number): string => {
  const count = (noun: string): string => (reach === 1 ? `one ${noun}` : `${reach} ${noun}s`);
  switch (axes) {
    case 1:
      return `at most ${count('site')} away`;
    case 2:
      return `at most ${count('row')} and ${count('column')} away`;
    default:
      return `at most ${count('site')} away along each axis`;
  }
};

const reachOf = ({ reach, axes, torus }: ScanPortrait): readonly string[] => {
  if (reach === null) return [];
  if (reach === 0)
    return [
      'Within the steps each point of the hidden state is moved by itself alone: nothing passes from point to point.',
    ];
  return [
    `A step moves each point of the hidden state by itself and by points ${awayOf(reach, axes)}` +
      `${torus ? '; what leaves at one edge comes in at the opposite one' : ''}.`,
  ];
};

const readoutWords = ({ observed: heard, around, scans }: Portrait): readonly string[] => [
  ...(heard === 'all' ? ['The answer is read from what was observed over the steps.'] : []),
  ...(heard === 'last' && scans.some(({ steps: count }) => count > 1)
    ? ['The answer is read from the state after the last step alone.']
    : []),
  ...(around ? ['The answer sees the image directly too, around the steps.'] : []),
];

/**
 * How a model's hidden state moves, in sentences that follow from its graph. Properties that the graph does not
 * decide are left out.
 *
 * @param pixels whether the program answers for each pixel
 */
export const wavesWords = (found: Portrait, pixels: boolean): string => {
  const { scans, sight } = found;
  if (scans.length === 0) return '';
  const many = scans.length > 1;
  const each = scans.map((scan, i) =>
    [...(many ? [`Scan ${i + 1} of ${scans.length}:`] : []), entryOf(scan), ...reachOf(scan)].join(' '),
  );
  const seen =
    pixels && sight !== null && sight > 0
      ? [`So what is said of a pixel can depend on the image up to ${sight} pixels away.`]
      : [];
  return [...each, [...readoutWords(found), ...seen].join(' ')].filter((text) => text !== '').join('\n\n');
};

/** The scans that an output is computed from, by their nodes. */
const scansBehind = (graph: Graph, output: string): ReadonlySet<number> =>
  new Set([...nodesBehind(graph, output)].filter((at) => graph.nodes[at].op.op === 'scan'));

/** A sentence for a program whose answer does not depend on the waves that are drawn. */
export const apartWords = ({ graph }: Program): string => {
  const answer = scansBehind(graph, 'logits');
  const behind = [...scansBehind(graph, 'waves')];
  return behind.length > 0 && !behind.some((scan) => answer.has(scan))
    ? 'The waves that are drawn take no part in the answer, which is computed without them; what is said of steps above is said of what the answer is computed from.'
    : '';
};

/** The name and the unit of the loss. */
export const lossUnit = (loss: LossSpec, ofImages = true): string => {
  if (!isClassLoss(loss)) return describeLoss(loss);
  const { name, weights } = loss;
  const target = ofImages ? loss.target : 'answer';
  const weighed = weights.length === 0 ? '' : ', classes weighted';
  switch (name) {
    case 'cross-entropy':
      return `mean cross-entropy, nats per ${target}${weighed}`;
    case 'focal':
      return `mean focal loss, nats per ${target}${weighed}`;
    case 'dice':
      return `one less the mean Dice overlap${weighed}`;
  }
};

/** The scores that come with losses of differences. */
const differenceWords: Readonly<Record<string, string | undefined>> = {
  'absolute-error': 'mean distance of what is answered from what is true',
  'squared-error': 'mean square of that distance',
};

/** A score of outputs in words: the sum of one output over the sum of another. */
const ownWords = ({ output, count }: OwnScore): string => {
  const known = differenceWords[output];
  if (known !== undefined && count === `${output}-count`) return known;
  return count === undefined
    ? `mean of the output ${output} over the samples`
    : `sum of the output ${output} over that of ${count}`;
};

/** The scores to show first for other data than images with classes; null for those. */
export const ownLines = (
  aim: Learning['aim'],
  loss: LossSpec,
  ofImages: boolean,
): readonly OwnLine[] | null => {
  const minimised: OwnLine = {
    name: 'loss',
    words: `what is minimised: ${lossUnit(loss, ofImages)}`,
    better: 'less',
  };
  if (aim.kind === 'outputs')
    return [
      ...Object.entries(aim.scores).map(([name, score]) => ({
        name,
        words: ownWords(score),
        better: score.better,
      })),
      minimised,
    ];
  const right: OwnLine = {
    name: 'accuracy',
    words: 'share of right answers, mean over the samples',
    better: 'more',
  };
  return aim.scored === 'classes' && !ofImages ? [right, minimised] : null;
};

/** Whether the classes of a task are shapes, which cannot be distinguished locally. */
const isOfShapes = (task: Task): boolean => {
  switch (task.name) {
    case 'tetrominoes':
    case 'mnist':
    case 'multi-mnist':
      return true;
    case 'polygons':
      return task.sides.length > 1;
    case 'mazes':
    case 'pathfinder':
    case 'inside-outside':
    case 'connectedness':
    case 'shapes':
      return true;
    default:
      return false;
  }
};

/** The task of the model, in a sentence or two. */
export const experimentWords = (model: string, task: Task, loss: LossSpec): string => {
  const target = targetOf(loss);
  if (target === null) return `${model} learns to make its loss small: ${describeLoss(loss)}.`;
  if (isArrayTask(task)) return `${model} learns which classes are asked of each sample.`;
  if (target === 'image') return `${model} learns to tell the class of an image as a whole.`;
  const why = isOfShapes(task)
    ? ' The task needs more than a local look: what a pixel belongs to is decided by the whole shape it is part of.'
    : '';
  return `${model} learns to give every pixel its class.${why}`;
};
