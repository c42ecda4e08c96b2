// One plain line with the real totals at the very end, for whoever reads the end of the log.
import mocha from 'mocha';

/** Writes the totals of a reporter's run once the process ends. */
export const sayTotals = (runner, reporter) =>
  runner.once(mocha.Runner.constants.EVENT_RUN_END, () => {
    const { passes, failures, pending } = reporter.stats;
    process.on('exit', () => {
      process.stdout.write(
        `${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}\n`,
      );
    });
  });
