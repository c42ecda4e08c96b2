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

import { isZoo, type Listed, listCases, readCase } from './zoo/manifest.js';
import { runZooCase } from './zoo/run.js';

export { type CaseReport, type ParityReport, parityJson, renderParity } from './report.js';

export interface ParityOptions {
  /** The only case to run; left out: all. */
  readonly case?: string;
  readonly engine: EngineChoice;
  /** If false, everything is computed op by op, even if fused kernels could compute it. */
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

/** A case that can be run. */
interface Runnable {
  readonly name: string;
  readonly run: (engine: Engine) => Effect<CaseReport>;
}

const ofOriginal =
  (folder: string) =>
  (one: ParityCase): Runnable => ({
    name: one.content.name,
    run: (engine) =>
      one.kind === 'unsupported'
        ? TE.right(reportUnsupported(one.content.name, one.why))
        : pipe(
            checksOf(folder, engine, one),
            TE.map((checks) => reportCase(one.content.name, checks)),
          ),
  });

const ofZoo =
  (folder: string) =>
  (listed: Listed): Runnable => ({
    name: listed.name,
    run: (engine) =>
      pipe(
        readCase(folder, listed),
        TE.flatMap((c) => runZooCase(engine, c)),
      ),
  });

const casesIn = (folder: string): Effect<readonly Runnable[]> =>
  pipe(
    isZoo(folder),
    TE.flatMap((zoo) =>
      zoo
        ? pipe(
            listCases(folder),
            TE.map((cases) => cases.map(ofZoo(folder))),
          )
        : pipe(
            readManifest(folder),
            TE.map((cases) => cases.map(ofOriginal(folder))),
          ),
    ),
  );

const chosen =
  (name: string | undefined) =>
  (cases: readonly Runnable[]): Effect<readonly Runnable[]> => {
    const found = cases.filter((one) => name === undefined || one.name === name);
    return name !== undefined && found.length === 0
      ? TE.left(
          unknownName(
            'case',
            name,
            cases.map((one) => one.name),
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
 * @param folder has a manifest.json of format_version 1, or of the format 'parity-zoo 1': then each case is computed in
 *   float64 by the reference, op by op and by fused kernels
 * @example
 * const report = await runParity('fixtures/parity', { engine: 'auto' })();   // right({ passed: true, … })
 */
export const runParity = (
  folder: string,
  { case: name, engine: choice, fused, tell = () => undefined }: ParityOptions,
): Effect<ParityReport> =>
  pipe(
    casesIn(folder),
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
        TE.traverseSeqArray((one) =>
          pipe(
            one.run(engine),
            TE.tapIO((report) => () => tell(report)),
          ),
        ),
        TE.map((reports) => ({
          folder,
          engine: { name: engine.name, why: engine.why, version: engine.version, fused: engine.fused },
          cases: reports,
          passed: hasPassed(reports),
        })),
      ),
    ),
  );
