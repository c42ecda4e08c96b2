/** How saved weights are scored on data: the program at the sizes of the data, and its objective. Pure. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, type DrumheadError, decodeError, errorMessage } from '../../base/error.js';
import type { TaskShape } from '../../data/dataset.js';
import { inputsOf, type Program, sameShape } from '../../dsl/index.js';
import { type Forms, inputProblems, learningOf, outputsAimOf } from '../../experiments/learning.js';
import { type ClassLoss, isClassLoss, publishedLoss } from '../../experiments/loss.js';
import { type DataShape, formsOfSizes, isSizes } from '../../experiments/model.js';
import { sizesOf, type Trained } from '../export/trained.js';
import { type OtherSizes, resized } from '../run/resize-program.js';
import { objectiveOf } from '../training/aimed.js';
import { imagesObjective } from '../training/classes.js';
import type { Objective } from '../training/objective.js';
import { outputsObjective } from '../training/outputs.js';

/** A program whose outputs are scored. */
export interface Scoring {
  readonly program: Program;
  readonly objective: Objective;
}

/** Checks that a grid that was asked for is that of the images. */
const gridFits = ({ height, width }: TaskShape, resize: OtherSizes | null): Checked<void> =>
  resize?.grid == null || sameShape(resize.grid, [height, width])
    ? E.right(undefined)
    : E.left(
        decodeError(
          '--resize',
          `the images are ${height}x${width}, not ${resize.grid.join('x')}; say their size, or none`,
        ),
      );

/** A program for pictures at other sizes, for the same weights. */
const atSizes = (
  program: Program,
  wanted: TaskShape,
  folder: string,
  resize: OtherSizes | null,
): Checked<Program> => {
  const own = sizesOf(program);
  if (own === null || own.channels !== wanted.channels || own.classes !== wanted.classes)
    return E.left(otherSizes(folder, own, wanted));
  const grid = [wanted.height, wanted.width];
  if (resize === null && sameShape(grid, [own.height, own.width])) return E.right(program);
  return pipe(
    resized(program, { inputs: {}, steps: undefined, ...resize, grid }),
    E.mapLeft((error) => (resize === null ? otherSizes(folder, own, wanted, errorMessage(error)) : error)),
  );
};

/** A program at the sizes of its arrays, including targets. Refuses a program of fixed size. */
const atForms = (
  program: Program,
  forms: Forms,
  folder: string,
  resize: OtherSizes | null,
): Checked<Program> => {
  const shapes = inputsOf(program.graph);
  const problems = inputProblems(program, forms);
  const asIs = problems.length === 0 && (resize === null || resize.steps === undefined);
  if (asIs) return E.right(program);
  if (Object.keys(shapes).some((name) => forms[name]?.shape.length !== shapes[name].length))
    return E.left(decodeError(folder, problems));
  const inputs = Object.fromEntries(Object.keys(shapes).map((name) => [name, forms[name].shape]));
  return pipe(
    resized(program, { grid: null, inputs, steps: resize?.steps }),
    E.mapLeft((error) =>
      problems.length === 0 || error._tag !== 'DecodeError'
        ? error
        : decodeError(folder, [...problems, ...error.problems]),
    ),
  );
};

/** Refuses other sizes for arrays, which their task states; only steps may change. */
const withoutSizes = (resize: OtherSizes | null): Checked<void> =>
  resize === null || (resize.grid === null && Object.keys(resize.inputs).length === 0)
    ? E.right(undefined)
    : E.left(
        decodeError(
          '--resize',
          'the arrays of this task have the sizes of its settings; change those with --set, or say steps=N alone',
        ),
      );

type Sizes = ReturnType<typeof sizesOf>;

const words = (sizes: Sizes): string =>
  sizes === null
    ? 'something else than images'
    : `${sizes.height}x${sizes.width}x${sizes.channels} and ${sizes.classes} classes`;

const otherSizes = (folder: string, own: Sizes, wanted: Sizes, why?: string): DrumheadError =>
  decodeError(
    folder,
    `its weights are for ${words(own)} and do not fit this data, of ${words(wanted)}${why === undefined ? '' : `: ${why}`}`,
  );

/** The objective of classes: of pixels or images, or of the array that is not an input of the program. */
const ofClasses = (
  program: Program,
  loss: ClassLoss,
  data: DataShape,
  folder: string,
  resize: OtherSizes | null,
): Checked<Scoring> =>
  isSizes(data)
    ? pipe(
        gridFits(data, resize),
        E.flatMap(() => atSizes(program, data, folder, resize)),
        E.map((sized) => ({ program: sized, objective: imagesObjective(loss, data.classes, data.objects) })),
      )
    : pipe(
        withoutSizes(resize),
        E.flatMap(() => atForms(program, data, folder, resize)),
        E.flatMap((sized) => learningOf(sized, loss, [], data)),
        E.map((learning) => ({ program: learning.program, objective: objectiveOf(learning) })),
      );

/**
 * How a run is scored on data of these sizes or arrays: as it was trained; imported weights without an experiment by the
 * published loss.
 *
 * **Errors** DecodeError where its weights do not fit the data.
 */
export const scoringOf = (
  { program, whole, experiment }: Trained,
  data: DataShape,
  folder: string,
  resize: OtherSizes | null,
): Checked<Scoring> => {
  const loss = experiment?.loss ?? publishedLoss;
  const aim = outputsAimOf(loss, experiment?.scores);
  if (aim === null) return ofClasses(program, isClassLoss(loss) ? loss : publishedLoss, data, folder, resize);
  const scored = whole ?? program;
  return pipe(
    isSizes(data) ? gridFits(data, resize) : withoutSizes(resize),
    E.flatMap(() => atForms(scored, isSizes(data) ? formsOfSizes(data) : data, folder, resize)),
    E.map((sized) => ({ program: sized, objective: outputsObjective(sized, aim) })),
  );
};
