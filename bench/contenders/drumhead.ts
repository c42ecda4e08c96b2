/** A contender in this package: drumhead fused or op by op, or stock TensorFlow.js running the same program. */

import { createInterface } from 'node:readline';
import { decodeWith } from '../../src/base/codec.js';
import { stream } from '../../src/base/random.js';
import { microBatchesOnEngine } from '../../src/compile/micro-batches-on-engine.js';
import { initialParameters } from '../../src/compile/parameters.js';
import { openPool } from '../../src/compile/tfjs/session/pool.js';
import { openSession, type Session } from '../../src/compile/tfjs/session/session.js';
import { select, usesBatchStatistics } from '../../src/dsl/index.js';
import { type Engine, opByOp, openEngine } from '../../src/engine/index.js';
import { adam, optimise, untrained } from '../../src/runner/training/optimiser.js';
import { labelsOf, type Phase, programOf, value } from '../cases.js';
import { peakBytes } from './peak.js';
import { type Answer, type Contender, type Request, requestCodec } from './protocol.js';
import { openStock } from './stock.js';

type Open = Extract<Request, { readonly kind: 'open' }>;

const engineFor = async (contender: Contender): Promise<Engine> => {
  if (contender === 'stock') return openStock();
  const isNative = contender === 'native-2' || contender === 'native-1';
  if (contender === 'tensorflow') return value(await openEngine('tensorflow')());
  const engine = value(await openEngine(isNative ? 'native' : 'wasm')());
  return contender === 'op-by-op' ? opByOp(engine) : engine;
};

const opened = async (job: Open): Promise<Readonly<Record<Phase, () => Promise<unknown>>>> => {
  const program = select(programOf(job), 'logits');
  const engine = await engineFor(job.contender);
  const { batch, sizes, threads } = job;
  let parameters = initialParameters(program.graph, 0);
  let state = untrained;
  const session: Session =
    job.contender === 'stock' || job.contender === 'tensorflow'
      ? value(openSession(engine, program, parameters))
      : value(await openPool(engine, program, parameters, threads)());
  const parts = value(microBatchesOnEngine(program, batch, engine, usesBatchStatistics(program.graph)));
  const random = stream(0, 'bench');
  const pixels = batch * sizes.height * sizes.width;
  const image = Float32Array.from({ length: pixels * sizes.channels }, random.uniform);
  const labels = Uint8Array.from({ length: batch * labelsOf(job) }, () => random.integer(sizes.classes));
  return {
    train: async () => {
      const { gradients } = await session.gradients({ count: batch, inputs: { image }, labels }, parts);
      ({ parameters, state } = optimise(adam)(state, parameters, gradients));
      session.load(parameters);
    },
    infer: () => session.infer({ count: batch, inputs: { image } }, ['logits'], { microBatches: parts }),
  };
};

const say = (answer: Answer): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);

let ready: Readonly<Record<Phase, () => Promise<unknown>>> | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  const start = performance.now();
  try {
    const request = value(decodeWith(requestCodec, 'request')(JSON.parse(line)));
    if (request.kind === 'open') ready = await opened(request);
    else await ready?.[request.phase]();
    say({ kind: 'done', seconds: (performance.now() - start) / 1000, peakBytes: peakBytes() });
  } catch (cause) {
    say({ kind: 'failed', message: cause instanceof Error ? cause.message : String(cause) });
  }
}
process.exit(0);
