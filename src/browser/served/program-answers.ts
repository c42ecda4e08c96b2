/** Answers about programs that are open in a worker. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, decodeError } from '../../base/error.js';
import type { Arrays } from '../../compile/parameters.js';
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

const elsewhere = "`worker.open(p, { engine: 'cpu' })` computes it with TensorFlow.js";

/** An open program, if these inputs have its sizes. */
const programWithInputs = (
  programs: Handles<Open>,
  handle: number,
  { count, inputs }: { readonly count: number; readonly inputs: Arrays },
): Checked<Open> => {
  const open = programs.find(handle);
  if (E.isLeft(open)) return open;
  const wrong = checkedInputs(open.right.program, count, inputs);
  return E.isLeft(wrong) ? wrong : open;
};

/** Opens programs, changes their weights, and computes outputs and gradients. */
export const programAnswers = (programs: Handles<Open>): readonly Answer[] => [
  serving(asks.open, async ({ program: data, weights, seed, engine }) => {
    const found = programWith(data, weights, seed);
    if (E.isLeft(found)) return found;
    const { program, parameters } = found.right;
    return pipe(
      engine === 'cpu'
        ? await openSlowSession(program, parameters)
        : openSession(program, parameters, elsewhere),
      E.map(({ session, lane, fused }) =>
        described(programs.put({ program, session, lane, weights: parameters }), program, fused),
      ),
    );
  }),
  serving(asks.load, async ({ handle, weights }) => {
    const found = programs.find(handle);
    if (E.isLeft(found)) return found;
    const open = found.right;
    const wrong = checkedWeights(open.program, weights);
    if (E.isLeft(wrong)) return wrong;
    open.session.load(weights);
    await open.session.loaded();
    open.weights = { ...open.weights, ...weights };
    return E.right({});
  }),
  serving(asks.weights, async ({ handle }) => {
    const open = programs.find(handle);
    if (E.isLeft(open)) return open;
    // a load that was asked before comes first
    await open.right.session.loaded();
    return E.right(copied(open.right.weights));
  }),
  serving(asks.infer, async ({ handle, count, inputs, outputs, training }) => {
    const open = programWithInputs(programs, handle, { count, inputs });
    if (E.isLeft(open)) return open;
    const { session } = open.right;
    return E.right((await session.infer({ count, inputs }, outputs, { training })).outputs);
  }),
  serving(asks.gradients, async ({ handle, count, inputs, labels, output, parts }) => {
    const open = programWithInputs(programs, handle, { count, inputs });
    if (E.isLeft(open)) return open;
    const { session } = open.right;
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
    const open = programWithInputs(programs, handle, microBatch);
    return E.isLeft(open) ? open : E.right(await open.right.lane.gradients(microBatch));
  }),
  serving(asks.partOutputs, async ({ handle, microBatch, outputs, training }) => {
    const open = programWithInputs(programs, handle, microBatch);
    return E.isLeft(open) ? open : E.right(await open.right.lane.infer(microBatch, outputs, training));
  }),
];
