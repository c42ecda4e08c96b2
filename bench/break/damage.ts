/**
 * Damages bytes in every file of a run, an import and exports: every reader must report it, or return the true
 * values.
 */

import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Effect, errorMessage } from '../../src/base/error.js';
import { stream } from '../../src/base/random.js';
import { loadDataset } from '../../src/data/load.js';
import { writeNpyPairs } from '../../src/data/own/pairs/npy-pairs.js';
import { writePngPairs } from '../../src/data/own/pairs/write-png-pairs.js';
import { decodeTask } from '../../src/data/task.js';
import { hashProgram } from '../../src/dsl/index.js';
import { readTrained, type Trained } from '../../src/runner/export/index.js';
import { importInto, readRunnable } from '../../src/runner/import/index.js';
import { epochsTable, runsTable } from '../../src/runner/results/query/index.js';
import { rescore } from '../../src/runner/results/rescore.js';
import { statusOf } from '../../src/runner/results/status.js';
import { readRuns } from '../../src/runner/results/summary.js';
import { runExperiment } from '../../src/runner/run/run.js';
import { samplesIn } from './documents.js';
import { damageNames, damages } from './mutate.js';
import { againWith, type Found, type Part } from './part.js';
import { environmentIn, must, tiny } from './tiny.js';

/** The answer of a reader: values, or an error. */
type Told =
  | { readonly kind: 'values'; readonly values: unknown }
  | { readonly kind: 'says'; readonly sentence: string };

interface Observer {
  readonly name: string;
  /** A slow reader tries one damage in this many. */
  readonly every: number;
  /** It may change other files of the folder too; then the whole folder is restored. */
  readonly writes?: true;
  readonly look: (folder: string) => Promise<Told>;
}

const toldBy = <A>(read: Effect<A>, values: (found: A) => unknown): Promise<Told> =>
  pipe(
    read,
    TE.match(
      (error): Told => ({ kind: 'says', sentence: errorMessage(error) }),
      (found): Told => ({ kind: 'values', values: values(found) }),
    ),
  )();

const ofTrained = ({ program, parameters, experiment, model, description }: Trained): unknown => ({
  program: hashProgram(program),
  parameters,
  experiment,
  model,
  description,
});

const status: Observer = {
  name: 'status --check',
  every: 1,
  look: async (folder) => {
    const found = await statusOf(folder, true);
    return found.problem === null
      ? { kind: 'values', values: found }
      : { kind: 'says', sentence: found.problem };
  },
};

const tables: Observer = {
  name: 'query, table, report',
  every: 1,
  look: async (folder) => {
    const found = await readRuns(folder)();
    if (E.isLeft(found)) return { kind: 'says', sentence: errorMessage(found.left) };
    const { runs, notes } = found.right;
    if (notes.length > 0) return { kind: 'says', sentence: notes[0] };
    // A folder without its experiment.json is not a run any more and is not listed.
    return {
      kind: 'values',
      values: [runsTable(runs, () => []).rows, epochsTable(runs, () => []).rows, runs],
    };
  },
};

const exporting: Observer = {
  name: 'export',
  every: 1,
  look: (folder) => toldBy(readTrained(folder), ofTrained),
};

const evaluating: Observer = {
  name: 'evaluate',
  every: 5,
  look: (folder) =>
    toldBy(
      rescore(
        folder,
        {
          task: (own) => (own === null ? TE.left({ _tag: 'Mismatch', message: 'no task' }) : TE.right(own)),
          split: 'test',
        },
        environmentIn(join(folder, '..', '..', '..', '..'), 1),
      ),
      (found) => found,
    ),
};

const running: Observer = {
  name: 'run',
  every: 5,
  writes: true,
  look: async (folder) => {
    const root = join(folder, '..', '..', '..', '..');
    const notes: string[] = [];
    return toldBy(
      runExperiment(
        tiny,
        0,
      )(
        environmentIn(root, 1, (event) => {
          if (event.kind === 'note') notes.push(event.message);
        }),
      ),
      ({ result }) => result,
    );
  },
};

const runnable: Observer = {
  name: 'run-program, import, export',
  every: 1,
  look: (folder) =>
    toldBy(readRunnable(folder), (found) =>
      found.kind === 'program' ? ofTrained(found.trained) : found.model,
    ),
};

/** Data that have changed since are read, with a note. */
const reading = (name: 'npy' | 'png'): Observer => ({
  name: `data, run of ${name}`,
  every: 1,
  look: (folder) =>
    pipe(
      TE.fromEither(decodeTask({ name, folder })),
      TE.flatMap(loadDataset),
      TE.match(
        (error): Told => ({ kind: 'says', sentence: errorMessage(error) }),
        (found): Told =>
          found.notes.length > 0
            ? { kind: 'says', sentence: found.notes[0] }
            : { kind: 'values', values: found },
      ),
    )(),
});

/** A folder and its readers. */
interface Place {
  readonly name: string;
  readonly folder: string;
  readonly observers: readonly Observer[];
}

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(folder, name)).isFile())
    // Files whose values nobody reads: pictures, times, notes on progress.
    .filter((name) => !/^(timing\.json|events\.out)/.test(name))
    .sort();

const sameTold = (a: Told, b: Told): boolean =>
  a.kind === 'values' && b.kind === 'values' ? isDeepStrictEqual(a.values, b.values) : a.kind === 'says';

export const damage: Part = {
  name: 'damage',
  does: 'bytes flipped, cut, zeroed, doubled, swapped in every file of a run, an import and exports, looked at by every reader',
  share: 10,
  open: async (seed, folder) => {
    const { run, program, graphModel, safetensors } = await samplesIn(folder);
    const imported = join(folder, 'imported');
    must(await importInto(program, null, imported)());
    const dataset = must(await loadDataset(tiny.task)());
    const [npy, png] = [join(folder, 'npy'), join(folder, 'png')];
    must(await writeNpyPairs(dataset, npy)());
    must(await writePngPairs(dataset, png)());
    const places: readonly Place[] = [
      { name: 'a run', folder: run, observers: [status, tables, exporting, evaluating, running] },
      { name: 'an import', folder: imported, observers: [exporting, runnable] },
      { name: 'an exported program', folder: program, observers: [runnable] },
      { name: 'an exported graph model', folder: graphModel, observers: [runnable] },
      { name: 'exported safetensors', folder: safetensors, observers: [runnable] },
      { name: 'exported arrays', folder: npy, observers: [reading('npy')] },
      { name: 'exported pictures', folder: png, observers: [reading('png')] },
    ];
    const whole = join(folder, 'whole');
    const rounds = places.flatMap((place) => filesIn(place.folder).map((file) => ({ place, file })));
    return {
      round: async (index) => {
        const { place, file } = rounds[index % rounds.length];
        rmSync(whole, { recursive: true, force: true });
        cpSync(place.folder, whole, { recursive: true });
        const back = (): void => {
          rmSync(place.folder, { recursive: true, force: true });
          cpSync(whole, place.folder, { recursive: true });
        };
        const path = join(place.folder, file);
        const bytes = readFileSync(path);
        const found = new Map<string, Found>();
        const tried: Record<string, number> = {};
        const of = `${file.replace(/-\d+-\d+\.bin/, '.bin')} of ${place.name}`;
        for (const observer of place.observers) {
          const before = await observer.look(place.folder);
          if (before.kind === 'says')
            throw new Error(`${observer.name} says of what is whole: ${before.sentence}`);
          back();
          for (let i = 0; i < 18; i++) {
            if (i % observer.every !== index % observer.every) continue;
            const random = stream(seed, 'damage', index, i);
            const kind = damageNames[i % damageNames.length];
            const wrong = damages[kind](bytes, random);
            if (Buffer.compare(wrong, bytes) === 0) continue;
            writeFileSync(path, wrong);
            const told = await observer
              .look(place.folder)
              .catch((cause): Told => ({ kind: 'values', values: `thrown: ${cause}` }));
            if (observer.writes === true) back();
            else writeFileSync(path, bytes);
            tried[of] = (tried[of] ?? 0) + 1;
            const fault =
              told.kind === 'says' && /fault of drumhead/.test(told.sentence) ? told.sentence : null;
            if (fault === null && sameTold(told, before)) continue;
            const says = `${of}, ${kind}: ${observer.name} ${fault ?? 'gives other values and says nothing'}`;
            found.set(observer.name, { says, again: againWith('damage', seed, index) });
          }
        }
        return { tried, found: [...found.values()] };
      },
      end: async () => {},
    };
  },
};
