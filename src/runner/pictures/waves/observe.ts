/**
 * Observes the waves of an opened run on test images, for any number of steps, without the parts that only its logits
 * need.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Waves } from '../../../analysis/index.js';
import { type Checked, decodeError, type Effect } from '../../../base/error.js';
import { portrait } from '../../../compile/light-cone/index.js';
import { shapeOfDataset } from '../../../data/dataset.js';
import { inputsOf, outputsOf, type Program, select } from '../../../dsl/index.js';
import { scanInputs } from '../../../dsl/op.js';
import { programFor } from '../../../experiments/model.js';
import type { Sample } from '../../../report/index.js';
import { planeOf, type WaveGrid, waveGridOf } from '../../observe/wave-grid.js';
import { hasSamples, type OpenRun, runGridOf, withRunSession } from '../../results/open-run.js';
import { finiteAnswer } from '../../training/finite.js';

/** The program of the waves over `steps` steps, without the parts that only the logits need. */
export const waveProgram = (open: OpenRun, steps: number | null): Checked<Program> => {
  const { model, loss } = open.run.experiment;
  const grid = runGridOf(open);
  if (E.isLeft(grid)) return grid;
  if (steps !== null && !('steps' in model))
    return E.left(decodeError('--steps', 'this run has a program of its own, whose steps cannot be changed'));
  return pipe(
    steps === null || !('steps' in model)
      ? E.right(open.program)
      : open.dataset === null
        ? E.left(decodeError('--steps', 'the steps of arrays are those of the task; leave it out'))
        : programFor({ ...model, steps }, loss, shapeOfDataset(open.dataset)),
    E.map((program) => {
      const fields = ['omega', 'alpha'].filter((name) => name in outputsOf(program.graph));
      return select(program, 'waves', ...fields);
    }),
  );
};

/**
 * A record as long as the training's resolves frequencies only roughly, so the same lattice is simulated for longer.
 */
const longer = 8;
/** Half a minute of transforms. */
const mostValues = 2 ** 22;

/** The default number of steps of the spectrum; null if the model's own cannot be changed. */
export const spectrumSteps = (open: OpenRun): number | null => {
  const { steps, height, width, channels } = pipe(
    runGridOf(open),
    E.getOrElse(() => ({ steps: 0, height: 1, width: 1, channels: 1 })),
  );
  const { run } = open;
  return 'steps' in run.experiment.model
    ? Math.max(steps, Math.min(longer * steps, Math.floor(mostValues / (height * width * channels))))
    : null;
};

/** The time step of a run's waves; null for a model without one, whose time is counted in steps. */
export const dtOf = ({ run }: OpenRun): number | null =>
  'dt' in run.experiment.model ? run.experiment.model.dt : null;

/** The waves of one test image. */
export interface Observed {
  readonly index: number;
  readonly sample: Sample;
  /** The waves, in the middle plane of a lattice with three axes. A model without a time step has steps of 1. */
  readonly waves: Waves;
  readonly omega: Float32Array | null;
  readonly alpha: Float32Array | null;
}

/** Whether a plane is the whole lattice of a scan; in a part of one, opposite edges are not neighbours. */
const isWholeState = ({ graph: { nodes } }: Program, { height, width, plane }: WaveGrid): boolean => {
  const sides = [...(plane === null ? [] : [plane.of]), ...(height === 1 ? [] : [height]), width].join();
  return nodes.some(
    ({ op, inputs }) =>
      op.op === 'scan' &&
      scanInputs(op, inputs).fields.some(
        (input) => nodes[input].shape.join().startsWith(`${sides},`) || nodes[input].shape.join() === sides,
      ),
  );
};

/** The waves of test images. **Errors** DecodeError for an image that is not there, or a model without waves. */
export const observe = (
  open: OpenRun,
  program: Program,
  indices: readonly number[],
): Effect<readonly Observed[]> => {
  const there = hasSamples(open, indices);
  if (E.isLeft(there)) return TE.left(there.left);
  const found = waveGridOf(program);
  if (found.kind === 'none') return TE.left(decodeError(open.run.folder, found.why));
  const { grid } = found;
  const { steps, height, width, channels } = grid;
  const { scans } = portrait(program, {
    output: 'waves',
    input: Object.keys(inputsOf(program.graph))[0] ?? 'image',
  });
  const torus = scans.length > 0 && scans.every((scan) => scan.torus) && isWholeState(program, grid);
  const names = Object.keys(outputsOf(program.graph));
  return withRunSession(open, program, async (session) => {
    const observed: Observed[] = [];
    for (const index of indices) {
      const { batch, shown } = await open.samples.read(program, index);
      const { outputs } = await session.infer(batch, names);
      finiteAnswer({ waves: outputs.waves }, 0, 1, index);
      observed.push({
        index,
        sample: shown,
        waves: {
          steps,
          height,
          width,
          channels,
          dt: dtOf(open) ?? 1,
          values: planeOf(grid, outputs.waves),
          torus,
        },
        omega: outputs.omega ?? null,
        alpha: outputs.alpha ?? null,
      });
    }
    return observed;
  });
};
