// A line for each step as it ends, since steps take minutes; then failures and the totals.
import mocha from 'mocha';
import { sayTotals } from './real-totals.mjs';

export default class Steps extends mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    sayTotals(runner, this);
  }
}
