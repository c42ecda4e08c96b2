/**
 * Threads of sessions run the compiled code where that is as new as the source, as after `npm run build`: each starts in half
 * the time of one that compiles its source anew. Otherwise they run the source, as do the processes that specs start.
 */

import { readdirSync, statSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import threads from 'node:worker_threads';

const root = fileURLToPath(new URL('../..', import.meta.url));
const compiled = new URL('../../dist/compile/tfjs/session/worker.js', import.meta.url);

const isCurrent = (): boolean => {
  const made = statSync(compiled, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(join(root, 'src'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ts'));
  return sources.every((name) => statSync(join(root, 'src', name)).mtimeMs <= made);
};

if (isCurrent()) {
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(entry: string | URL, options?: threads.WorkerOptions) {
      super(
        String(entry).endsWith('/src/compile/tfjs/session/worker-from-source.mjs') ? compiled : entry,
        options,
      );
    }
  };
  syncBuiltinESMExports();
}
