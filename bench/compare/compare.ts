/**
 * Detects a slowdown from ratios: our time over that of another contender that ran in turn with us, so that a
 * busy machine slows both. Compared with the same ratios in bench/baseline.json.
 */

import * as t from 'io-ts';
import { choice } from '../../src/base/codec.js';
import { type Phase, phases } from '../cases.js';
import { type Contender, contenders } from '../contenders/protocol.js';
import type { Timed } from '../measure.js';
import { perSample } from '../table.js';

const ratioCodec = t.readonly(
  t.strict({
    case: t.string,
    phase: choice(...phases),
    contender: choice(...contenders),
    /** The other of the pair. */
    over: choice(...contenders),
    /** Time of the contender for one sample over that of the other. */
    ratio: t.number,
  }),
);
export type Ratio = t.TypeOf<typeof ratioCodec>;

export const baselineCodec = t.readonly(
  t.strict({
    /** The origin of the figures: the command and the day, or the page that has them. */
    source: t.string,
    machine: t.string,
    ratios: t.readonlyArray(ratioCodec),
  }),
);
export type Baseline = t.TypeOf<typeof baselineCodec>;

/** The text of the file, formatted. */
export const encodeBaseline = (baseline: Baseline): string => `${JSON.stringify(baseline, null, 2)}\n`;

/** Our contenders, and those that they are compared with. */
const ours: readonly Contender[] = ['fused-2', 'fused-1'];
const others: readonly Contender[] = ['stock', 'torch'];

/** Every measured ratio of ours, to four digits. */
export const ratiosOf = (timed: readonly Timed[]): readonly Ratio[] =>
  timed.flatMap((one) =>
    timed
      .filter(
        ({ row }) =>
          row.case === one.row.case &&
          row.phase === one.row.phase &&
          ours.includes(one.row.contender) &&
          others.includes(row.contender),
      )
      .map((other) => ({
        case: one.row.case,
        phase: one.row.phase,
        contender: one.row.contender,
        over: other.row.contender,
        ratio: Number(perSample(one, other).toPrecision(4)),
      })),
  );

/** A share of the time by which a ratio may grow before it is a slowdown. */
export const tolerance = 0.1;

export type Verdict = 'slower' | 'same' | 'faster' | 'not measured';

export interface Comparison {
  readonly case: string;
  readonly phase: Phase;
  readonly contender: Contender;
  readonly over: Contender;
  readonly before: number;
  readonly now: number | null;
  readonly verdict: Verdict;
}

const verdictOf = (before: number, now: number | null): Verdict =>
  now === null
    ? 'not measured'
    : now > before * (1 + tolerance)
      ? 'slower'
      : now < before / (1 + tolerance)
        ? 'faster'
        : 'same';

/** Every ratio of the baseline beside its present value. Ratios that are not in the baseline are left out. */
export const compared = (before: readonly Ratio[], now: readonly Ratio[]): readonly Comparison[] =>
  before.map(({ ratio, ...pair }) => {
    const found = now.find(
      (one) =>
        one.case === pair.case &&
        one.phase === pair.phase &&
        one.contender === pair.contender &&
        one.over === pair.over,
    );
    // A ratio of NaN counts as missing: the case ran without a time.
    const after = found === undefined || !Number.isFinite(found.ratio) ? null : found.ratio;
    return { ...pair, before: ratio, now: after, verdict: verdictOf(ratio, after) };
  });

/** Whether a comparison passes: something was compared, and nothing is slower. */
export const passes = (all: readonly Comparison[]): boolean =>
  all.some(({ now }) => now !== null) && all.every(({ verdict }) => verdict !== 'slower');

/** The change of a ratio in words: '+12 %'. */
const change = ({ before, now }: Comparison): string => {
  if (now === null) return '';
  const percent = Math.round(100 * (now / before - 1));
  return `${percent > 0 ? '+' : ''}${percent} %`;
};

/** A table: case, pair, before, now, change, verdict. */
export const comparisonRows = (all: readonly Comparison[]): readonly (readonly string[])[] => [
  ['case', 'phase', 'ratio', 'before', 'now', 'change', ''],
  ...all.map((one) => [
    one.case,
    one.phase,
    `${one.contender} / ${one.over}`,
    one.before.toPrecision(3),
    one.now === null ? '-' : one.now.toPrecision(3),
    change(one),
    one.verdict,
  ]),
];
