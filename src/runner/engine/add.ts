/** Adds the engine `tensorflow`: builds the binding of tfjs-node against a TensorFlow that is there, and tries it. */

import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  type Checked,
  decodeError,
  type Effect,
  engineError,
  fileError,
  mismatch,
} from '../../base/error.js';
import { limits, sizeText } from '../../base/limits.js';
import { addedFolder, bindingName } from '../../engine/added.js';
import { addedVariable } from '../../engine/names.js';
import { makeFolder } from '../../files/make-folder.js';
import { foundAt, listName, removeListed, strangerIn } from '../../files/manifest.js';
import { roomIn } from '../../files/room.js';
import { growFolder, mayWrite } from '../../files/write-folder.js';
import type { Tested } from '../doctor/messages.js';
import { askApart, patient } from '../doctor/try-apart.js';
import { outerProgram } from '../outer-program.js';
import { unpackHeaders } from './headers.js';
import { openSource, type Source } from './source.js';
import { type Places, placesHere, type Tools, toolsIn } from './tools.js';

/** An engine that was added, and how it did in its trial. */
export interface Added {
  readonly folder: string;
  readonly package: string;
  /** The bytes of all that lies in the folder. */
  readonly bytes: number;
  readonly trial: Tested;
}

/** How an engine is added; specs have other tools and another trial. */
export interface Adding {
  readonly places: Places;
  /** Tries the engine in a folder. */
  readonly tried: (folder: string) => Promise<Checked<Tested>>;
  /** Hears what is done. */
  readonly tell: (text: string) => void;
}

const engine = 'tensorflow';

/** **Errors** EngineError where it does not run; Mismatch where its numbers are wrong. */
const triedApart = async (folder: string): Promise<Checked<Tested>> => {
  const said = await askApart(
    { engine, seconds: 0.2 },
    { ...patient, env: { ...process.env, [addedVariable]: folder } },
  );
  if (E.isLeft(said))
    return E.left(engineError(engine, `what was built does not run: ${said.left}; nothing was added`));
  const broken = (reason: string) =>
    E.left(engineError(engine, `what was built does not run: ${reason}; nothing was added`));
  if (said.right.kind !== 'trial') return broken('its process answered another question');
  const { trial } = said.right;
  switch (trial.state) {
    case 'works':
      return E.right(trial);
    case 'wrong': {
      const { at, against, error } = trial.parity;
      return E.left(
        mismatch(
          `what was built gives wrong numbers: ${at} differs from ${against} by ${error}; nothing was added`,
        ),
      );
    }
    default:
      return broken(trial.reason);
  }
};

/** Adds with the tools of this machine. */
export const addingHere = (tell: Adding['tell']): Adding => ({
  places: placesHere(),
  tried: triedApart,
  tell,
});

/** The folder of the added engine, where the variable has not turned it off. */
const ownFolder = (): Checked<string> => {
  const folder = addedFolder();
  return folder === null
    ? E.left(decodeError(addedVariable, 'it is off; leave it out, or let it name a folder'))
    : E.right(folder);
};

const built = async (compiler: string, words: readonly string[]): Promise<Checked<void>> => {
  const answer = await outerProgram(compiler, words, { seconds: limits.compilerSeconds });
  if (E.isRight(answer)) return E.right(undefined);
  const why = (): string => {
    switch (answer.left.kind) {
      case 'absent':
        return 'it is gone';
      case 'late':
        return `it did not end within ${limits.compilerSeconds / 60} minutes, and was ended; name another by the variable CXX`;
      case 'failed': {
        const lines = answer.left.said.split('\n');
        return (lines.find((line) => /error|undefined|cannot/i.test(line)) ?? lines[0]).trim();
      }
    }
  };
  return E.left(engineError(engine, `${compiler} does not build the binding: ${why()}; nothing was added`));
};

/** The words that build the binding. Libraries are found where they lie: beside it, or in a person's folder. */
const wordsOf = (
  { binding, sources, nodeApi }: Tools,
  include: string,
  libraries: readonly string[],
  rpath: string,
  to: string,
): readonly string[] => [
  ...['-shared', '-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8', '-I', include, '-I', nodeApi],
  ...sources.map((name) => join(binding, name)),
  ...['-Xlinker', '-rpath', '-Xlinker', rpath],
  ...libraries,
  '-o',
  to,
];

const fill =
  (source: Source, tools: Tools, tell: Adding['tell']) =>
  async (pathOf: (name: string) => string): Promise<Checked<void>> => {
    const work = await mkdtemp(join(tmpdir(), 'drumhead-engine-'));
    try {
      const include = source.include ?? join(work, 'include');
      if (source.include === null) {
        await makeFolder(include);
        await unpackHeaders(tools.binding, source.header, include);
      }
      const { folder } = source;
      if (folder === null)
        for (const { name, size, bytes } of source.libraries) {
          tell(`unpacking ${name}, ${sizeText(size)}, …`);
          await pipeline(bytes, createWriteStream(pathOf(name), { flags: 'wx' }));
        }
      const libraries = source.libraries.map(({ name }) =>
        folder === null ? pathOf(name) : join(folder, name),
      );
      tell(`building ${bindingName} by ${tools.compiler}, …`);
      return await built(
        tools.compiler,
        wordsOf(tools, include, libraries, folder ?? '$ORIGIN', pathOf(bindingName)),
      );
    } catch (cause) {
      return E.left(fileError(source.path, cause));
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  };

const enoughRoom = async (folder: string, needed: number): Promise<Checked<void>> => {
  await makeFolder(dirname(folder));
  const room = await roomIn(dirname(folder));
  return room >= needed
    ? E.right(undefined)
    : E.left(
        decodeError(
          folder,
          `it takes ${sizeText(needed)}, and the disk has room for ${sizeText(room)}; make room, or name another folder by ${addedVariable}`,
        ),
      );
};

/**
 * Builds the engine, tries it, and puts it into its folder; an earlier one there is replaced. Everything is checked before the
 * work, and after an error nothing has changed.
 *
 * @param from a folder or a wheel with a TensorFlow
 *
 * **Errors** as `openSource`; EngineError with all that is missing, or where it is not built or does not run; Mismatch where it
 * computes wrong numbers; DecodeError where the folder holds something else.
 */
export const addTensorFlow = (from: string, { places, tried, tell }: Adding): Effect<Added> =>
  pipe(
    TE.fromEither(ownFolder()),
    TE.bindTo('folder'),
    TE.tap(() =>
      process.platform === 'linux'
        ? TE.right(undefined)
        : TE.left(engineError(engine, 'it is added on Linux alone, for which its libraries are known')),
    ),
    TE.bind('source', () => openSource(from)),
    TE.bind('tools', () => async (): Promise<Checked<Tools>> => {
      const found = await toolsIn(places);
      return E.isLeft(found) ? E.left(engineError(engine, found.left.join('; '))) : found;
    }),
    TE.tap(({ folder }) => mayWrite(folder)),
    TE.bind('bytes', ({ folder, source }) => async (): Promise<Checked<number>> => {
      const bytes = source.folder === null ? source.libraries.reduce((sum, { size }) => sum + size, 0) : 0;
      const room = await enoughRoom(folder, bytes + 2 ** 24);
      return E.isLeft(room) ? room : E.right(bytes);
    }),
    TE.flatMap(({ folder, source, tools, bytes }) => {
      const libraries = source.folder === null ? source.libraries.map(({ name }) => name) : [];
      let trial: Tested | null = null;
      return pipe(
        growFolder(folder, {
          names: [bindingName, ...libraries],
          fill: fill(source, tools, tell),
          check: async (fresh) => {
            tell('trying it, …');
            const done = await tried(fresh);
            if (E.isLeft(done)) return done;
            trial = done.right;
            return E.right(undefined);
          },
        }),
        TE.flatMapEither(
          (): Checked<Added> =>
            trial === null
              ? E.left(engineError(engine, 'it was not tried'))
              : E.right({ folder, package: tools.package, bytes, trial }),
        ),
      );
    }),
  );

/**
 * Removes the added engine; nothing that a person put beside it.
 *
 * **Errors** DecodeError where none was added, or its folder holds something else; FileError.
 */
export const removeTensorFlow = (): Effect<string> =>
  pipe(
    TE.fromEither(ownFolder()),
    TE.flatMap((folder) =>
      TE.flatMapEither(
        TE.tryCatch(
          async (): Promise<Checked<string>> => {
            if ((await foundAt(join(folder, listName))) === null)
              return E.left(decodeError(folder, 'no engine was added there'));
            const stranger = await strangerIn(folder);
            if (stranger !== null)
              return E.left(
                decodeError(
                  folder,
                  `${stranger.name} ${stranger.why === 'changed' ? 'was changed' : 'was put there'} since; remove the folder by hand if nothing of it is needed`,
                ),
              );
            await removeListed(folder);
            return E.right(folder);
          },
          (cause) => fileError(folder, cause),
        ),
        (answer) => answer,
      ),
    ),
  );
