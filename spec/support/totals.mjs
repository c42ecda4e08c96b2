// Mocha's own dots and failures, and then the totals.
import mocha from 'mocha';
import { sayTotals } from './real-totals.mjs';

export default class Totals extends mocha.reporters.Dot {
  constructor(runner, options) {
    super(runner, options);
    sayTotals(runner, this);
  }
}
