/**
 * The time to the first step.
 *
 *     npm run bench:start
 *
 * Load, compile and first step of the preset `quick`, in fresh processes of the built package; then the time
 * to compile each catalogued model at full size: building the program, and laying out the kernels of its
 * inference and of its gradients. Targets: 1.5 s and .3 s.
 */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as t from 'io-ts';
import { decodeWith } from '../../src/base/codec.js';
import { fuse } from '../../src/compile/fuse/execute/fused.js';
import { initialParameters } from '../../src/compile/parameters.js';
import { taskShape } from '../../src/data/task.js';
import { select } from '../../src/dsl/index.js';
import { experimentNamed, experimentNames } from '../../src/experiments/catalogue.js';
import { programFor } from '../../src/experiments/model.js';
import { value } from '../cases.js';
import { median } from '../statistics.js';
import { duration } from '../table.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const rounds = 5;

const startedCodec = t.type({ loaded: t.number, opened: t.number, stepped: t.number });

/** Seconds from the start of a process to its end, and the times that it reports. */
const started = (): Promise<t.TypeOf<typeof startedCodec> & { readonly ended: number }> =>
  new Promise((resolve, reject) => {
    const begin = performance.now();
    const script = fileURLToPath(new URL('./first-step.mjs', import.meta.url));
    execFile(process.execPath, [script], (fault, said) =>
      fault === null
        ? resolve({
            ...value(decodeWith(startedCodec, 'first step')(JSON.parse(said))),
            ended: (performance.now() - begin) / 1000,
          })
        : reject(fault),
    );
  });

type Started = Awaited<ReturnType<typeof started>>;
const all: Started[] = [];
for (let round = 0; round < rounds; round++) all.push(await started());
const [ended, loaded, opened, stepped] = (['ended', 'loaded', 'opened', 'stepped'] as const).map((key) =>
  all.map((one) => one[key]),
);
say(
  `quick preset, load, compile and first step: median ${duration(median(ended))}, least ${duration(Math.min(...ended))} ` +
    `(loaded after ${duration(median(loaded))}, ready after ${duration(median(opened))}, first step after ` +
    `${duration(median(stepped))})`,
);

interface Compiled {
  readonly name: string;
  readonly seconds: number;
  readonly fused: boolean;
}

/** The least of a few times, each on a fresh machine. */
const compiled = (name: string): Compiled | undefined => {
  const { model, loss, task } = value(experimentNamed(name, 'full'));
  const shape = taskShape(task);
  if (shape === null) return undefined;
  let fused = false;
  const times = [0, 1, 2].map(() => {
    const begin = performance.now();
    const program = select(value(programFor(model, loss, shape)), 'logits');
    const made = fuse(program.graph, initialParameters(program.graph, 0));
    fused = made?.fits(['logits']) ?? false;
    if (fused) made?.prepare(['logits']);
    if (fused) made?.prepareGradients(['logits']);
    return (performance.now() - begin) / 1000;
  });
  return { name, seconds: Math.min(...times), fused };
};

const found = experimentNames.flatMap((name) => compiled(name) ?? []).sort((a, b) => b.seconds - a.seconds);
say(`\ncompiling ${found.length} catalogued models at full size, the slowest first`);
for (const { name, seconds, fused } of found.slice(0, 12))
  say(`  ${duration(seconds).padStart(8)}  ${name}${fused ? '' : ', in parts'}`);
