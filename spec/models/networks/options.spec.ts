/** Layers of drumhead/networks that are written in JavaScript: an option that is missing is named, not what comes of it. */

import assert from 'node:assert/strict';
import { ProgramFault } from '../../../src/dsl/index.js';
import { needs } from '../../../src/models/networks/options.js';

const said = (...[name, options, ...names]: Parameters<typeof needs>): string => {
  try {
    needs(name, options, ...names);
    return 'taken';
  } catch (cause) {
    return cause instanceof ProgramFault ? cause.message : 'no fault of the program';
  }
};

describe('options that a layer needs', () => {
  it('are named where they are missing', () => {
    assert.match(
      said('cornnLayer', undefined, 'units', 'dt'),
      /^cornnLayer: it needs the options units and dt; write cornnLayer\(\{ units: …, dt: … \}\)/,
    );
    assert.match(
      said('hornLayer', { units: 3, dt: undefined }, 'units', 'dt', 'alpha'),
      /it needs also the options dt and alpha;/,
    );
    assert.match(said('linossLayer', {}, 'oscillators'), /it needs the option oscillators;/);
    assert.equal(said('linossLayer', { oscillators: 0 }, 'oscillators'), 'taken');
  });
});
