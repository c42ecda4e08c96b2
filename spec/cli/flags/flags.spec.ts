/** Settings as they are typed. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../../src/base/error.js';
import { settingsFlag } from '../../../src/cli/flags/flags.js';

const read = (...values: readonly string[]): unknown => {
  const found = settingsFlag('--set', values);
  return E.isRight(found) ? found.right : errorMessage(found.left);
};

describe('--set', () => {
  it('takes lists and objects as files have them, in JSON or YAML', () => {
    for (const [typed, value] of [
      ['{255: cell}', { 255: 'cell' }],
      ['{"255": "cell"}', { 255: 'cell' }],
      ['{cell: [254, 255], 128: nucleus}', { cell: [254, 255], 128: 'nucleus' }],
      ['[0, 255]', [0, 255]],
      ['[nwm, cnn]', ['nwm', 'cnn']],
      ['[]', []],
      ['null', null],
      ['.001', 0.001],
      ['saturate', 'saturate'],
    ] as const)
      assert.deepEqual(read(`task.labels=${typed}`), { 'task.labels': value }, typed);
  });

  it('leaves texts texts', () => {
    assert.deepEqual(read('task.folder=2024', 'label=[new] rates', 'name={a}'), {
      'task.folder': '2024',
      label: '[new] rates',
      name: '{a}',
    });
  });

  it('refuses half a list with its path, beside all else that is wrong', () => {
    const said = String(read('task.labels={255: cell', 'b', 'hidden=[1, 2', 'a=[*x]'));
    for (const part of ['task.labels: ', "'b' is not of the form", 'hidden: ', 'a: ', '{255: cell}'])
      assert.ok(said.includes(part), `${part}: ${said}`);
  });
});
