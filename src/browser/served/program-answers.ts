/** Answers about programs that are open in a worker. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { decodeError } from '../../base/error.js';
import { asks } from '../asks.js';
import { copied } from './films.js';
import type { Handles } from './handles.js';
import {
  checkedInputs,
  checkedWeights,
  described,
  type Open,
  openSession,
  openSlowSession,
  programWith,
} from './programs.js';
import { type Answer, serving } from './serving.js';

/** Opens programs, changes their weights, and computes outputs and gradients. */
export const programAnswers = (programs: Handles<Open>): readonly Answer[] => [
  serving(asks.open, async ({ program: data, weights, seed, engine }) => {
    const found = programWith(data, weights, seed);
    if (E.isLeft(found)) return found;
    const { program, parameters } = found.right;
    return pipe(
      engine === 'cpu' ? await openSlowSession(program, parameters) : openSession(program, parameters),
      E.map(({ session, lane, fused }) =>
        described(programs.put({ program, session, lane, weights: parameters }), program, fused),
      ),
    );
  }),
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
        labels === undefined ? { count, inputs, loss: { output: output ?? '' } } : { count, inputs, labels },
        parts ?? [count],
      ),
    );
  }),
  serving(asks.partGradients, async ({ handle, microBatch }) => {
    const open = programs.find(handle);
    return E.isLeft(open) ? open : E.right(await open.right.lane.gradients(microBatch));
  }),
  serving(asks.partOutputs, async ({ handle, microBatch, outputs, training }) => {
    const open = programs.find(handle);
    return E.isLeft(open) ? open : E.right(await open.right.lane.infer(microBatch, outputs, training));
  }),
];
