/** The catalogued sweeps: the tables of the publication, all of it at a laptop's size, and six kinds of task for the zoo. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import { type Checked, unknownName } from '../../base/error.js';
import { readouts } from '../../dsl/index.js';
import { cnnDepths, experimentNamed, unetWidths } from '../catalogue.js';
import { kinds, zooName } from '../zoo.js';
import { type Axes, mapSweep, type Sweep, seedsAxis, smallerSweep } from './sweep.js';

/** A catalogued experiment and its place in the publication's tables. */
interface Entry {
  readonly experiment: string;
  readonly axes: Axes;
}

const entry = (task: string, model: string, axis: string, value: string | number): Entry => ({
  experiment: `${task}/${model}-${value}`,
  axes: { task, model, [axis]: value },
});

/** Both recurrent models with every readout, and the CNN at every depth. */
const compared = (task: string): readonly Entry[] => [
  ...readouts.map((readout) => entry(task, 'nwm', 'readout', readout)),
  ...readouts.map((readout) => entry(task, 'lstm', 'readout', readout)),
  ...cnnDepths.map((layers) => entry(task, 'cnn', 'layers', layers)),
];

const multiMnist: readonly Entry[] = [
  entry('multi-mnist', 'nwm', 'readout', 'linear-smaller4'),
  ...unetWidths.map((base) => entry('multi-mnist', 'unet', 'base', base)),
];

/** Every experiment of the publication's tables. */
const everyTable: readonly Entry[] = [...compared('tetrominoes'), ...compared('mnist'), ...multiMnist];

/** Every network of the zoo on every kind of task that it reads. */
const sixKinds: readonly Entry[] = Object.entries(kinds).flatMap(([kind, { networks }]) =>
  networks.map((network) => ({ experiment: zooName(kind, network), axes: { kind, network } })),
);

interface Plan {
  readonly entries: readonly Entry[];
  /** The change of the published experiments. */
  readonly change: (sweep: Sweep) => Sweep;
}

const published = (entries: readonly Entry[]): Plan => ({ entries, change: (sweep) => sweep });

const plans: Readonly<Record<string, Plan>> = {
  'paper/tetrominoes': published(compared('tetrominoes')),
  'paper/mnist': published(compared('mnist')),
  'paper/multi-mnist': published(multiMnist),
  'paper/small': { entries: everyTable, change: smallerSweep('small') },
  'paper/small-first': {
    entries: everyTable,
    change: (sweep) => pipe(sweep, smallerSweep('small'), mapSweep(seedsAxis.set(1))),
  },
  'zoo/six-kinds': published(sixKinds),
};

/** Names of all sweeps of the catalogue. */
export const sweepNames: readonly string[] = Object.keys(plans);

/**
 * A sweep of the catalogue. Its axes are those of the publication's tables: `task`, `model` (nwm, lstm, cnn, unet),
 * and `readout`, `layers` or `base`; of the zoo's, `kind` and `network`.
 *
 * **Errors** UnknownName for a name that is not in the catalogue.
 *
 * @example
 * sweepNamed('paper/multi-mnist')   // right({ name: 'paper/multi-mnist', members: [five of them] })
 */
export const sweepNamed = (name: string): Checked<Sweep> =>
  pipe(
    Object.hasOwn(plans, name) ? E.right(plans[name]) : E.left(unknownName('sweep', name, sweepNames)),
    E.flatMap(({ entries, change }) =>
      pipe(
        entries,
        A.traverse(E.Applicative)(({ experiment, axes }) =>
          pipe(
            experimentNamed(experiment, 'full'),
            E.map((found) => ({ axes, experiment: found })),
          ),
        ),
        E.map((members) => change({ name, members })),
      ),
    ),
  );
