/** What the binding is built with: the sources in a package of npm, headers of Node, and a compiler. */

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { tensorFlowPackages } from '../../engine/tensorflow.js';
import { askProgram } from '../doctor/companions.js';
import { bindingSources } from './headers.js';

/** What is there to build with. */
export interface Tools {
  /** The package whose binding is built: `@tensorflow/tfjs-node-gpu`. */
  readonly package: string;
  /** The folder of its sources. */
  readonly binding: string;
  readonly sources: readonly string[];
  /** The folder with node_api.h. */
  readonly nodeApi: string;
  readonly compiler: string;
}

/** Where tools are looked for. */
export interface Places {
  /** The folder of a package; null where it is not installed. */
  readonly packageAt: (name: string) => string | null;
  /** Folders that may have node_api.h. */
  readonly headers: readonly string[];
  readonly compilers: readonly string[];
  /** What the variable CXX names, if it is set: then the only compiler that is tried. */
  readonly cxx?: string;
}

const packageAt = (name: string): string | null => {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return null;
  }
};

/** The places of this machine. */
export const placesHere = (): Places => {
  const headers = packageAt('node-api-headers');
  const { CXX: cxx = '' } = process.env;
  return {
    packageAt,
    headers: [
      join(dirname(process.execPath), '../include/node'),
      ...(headers === null ? [] : [join(headers, 'include')]),
      '/usr/include/node',
    ],
    ...(cxx === '' ? { compilers: ['g++', 'clang++', 'c++'] } : { compilers: [cxx], cxx }),
  };
};

const version = '4.22.0';
const manifest = t.type({ version: t.string });

const versionIn = (folder: string): string | null => {
  try {
    const read: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return manifest.is(read) ? read.version : null;
  } catch {
    return null;
  }
};

type Found = E.Either<string, Pick<Tools, 'package' | 'binding' | 'sources'>>;

/** The first package that is installed. */
const packageOf = async (at: Places['packageAt']): Promise<Found> => {
  const [first] = tensorFlowPackages;
  const install = `\`npm install --no-save --save-dev --ignore-scripts ${first}@${version}\``;
  for (const name of tensorFlowPackages) {
    const folder = at(name);
    if (folder === null) continue;
    const own = versionIn(folder);
    if (own !== version)
      return E.left(`${name} is version ${own ?? 'unknown'}; ${install} brings ${version}`);
    const binding = join(folder, 'binding');
    const sources = await bindingSources(binding);
    return sources.length > 0
      ? E.right({ package: name, binding, sources })
      : E.left(`${name} has no sources of its binding; ${install} brings them`);
  }
  return E.left(`${tensorFlowPackages.join(' and ')} are not installed; ${install} brings the first`);
};

const compilerOf = async (compilers: readonly string[]): Promise<string | null> => {
  for (const one of compilers) if ((await askProgram(one, ['--version']))?.version != null) return one;
  return null;
};

const noCompiler = ({ compilers, cxx }: Places): string =>
  cxx === undefined
    ? `there is no compiler of C++ (${compilers.join(', ')}); apt-get install g++ brings one`
    : `CXX names '${cxx}', which does not run as a compiler of C++; name a program alone, without options, or unset CXX`;

/** What there is to build with, or everything that is missing, each with the command that brings it. */
export const toolsIn = async (places: Places): Promise<E.Either<readonly string[], Tools>> => {
  const found = await packageOf(places.packageAt);
  const nodeApi = places.headers.find((folder) => existsSync(join(folder, 'node_api.h')));
  const compiler = await compilerOf(places.compilers);
  return E.isRight(found) && nodeApi !== undefined && compiler !== null
    ? E.right({ ...found.right, nodeApi, compiler })
    : E.left([
        ...(E.isLeft(found) ? [found.left] : []),
        ...(nodeApi === undefined
          ? ['there is no node_api.h; `npm install --no-save node-api-headers` brings it']
          : []),
        ...(compiler === null ? [noCompiler(places)] : []),
      ]);
};
