import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { codeDigest } from '../../../src/data/own/code-digest.js';

describe('the digest of a module', () => {
  let root = '';
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'code-digest-'));
  });
  after(() => rm(root, { recursive: true, force: true }));

  const lines = [
    "import { stream } from 'drumhead';",
    "import { spectrum } from 'drumhead/analysis';",
    "import { pipe } from 'fp-ts/lib/function.js';",
    "export { other } from './other.js';",
    '',
  ];

  /** The digest of the module in a folder of its own, beside these packages. */
  const digestIn = async (folder: string, packages: Readonly<Record<string, string>>, end = '\n') => {
    const path = join(root, folder);
    for (const [name, version] of Object.entries(packages)) {
      await mkdir(join(path, 'node_modules', name), { recursive: true });
      await writeFile(join(path, 'node_modules', name, 'package.json'), JSON.stringify({ version }));
    }
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'task.ts'), lines.join(end));
    await writeFile(join(path, 'other.ts'), 'export const other = 1;\n');
    const found = await codeDigest(join(path, 'task.ts'));
    return E.isRight(found) ? found.right : assert.fail('there is no digest');
  };

  it('is the same wherever the files and the packages lie and however lines end, and knows versions', async () => {
    // As in drumhead's own folder, where a package of that name is nowhere, and as where drumhead is a dependency.
    const here = await digestIn('a', {});
    assert.equal(await digestIn('b/c', { drumhead: '9.9.9' }), here);
    assert.equal(await digestIn('d', {}, '\r\n'), here);
    assert.notEqual(await digestIn('e', { 'fp-ts': '0.0.1' }), here);
  });
});
