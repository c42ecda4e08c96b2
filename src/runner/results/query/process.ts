/** Starts the process of a query and waits for its answer. */

import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError, type Effect, engineError } from '../../../base/error.js';
import { sizeText } from '../../../base/limits.js';
import { type Answer, type Question, type Reply, type Request, replyCodec } from './messages.js';
import { inTemporary } from './temporary.js';

const isSource = import.meta.url.endsWith('.ts');
const entry = fileURLToPath(new URL(isSource ? './child.ts' : './child.js', import.meta.url));

/** The answer, or why there is none. */
const answerOf = (reply: Reply, { bytes, seconds, clock }: Request['most']): Checked<Answer> => {
  switch (reply.kind) {
    case 'answer':
      return E.right(reply.answer);
    case 'failed':
      return E.left(reply.error);
    case 'ends': {
      const most = {
        memory: `${sizeText(bytes)} of memory`,
        time: `${seconds} seconds of a processor`,
        clock: `${clock} seconds`,
      }[reply.for];
      return E.left(
        decodeError('query', `it takes more than ${most}, the limit; select less, or make smaller values`),
      );
    }
  }
};

const askIn =
  (request: Request): Effect<Answer> =>
  () =>
    new Promise((resolve) => {
      const child = fork(entry, [], {
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        // This transfers bytes, -0 and dates, which JSON cannot.
        serialization: 'advanced',
        // Compiled, it needs nothing; from source it reads TypeScript only by tsx.
        execArgv: isSource
          ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
          : [],
      });
      let reply: Reply | null = null;
      child.on('message', (message) => {
        const read = replyCodec.decode(message);
        // Only its first message counts: an answer just below the limit is valid.
        if (E.isRight(read)) reply ??= read.right;
      });
      child.on('error', (cause) =>
        resolve(E.left(engineError('duckdb', `no process for it: ${cause.message}`))),
      );
      child.on('close', (code, signal) =>
        resolve(
          reply === null
            ? E.left(engineError('duckdb', `its process died of ${signal ?? `code ${code}`}`))
            : answerOf(reply, request.most),
        ),
      );
      if (child.connected) child.send(request, () => {});
    });

/** Asks a question of a process of its own. **Errors** as `query` says. */
export const ask = (question: Question, most: Request['most']): Effect<Answer> =>
  inTemporary((folder) => askIn({ question, folder, most }));
