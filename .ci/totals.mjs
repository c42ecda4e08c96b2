// Adds up the last lines of totals of several logs, and prints one of the same form. A log without one counts as failed.
import { readFileSync } from 'node:fs';

const line = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/;
const sum = { passed: 0, failed: 0, skipped: 0 };
for (const path of process.argv.slice(2)) {
  const found = readFileSync(path, 'utf8').trimEnd().split('\n').reverse().find((each) => line.test(each));
  if (found === undefined) {
    process.stdout.write(`${path}: it ended without its totals\n`);
    sum.failed++;
    continue;
  }
  const [, passed, failed, skipped = 0] = line.exec(found).map(Number).map((n) => n || 0);
  sum.passed += passed;
  sum.failed += failed;
  sum.skipped += skipped;
}
const { passed, failed, skipped } = sum;
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = failed > 0 ? 1 : 0;
