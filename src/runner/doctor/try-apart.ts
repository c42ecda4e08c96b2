/**
 * Tries an engine in a process of its own, so that an engine that crashes, hangs or clashes with another
 * becomes a sentence.
 */

import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { lastWords } from '../sweep/job.js';
import { type Reply, type Request, replyCodec } from './messages.js';

const isSource = import.meta.url.endsWith('.ts');
const own = fileURLToPath(new URL(isSource ? './child.ts' : './child.js', import.meta.url));

/**
 * How an engine is started: the module of its process, and the seconds that it has in addition to those of
 * its probe.
 */
export interface Start {
  readonly entry: string;
  readonly seconds: number;
  /** The environment of its process; default that of this one. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Long, since a busy machine is not a broken engine: plain JavaScript takes seconds for the parity case alone. */
export const patient: Start = { entry: own, seconds: 120 };

const keptWords = 4000;

/**
 * The report of a process on an engine; if it ended without one, a clause on how it ended. It never rejects.
 */
export const askApart = (request: Request, start: Start = patient): Promise<E.Either<string, Reply>> =>
  new Promise((resolve) => {
    const child = fork(start.entry, [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // This transfers NaN and infinities, which JSON cannot.
      serialization: 'advanced',
      env: start.env ?? process.env,
      // Compiled, it needs nothing; from source it reads TypeScript only by tsx.
      execArgv: start.entry.endsWith('.ts')
        ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
        : [],
    });
    const most = start.seconds + request.seconds;
    let words = '';
    let late = false;
    let said: Reply | null = null;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, 1000 * most);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-keptWords);
    });
    child.on('message', (message) => {
      const reply = replyCodec.decode(message);
      if (E.isRight(reply)) said = reply.right;
    });
    child.on('error', (cause) => {
      clearTimeout(timer);
      resolve(E.left(`no process for it: ${cause.message}`));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (said !== null) resolve(E.right(said));
      else if (late) resolve(E.left(`it had no answer within ${most} seconds, and was ended`));
      else resolve(E.left(`its process died of ${signal ?? `code ${code}`}${lastWords(words)}`));
    });
    if (child.connected) child.send(request, () => {});
  });
