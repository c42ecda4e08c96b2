/**
 * Where Node counts what the specs run (NODE_V8_COVERAGE), it counts in mocha's own processes alone: commands that specs
 * start run the compiled code, and some with too few open files to write down what they ran. With `--parallel`, mocha's own
 * are the workers too; each of them writes what it ran before it ends, which may take longer than mocha waits for.
 */

import { stopCoverage, takeCoverage } from 'node:v8';

const counts = process.env.NODE_V8_COVERAGE !== undefined;
const works = process.env.MOCHA_WORKER_ID !== undefined;

if (counts && works)
  process.once('exit', () => {
    // Mocha ends workers by this signal after a second.
    process.on('SIGTERM', () => {});
    takeCoverage();
    stopCoverage();
  });

// Workers inherit it from the process that starts them, and hand it on to nobody.
if (works || !process.argv.includes('--parallel')) delete process.env.NODE_V8_COVERAGE;
