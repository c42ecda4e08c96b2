import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const bin = resolve('bin/drumhead.js');

describe('files that would steer a terminal', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-hostile-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const said = (...args: readonly string[]): string => {
    const { stdout, stderr, error } = spawnSync(process.execPath, [bin, ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (error !== undefined) throw error;
    return `${stdout}${stderr}`;
  };

  const steering = '\u001b]0;owned\u0007\u001b[2J';

  it('do not, by their names, their keys or what they describe', () => {
    writeFileSync(join(folder, 'wrong.json'), JSON.stringify({ [`${steering}key`]: 1, name: steering }));
    const model = {
      format: 'graph-model',
      generatedBy: steering,
      modelTopology: { node: [] },
      weightsManifest: [],
    };
    const described = { ...model, userDefinedMetadata: { drumhead: 1, description: `${steering}model` } };
    writeFileSync(join(folder, 'model.json'), JSON.stringify(described));
    const texts = [
      said('show', 'wrong.json'),
      said('show', `${steering}name`),
      said('run-program', 'model.json', '--input', 'x.png', '--out', 'out'),
      said('status', '--runs', `${steering}runs`),
    ];
    for (const text of texts) {
      assert.notEqual(text, '');
      assert.doesNotMatch(text, /(?![\n\t])\p{Cc}/u);
    }
    assert.ok(texts.some((text) => text.includes('\\u001b]0;owned')));
  });
});
