/**
 * The process of one run of a sweep: it receives a run, reports its progress, and ends.
 *
 * It ignores Ctrl-C, which the terminal sends to it too: the sweep handles that and sends a stop. When the sweep is
 * gone, the process stops by itself and keeps its checkpoint.
 */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, defect, errorMessage } from '../../base/error.js';
import { parseEngineChoice } from '../../engine/index.js';
import { targetOf } from '../../experiments/loss.js';
import { otherChief } from '../../experiments/scores/measures.js';
import type { RunEvent } from '../environment.js';
import { type Finished, runExperiment } from '../run/run.js';
import { type Answer, type News, type Outcome, type RunRequest, requestCodec } from './messages.js';

const stop = new AbortController();
process.on('SIGINT', () => {});
process.on('SIGTERM', () => stop.abort());
process.on('disconnect', () => stop.abort());

const seconds = (): number => performance.now() / 1000;

const say = (answer: Answer): void => {
  if (process.connected) process.send?.(answer, () => {});
};

const newsOf = (event: RunEvent): News | null => {
  switch (event.kind) {
    case 'note':
    case 'stage':
      return { kind: 'says', message: event.message };
    case 'start':
      return { kind: 'begins', folder: event.folder, epochs: event.epochs };
    case 'step':
    case 'epoch':
      return event;
    case 'data':
      return null;
  }
};

const stepsBetween = 0.2;

const teller = (): ((event: RunEvent) => void) => {
  let last = Number.NEGATIVE_INFINITY;
  return (event) => {
    // Limits the rate of events; nobody reads a table faster than this.
    if (event.kind === 'step' && seconds() - last < stepsBetween) return;
    if (event.kind === 'step') last = seconds();
    const news = newsOf(event);
    if (news !== null) say({ kind: 'news', news });
  };
};

const outcomeOf = (done: Checked<Finished>, whole: boolean): Outcome => {
  if (E.isRight(done)) {
    const { folder, before, result } = done.right;
    return {
      kind: 'finished',
      folder,
      before,
      foregroundIou: result.test.foregroundIou ?? null,
      ...otherChief(result.test, whole),
    };
  }
  return { kind: done.left._tag === 'Interrupted' ? 'stopped' : 'failed', message: errorMessage(done.left) };
};

const run = async ({
  experiment,
  seed,
  engine,
  kernels,
  why,
  placed,
  runs,
  cache,
  workers,
  pictures,
}: RunRequest): Promise<Outcome> => {
  const choice = parseEngineChoice(engine);
  const whole = targetOf(experiment.loss) === 'image';
  if (E.isLeft(choice)) return outcomeOf(choice, whole);
  const work = runExperiment(
    experiment,
    seed,
  )({
    engine: choice.right,
    ...(kernels === undefined ? {} : { kernels }),
    ...(why === undefined ? {} : { why }),
    ...(placed === undefined ? {} : { placed }),
    runs,
    cache,
    workers,
    pictures,
    now: seconds,
    tell: teller(),
    signal: stop.signal,
  });
  return outcomeOf(await work().catch((cause: unknown) => E.left(defect(cause))), whole);
};

process.on('message', async (message) => {
  const request = requestCodec.decode(message);
  if (E.isLeft(request) || request.right.kind === 'stop') return stop.abort();
  const outcome = await run(request.right);
  // The process ends with its channel, even if an engine has open handles.
  if (process.connected) process.send?.({ kind: 'outcome', outcome }, () => process.exit(0));
  else process.exit(0);
});
