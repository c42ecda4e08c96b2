/** The answers of a worker: a function for each question, and its open programs and films. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, decodeError } from '../../base/error.js';
import { errorOf } from '../../compile/tfjs/session/fault.js';
import { hashProgram } from '../../dsl/program.js';
import { asks } from '../asks.js';
import { type Answered, type Endpoint, received, refusalOf, type Same } from '../wire.js';
import { advance, copied, describedFilm, type Film, openFilm, plucked, trying, wallsOf } from './films.js';
import { judge } from './laws.js';
import { checkedInputs, checkedWeights, described, type Open, openSession, programWith } from './programs.js';
import type { Training } from './trainings.js';

/** Sends a message before the answer. */
export type Say = (value: unknown) => void;

/** Answers a question, which is given as data. */
export type Serve = (ask: unknown, say: Say) => Promise<Answered<unknown>>;

const serving = <A, B, S>(
  { name, ask, answer }: Endpoint<A, B, S>,
  work: (asked: A, say: (value: S) => void) => Checked<B> | Promise<Checked<B>>,
): readonly [string, Serve] =>
  [
    name,
    async (data, say) => {
      const asked = received(ask, name, data);
      if (E.isLeft(asked)) return asked;
      try {
        return pipe(await work(asked.right, say), E.mapLeft(refusalOf), E.map(written(answer)));
      } catch (cause) {
        return E.left(refusalOf(errorOf(cause)));
      }
    },
  ] as const;

const written =
  <B>(codec: Same<B>) =>
  (value: B): unknown =>
    codec.encode(value);

const done = E.right({});

/** Values by their handles. */
class Handles<A> {
  readonly #held = new Map<number, A>();
  constructor(
    private readonly what: string,
    private readonly next: () => number,
  ) {}

  put(thing: A): number {
    const handle = this.next();
    this.#held.set(handle, thing);
    return handle;
  }

  find(handle: number): Checked<A> {
    const found = this.#held.get(handle);
    return found === undefined
      ? E.left(
          decodeError('handle', `no ${this.what} is open under ${handle}; it was closed, or never opened`),
        )
      : E.right(found);
  }

  drop(handle: number): A | undefined {
    const found = this.#held.get(handle);
    this.#held.delete(handle);
    return found;
  }
}

/** A worker's answers, by the names of the questions. */
export const answers = (): ReadonlyMap<string, Serve> => {
  let last = 0;
  const next = (): number => ++last;
  const programs = new Handles<Open>('program', next);
  const films = new Handles<Film>('film', next);
  const trainings = new Handles<Training>('training', next);
  return new Map<string, Serve>([
    serving(asks.open, ({ program: data, weights, seed }) =>
      pipe(
        programWith(data, weights, seed),
        E.flatMap(({ program, parameters }) =>
          pipe(
            openSession(program, parameters),
            E.map(({ session, fused }) =>
              described(programs.put({ program, session, weights: parameters }), program, fused),
            ),
          ),
        ),
      ),
    ),
    serving(asks.load, ({ handle, weights }) =>
      pipe(
        programs.find(handle),
        E.tap(({ program }) => checkedWeights(program, weights)),
        E.map((open) => {
          open.session.load(weights);
          open.weights = { ...open.weights, ...weights };
          return {};
        }),
      ),
    ),
    serving(asks.weights, ({ handle }) =>
      pipe(
        programs.find(handle),
        E.map(({ weights }) => copied(weights)),
      ),
    ),
    serving(asks.infer, async ({ handle, count, inputs, outputs, training }) => {
      const open = programs.find(handle);
      if (E.isLeft(open)) return open;
      const { program, session } = open.right;
      const wrong = checkedInputs(program, count, inputs);
      if (E.isLeft(wrong)) return wrong;
      return E.right((await session.infer({ count, inputs }, outputs, { training })).outputs);
    }),
    serving(asks.gradients, async ({ handle, count, inputs, labels, output, parts }) => {
      const open = programs.find(handle);
      if (E.isLeft(open)) return open;
      const { program, session } = open.right;
      const wrong = checkedInputs(program, count, inputs);
      if (E.isLeft(wrong)) return wrong;
      if ((labels === undefined) === (output === undefined))
        return E.left(
          decodeError('gradients', 'give either the labels of `logits`, or the output that is minimised'),
        );
      return E.right(
        await session.gradients(
          labels === undefined
            ? { count, inputs, loss: { output: output ?? '' } }
            : { count, inputs, labels },
          parts ?? [count],
        ),
      );
    }),
    serving(asks.close, ({ handle }) => {
      programs.drop(handle)?.session.close();
      films.drop(handle);
      const training = trainings.drop(handle);
      training?.stop?.abort();
      training?.session.close();
      return done;
    }),

    serving(asks.film, ({ program, weights, seed }) =>
      pipe(
        openFilm(program, weights, seed),
        E.map((stepper) => describedFilm(films.put({ stepper, walls: null }), stepper)),
      ),
    ),
    serving(asks.start, ({ handle, inputs }) =>
      pipe(
        films.find(handle),
        E.flatMap(({ stepper }) => trying('start', () => copied(stepper.start(inputs)))),
      ),
    ),
    serving(asks.feel, ({ handle, inputs }) =>
      pipe(
        films.find(handle),
        E.flatMap(({ stepper }) => trying('feel', () => copied(stepper.feel(inputs)))),
      ),
    ),
    serving(asks.step, ({ handle, steps, probes, state }) =>
      pipe(
        films.find(handle),
        E.flatMap((film) => advance(film, steps, probes, state)),
      ),
    ),
    serving(asks.set, ({ handle, values }) =>
      pipe(
        films.find(handle),
        E.flatMap(({ stepper }) => trying('set', () => stepper.set(values))),
        E.map(() => ({})),
      ),
    ),
    serving(asks.pluck, ({ handle, field, ...at }) =>
      pipe(
        films.find(handle),
        E.flatMap((film) => plucked(film, field, at)),
        E.map(() => ({})),
      ),
    ),
    serving(asks.wall, ({ handle, fields, open }) =>
      pipe(
        films.find(handle),
        E.flatMap((film) =>
          pipe(
            wallsOf(film.stepper, fields, open),
            E.map((walls) => {
              film.walls = walls;
              return {};
            }),
          ),
        ),
      ),
    ),
    serving(asks.state, ({ handle }) =>
      pipe(
        films.find(handle),
        E.map(({ stepper }) => ({ state: copied(stepper.state()), given: copied(stepper.given()) })),
      ),
    ),
    serving(asks.answers, ({ handle }) =>
      pipe(
        films.find(handle),
        E.flatMap(({ stepper }) => trying('answers', () => copied(stepper.answers()))),
      ),
    ),
    serving(asks.retune, ({ handle, program, weights }) =>
      pipe(
        films.find(handle),
        E.flatMap((film) =>
          pipe(
            openFilm(program, weights, 0),
            E.flatMap((stepper) => trying('retune', () => stepper.goOn(film.stepper))),
            E.map((stepper) => {
              film.stepper = stepper;
              return describedFilm(handle, stepper);
            }),
          ),
        ),
      ),
    ),

    serving(asks.laws, judge),

    serving(asks.training, async ({ experiment, seed }) => {
      const { openTraining, progressOf } = await import('./training.js');
      return pipe(
        openTraining(experiment, seed),
        E.map((training) => ({
          handle: trainings.put(training),
          program: training.program.graph,
          hash: hashProgram(training.program),
          classes: training.classes,
          parts: training.plan.microBatches,
          progress: progressOf(training),
        })),
      );
    }),
    serving(asks.train, async ({ handle, epochs }, say) => {
      const { goOn } = await import('./training.js');
      const found = trainings.find(handle);
      return E.isLeft(found) ? found : goOn(found.right, epochs, say);
    }),
    serving(asks.stop, ({ handle }) =>
      pipe(
        trainings.find(handle),
        E.map(({ stop }) => {
          stop?.abort();
          return {};
        }),
      ),
    ),
    serving(asks.trained, async ({ handle, which }) => {
      const { weightsNow } = await import('./training.js');
      return pipe(
        trainings.find(handle),
        E.map((training) => copied(weightsNow(training, which))),
      );
    }),
    serving(asks.folder, async ({ handle, host }) => {
      const { runFolder } = await import('./training.js');
      return pipe(
        trainings.find(handle),
        E.map((training) => runFolder(training, host)),
      );
    }),
    serving(asks.model, async ({ program, weights }) => {
      const { modelZip } = await import('./model-zip.js');
      return pipe(
        programWith(program, weights, 0),
        E.flatMap((found) => modelZip(found.program, found.parameters)),
        E.map((zip) => ({ zip })),
      );
    }),
  ]);
};
