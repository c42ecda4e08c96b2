/** The process that measures on a node: reads the probes from its input, prints the speeds. */

import { hostname } from 'node:os';
import { text } from 'node:stream/consumers';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as J from 'fp-ts/lib/Json.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { decodeWith } from '../../base/codec.js';
import { type Effect, errorMessage, mismatch } from '../../base/error.js';
import { decodeProgram } from '../../dsl/index.js';
import { openEngine, parseEngineChoice } from '../../engine/index.js';
import { timeProbe } from '../run/estimate.js';
import { answerMark, type NodeSpeeds, probesCodec } from './probe.js';

const now = (): number => performance.now() / 1000;

const measured = (json: string): Effect<NodeSpeeds> =>
  pipe(
    TE.fromEither(
      pipe(
        J.parse(json),
        E.mapLeft(() => mismatch('the probes are no JSON')),
        E.flatMap(decodeWith(probesCodec, 'the probes')),
      ),
    ),
    TE.bindTo('asked'),
    TE.bind('engine', ({ asked }) =>
      pipe(
        TE.fromEither(parseEngineChoice(asked.engine)),
        TE.flatMap((choice) => openEngine(choice, asked.fused ? 'fused' : 'op by op')),
      ),
    ),
    TE.flatMap(({ asked, engine }) =>
      pipe(
        asked.probes,
        TE.traverseSeqArray(({ kind, program, loss }) =>
          pipe(
            TE.fromEither(decodeProgram(program, `the probe of ${kind}`)),
            TE.flatMap((probe) => timeProbe(probe, { loss }, engine, now)),
            TE.map(({ flopsPerSecond }) => [kind, flopsPerSecond] as const),
          ),
        ),
      ),
    ),
    TE.map((speeds) => ({ node: hostname(), flopsPerSecond: Object.fromEntries(speeds) })),
  );

const done = await measured(await text(process.stdin))();
if (E.isLeft(done)) console.error(errorMessage(done.left));
else console.log(`${answerMark}${JSON.stringify(done.right)}`);
process.exit(E.isLeft(done) ? 1 : 0);
