/** Versions that could change numbers, for the record. */

import { readFileSync, realpathSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { languageVersion } from '../../dsl/index.js';
import { arithmetic, type Engine, type Kernels, kernelsOf } from '../../engine/index.js';
import { outerProgram } from '../outer-program.js';

/** The version of this package; `unknown` where its package.json cannot be read. */
export const packageVersion = (): string =>
  pipe(
    E.tryCatch(
      (): unknown => JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')),
      () => null,
    ),
    E.flatMap(t.type({ version: t.string }).decode),
    E.match(
      () => 'unknown',
      ({ version }) => version,
    ),
  );

export interface Versions {
  readonly drumhead: string;
  readonly language: number;
  readonly node: string;
  readonly platform: string;
  readonly processor: string;
  readonly engine: string;
  readonly engineVersion: string;
  /** The number of its arithmetic. */
  readonly arithmetic: number;
  /** The kernels, on an engine with that choice. */
  readonly kernels?: Kernels;
  /** Why this engine was chosen. */
  readonly why: string;
}

/** The versions, machine and engine of this process. */
export const versionsOf = (engine: Engine): Versions => {
  const kernels = kernelsOf(engine);
  return {
    drumhead: packageVersion(),
    language: languageVersion,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model ?? 'unknown',
    engine: engine.name,
    engineVersion: engine.version,
    arithmetic: arithmetic[engine.name],
    ...(kernels === null ? {} : { kernels }),
    why: engine.why,
  };
};

const root = fileURLToPath(new URL('../../../', import.meta.url));

const isSameFolder = (a: string, b: string): boolean => {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
};

/**
 * The commit of drumhead's own source, with `+` if files were changed since; null if drumhead is installed
 * and not a checkout, or git does not say.
 */
export const commitHere = async (): Promise<string | null> => {
  const git = async (...args: readonly string[]): Promise<string | null> => {
    const answer = await outerProgram('git', ['-C', root, ...args]);
    return E.isRight(answer) ? answer.right.trim() : null;
  };
  const [top, commit] = (await git('rev-parse', '--show-toplevel', 'HEAD'))?.split('\n') ?? [];
  // An installed copy is inside somebody else's checkout.
  if (commit === undefined || !isSameFolder(top, root)) return null;
  const changed = await git(
    'status',
    '--porcelain',
    '--untracked-files=no',
    '--',
    'src',
    'package-lock.json',
  );
  return changed === null ? null : changed === '' ? commit : `${commit}+`;
};
