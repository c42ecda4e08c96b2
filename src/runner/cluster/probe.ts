/** How fast the models of a sweep train on a node of a partition: a short job of srun measures it there. */

import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as J from 'fp-ts/lib/Json.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { decodeWith } from '../../base/codec.js';
import { type Effect, mismatch } from '../../base/error.js';
import { type Engine, kernelsOf } from '../../engine/index.js';
import { lossCodec } from '../../experiments/loss.js';
import type { SlurmOptions } from './options.js';
import { callSlurm } from './slurm-program.js';
import { quoted } from './slurm-script.js';

/** What is measured: a probe for each kind of model; its program as `decodeProgram` reads it. */
export const probesCodec = t.type({
  engine: t.string,
  fused: t.boolean,
  probes: t.readonlyArray(t.type({ kind: t.string, program: t.unknown, loss: lossCodec })),
});
export type Probes = t.TypeOf<typeof probesCodec>;

/** The node's answer: FLOP a second in one thread, by kind of model. */
export const speedsCodec = t.type({ node: t.string, flopsPerSecond: t.record(t.string, t.number) });
export type NodeSpeeds = t.TypeOf<typeof speedsCodec>;

/** The line before the answer; a cluster's own greetings may stand above it. */
export const answerMark = 'drumhead-speeds ';

const isSource = import.meta.url.endsWith('.ts');
const child = fileURLToPath(new URL(isSource ? './probe-child.ts' : './probe-child.js', import.meta.url));
const loader = isSource
  ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
  : [];

/** The longest wait for a node, in seconds. */
const patience = 600;

/** The words of srun: those options of the array job that decide on which node it runs. */
const wordsOf = ({
  partition,
  account,
  qos,
  constraint,
  gres,
  memory,
}: SlurmOptions): readonly (readonly [string, string | null])[] => [
  ['partition', partition],
  ['account', account],
  ['qos', qos],
  ['constraint', constraint],
  ['gres', gres],
  ['mem', memory],
];

/**
 * Measures on a node of the partition, in one thread. It waits until the partition has a node, ten minutes at most.
 *
 * **Errors** Mismatch where srun is absent, gets no node in time, or the probe fails on its node.
 */
export const speedsThere = (
  engine: Engine,
  probes: Probes['probes'],
  options: SlurmOptions,
  cwd: string,
): Effect<NodeSpeeds> => {
  const command = [process.execPath, ...loader, child].map(quoted).join(' ');
  const request: Probes = { engine: engine.name, fused: kernelsOf(engine) !== 'op by op', probes };
  return pipe(
    callSlurm(
      'srun',
      [
        '--quiet',
        '--ntasks=1',
        '--cpus-per-task=1',
        '--time=10',
        ...wordsOf(options).flatMap(([name, value]) => (value === null ? [] : [`--${name}=${value}`])),
        'bash',
        '-c',
        [`cd ${quoted(cwd)} || exit 1`, ...options.setup, `exec ${command}`].join('\n'),
      ],
      { input: JSON.stringify(request), seconds: patience },
    ),
    TE.flatMapEither((said) => {
      const line = said.split('\n').find((one) => one.startsWith(answerMark));
      return line === undefined
        ? E.left(mismatch(`the probe on the partition answered no speeds: ${said.trim().slice(-500)}`))
        : pipe(
            J.parse(line.slice(answerMark.length)),
            E.mapLeft(() => mismatch('the probe on the partition answered no JSON')),
            E.flatMap(decodeWith(speedsCodec, 'the probe')),
          );
    }),
  );
};
