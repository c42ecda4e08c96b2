/** The process that is killed: runs the tiny experiment and writes a line an event, at once. */

import { writeSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../../src/base/error.js';
import { runExperiment } from '../../../src/runner/run/run.js';
import { breakDisk, type Fault } from './faulty-disk.js';
import { environmentOf, tiny } from './tiny.js';

const [runs, workers, fault] = process.argv.slice(2);
const faults: readonly Fault[] = JSON.parse(fault);
for (const each of faults) breakDisk(each);

const tell = ({ kind }: { readonly kind: string }): void => void writeSync(1, `${kind}\n`);
const done = await runExperiment(tiny, 0)(environmentOf(runs, { workers: Number(workers), tell }))();
if (E.isLeft(done)) process.stderr.write(errorMessage(done.left));
process.exit(E.isLeft(done) ? 1 : 0);
