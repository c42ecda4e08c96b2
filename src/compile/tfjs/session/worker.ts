/** A worker of a pool: a lane on an engine of its own, in a thread of its own. Started by `remote.ts`, never imported. */

import { parentPort, workerData } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { defect, type Effect, errorMessage } from '../../../base/error.js';
import { decodeProgram } from '../../../dsl/codec.js';
import { type Engine, nativeLevelOf, openEngine } from '../../../engine/index.js';
import { behindOf } from './best-lane.js';
import { openFusedLane } from './fused-lane.js';
import { type LocalLane, openLane } from './lane.js';
import type { Meet } from './meeting.js';
import { type Answer, type Asked, parametersIn, type Request, type Said, type Setup } from './protocol.js';
import type { Arrays } from './values.js';

interface Worker {
  readonly lane: LocalLane;
  /** Copies of the shared parameters of these names, since the engine `cpu` keeps the arrays that it gets. */
  readonly read: (names: readonly string[]) => Arrays;
}

const open = ({ engine, fused, program, parameters }: Setup): Effect<Worker> => {
  const opened = openEngine(engine);
  /** TensorFlow.js itself, if fused kernels need it after all. */
  const later = async (): Promise<Engine> => {
    const found = await opened();
    if (E.isLeft(found)) throw new Error(errorMessage(found.left));
    return { ...found.right, fused };
  };
  return pipe(
    TE.fromEither(
      pipe(
        E.tryCatch((): unknown => JSON.parse(program), defect),
        E.flatMap((json) => decodeProgram(json)),
      ),
    ),
    TE.flatMap((decoded) => {
      const shared = parametersIn(decoded, parameters);
      const read = (names: readonly string[]): Arrays =>
        Object.fromEntries(names.map((name) => [name, shared[name].slice()]));
      const values = read(Object.keys(shared));
      const lane = fused
        ? openFusedLane(decoded, values, async () => behindOf(await later(), decoded), nativeLevelOf(engine))
        : undefined;
      return pipe(
        lane === undefined
          ? pipe(
              opened,
              TE.flatMapEither((found) => openLane({ ...found, fused }, decoded, values)),
            )
          : TE.fromEither(lane),
        TE.map((lane): Worker => ({ lane, read })),
      );
    }),
  );
};

type Question = Exclude<Request, { readonly kind: 'load' | 'totals' | 'abandon' }>;

const answer = async ({ lane }: Worker, question: Question, meet: Meet): Promise<Answer> => {
  switch (question.kind) {
    case 'gradients':
      return { kind: 'gradients', gradients: await lane.gradients(question.microBatch, meet) };
    case 'infer':
      return {
        kind: 'inference',
        inference: await lane.infer(question.microBatch, question.outputs, question.training, meet),
      };
    case 'tensors':
      return { kind: 'tensors', count: await lane.tensors() };
  }
};

const arraysOf = (said: Answer): readonly Arrays[] =>
  said.kind === 'gradients'
    ? [said.gradients.gradients, said.gradients.statistics]
    : said.kind === 'inference'
      ? [said.inference.outputs, said.inference.statistics]
      : [];

/** Results are this thread's own copies already, so their buffers, which several may share, are transferred. */
const buffersOf = (said: Answer): ArrayBuffer[] => [
  ...new Set(
    arraysOf(said)
      .flatMap((arrays) => Object.values(arrays))
      .flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : [])),
  ),
];

const say = (id: number, answer: Answer): void =>
  parentPort?.postMessage({ id, answer } satisfies Said, buffersOf(answer));

/** A request that waits for the sums of the whole batch. */
interface Meeting {
  readonly resolve: (totals: Float64Array) => void;
  readonly reject: (cause: Error) => void;
}

const serve = (worker: Worker): void => {
  const meetings = new Map<number, Meeting>();
  const take = (id: number): Meeting | undefined => {
    const meeting = meetings.get(id);
    meetings.delete(id);
    return meeting;
  };
  const meet =
    (id: number): Meet =>
    (sums) =>
      new Promise((resolve, reject) => {
        meetings.set(id, { resolve, reject });
        say(id, { kind: 'sums', sums });
      });
  parentPort?.on('message', ({ id, request }: Asked) => {
    switch (request.kind) {
      case 'load':
        // not caught: load is not awaited, so a failing one ends the worker instead of computing with old values
        return worker.lane.load(worker.read(request.names));
      case 'totals':
        return take(id)?.resolve(request.totals);
      case 'abandon':
        return take(id)?.reject(new Error('another micro-batch of the batch failed'));
      default:
        answer(worker, request, meet(id)).then(
          (said) => say(id, said),
          (cause: unknown) => say(id, { kind: 'failed', message: defect(cause).message }),
        );
    }
  });
  say(0, { kind: 'ready' });
};

const setup: Setup = workerData;
const opened = await open(setup)();
if (E.isLeft(opened)) say(0, { kind: 'failed', message: errorMessage(opened.left) });
else serve(opened.right);
