/** Folders of fixtures for the specs: the full one beside the repository, the small one in it, altered copies. */

import {
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const full = join(root, '..', 'shared', 'parity');

/** A part of the full set, with every model. */
export const small = join(root, 'fixtures', 'parity');
export const hasFull = existsSync(join(full, 'manifest.json'));
/** All cases where they are, else the small set. */
export const everything = hasFull ? full : small;

export interface Manifest {
  readonly format_version: number;
  cases: Record<string, unknown>[];
}

/** A copy of the small set that may be damaged. */
export interface Copy {
  readonly folder: string;
  /** Where a file lies that may be changed or removed. */
  readonly path: (file: string) => string;
  readonly changeManifest: (change: (manifest: Manifest) => void) => void;
  /** Adds to one float32 of a `.npy` file, counted from its start. */
  readonly nudge: (file: string, index: number, by: number) => void;
  readonly remove: () => void;
}

const headerBytes = 128;

export const copyOfSmall = (): Copy => {
  const folder = mkdtempSync(join(tmpdir(), 'drumhead-parity-'));
  for (const name of readdirSync(small))
    if (name === 'manifest.json') copyFileSync(join(small, name), join(folder, name));
    else symlinkSync(join(small, name), join(folder, name));
  // Hundreds of files: a case's folder is a link until something in it is to be changed.
  const path = (file: string): string => {
    const [name] = file.split('/');
    if (lstatSync(join(folder, name)).isSymbolicLink()) {
      rmSync(join(folder, name));
      cpSync(join(small, name), join(folder, name), { recursive: true });
    }
    return join(folder, file);
  };
  return {
    folder,
    path,
    changeManifest: (change) => {
      const manifest: Manifest = JSON.parse(readFileSync(path('manifest.json'), 'utf8'));
      change(manifest);
      writeFileSync(path('manifest.json'), JSON.stringify(manifest));
    },
    nudge: (file, index, by) => {
      const own = path(file);
      const bytes = readFileSync(own);
      const at = headerBytes + 4 * index;
      bytes.writeFloatLE(bytes.readFloatLE(at) + by, at);
      writeFileSync(own, bytes);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
