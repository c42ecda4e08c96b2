/** The publication's tables, from the runs that are finished. */

import {
  type PublishedFigures,
  type PublishedRow,
  publishedScoreNames,
} from '../../experiments/published/index.js';
import type { Better } from '../../experiments/scores/measures.js';
import { countFigure, digitsFor, figure, scoreFigure, withMinus } from './figures.js';
import { betterOf, isCount, scoreWords } from './score-columns.js';
import { type Difference, difference, type Summary, summarise } from './statistics.js';
import type { Row, Table } from './table.js';

/** A run without scores. */
export interface MissingRun {
  readonly seed: number;
  readonly state: 'unfinished' | 'failed' | 'damaged' | 'cannot be read' | 'not begun';
}

/** The runs of one experiment over its seeds, and the published scores beside them. */
export interface ScoreGroup {
  /** The experiment's label. */
  readonly name: string;
  /** The key of its task: only scores of one task are compared. */
  readonly task: string;
  /** Names of its main scores; default: those of segmentation. */
  readonly shown?: readonly string[];
  /** The direction of each score that it declares. */
  readonly better?: Readonly<Record<string, Better>>;
  /** Scores of each finished run by their keys, such as `iou` (of the test images) and `validation.iou`. */
  readonly runs: readonly {
    readonly seed: number;
    readonly scores: Readonly<Record<string, number | null | undefined>>;
  }[];
  readonly missing: readonly MissingRun[];
  readonly published: PublishedRow | null;
  /** A phrase for each setting that is not as published. */
  readonly departures: readonly string[];
}

/** The number of planned runs, finished ones included. */
export const plannedOf = ({ runs, missing }: ScoreGroup): number => runs.length + missing.length;

/** The summary of a score over the finished runs of a group that have it. */
export const summaryOf = ({ runs }: ScoreGroup, score: string): Summary | null =>
  summarise(runs.flatMap(({ scores }) => scores[score] ?? []).filter(Number.isFinite));

/** The published values of a score; null if there are none. */
export const publishedOf = ({ published }: ScoreGroup, score: string): PublishedFigures | null => {
  const name = publishedScoreNames.find((one) => one === score);
  return published === null || name === undefined ? null : published.scores[name];
};

/** The difference to the published mean; null if nothing was published or nothing is finished. */
export const differenceOf = (group: ScoreGroup, score: string): Difference | null => {
  const ours = summaryOf(group, score);
  const theirs = publishedOf(group, score);
  return ours === null || theirs === null || group.published === null
    ? null
    : difference({ ...theirs, runs: group.published.runs }, ours);
};

/** Published figures are rounded to .01. */
const two = (value: number): string => withMinus(value.toFixed(2));

/** A spread as small as the rounding of the mean counts as zero. */
const spreadOf = ({ mean, sd }: Summary): number | null =>
  sd !== null && sd < 1e-12 * Math.abs(mean) ? 0 : sd;

/** Mean and spread; a single run has none. */
const figuresOf = (score: string, summary: Summary): string => {
  const { mean } = summary;
  const sd = spreadOf(summary);
  if (isCount(score))
    return sd === null || sd === 0 ? countFigure(mean) : `${countFigure(mean)} ± ${countFigure(sd)}`;
  const digits = digitsFor(sd === null ? [mean] : [mean, sd]);
  return sd === null ? figure(mean, digits) : `${figure(mean, digits)} ± ${figure(sd, digits)}`;
};

const nothingThere = '–';

/** The mark for runs that lack a score. */
const cellOf = (group: ScoreGroup, score: string, show: (summary: Summary) => string): string => {
  const { runs } = group;
  const summary = summaryOf(group, score);
  if (runs.length === 0) return '';
  if (summary === null) return nothingThere;
  return summary.count === runs.length
    ? show(summary)
    : `${show(summary)} (${summary.count} of ${runs.length})`;
};

const differenceText = (found: Difference | null): string =>
  found === null
    ? ''
    : `${found.value > 0 ? '+' : ''}${withMinus(found.value.toFixed(1))}${found.borrowed ? '*' : ''}`;

const progress = (group: ScoreGroup): string => `${group.runs.length} of ${plannedOf(group)}`;

/** Whether a group's mean is the best of its task, alone or among equals; a task needs two to compare. */
export const isBest = (group: ScoreGroup, groups: readonly ScoreGroup[], score: string): boolean => {
  const better = betterOf(score, group.better);
  const own = summaryOf(group, score)?.mean;
  const beside = groups.filter(({ task }) => task === group.task);
  const all = beside.flatMap((one) => summaryOf(one, score)?.mean ?? []);
  if (better === null || own === undefined || all.length < 2) return false;
  // Groups that declare opposite directions for one name cannot be compared.
  if (beside.some((one) => summaryOf(one, score) !== null && betterOf(score, one.better) !== better))
    return false;
  // Scores that are printed alike are equally good.
  return scoreFigure(own) === scoreFigure(better === 'more' ? Math.max(...all) : Math.min(...all));
};

type Line = (score: string) => string;

const rowOf =
  (scores: readonly string[]) =>
  (kind: Row['kind'], name: string, count: string, line: Line): Row => ({
    kind,
    cells: [name, count, ...scores.map(line)],
  });

const columnsOf = (scores: readonly string[]): Table['columns'] => [
  { name: 'experiment', align: 'left' },
  { name: 'runs', align: 'right' },
  ...scores.map((score) => ({ name: scoreWords(score), align: 'right' as const })),
];

/** Phrases that hold for all groups are printed once; the others with the names of their groups. */
const departureNotes = (groups: readonly ScoreGroup[]): readonly string[] => {
  const compared = groups.filter(({ published, runs }) => published !== null && runs.length > 0);
  const phrases = [...new Set(compared.flatMap(({ departures }) => departures))];
  const common = phrases.filter((phrase) => compared.every(({ departures }) => departures.includes(phrase)));
  const rests = new Map<string, string[]>();
  for (const { name, departures } of compared) {
    const rest = departures.filter((phrase) => !common.includes(phrase)).join(', ');
    if (rest !== '') rests.set(rest, [...(rests.get(rest) ?? []), name]);
  }
  const own = [...rests].map(([rest, names]) => `${names.join(', ')}: ${rest}`);
  return phrases.length === 0
    ? []
    : [
        `Not the published experiment, so that a difference need not be a fault${common.length === 0 ? '.' : `: ${common.join(', ')}.`}`,
        ...own.map((line) => `${line}.`),
      ];
};

/** The number of finished runs, and the states of the others. */
const finishedNote = (groups: readonly ScoreGroup[]): string => {
  const finished = groups.reduce((sum, { runs }) => sum + runs.length, 0);
  const planned = groups.reduce((sum, group) => sum + plannedOf(group), 0);
  const missing = groups.flatMap((group) => group.missing.map((run) => ({ name: group.name, ...run })));
  const count = (state: MissingRun['state']): string => {
    const found = missing.filter((run) => run.state === state);
    const which =
      state === 'failed' || state === 'damaged' || state === 'cannot be read'
        ? `: ${found.map(({ name, seed }) => `${name}, seed ${seed}`).join('; ')}`
        : '';
    return found.length === 0 ? '' : `; ${found.length} ${state}${which}`;
  };
  return `${finished} of ${planned} runs are finished${count('unfinished')}${count('not begun')}${count('failed')}${count('damaged')}${count('cannot be read')}.`;
};

const isPartial = (group: ScoreGroup, score: string): boolean =>
  group.runs.length > 0 && (summaryOf(group, score)?.count ?? 0) < group.runs.length;

const partialNotes = (groups: readonly ScoreGroup[], scores: readonly string[]): readonly string[] =>
  groups.some((group) => scores.some((score) => isPartial(group, score)))
    ? [
        `${nothingThere} and (n of m): in the other finished runs there is no such score, or it is not a number; they are not in the mean.`,
      ]
    : [];

/** The indices of the best cells of a row. */
const bestIn = (
  group: ScoreGroup,
  groups: readonly ScoreGroup[],
  scores: readonly string[],
): readonly number[] => scores.flatMap((score, i) => (isBest(group, groups, score) ? [i + 2] : []));

const bestNotes = (groups: readonly ScoreGroup[], scores: readonly string[]): readonly string[] => {
  const marked = scores.filter((score) => groups.some((group) => isBest(group, groups, score)));
  const isLess = (score: string): boolean =>
    groups.some((group) => isBest(group, groups, score) && betterOf(score, group.better) === 'less');
  const less = marked.filter(isLess);
  if (marked.length === 0) return [];
  const lessWords = less.every((score) => /loss$/i.test(score))
    ? 'a loss'
    : [...new Set(less.map(scoreWords))].join(' and ');
  const how =
    less.length === 0 ? 'most' : less.length === marked.length ? 'least' : `most, of ${lessWords} the least`;
  return [`Marked: the best mean of each task (${how}), and what equals it to three decimals.`];
};

/** Mean and standard deviation over seeds, beside the published ones. */
export const meansTable = (
  title: string,
  groups: readonly ScoreGroup[],
  scores: readonly string[],
): Table => {
  const row = rowOf(scores);
  const differences = groups.flatMap((group) => scores.flatMap((score) => differenceOf(group, score) ?? []));
  const isPublished = (group: ScoreGroup): boolean =>
    scores.some((score) => publishedOf(group, score) !== null);
  return {
    title: `${title}: mean ± standard deviation over seeds`,
    columns: columnsOf(scores),
    groups: groups.map((group) => [
      {
        ...row('chief', group.name, progress(group), (score) =>
          cellOf(group, score, (summary) => figuresOf(score, summary)),
        ),
        best: bestIn(group, groups, scores),
      },
      ...(isPublished(group)
        ? [
            row('beside', '  published', String(group.published?.runs ?? ''), (score) => {
              const found = publishedOf(group, score);
              return found === null ? '' : `${two(found.mean)} ± ${two(found.sd)}`;
            }),
          ]
        : []),
      ...(isPublished(group) && group.runs.length > 0
        ? [row('beside', '  difference', '', (score) => differenceText(differenceOf(group, score)))]
        : []),
    ]),
    notes: [
      finishedNote(groups),
      ...partialNotes(groups, scores),
      ...bestNotes(groups, scores),
      ...(differences.length === 0
        ? []
        : [
            'difference: (ours − published) / √(s²published/n + s²ours/m), s at least .005 since the published ones are rounded to .01.',
          ]),
      ...(differences.some(({ borrowed }) => borrowed)
        ? ['*: one run has no spread of its own; the published one stands in for it.']
        : []),
      ...(differences.length === 0 ? [] : departureNotes(groups)),
    ],
  };
};

/** Minimum, median and maximum over seeds, beside the published ones. */
export const spreadTable = (
  title: string,
  groups: readonly ScoreGroup[],
  scores: readonly string[],
): Table => {
  const row = rowOf(scores);
  const show = (number: (value: number) => string, s: Pick<Summary, 'min' | 'median' | 'max'>): string =>
    [s.min, s.median, s.max].map(number).join(' / ');
  return {
    title: `${title}: minimum / median / maximum over seeds`,
    columns: columnsOf(scores),
    groups: groups.map((group) => {
      const spread = (score: string) => publishedOf(group, score)?.spread ?? null;
      return [
        row('chief', group.name, progress(group), (score) =>
          cellOf(group, score, (summary) => show(isCount(score) ? countFigure : scoreFigure, summary)),
        ),
        ...(scores.every((score) => spread(score) === null)
          ? []
          : [
              row('beside', '  published', String(group.published?.runs ?? ''), (score) => {
                const found = spread(score);
                return found === null ? '' : show(two, found);
              }),
            ]),
      ];
    }),
    notes: [finishedNote(groups), ...partialNotes(groups, scores)],
  };
};
