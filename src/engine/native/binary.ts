/** Finds the binary of native code: one that was built here, or one that the package brought. */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import type { NativeCode } from './code.js';
import { damageOf } from './damage.js';
import { sourcesDigest } from './sources.js';

/** The folder of the package: three above this one, in src and in dist. */
const packageRoot = fileURLToPath(new URL('../../../', import.meta.url));

/** Where a binary may be, in the order in which they are tried. */
const platform = `${process.platform}-${process.arch}`;
const places: readonly string[] = ['native/build/drumhead.node', `prebuilds/${platform}/drumhead.node`];

/** Platforms whose binary of the package has run on a real machine: `auto` takes it there alone. */
const triedPlatforms: readonly string[] = ['linux-x64'];

/** A binary, and whether it is known to run: it was built on this machine, or its platform was tried. */
export interface Binary {
  readonly code: NativeCode;
  readonly tried: boolean;
}

let found: E.Either<string, Binary> | undefined;

/** The binary of this platform, or a clause with the reason why there is none. Searched once per process. */
export const nativeBinary = (): E.Either<string, Binary> => {
  found ??= binaryIn(packageRoot);
  return found;
};

/** The native code of this platform, from either binary. */
export const nativeCode = (): E.Either<string, NativeCode> =>
  E.map(({ code }: Binary) => code)(nativeBinary());

/**
 * The native code in a folder of the package. In a checkout, which has the sources too, a binary of other sources is
 * not taken: its kernels may have other numbers and give other bits. A damaged binary is not taken either.
 */
export const binaryIn = (root: string): E.Either<string, Binary> => {
  const sources = join(root, 'native/src');
  const digest = existsSync(sources) ? sourcesDigest(sources) : undefined;
  const problems: string[] = [];
  for (const [i, place] of places.entries()) {
    if (!existsSync(join(root, place))) continue;
    const damage = damageOf(join(root, place));
    if (damage !== null) {
      problems.push(`${place} ${damage}`);
      continue;
    }
    try {
      const code: NativeCode = createRequire(import.meta.url)(join(root, place));
      if (digest === undefined || code.sources === digest)
        return E.right({ code, tried: i === 0 || triedPlatforms.includes(platform) });
      problems.push(
        `${place} was made from other sources than native/src; npm run build:native makes it anew`,
      );
    } catch (cause) {
      problems.push(`${place} does not load: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
  return E.left(
    problems.length > 0
      ? problems.join('; ')
      : `there is no binary for ${platform}; ${
          digest === undefined
            ? 'a checkout of drumhead makes one, by npm run build:native'
            : 'npm run build:native makes one'
        }`,
  );
};
