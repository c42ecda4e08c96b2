/** The tasks of the page, with the weights in web/weights. */

import * as t from 'io-ts';
import type { ModelSpec } from '../../../src/models/catalogue.js';
import index from '../../weights/index.json';
import type { Brush, DrawTask, KnownTask, Trained } from './tasks.js';

const Scores = t.type({ foregroundAccuracy: t.number, foregroundIou: t.number });
const Index = t.array(
  t.type({
    name: t.string,
    task: t.UnknownRecord,
    model: t.UnknownRecord,
    epochs: t.number,
    of: t.number,
    test: t.union([Scores, t.null]),
    validation: t.union([Scores, t.null]),
    file: t.string,
    parameters: t.number,
  }),
);
type Listed = t.TypeOf<typeof Index>[number];

const readout = t.union([
  t.literal('linear'),
  t.literal('fft'),
  t.literal('last'),
  t.literal('mean'),
  t.literal('max'),
]);
const sizes = { mid: t.number, channels: t.number, hidden: t.array(t.number) };
/**
 * The models of the page with all their settings. The codec of all models would load the language on the
 * first page.
 */
const Model = t.union([
  t.type({ name: t.literal('nwm'), ...sizes, steps: t.number, dt: t.number, readout }),
  t.type({ name: t.literal('conv-lstm'), ...sizes, steps: t.number, readout }),
  t.type({ name: t.literal('cnn'), ...sizes, layers: t.number, features: t.number }),
]);

const files: Readonly<Record<string, string>> = import.meta.glob('../../weights/*.safetensors', {
  eager: true,
  query: '?url',
  import: 'default',
});

const reports: Readonly<Record<string, string>> = import.meta.glob('../../weights/reports/*.html', {
  eager: true,
  query: '?url',
  import: 'default',
});

const titles: Readonly<Record<string, string>> = {
  nwm: 'Neural Wave Machine',
  'conv-lstm': 'ConvLSTM',
  cnn: 'CNN',
};

const five: Brush['colours'] = [
  [210, 120, 60],
  [70, 150, 220],
  [120, 200, 90],
  [190, 90, 190],
  [230, 210, 90],
];

const mnistCredit = 'Thirty test digits of MNIST, Yann LeCun and Corinna Cortes, CC BY-SA 3.0.';

const known: readonly KnownTask[] = [
  {
    name: 'tetrominoes',
    title: 'Tetrominoes',
    size: 32,
    channels: 3,
    classes: ['background', 'I', 'O', 'T', 'S/Z', 'J/L'],
    task: { name: 'tetrominoes', size: 32, cell: 3 },
    brush: { kind: 'cells', cell: 3, colours: five, ground: [0, 0, 0] },
  },
  {
    name: 'mnist',
    title: 'Digits',
    size: 28,
    channels: 1,
    classes: ['background', ...'0123456789'],
    task: { name: 'mnist', size: 28 },
    brush: { kind: 'round', cell: 3, colours: [[255, 255, 255]], ground: [0, 0, 0] },
    credit: mnistCredit,
  },
  {
    name: 'polygons',
    title: 'Polygons',
    size: 40,
    channels: 1,
    classes: ['background', 'triangle', 'square', 'hexagon'],
    task: { name: 'polygons', size: 40, minRadius: 9, maxRadius: 13, sides: [3, 4, 6] },
    brush: { kind: 'round', cell: 5, colours: [[255, 255, 255]], ground: [0, 0, 0] },
  },
  {
    name: 'mazes',
    title: 'Mazes',
    size: 11,
    channels: 3,
    classes: ['off', 'way'],
    task: { name: 'mazes', squares: 9 },
    brush: {
      kind: 'cells',
      cell: 1,
      colours: [
        [255, 255, 255],
        [255, 0, 0],
        [0, 255, 0],
      ],
      ground: [0, 0, 0],
    },
  },
  {
    name: 'inside-outside',
    title: 'Inside or outside',
    size: 35,
    channels: 1,
    classes: ['outside', 'inside', 'curve'],
    task: { name: 'inside-outside', cells: 8 },
    brush: { kind: 'cells', cell: 1, colours: [[255, 255, 255]], ground: [0, 0, 0] },
  },
  {
    name: 'connectedness',
    title: 'Connectedness',
    size: 33,
    channels: 3,
    classes: ['background', 'apart', 'connected'],
    task: { name: 'connectedness', cells: 16 },
    brush: {
      kind: 'cells',
      cell: 1,
      colours: [
        [255, 255, 255],
        [255, 0, 0],
      ],
      ground: [0, 0, 0],
    },
  },
  {
    name: 'pathfinder',
    title: 'Pathfinder',
    size: 64,
    channels: 1,
    classes: ['background', 'apart', 'connected'],
    task: { name: 'pathfinder' },
    brush: { kind: 'round', cell: 2, colours: [[255, 255, 255]], ground: [0, 0, 0] },
  },
  {
    name: 'multi-mnist',
    title: 'Several digits',
    size: 48,
    channels: 1,
    classes: ['background', ...'0123456789'],
    task: { name: 'multi-mnist', size: 48, digitSize: 16 },
    brush: { kind: 'round', cell: 2, colours: [[255, 255, 255]], ground: [0, 0, 0] },
    credit: mnistCredit,
  },
  {
    name: 'shapes',
    title: 'Shapes',
    size: 40,
    channels: 1,
    classes: ['background', 'object 1', 'object 2', 'shared'],
    task: { name: 'shapes' },
    brush: { kind: 'cells', cell: 1, colours: [[255, 255, 255]], ground: [0, 0, 0] },
  },
];

const initial = (spec: ModelSpec): Trained => ({
  spec,
  title: titles[spec.name] ?? spec.name,
  parameters: 0,
  weights: null,
  score: null,
  command: null,
  report: null,
});

const untrained = (steps: number): readonly Trained[] => [
  initial({ name: 'nwm', mid: 8, channels: 2, steps, dt: 0.2, readout: 'linear', hidden: [32, 32] }),
  initial({ name: 'conv-lstm', mid: 8, channels: 2, steps: 20, readout: 'linear', hidden: [32, 32] }),
  initial({ name: 'cnn', mid: 8, channels: 2, layers: 8, features: 20, hidden: [32, 32] }),
];

const scoreOf = ({ test, validation, epochs, of }: Listed): string | null => {
  const scores = test ?? validation;
  if (scores === null) return null;
  const after = epochs < of && test === null ? `, after ${epochs} of ${of} epochs` : '';
  const right = (100 * scores.foregroundAccuracy).toFixed(1);
  const where = test === null ? 'validation' : 'test';
  return `${right} % of the shapes right, IoU ${scores.foregroundIou.toFixed(3)}, on ${where} images${after}`;
};

/** An invalid list is a fault of the build, so the page fails instead of showing models without weights. */
const listed = Index.decode(index);
if (listed._tag === 'Left') throw new Error('web/weights/index.json is not a list of weights');

const trainedOf = (task: string): readonly Trained[] =>
  listed.right.flatMap((each): readonly Trained[] => {
    const model = Model.decode(each.model);
    const url = files[`../../weights/${each.file}`];
    if (each.task.name !== task || model._tag === 'Left' || url === undefined) return [];
    return [
      {
        spec: model.right,
        title: titles[model.right.name] ?? model.right.name,
        parameters: each.parameters,
        weights: url,
        score: scoreOf(each),
        command: `drumhead run web/weights/make/${each.name}.yaml`,
        report: reports[`../../weights/reports/${each.name}.html`] ?? null,
      },
    ];
  });

/** The tasks in the order of the page; a kind of model without weights is shown untrained, with a note. */
export const knownTasks: readonly DrawTask[] = known.map((each) => {
  const trained = trainedOf(each.name);
  const steps = trained.flatMap(({ spec }) => (spec.name === 'nwm' ? [spec.steps] : []))[0] ?? 40;
  const models = untrained(steps).map(
    (model) => trained.find(({ spec }) => spec.name === model.spec.name) ?? model,
  );
  return { ...each, title: trained.length === 0 ? `${each.title} (no weights yet)` : each.title, models };
});
