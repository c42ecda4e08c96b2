/** A sweep: a line for each of its experiments. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { aligned } from '../../base/aligned.js';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import { cost } from '../../compile/cost/index.js';
import { showPlans } from '../../compile/fuse/coverage/show.js';
import { select } from '../../dsl/index.js';
import { memberName } from '../../experiments/label.js';
import { trainedOutput } from '../../experiments/learning.js';
import { runsOf, type Sweep } from '../../experiments/sweep/sweep.js';
import { duration } from '../../report/page/numbers.js';
import type { Speed } from '../../runner/run/estimate.js';
import { fitted } from '../terminal/fitted.js';
import {
  giga,
  json,
  kindOf,
  planOf,
  type ShowFlags,
  type Sized,
  secondsOf,
  sharedProbes,
  sized,
  speedsOf,
  withEngine,
} from './sized.js';

const sweepText = (
  sweep: Sweep,
  members: readonly Sized[],
  speeds: ReadonlyMap<string, Speed>,
  engine: string,
): string => {
  const times = members.map((one) => {
    const speed = speeds.get(kindOf(one));
    return speed === undefined ? null : secondsOf(one, speed);
  });
  const nameOf = memberName(sweep);
  const rows = members.map(({ experiment, program }, i) => {
    const { parameters, training } = cost(select(program, trainedOutput(experiment.loss)), {
      batch: experiment.training.batch,
    });
    const time = times[i];
    return [
      nameOf(sweep.members[i]),
      parameters.toLocaleString('en-US'),
      giga(training.flops),
      String(experiment.training.epochs),
      String(experiment.seeds.length),
      ...(time === null ? [] : [duration(time)]),
    ];
  });
  const timed = rows.some((row) => row.length > 5);
  const head = ['member', 'numbers', 'GFLOP a step', 'epochs', 'seeds', ...(timed ? ['a run, about'] : [])];
  const table = aligned([head, ...rows], [1, 2, 3, 4, 5]);
  const total = members.reduce(
    (sum, { experiment }, i) => sum + experiment.seeds.length * (times[i] ?? 0),
    0,
  );
  const text = [
    `${sweep.name}: ${members.length} experiments, ${runsOf(sweep).length} runs`,
    '',
    ...table,
    ...(timed
      ? [
          '',
          `time: about ${duration(total)} in all, in one thread of this machine; an estimate, from short probes on ${engine}${sharedProbes(members)}`,
        ]
      : []),
  ].join('\n');
  return fitted(text);
};

/** The plan of each member. */
const sweepPlans = (sweep: Sweep, members: readonly Sized[], flags: ShowFlags): string => {
  const nameOf = memberName(sweep);
  const named = members.map((one, i) => [nameOf(sweep.members[i]), planOf(one)] as const);
  return flags.json === true
    ? json(named.map(([member, plan]) => ({ member, plan })))
    : fitted(showPlans(named));
};

/** Flags that need a single program. */
const onlyOfOne = ({ name }: Sweep, { nodes, diagram }: ShowFlags): Checked<void> =>
  nodes === true || diagram === true
    ? E.left(
        decodeError(
          nodes === true ? '--nodes' : '--diagram',
          `${name} is a sweep, of which every member has a program of its own; show one of its experiments`,
        ),
      )
    : E.right(undefined);

/** A sweep as text: a line for each member; or the plans of its members. */
export const showSweep = (sweep: Sweep, flags: ShowFlags): Effect<string> =>
  pipe(
    TE.fromEither(onlyOfOne(sweep, flags)),
    TE.map(() => sweep.members),
    TE.flatMap(A.traverse(TE.ApplicativeSeq)(({ experiment }) => sized(experiment))),
    TE.flatMap((members) =>
      flags.plan === true
        ? TE.right(sweepPlans(sweep, members, flags))
        : flags.time
          ? withEngine(flags, (engine) =>
              pipe(
                speedsOf(members, engine),
                TE.map((speeds) => sweepText(sweep, members, speeds, engine.name)),
              ),
            )
          : TE.right(sweepText(sweep, members, new Map(), '')),
    ),
  );
