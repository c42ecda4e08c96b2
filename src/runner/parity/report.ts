/** The result of a comparison with the original, and its text. */

import { aligned } from '../../base/aligned.js';
import { type EngineName, engineLabel } from '../../engine/index.js';
import { columnsWide, terminalTable } from '../../report/tables/index.js';
import { type Check, type CheckKind, checkKinds, passes } from './check.js';

/**
 * The difference of one kind within a case that is nearest to its limit, or farthest beyond it, and the number of comparisons
 * behind it. Where limits differ it need not be the largest.
 */
export interface Worst extends Check {
  readonly compared: number;
  readonly passed: boolean;
}

export interface CaseReport {
  readonly name: string;
  readonly status: 'pass' | 'fail' | 'unsupported';
  /** One a kind, in the order of `checkKinds`. */
  readonly worst: readonly Worst[];
  /** Every comparison beyond its limit. */
  readonly failures: readonly Check[];
  /** Why it is not supported, or why a part was not compared. */
  readonly why?: string;
}

export interface ParityReport {
  readonly folder: string;
  readonly engine: {
    readonly name: EngineName;
    readonly why: string;
    readonly version: string;
    /** Whether fused kernels computed what they can. */
    readonly fused: boolean;
  };
  readonly cases: readonly CaseReport[];
  /** Whether every supported case passed, and at least one did. */
  readonly passed: boolean;
}

/** Whether a check is nearer to its limit, or further beyond it. */
const worse = (a: Check, b: Check): Check => (b.error * (a.limit || 1) > a.error * (b.limit || 1) ? b : a);

const worstOf = (checks: readonly Check[]): readonly Worst[] =>
  checkKinds.flatMap((kind) => {
    const [first, ...rest] = checks.filter((check) => check.kind === kind);
    if (first === undefined) return [];
    const all = [first, ...rest];
    return [{ ...rest.reduce(worse, first), compared: all.length, passed: all.every(passes) }];
  });

/** A case's report from its comparisons. */
export const reportCase = (name: string, checks: readonly Check[]): CaseReport => {
  const failures = checks.filter((check) => !passes(check));
  return {
    name,
    // A case without comparisons has shown nothing.
    status: failures.length === 0 && checks.length > 0 ? 'pass' : 'fail',
    worst: worstOf(checks),
    failures,
  };
};

export const reportUnsupported = (name: string, why: string): CaseReport => ({
  name,
  status: 'unsupported',
  worst: [],
  failures: [],
  why,
});

/** Whether a case passed and none failed. */
export const hasPassed = (cases: readonly CaseReport[]): boolean =>
  cases.some(({ status }) => status === 'pass') && cases.every(({ status }) => status !== 'fail');

/** 1.2e-7; whole numbers as they are. */
const shortly = (x: number): string =>
  Number.isInteger(x) || !Number.isFinite(x) ? String(x) : x.toExponential(1);

const caseRow =
  (kinds: readonly CheckKind[]) =>
  ({ name, status, worst, why }: CaseReport): readonly string[] => [
    name,
    status === 'unsupported' ? `not supported: ${why ?? ''}` : status,
    ...kinds.map((kind) => {
      const found = worst.find((one) => one.kind === kind);
      return found === undefined ? '' : `${shortly(found.error)}${found.passed ? '' : ' !'}`;
    }),
  ];

const kindRows = (cases: readonly CaseReport[]): readonly (readonly string[])[] =>
  checkKinds.flatMap((kind) => {
    const found = cases.flatMap(({ name, worst }) =>
      worst.filter((one) => one.kind === kind).map((one) => ({ ...one, at: `${name}: ${one.at}` })),
    );
    const [first, ...rest] = found;
    if (first === undefined) return [];
    const top = rest.reduce<Check>(worse, first);
    const compared = found.reduce((sum, one) => sum + one.compared, 0);
    return [[kind, shortly(top.error), shortly(top.limit), String(compared), top.at]];
  });

const failureLines = ({ name, failures }: CaseReport): readonly string[] =>
  failures.map(
    ({ kind, at, error, limit }) => `${name}: ${kind} ${at}: ${shortly(error)} is beyond ${shortly(limit)}`,
  );

const count = (cases: readonly CaseReport[], status: CaseReport['status']): number =>
  cases.filter((one) => one.status === status).length;

/**
 * Rows below their heads. Rows that are wider than the terminal are split into blocks, each beginning with
 * the names of the rows.
 */
const tableOf = (
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number | undefined,
): readonly string[] => {
  const whole = aligned([head, ...rows]);
  if (width === undefined || whole.every((line) => columnsWide(line) <= width)) return whole;
  const table = terminalTable(
    {
      title: '',
      columns: head.map((name) => ({ name, align: 'left' as const })),
      groups: rows.map((cells) => [{ kind: 'chief' as const, cells }]),
      notes: [],
    },
    width,
  );
  // Without the title and the line below it.
  return table.split('\n').slice(2);
};

/** Who computed what, where it was not the engine alone. */
const computedBy = (kinds: readonly CheckKind[], engine: string): readonly string[] =>
  kinds.includes('float64 outputs')
    ? [`float64 is computed by the reference, whatever the engine; all else by ${engine}`, '']
    : [];

/**
 * The report as text: the error of every kind that is nearest to its limit in each case, then that of each kind over all
 * cases against its limit, then everything beyond its limit.
 *
 * @param width columns of the terminal; left out, lines are as wide as they are
 */
export const renderParity = ({ engine, cases, passed }: ParityReport, width?: number): string => {
  const kinds = checkKinds.filter((kind) =>
    cases.some(({ worst }) => worst.some((one) => one.kind === kind)),
  );
  const supported = cases.filter(({ status }) => status !== 'unsupported');
  const others = cases.filter(({ status }) => status === 'unsupported');
  return [
    ...tableOf(['case', '', ...kinds], supported.map(caseRow(kinds)), width),
    ...others.map(({ name, why }) => `${name}: not supported: ${why ?? ''}`),
    ...supported.flatMap(({ name, why }) => (why === undefined ? [] : `${name}: ${why}`)),
    '',
    ...tableOf(['', 'nearest to its limit', 'limit', 'compared', 'at'], kindRows(cases), width),
    '',
    ...computedBy(kinds, engine.name),
    ...cases.flatMap(failureLines),
    `${passed ? 'pass' : 'FAIL'}: ${count(cases, 'pass')} of ${cases.length} cases pass, ` +
      `${count(cases, 'fail')} fail, ${count(cases, 'unsupported')} not supported (engine ${engineLabel(engine)})`,
  ].join('\n');
};

/** The report as JSON; numbers that are not finite are written as text. */
export const parityJson = (report: ParityReport): string =>
  JSON.stringify(
    report,
    (_, value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value),
    2,
  );
