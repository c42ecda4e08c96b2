/** The command that repeats a run. */

import { join } from 'node:path';
import { files } from '../../folder/files.js';
import type { Prepared } from '../prepare.js';

/** The folder that a repeated run is left in. */
export const againFolder = 'again';

/** A word of a command line, quoted for a shell if necessary. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** The command that repeats the run, into another folder, since a finished run is not run again in its own. */
export const againCommand = ({ folder, seed, engine }: Prepared, workers: number): string =>
  [
    'npx',
    'drumhead',
    'run',
    join(folder, files.experiment),
    '--seed',
    String(seed),
    '--engine',
    engine.name,
    ...(engine.name === 'wasm' && !engine.fused ? ['--fuse', 'off'] : []),
    '--workers',
    String(workers),
    '--runs',
    againFolder,
  ]
    .map(shellWord)
    .join(' ');
