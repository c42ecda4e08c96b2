/** Answers about films. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { asks } from '../asks.js';
import { advance, copied, describedFilm, type Film, openFilm, plucked, trying, wallsOf } from './films.js';
import type { Handles } from './handles.js';
import { type Answer, serving } from './serving.js';

/** Opens films, advances them, and plucks, walls and retunes them on the way. */
export const filmAnswers = (films: Handles<Film>): readonly Answer[] => [
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
];
