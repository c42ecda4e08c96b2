/** A worker of a pool: a lane on an engine of its own, in a thread of its own. Started by `remote.ts`, never imported. */

import { parentPort, workerData } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { defect, type Effect, errorMessage } from '../../../base/error.js';
import { decodeProgram } from '../../../dsl/codec.js';
import { type Engine, openEngine } from '../../../engine/index.js';
import { openFusedLane } from './fused-lane.js';
import { type LocalLane, openLane } from './lane.js';
import { type Answer, parametersIn, type Request, type Setup } from './protocol.js';
import type { Arrays } from './values.js';

interface Worker {
  readonly lane: LocalLane;
  /** The shared parameters of these names, copied: the engine `cpu` keeps the very array it is given. */
  readonly read: (names: readonly string[]) => Arrays;
}

const open = ({ engine, fused, program, parameters }: Setup): Effect<Worker> => {
  const opened = openEngine(engine);
  /** TensorFlow.js itself, where fused kernels need it after all. */
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
      const lane = fused ? openFusedLane(decoded, values, later) : undefined;
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

type Question = Exclude<Request, { readonly kind: 'load' }>;

const answer = async ({ lane }: Worker, question: Question): Promise<Answer> => {
  switch (question.kind) {
    case 'gradients':
      return { kind: 'gradients', gradients: await lane.gradients(question.microBatch) };
    case 'infer':
      return {
        kind: 'inference',
        inference: await lane.infer(question.microBatch, question.outputs, question.training),
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

/** Results are this thread's own copies already: their memory, which several may share, goes over as it is. */
const buffersOf = (said: Answer): ArrayBuffer[] => [
  ...new Set(
    arraysOf(said)
      .flatMap((arrays) => Object.values(arrays))
      .flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : [])),
  ),
];

const say = (said: Answer): void => parentPort?.postMessage(said, buffersOf(said));

const serve = (worker: Worker): void => {
  parentPort?.on('message', (request: Request) => {
    // not caught: nobody waits for a load, so one that fails ends the worker rather than computing with old values
    if (request.kind === 'load') worker.lane.load(worker.read(request.names));
    else
      answer(worker, request).then(say, (cause: unknown) =>
        say({ kind: 'failed', message: defect(cause).message }),
      );
  });
  say({ kind: 'ready' });
};

const setup: Setup = workerData;
const opened = await open(setup)();
if (E.isLeft(opened)) say({ kind: 'failed', message: errorMessage(opened.left) });
else serve(opened.right);
