/** Runs one run of a sweep in a process of its own, so that the sweep continues if that process dies. */

import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { answerCodec, type News, type Outcome, type Request, type RunRequest } from './messages.js';

/** Runs one run, reports its progress, and stops on the signal. It never rejects. */
export type Job = (request: RunRequest, tell: (news: News) => void, signal: AbortSignal) => Promise<Outcome>;

const isSource = import.meta.url.endsWith('.ts');
const entry = fileURLToPath(new URL(isSource ? './child.ts' : './child.js', import.meta.url));

/** The last words of a process that died, short enough for a table. */
export const lastWords = (text: string): string => {
  const line = text
    .trim()
    .split('\n')
    .findLast((each) => /error|fatal|killed/i.test(each));
  return line === undefined ? '' : `: ${line.trim().slice(0, 200)}`;
};

const keptWords = 4000;

/**
 * Runs a run in a process of its own. A process that ends without a message, by a signal or for lack of
 * memory, is a failed run.
 */
export const processJob: Job = (request, tell, signal) =>
  new Promise((resolve) => {
    const child = fork(entry, [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Compiled, it needs nothing; from source it reads TypeScript only by tsx.
      execArgv: isSource
        ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
        : [],
    });
    let words = '';
    let outcome: Outcome | null = null;
    const ask = (message: Request): void => {
      if (child.connected) child.send(message, () => {});
    };
    const stop = (): void => ask({ kind: 'stop' });
    signal.addEventListener('abort', stop);
    const end = (said: Outcome): void => {
      signal.removeEventListener('abort', stop);
      resolve(said);
    };
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-keptWords);
    });
    child.on('message', (message) => {
      const answer = answerCodec.decode(message);
      if (E.isLeft(answer)) return;
      if (answer.right.kind === 'news') tell(answer.right.news);
      else outcome = answer.right.outcome;
    });
    child.on('error', (cause) => end({ kind: 'failed', message: `no process for it: ${cause.message}` }));
    // Not 'exit', since its last message may still be in the channel.
    child.on('close', (code, killer) =>
      end(
        outcome ?? {
          kind: 'failed',
          lost: true,
          message: `its process died of ${killer ?? `code ${code}`}${lastWords(words)}; what it kept is there`,
        },
      ),
    );
    ask(request);
    if (signal.aborted) stop();
  });
