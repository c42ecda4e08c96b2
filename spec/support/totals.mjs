// Mocha's own dots and failures, and then one plain line with the real totals for whoever reads the end of the log.
import mocha from 'mocha';

const { reporters, Runner } = mocha;

export default class Totals extends reporters.Dot {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      process.on('exit', () => {
        process.stdout.write(
          `${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}\n`,
        );
      });
    });
  }
}
