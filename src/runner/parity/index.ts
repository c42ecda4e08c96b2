/** Parity: our models, gradients, optimiser and scores against numbers computed by the original. */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Effect, unknownName } from '../../base/error.js';
import { type Engine, type EngineChoice, opByOp, openEngine } from '../../engine/index.js';
import { runAdamCase } from './adam-case.js';
import { type ParityCase, readManifest } from './manifest.js';
import { runMetricsCase } from './metrics-case.js';
import { runModelCase } from './model-case.js';
import { type CaseReport, hasPassed, type ParityReport, reportCase, reportUnsupported } from './report.js';

export { type CaseReport, type ParityReport, parityJson, renderParity } from './report.js';

export interface ParityOptions {
  /** The only case to run; without it all. */
  readonly case?: string;
  readonly engine: EngineChoice;
  /** False: everything op by op, also where fused kernels could compute it. */
  readonly fused?: boolean;
  /** Called with each case when it is done. */
  readonly tell?: (done: CaseReport) => void;
}

const checksOf = (folder: string, engine: Engine, one: Exclude<ParityCase, { kind: 'unsupported' }>) => {
  switch (one.kind) {
    case 'model':
      return runModelCase(folder, engine)(one.content);
    case 'adam':
      return runAdamCase(folder, engine)(one.content);
    case 'metrics':
      return runMetricsCase(folder)(one.content);
  }
};

const runCase =
  (folder: string, engine: Engine, tell: (done: CaseReport) => void) =>
  (one: ParityCase): Effect<CaseReport> =>
    pipe(
      one.kind === 'unsupported'
        ? TE.right(reportUnsupported(one.content.name, one.why))
        : pipe(
            checksOf(folder, engine, one),
            TE.map((checks) => reportCase(one.content.name, checks)),
          ),
      TE.tapIO((report) => () => tell(report)),
    );

const chosen =
  (name: string | undefined) =>
  (cases: readonly ParityCase[]): Effect<readonly ParityCase[]> => {
    const found = cases.filter(({ content }) => name === undefined || content.name === name);
    return name !== undefined && found.length === 0
      ? TE.left(
          unknownName(
            'case',
            name,
            cases.map(({ content }) => content.name),
          ),
        )
      : TE.right(found);
  };

/**
 * Runs the cases of a folder of fixtures one after the other.
 *
 * A case beyond its limits is part of the report, not an error; `passed` is false then.
 *
 * **Errors** FileError and DecodeError where the manifest or an array is missing, damaged or of another shape;
 * UnknownName where there is no case of this name; EngineError where the engine cannot be opened.
 *
 * @param folder has a manifest.json of format_version 1
 * @example
 * const report = await runParity('fixtures/parity', { engine: 'auto' })();   // right({ passed: true, … })
 */
export const runParity = (
  folder: string,
  { case: name, engine: choice, fused, tell = () => undefined }: ParityOptions,
): Effect<ParityReport> =>
  pipe(
    readManifest(folder),
    TE.flatMap(chosen(name)),
    TE.bindTo('cases'),
    TE.bind('engine', () =>
      pipe(
        openEngine(choice),
        TE.map((engine) => (fused === false ? opByOp(engine) : engine)),
      ),
    ),
    TE.flatMap(({ cases, engine }) =>
      pipe(
        cases,
        TE.traverseSeqArray(runCase(folder, engine, tell)),
        TE.map((reports) => ({
          folder,
          engine: { name: engine.name, why: engine.why, version: engine.version, fused: engine.fused },
          cases: reports,
          passed: hasPassed(reports),
        })),
      ),
    ),
  );
