/**
 * The process of one query: DuckDB works in threads, and the event loop watches its memory and time. A query
 * that makes one value of gigabytes, or that never ends, can only be stopped with its process.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, decodeError, errorMessage } from '../../../base/error.js';
import { answerIn } from './answer.js';
import { type Reply, type Request, requestCodec } from './messages.js';

/** In this time memory grows by no more than 100 MB. */
const milliseconds = 20;

/** Kills the process, since an exit would wait for DuckDB. */
const die = (): void => void process.kill(process.pid, 'SIGKILL');

const say = (reply: Reply): void => void process.send?.(reply, die);

process.on('disconnect', die);

const watch = ({ bytes, seconds, clock }: Request['most']): void => {
  const begun = performance.now();
  setInterval(() => {
    if (process.memoryUsage.rss() > bytes) say({ kind: 'ends', for: 'memory' });
    const { user, system } = process.cpuUsage();
    if (user + system > 1e6 * seconds) say({ kind: 'ends', for: 'time' });
    // DuckDB has functions that only wait, such as pg_sleep.
    if (performance.now() - begun > 1000 * clock) say({ kind: 'ends', for: 'clock' });
  }, milliseconds);
};

const failed = (error: DrumheadError): Reply => ({
  kind: 'failed',
  error:
    error._tag === 'DecodeError' || error._tag === 'EngineError' || error._tag === 'FileError'
      ? error
      : decodeError('query', errorMessage(error)),
});

process.once('message', async (message) => {
  const asked = requestCodec.decode(message);
  if (E.isLeft(asked)) return say(failed(decodeError('query', 'it cannot be read')));
  const { folder, question, most } = asked.right;
  watch(most);
  const reply = await pipe(
    answerIn(folder, question),
    TE.match(failed, (answer): Reply => ({ kind: 'answer', answer })),
  )();
  say(reply);
});
