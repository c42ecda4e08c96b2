/** `drumhead laws`: checks a system against the laws of wave dynamics. */

import { basename, extname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect, errorMessage } from '../../base/error.js';
import { type EngineChoice, openEngine, parseEngineChoice } from '../../engine/index.js';
import { mayHoldFiles } from '../../files/make-folder.js';
import { putFile } from '../../files/put-files.js';
import type { Writing } from '../../files/write-folder.js';
import {
  allLaws,
  type CheckOptions,
  check,
  type Interpreter,
  isLawful,
  onEngine,
  type Picture,
  type Report,
  reference,
  reportAsData,
  showReport,
  type Verdict,
} from '../../laws/index.js';
import { fieldsPng, type TitledField } from '../../report/fields.js';
import { sayingMoves } from '../edge.js';
import { allFlags, allValues, type Idle, noneIdle, type ValuesOf } from '../flags/all-flags.js';
import { oneOf, wholeFlag } from '../flags/flags.js';
import { changesAsked } from '../source/source.js';
import { type SubjectFlags, subjectFrom } from '../source/subject.js';
import { fitted } from '../terminal/fitted.js';
import { terminalWidth } from '../terminal/terminal-width.js';

/** Flags of `drumhead laws`. */
export interface LawsFlags extends SubjectFlags, Idle {
  readonly law?: readonly string[];
  readonly expect?: readonly string[];
  readonly order?: string;
  readonly seed: string;
  readonly path?: string;
  readonly cases: string;
  readonly seconds?: string;
  readonly engine: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  /** `--no-pictures` makes it false. */
  readonly pictures: boolean;
}

/** The default time limit for all laws together, in seconds. */
const plentySeconds = '40';

const lawNames = allLaws.map(({ name }) => name);

const namesFlag = (names: readonly string[] | undefined): Checked<readonly string[] | null> =>
  names === undefined ? E.right(null) : allValues(names.map(oneOf('law', lawNames)));

const pathFlag = ({ path, law }: LawsFlags): Checked<string | null> => {
  if (path === undefined) return E.right(null);
  if (!/^\d+(:\d+)*$/.test(path)) return E.left(decodeError('--path', `'${path}' is not of the form 0:1:2`));
  return law?.length === 1
    ? E.right(path)
    : E.left(decodeError('--path', 'a path belongs to one law: give it with --law'));
};

/** A law is checked by the float64 reference, or by an engine. */
const interpreterFlag = (name: string): Checked<EngineChoice | typeof reference> =>
  name === reference.name ? E.right(reference) : parseEngineChoice(name);

const lawsFlags = (flags: LawsFlags) =>
  allFlags({
    idle: noneIdle(flags),
    laws: namesFlag(flags.law),
    expect: namesFlag(flags.expect),
    order: flags.order === undefined ? E.right(null) : wholeFlag('--order', 1, 8)(flags.order),
    seed: wholeFlag('--seed', 0)(flags.seed),
    cases: wholeFlag('--cases', 1)(flags.cases),
    seconds: wholeFlag('--seconds', 1)(flags.seconds ?? plentySeconds),
    path: pathFlag(flags),
    on: interpreterFlag(flags.engine),
    changes: changesAsked(flags.preset, flags),
  });

const optionsOf = ({
  seed,
  cases,
  seconds,
  laws,
  expect,
  order,
  path,
}: ValuesOf<ReturnType<typeof lawsFlags>>): CheckOptions => ({
  seed,
  cases,
  seconds,
  ...(laws === null ? {} : { laws }),
  ...(expect === null ? {} : { expect }),
  ...(order === null ? {} : { method: { name: '--order', order } }),
  ...(path === null ? {} : { path }),
});

const interpreterOf = (on: EngineChoice | typeof reference): Effect<Interpreter> =>
  typeof on === 'string' ? pipe(openEngine(on), TE.map(onEngine)) : TE.right(on);

/**
 * Checks a system against the laws, prints the table and each smallest counterexample, and draws these.
 *
 * **Errors** those of `subjectFrom`; UnknownName for a law; DecodeError for a flag; EngineError; FileError. A broken
 * law is not an error, but the exit code is 1.
 */
export const laws = (name: string, flags: LawsFlags): Effect<string> =>
  pipe(
    TE.fromEither(lawsFlags(flags)),
    TE.bindTo('given'),
    TE.tap(() => (flags.pictures && flags.out !== undefined ? mayHoldFiles(flags.out) : TE.right(undefined))),
    TE.bind('system', () => subjectFrom(name, flags)),
    TE.bind('on', ({ given }) => interpreterOf(given.on)),
    TE.let('report', ({ given, system, on }) => check(system, { ...optionsOf(given), on: [on] })),
    TE.bind('drawn', ({ report }) =>
      flags.pictures
        ? drawings(name, flags.out ?? join('runs', 'laws'), report, sayingMoves(flags))
        : TE.right([]),
    ),
    TE.tapIO(({ report }) => () => {
      if (!isLawful(report)) process.exitCode = 1;
    }),
    TE.map(({ report, drawn }) =>
      flags.json === true
        ? JSON.stringify(reportAsData(report), null, 2)
        : fitted(
            [
              showReport(report, again(name, flags)),
              ...lateness(report, name, flags),
              ...hint(report, name, flags),
              ...drawn,
            ].join('\n'),
            terminalWidth(),
            isCopied,
          ),
    ),
  );

/** Lines to copy: a counterexample as code, and the command that finds it again. */
const isCopied = (line: string): boolean => /^ {4}|^ *again: /.test(line);

/** The command that was given, without a law and a case. */
const again = (name: string, { set, preset, engine, order, export: which }: LawsFlags): string =>
  [
    `drumhead laws ${name}`,
    ...(which === undefined ? [] : [`--export ${which}`]),
    ...(order === undefined ? [] : [`--order ${order}`]),
    ...(preset === 'full' ? [] : [`--preset ${preset}`]),
    ...(set === undefined || set.length === 0
      ? []
      : [`--set ${set.map((one) => JSON.stringify(one)).join(' ')}`]),
    ...(engine === reference.name ? [] : [`--engine ${engine}`]),
  ].join(' ');

/** The laws that the time limit left out, and how to raise it. */
const lateness = ({ verdicts }: Report, name: string, flags: LawsFlags): readonly string[] => {
  const late = verdicts.flatMap((verdict) =>
    verdict.outcome === 'not tried' && verdict.isLate === true ? [verdict.law.name] : [],
  );
  return late.length === 0
    ? []
    : [
        `${flags.seconds ?? plentySeconds} s for all laws were too short for a case of ${late.join(', ')}: ${again(name, flags)} --seconds ${4 * Number(flags.seconds ?? plentySeconds)}`,
      ];
};

const hint = ({ verdicts }: Report, name: string, flags: LawsFlags): readonly string[] => {
  const skipped = verdicts.flatMap((verdict) =>
    verdict.outcome === 'does not apply' && verdict.triable ? [verdict.law.name] : [],
  );
  // The most common mistake is walls instead of a torus.
  const [example] = [...skipped.filter((law) => law.startsWith('translation')), ...skipped];
  return example === undefined || verdicts.length === 1
    ? []
    : [
        `a law that was meant to hold is tried all the same: ${again(name, flags)} --expect ${JSON.stringify(example)}`,
      ];
};

const drawings = (
  name: string,
  folder: string,
  { verdicts }: Report,
  writing: Writing,
): Effect<readonly string[]> =>
  pipe(
    verdicts,
    A.filter((verdict) => picturesOf(verdict).length > 0),
    A.traverse(TE.ApplicativeSeq)((verdict) => {
      const path = join(
        folder,
        `${basename(name, extname(name))}-${verdict.law.name}.png`.replaceAll(/[^\w.-]+/g, '-'),
      );
      return pipe(
        fieldsPng({
          title: `${name}: ${verdict.law.name} is broken`,
          notes: [verdict.law.statement, saysOf(verdict)],
          fields: picturesOf(verdict).map(drawn),
        }),
        TE.fromEither,
        TE.flatMap((png) => putFile(path, png, writing)),
        TE.map(() => `picture of ${verdict.law.name}: ${path}`),
        // A picture that fails does not hide the finding.
        TE.orElse((error) => TE.right(`no picture of ${verdict.law.name}: ${errorMessage(error)}`)),
      );
    }),
  );

const picturesOf = (verdict: Verdict): readonly Picture[] =>
  verdict.outcome === 'broken' ? (verdict.counterexample?.pictures ?? []) : [];

const saysOf = (verdict: Verdict): string =>
  verdict.outcome === 'broken' ? (verdict.counterexample?.says ?? '') : '';

/** [H, W, C] and [L, C] as pictures; a row of sites is one pixel high. */
const drawn = ({ title, field: { shape, data } }: Picture): TitledField => {
  const channels = shape[shape.length - 1] ?? 1;
  const width = shape[shape.length - 2] ?? 1;
  return { title, channels, width, height: data.length / Math.max(1, channels * width), values: data };
};
