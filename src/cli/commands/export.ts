/** `drumhead export`: a program and its weights, in a format that others read. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import type { Program } from '../../dsl/index.js';
import type { Node, Op } from '../../dsl/op.js';
import { presetNamed } from '../../experiments/catalogue.js';
import { kindOf } from '../../files/kind-of.js';
import {
  exportFormats,
  exportTrained,
  formatNamed,
  type Trained,
  untrained,
} from '../../runner/export/index.js';
import { readRunnable } from '../../runner/import/index.js';
import { programAlone, programIn } from '../document/program-file.js';
import { sayingMoves } from '../edge.js';
import { allFlags, allValues, type Idle, noneIdle } from '../flags/all-flags.js';
import { optionalFlag, wholeFlag } from '../flags/flags.js';
import { sized } from '../show/sized.js';
import { finishedRun, takenWords } from '../source/finished.js';
import { experimentFrom } from '../source/source.js';

export interface ExportFlags extends Idle {
  readonly format: string;
  readonly out: string;
  readonly force?: boolean;
  readonly unroll?: boolean;
  readonly outputs?: string;
  /** Default: finished runs at any size, or full size if untrained. */
  readonly preset?: string;
  readonly seed?: string;
  /** Settings that change the named experiment. */
  readonly set?: readonly string[];
  readonly untrained?: boolean;
  readonly runs: string;
}

/** The program and weights to export, and notes on their origin. */
interface Leaving {
  readonly trained: Trained;
  readonly notes: readonly string[];
}

/** A run folder or an export, with its weights. */
const written = (path: string): Effect<Leaving> =>
  pipe(
    readRunnable(path),
    TE.flatMapEither((found) =>
      found.kind === 'program'
        ? E.right({ trained: found.trained, notes: [] })
        : E.left(decodeError(path, 'a GraphModel is no program any more; export its run instead')),
    ),
  );

/** Refuses flags of size and seed for a folder, which has its own. */
const ofFolder = (path: string, flags: ExportFlags): Effect<Leaving> => {
  const given: readonly (readonly [string, boolean])[] = [
    ['--seed', flags.seed !== undefined],
    ['--preset', flags.preset !== undefined],
    ['--set', (flags.set ?? []).length > 0],
  ];
  const [flag] = given.find(([, is]) => is) ?? [null];
  return flag === null
    ? written(path)
    : TE.left(
        decodeError(flag, `${path} holds weights of its own; leave ${flag} out, or ask for --untrained`),
      );
};

const seedOf = (flags: ExportFlags): Checked<number> => wholeFlag('--seed', 0)(flags.seed ?? '0');

/** A plain program has no runs, so its initial weights are exported. */
const ofProgram = (program: Program, flags: ExportFlags): Effect<Leaving> =>
  pipe(
    TE.fromEither(programAlone(flags)),
    TE.flatMapEither(() => seedOf(flags)),
    TE.map((seed) => ({ trained: untrained(program, null, seed), notes: [] })),
  );

/**
 * The finished run of a name: of the requested seed, else the first seed of the exact experiment. A note names the
 * run.
 */
const ofRun = (name: string, flags: ExportFlags): Effect<Leaving> => {
  const { runs, preset } = flags;
  return pipe(
    TE.Do,
    TE.bind('seed', () => TE.fromEither(optionalFlag(flags.seed, wholeFlag('--seed', 0)))),
    TE.bind('taken', ({ seed }) =>
      finishedRun(
        name,
        {
          runs,
          ...(preset === undefined ? {} : { preset }),
          ...(seed === null ? {} : { seed }),
          set: flags.set ?? [],
        },
        'export',
        ', and --untrained takes its weights as they start',
      ),
    ),
    TE.flatMap(({ taken }) =>
      pipe(
        written(taken.folder),
        TE.map(({ trained }) => ({ trained, notes: takenWords(name, taken) })),
      ),
    ),
  );
};

/** An experiment with its initial weights. */
const asItStarts = (name: string, flags: ExportFlags): Effect<Leaving> =>
  pipe(
    TE.Do,
    TE.bind('seed', () => TE.fromEither(seedOf(flags))),
    TE.bind('experiment', () =>
      pipe(
        experimentFrom(name, flags.preset ?? 'full', { set: flags.set ?? [] }),
        TE.map(({ experiment }) => experiment),
      ),
    ),
    // The sizes of a person's files are only known after reading them.
    TE.bind('program', ({ experiment }) =>
      pipe(
        sized(experiment),
        TE.map(({ program }) => program),
      ),
    ),
    TE.map(({ program, experiment, seed }) => ({ trained: untrained(program, experiment, seed), notes: [] })),
  );

const isExport = (name: string): boolean => name.endsWith('.safetensors') || name.endsWith('program.json');

/** Refuses flags that do not apply to the format. */
const onlyOfGraphs = ({ format, unroll, outputs }: ExportFlags): Checked<unknown> => {
  const of = (flag: string, given: boolean, formats: readonly string[]): readonly Checked<unknown>[] =>
    given && exportFormats.some((one) => one === format) && !formats.includes(format)
      ? [
          E.left(
            decodeError(
              flag,
              `it is for --format ${formats.join(' or ')}; leave it out with --format ${format}`,
            ),
          ),
        ]
      : [];
  return allValues([
    ...of('--unroll', unroll === true, ['graph-model']),
    ...of('--outputs', outputs !== undefined, ['graph-model', 'onnx']),
  ]);
};

/** Notes on a stock backend for a page that runs the graph. */
const ofStockWasm = (format: string, { program }: Trained): readonly string[] =>
  format === 'graph-model' && allOps(program.graph.nodes).some((op) => op.op === 'map' && op.fn === 'relu')
    ? [
        "note: on TensorFlow.js's stock wasm backend relu makes 0 of a NaN, so weights or inputs that are not finite are not seen in the answer; on cpu they are",
      ]
    : [];

const allOps = (nodes: readonly Node[]): readonly Op[] =>
  nodes.flatMap(({ op }) => (op.op === 'scan' ? [op, ...allOps(op.body.nodes)] : [op]));

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;

/** Writes a program with its weights to a folder and lists the files. */
export const exportRun = (name: string, flags: ExportFlags): Effect<string> =>
  pipe(
    TE.fromEither(
      allFlags({
        idle: noneIdle(flags),
        format: formatNamed(flags.format),
        ofFormat: onlyOfGraphs(flags),
        seed: seedOf(flags),
        preset: presetNamed(flags.preset ?? 'full'),
      }),
    ),
    TE.bind('folder', () => TE.fromTask(async () => (await kindOf(name)) === 'folder')),
    TE.let('whole', ({ folder }) => folder || isExport(name)),
    TE.bind('program', ({ whole }) => (whole ? TE.right(null) : programIn(name))),
    TE.bind('leaving', ({ whole, program }) => {
      if (program !== null) return ofProgram(program, flags);
      if (flags.untrained === true) return asItStarts(name, flags);
      return whole ? ofFolder(name, flags) : ofRun(name, flags);
    }),
    TE.bind('files', ({ leaving: { trained }, format }) =>
      exportTrained(
        trained,
        format,
        flags.out,
        {
          unroll: flags.unroll ?? false,
          ...(flags.outputs === undefined ? {} : { outputs: flags.outputs.split(',') }),
        },
        sayingMoves(flags),
      ),
    ),
    TE.map(({ leaving: { trained, notes }, files, format }) =>
      [
        trained.description,
        ...notes,
        ...ofStockWasm(format, trained),
        ...Object.entries(files)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([file, bytes]) => `  ${flags.out}/${file}  ${kib(bytes.length)}`),
      ].join('\n'),
    ),
  );
