// A line for each step as it ends, since steps take minutes; then failures, and the plain line of the real totals.
import mocha from 'mocha';

const { reporters, Runner } = mocha;

export default class Steps extends reporters.Spec {
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
