/** The limit on time in `npm run break`: the processors' time counts, not that of a machine with other work. */

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { end, patience, spending, tooLong } from '../bench/break/spent.js';

describe('the time that an input of the campaign may take', () => {
  it('ten seconds of the processors, however little the clock says', () => {
    assert.equal(tooLong({ busy: 9.9, passed: 9.9 }), null);
    assert.equal(tooLong({ busy: 10.1, passed: 5.2 }), 'it took 10.1 s of the processors');
  });

  it('a busy machine is no fault, what waits for ever is', () => {
    assert.equal(tooLong({ busy: 0.4, passed: 120 }), null);
    assert.equal(tooLong({ busy: 0.4, passed: 301 }), 'it took 301 s, most of it waiting');
    assert.ok(end.busy > patience.busy && end.passed > patience.passed);
  });

  it('waiting takes the clock alone, work the processors too', async () => {
    const waits = spending();
    await pause(300);
    const { busy, passed } = waits();
    assert.ok(passed > 0.29, `${passed} s passed`);
    assert.ok(busy < 0.25, `${busy} s of the processors while it waited`);

    const works = spending();
    const begun = process.cpuUsage();
    while (process.cpuUsage(begun).user < 100_000);
    assert.ok(works().busy >= 0.1);
  });
});
