#!/usr/bin/env node
// The command. The program itself is compiled from src to dist.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/cli/main.js', import.meta.url);

/** Loading opens hundreds of files; what the system refuses then has a sentence too. */
const sentences = {
  EMFILE: 'too many files are open; raise the limit (ulimit -n 256) and run the same command again',
  ENFILE: 'too many files are open; close some programs, and run the same command again',
  EACCES: 'part of its installation may not be read; change its permissions, or install it anew',
  EIO: 'the disk could not read its installation; run the same command again when it can',
  ENOMEM: 'there is not enough memory to start; close some programs, or raise ulimit -v',
  // Node says so too where files are limited.
  ERR_MODULE_NOT_FOUND:
    'part of its installation cannot be found; run `npm ci && npm run build` in its folder, and where files are limited raise the limit (ulimit -n 256)',
};

/** Addresses in kB without which V8 ends the process, with a stack trace and no sentence. */
const fewest = 1_500_000;

/** Whether `ulimit -v` leaves too few addresses; false where the system does not say. */
const isShort = () => {
  try {
    const found = /^Max address space\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return found !== null && Number(found[1]) < 1024 * fewest;
  } catch {
    return false;
  }
};

const damaged =
  'its installation is damaged, or is being built; wait for the build, or run `npm ci && npm run build` in its folder';

if (isShort()) {
  console.error(
    `drumhead: there are too few addresses to compute with; raise the limit (ulimit -v ${fewest})`,
  );
  process.exitCode = 1;
} else if (existsSync(fileURLToPath(main))) {
  try {
    await import(main.href);
  } catch (cause) {
    // Half-written or damaged modules do not fit each other.
    const sentence = cause instanceof SyntaxError ? damaged : sentences[cause?.code];
    if (sentence === undefined) throw cause;
    console.error(`drumhead: ${sentence}`);
    process.exitCode = 1;
  }
} else {
  console.error('drumhead is not built yet: run `npm run build` in its folder, then this command again');
  process.exitCode = 1;
}
