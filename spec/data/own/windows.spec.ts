/** Windows of long series: their number, and how many are too many. */

import assert from 'node:assert/strict';
import type { SeriesTask } from '../../../src/data/own/stated/series.js';
import { windowsOf } from '../../../src/data/own/windows.js';
import { decodeTask } from '../../../src/data/task.js';
import { right, sentence } from '../../support/either.js';

const series = (settings: object): SeriesTask => {
  const task = right(decodeTask({ name: 'series', folder: 'x', past: 1, future: 1, ...settings }));
  return task.name === 'series' ? task : assert.fail(task.name);
};

describe('windows of series', () => {
  const one = { past: 1, future: 1 };

  it('are counted in each series and each split', () => {
    const task = series({ past: 3, every: 2, validationShare: 0, testShare: 0.5 });
    assert.deepEqual(right(windowsOf(task, 'train', [20, 6], one)), {
      parts: [
        { begin: 0, windows: 4 },
        { begin: 0, windows: 0 },
      ],
      all: 4,
    });
    assert.deepEqual(right(windowsOf(task, 'test', [20, 8], one)).parts, [
      { begin: 10, windows: 4 },
      { begin: 4, windows: 1 },
    ]);
  });

  it('are refused where they are more than samples may be, or hold more than numbers may be', () => {
    const none = { validationShare: 0, testShare: 0 };
    const most = 2 ** 24;
    assert.equal(right(windowsOf(series(none), 'train', [most + 1], one)).all, most);
    assert.match(
      sentence(windowsOf(series(none), 'train', [most / 2, most / 2 + 3], one)),
      /task\.every: 16,777,217 windows of 1 and 1 rows are too many to be held; take a larger one/,
    );
    const long = series({ ...none, past: 2 ** 15 });
    assert.equal(right(windowsOf(long, 'train', [2 ** 14 + 2 ** 15], one)).all, 2 ** 14);
    for (const columns of [
      { past: 2, future: 1 },
      { past: 1, future: 2 ** 16 },
    ])
      assert.match(sentence(windowsOf(long, 'train', [2 ** 14 + 2 ** 15], columns)), /16,384 windows/);
  });
});
