/** What one probe of speed stands for. */

import assert from 'node:assert/strict';
import { kindsOf, sharedProbes, sized } from '../../../src/cli/show/sized.js';
import { conv, program } from '../../../src/dsl/index.js';
import { decodeExperiment } from '../../../src/experiments/experiment.js';
import { rightOf } from '../../support/effects.js';
import { right } from '../../support/either.js';

const task = { name: 'polygons', size: 16, minRadius: 3, maxRadius: 4 };
const of = (model: object) => rightOf(sized(right(decodeExperiment({ name: 'mine', task, model }))));
const kernel = (size: number) =>
  program({ image: [16, 16, 1] }, ({ image }) => ({ logits: conv(7, { kernel: size })(image) }));

describe('probes of speed', () => {
  it('measure each program of a person, and say how many sizes of a model one stands for', async () => {
    const own = [await of(kernel(1)), await of(kernel(3)), await of(kernel(1))];
    assert.equal(kindsOf(own).length, 2);
    assert.equal(sharedProbes(own), '');
    const sizes = [await of({ name: 'cnn', layers: 2 }), await of({ name: 'cnn', layers: 3 })];
    assert.equal(kindsOf(sizes).length, 1);
    assert.equal(sharedProbes([...own, ...sizes]), '; one probe stands for the 2 programs of cnn');
  });
});
