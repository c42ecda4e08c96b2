/** The publication's tables from whatever runs are finished: rows in, tables out. */

import type { PublishedRow, PublishedScore } from '../../experiments/published/index.js';
import { type Difference, difference, type Summary, summarise } from './statistics.js';
import type { Row, Table } from './table.js';

/** The runs of one experiment, whatever their seeds, and what they are read beside. */
export interface ScoreGroup {
  /** The experiment's name. */
  readonly name: string;
  /** How many runs there are to be: finished ones among them. */
  readonly planned: number;
  /** Test scores of each finished run. */
  readonly runs: readonly {
    readonly seed: number;
    readonly scores: Readonly<Partial<Record<PublishedScore, number | null>>>;
  }[];
  readonly published: PublishedRow | null;
  /** What is not as published, one phrase each. */
  readonly departures: readonly string[];
}

const words: Readonly<Record<PublishedScore, string>> = {
  foregroundIou: 'foreground IoU',
  foregroundAccuracy: 'foreground acc.',
  iou: 'IoU',
  accuracy: 'accuracy',
  loss: 'loss',
  foregroundLoss: 'foreground loss',
};

/** What a score is called in a table's head. */
export const scoreWords = (score: PublishedScore): string => words[score];

const minus = (text: string): string => text.replace('-', '−');
const three = (value: number): string => minus(value.toFixed(3));
const two = (value: number): string => minus(value.toFixed(2));

/** Our summary of a score over a group's finished runs. */
export const summaryOf = ({ runs }: ScoreGroup, score: PublishedScore): Summary | null =>
  summarise(runs.flatMap(({ scores }) => scores[score] ?? []));

/** The difference to the published mean; null where nothing was published or nothing is finished. */
export const differenceOf = (group: ScoreGroup, score: PublishedScore): Difference | null => {
  const ours = summaryOf(group, score);
  return ours === null || group.published === null
    ? null
    : difference({ ...group.published.scores[score], runs: group.published.runs }, ours);
};

const meanText = (summary: Summary | null): string => {
  if (summary === null) return '';
  return summary.sd === null ? three(summary.mean) : `${three(summary.mean)} ± ${three(summary.sd)}`;
};

const differenceText = (found: Difference | null): string =>
  found === null
    ? ''
    : `${found.value > 0 ? '+' : ''}${minus(found.value.toFixed(1))}${found.borrowed ? '*' : ''}`;

const progress = ({ planned, runs }: ScoreGroup): string => `${runs.length} of ${planned}`;

type Line = (score: PublishedScore) => string;

const rowOf =
  (scores: readonly PublishedScore[]) =>
  (kind: Row['kind'], name: string, count: string, line: Line): Row => ({
    kind,
    cells: [name, count, ...scores.map(line)],
  });

const columnsOf = (scores: readonly PublishedScore[]): Table['columns'] => [
  { name: 'experiment', align: 'left' },
  { name: 'runs', align: 'right' },
  ...scores.map((score) => ({ name: words[score], align: 'right' as const })),
];

/** Phrases that hold for every group are said once; the others with the names they belong to. */
const departureNotes = (groups: readonly ScoreGroup[]): readonly string[] => {
  const compared = groups.filter(({ published, runs }) => published !== null && runs.length > 0);
  const phrases = [...new Set(compared.flatMap(({ departures }) => departures))];
  const common = phrases.filter((phrase) => compared.every(({ departures }) => departures.includes(phrase)));
  const own = compared.flatMap(({ name, departures }) => {
    const rest = departures.filter((phrase) => !common.includes(phrase));
    return rest.length === 0 ? [] : [`${name}: ${rest.join(', ')}`];
  });
  return phrases.length === 0
    ? []
    : [
        `Not the published experiment, so that a difference need not be a fault${common.length === 0 ? '.' : `: ${common.join(', ')}.`}`,
        ...own.map((line) => `${line}.`),
      ];
};

const finishedNote = (groups: readonly ScoreGroup[]): string => {
  const finished = groups.reduce((sum, { runs }) => sum + runs.length, 0);
  const planned = groups.reduce((sum, group) => sum + group.planned, 0);
  return `${finished} of ${planned} runs are finished.`;
};

/** Mean and standard deviation over seeds, beside the published ones. */
export const meansTable = (
  title: string,
  groups: readonly ScoreGroup[],
  scores: readonly PublishedScore[],
): Table => {
  const row = rowOf(scores);
  const differences = groups.flatMap((group) => scores.flatMap((score) => differenceOf(group, score) ?? []));
  return {
    title: `${title}: mean ± standard deviation over seeds`,
    columns: columnsOf(scores),
    groups: groups.map((group) => {
      const { published } = group;
      return [
        row('chief', group.name, progress(group), (score) => meanText(summaryOf(group, score))),
        ...(published === null
          ? []
          : [
              row('beside', '  published', String(published.runs), (score) => {
                const { mean, sd } = published.scores[score];
                return `${two(mean)} ± ${two(sd)}`;
              }),
            ]),
        ...(published === null || group.runs.length === 0
          ? []
          : [row('beside', '  difference', '', (score) => differenceText(differenceOf(group, score)))]),
      ];
    }),
    notes: [
      finishedNote(groups),
      ...(differences.length === 0
        ? []
        : [
            'difference: (ours − published) / √(s²published/n + s²ours/m), s at least .005 since the published ones are rounded to .01.',
          ]),
      ...(differences.some(({ borrowed }) => borrowed)
        ? ['*: one run has no spread of its own; the published one stands in for it.']
        : []),
      ...departureNotes(groups),
    ],
  };
};

/** Minimum, median and maximum over seeds, beside the published ones. */
export const spreadTable = (
  title: string,
  groups: readonly ScoreGroup[],
  scores: readonly PublishedScore[],
): Table => {
  const row = rowOf(scores);
  const show = (number: (value: number) => string, s: Pick<Summary, 'min' | 'median' | 'max'>): string =>
    [s.min, s.median, s.max].map(number).join(' / ');
  return {
    title: `${title}: minimum / median / maximum over seeds`,
    columns: columnsOf(scores),
    groups: groups.map((group) => {
      const { published } = group;
      const spread = (score: PublishedScore) => published?.scores[score].spread ?? null;
      return [
        row('chief', group.name, progress(group), (score) => {
          const summary = summaryOf(group, score);
          return summary === null ? '' : show(three, summary);
        }),
        ...(published === null || scores.every((score) => spread(score) === null)
          ? []
          : [
              row('beside', '  published', String(published.runs), (score) => {
                const found = spread(score);
                return found === null ? '' : show(two, found);
              }),
            ]),
      ];
    }),
    notes: [finishedNote(groups)],
  };
};
