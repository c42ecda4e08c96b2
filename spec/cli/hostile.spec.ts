import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { typed } from '../support/typed.js';

const bin = resolve('bin/drumhead.js');

describe('files that are code', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-code-'));
    const marks = `import { writeFileSync } from 'node:fs';\nwriteFileSync('ran', '');\n`;
    writeFileSync(join(folder, 'code.ts'), `${marks}export default { name: 'x' };\n`);
    writeFileSync(join(folder, 'data.yaml'), 'name: ref\nexperiment: ./code.ts\nvary: { seeds: [0, 1] }\n');
    writeFileSync(join(folder, 'tag.yaml'), 'name: !!js/function "function () { return 1 }"\n');
    writeFileSync(join(folder, 'proto.json'), '{"__proto__": {"task": 1}, "name": "x"}');
  });
  after(() => rmSync(folder, { recursive: true }));

  it('are run, and the first line says so', () => {
    const { stderr } = spawnSync(process.execPath, [bin, 'show', 'code.ts'], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.match(stderr, /^running the code of code\.ts\n/);
    assert.ok(existsSync(join(folder, 'ran')));
  });

  it('are refused with --no-code, wherever it stands, by every command that reads them', async () => {
    rmSync(join(folder, 'ran'), { force: true });
    const commands = [
      ['show', 'code.ts'],
      ['run', 'code.ts'],
      ['sweep', 'code.ts'],
      ['laws', 'code.ts'],
      ['export', 'code.ts', '--out', 'out'],
      ['run-program', 'code.ts', '--out', 'out'],
      ['diff', 'code.ts', 'code.ts'],
      ['show', 'data.yaml'],
    ];
    for (const words of commands)
      for (const all of [
        [...words, '--no-code'],
        ['--no-code', ...words],
      ]) {
        const { status, stderr } = await typed(all, folder);
        assert.equal(status, 1, all.join(' '));
        assert.match(stderr, /it is code, and --no-code runs none|it is data and names code/, all.join(' '));
        assert.ok(!existsSync(join(folder, 'ran')), all.join(' '));
      }
  });

  it('are not run because data names them, unless that is asked for', async () => {
    const run = async (...words: readonly string[]) => {
      rmSync(join(folder, 'ran'), { force: true });
      const { stderr } = await typed(words, folder);
      return { stderr, ran: existsSync(join(folder, 'ran')) };
    };
    const refused = await run('show', 'data.yaml');
    assert.match(
      refused.stderr,
      /^drumhead: data\.yaml: it is data and names code, \.\/code\.ts; --code lets it run/,
    );
    assert.ok(!refused.ran);
    assert.ok((await run('show', 'data.yaml', '--code')).ran);
    for (const name of ['tag.yaml', 'proto.json'])
      assert.match((await run('show', name)).stderr, /^drumhead: /);
  });
});

describe('files that would steer a terminal', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-hostile-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** By the command itself, which may print before its words are read. */
  const printed = (...args: readonly string[]): string => {
    const { stdout, stderr, error } = spawnSync(process.execPath, [bin, ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (error !== undefined) throw error;
    return `${stdout}${stderr}`;
  };

  const said = async (...words: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await typed(words, folder);
    return `${stdout}${stderr}`;
  };

  const steering = '\u001b]0;owned\u0007\u001b[2J';

  it('do not, by their names, their keys or what they describe', async () => {
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
      printed('show', 'wrong.json'),
      await said('show', `${steering}name`),
      await said('run-program', 'model.json', '--input', 'x.png', '--out', 'out'),
      await said('status', '--runs', `${steering}runs`),
    ];
    for (const text of texts) {
      assert.notEqual(text, '');
      assert.doesNotMatch(text, /(?![\n\t])\p{Cc}/u);
    }
    assert.ok(texts.some((text) => text.includes('\\u001b]0;owned')));
  });
});
