/** Programs at other sizes than in training. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, decodeError } from '../../base/error.js';
import { inputsOf, type Program, resize, type Shape, showShape, tryProgram } from '../../dsl/index.js';

/** The sizes of a program that change. */
export interface OtherSizes {
  /** The grid of its image or its only input; the channels stay. */
  readonly grid: Shape | null;
  /** Inputs by name, with their whole shapes. */
  readonly inputs: Readonly<Record<string, Shape>>;
  /** The steps of its only scan, or of its scans by name; undefined if they stay. */
  readonly steps: number | Readonly<Record<string, number>> | undefined;
}

/** The input that a grid belongs to, with its new shape. */
const gridded = (program: Program, grid: Shape): Checked<Readonly<Record<string, Shape>>> => {
  const shapes = inputsOf(program.graph);
  const names = Object.keys(shapes);
  const name = Object.hasOwn(shapes, 'image') ? 'image' : names.length === 1 ? names[0] : undefined;
  if (name === undefined)
    return E.left(
      decodeError(
        '--resize',
        `the program has the inputs ${names.join(', ')}; say which, such as ${names[0]}=${shapes[names[0]].join('x')}`,
      ),
    );
  const shape = shapes[name];
  return grid.length === shape.length - 1
    ? E.right({ [name]: [...grid, shape[shape.length - 1]] })
    : E.left(
        decodeError(
          '--resize',
          `${grid.join('x')} is no grid of the input '${name}' ${showShape(shape)}; it has ${shape.length - 1} axes besides its channels`,
        ),
      );
};

/** The program at these sizes, for the same weights. **Errors** DecodeError with the part of fixed size. */
export const resized = (program: Program, { grid, inputs, steps }: OtherSizes): Checked<Program> =>
  pipe(
    grid === null ? E.right({}) : gridded(program, grid),
    E.flatMap((ofGrid) =>
      pipe(
        tryProgram((): Program => resize(program, { inputs: { ...ofGrid, ...inputs }, steps })),
        E.mapLeft((error) => decodeError('--resize', error.message)),
      ),
    ),
  );

/** The sizes in the form of the command line: `128x128,steps=200`. */
export const sizesText = ({ grid, inputs, steps }: OtherSizes): string =>
  [
    ...(grid === null ? [] : [grid.join('x')]),
    ...Object.entries(inputs).map(([name, shape]) => `${name}=${shape.join('x')}`),
    ...Object.entries(typeof steps === 'number' ? { steps } : (steps ?? {})).map(
      ([name, count]) => `${name}=${count}`,
    ),
  ].join(',');
