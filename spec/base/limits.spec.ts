import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileLimits, grouped, limits, sizeText } from '../../src/base/limits.js';

/** Limits that are counted in bytes. */
const inBytes: readonly string[] = [
  'unpacked',
  'keptUnpacked',
  'npyHeader',
  'safetensorsHeader',
  'zipDirectory',
  'headerBytes',
  'listedBytes',
  'answerBytes',
  'queryBytes',
];

describe('limits', () => {
  it('are those that SECURITY.md lists, each and no other', () => {
    const [, section] = /## Limits\n([\s\S]*?)\n## /.exec(readFileSync('SECURITY.md', 'utf8')) ?? [];
    const listed = [...(section ?? '').matchAll(/^\| .* \| *([\d,]+(?: [KM]iB)?) *\|$/gm)].map(
      ([, limit]) => limit,
    );
    const held = [
      ...Object.values(fileLimits).map(sizeText),
      ...Object.entries(limits).map(([name, limit]) =>
        inBytes.includes(name) ? sizeText(limit) : grouped(limit),
      ),
    ];
    assert.deepEqual(listed, held);
  });
});
