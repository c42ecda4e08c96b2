// What a file of specs found, as one line of JSON behind a mark: for `npm run explore`, which reads it.
import mocha from 'mocha';

const { reporters, Runner } = mocha;

export default class Explored extends reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    const failures = [];
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => {
      failures.push({ title: test.fullTitle(), message: String(error.message ?? error) });
    });
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      process.stdout.write(
        `${process.env.DRUMHEAD_MARK}${JSON.stringify({ passes: this.stats.passes, failures })}\n`,
      );
    });
  }
}
