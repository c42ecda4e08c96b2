import assert from 'node:assert/strict';
import { decodeDrumExperiment, drumExperiments } from '../../src/drums/experiment.js';
import { right, sentence } from '../support/either.js';

const square = { name: 'a', shape: { kind: 'square', side: 6 } };

describe('drums as an experiment', () => {
  it('keeps every catalogued one through JSON', () => {
    for (const experiment of Object.values(drumExperiments))
      assert.deepEqual(right(decodeDrumExperiment(JSON.parse(JSON.stringify(experiment)))), experiment);
  });

  it('fills in what is left out', () => {
    const { drums, ...rest } = right(decodeDrumExperiment({ drums: [square] }));
    assert.deepEqual(rest, { speed: 1, dt: 0.5, steps: 4096, window: 'hann', tones: 1 });
    assert.deepEqual(drums[0].strike, [0.5, 0.5]);
  });

  it('says what is wrong, where, and what would be right', () => {
    const problems = (changes: object): string =>
      sentence(decodeDrumExperiment({ drums: [square], ...changes }));
    assert.match(problems({ steps: 1000 }), /steps: 1000 is not a power of two/);
    assert.match(problems({ dt: 0.75 }), /speed \* dt is 0.75.*smaller dt/);
    assert.match(problems({ stepz: 64 }), /did you mean 'steps'/);
    assert.match(problems({ drums: [] }), /1 to 64 drums/);
    assert.match(problems({ drums: [square, square] }), /two drums are called 'a'/);
    assert.match(
      problems({ drums: [{ name: 'a', shape: { kind: 'sqare', side: 6 } }] }),
      /drums.0.shape.kind: unknown shape 'sqare'; did you mean 'square'/,
    );
    assert.match(
      problems({ drums: [{ ...square, shape: { kind: 'square', side: 1 } }] }),
      /drums.0.shape.side: 1 is not a whole number from 2/,
    );
    assert.match(
      problems({ drums: [{ ...square, shape: { kind: 'mask', rows: ['##', '#'] } }] }),
      /rows are of one length/,
    );
    assert.match(
      problems({ drums: [{ ...square, shape: { kind: 'polygon', corners: [[0, 0]], cells: 2 } }] }),
      /at least 3 corners/,
    );
    assert.match(
      problems({
        drums: [
          {
            ...square,
            shape: {
              kind: 'polygon',
              corners: [
                [0, 0],
                [9, 0],
                [0, 9],
              ],
              cells: 100,
            },
          },
        ],
      }),
      /more than 200 cells/,
    );
    assert.match(
      problems({ drums: [{ ...square, strike: [0.5, 2] }] }),
      /strike.1: 2 is not a number from 0 to 1/,
    );
  });
});
