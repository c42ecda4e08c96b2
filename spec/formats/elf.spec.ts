import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { elfMachine } from '../../src/formats/elf.js';

/** The first bytes of a library; the number of its processor in the order that byte 5 says. */
const head = (machine: number, order: 1 | 2 = 1): Uint8Array => {
  const bytes = new Uint8Array(20);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, order]);
  new DataView(bytes.buffer).setUint16(18, machine, order === 1);
  return bytes;
};

describe('the head of a library', () => {
  it('says for which processor it is, in either order of bytes', () => {
    assert.equal(elfMachine(head(62)), 'x64');
    assert.equal(elfMachine(head(183)), 'arm64');
    assert.equal(elfMachine(head(22, 2)), 's390x');
    assert.equal(elfMachine(head(4711)), 'processor 4711');
  });

  it('is none of other files, of short ones, and is that of Node where this is Linux', () => {
    assert.equal(elfMachine(new TextEncoder().encode('#!/bin/sh\necho nothing of this kind\n')), null);
    assert.equal(elfMachine(head(62).subarray(0, 19)), null);
    assert.equal(elfMachine(new Uint8Array()), null);
    if (process.platform === 'linux')
      assert.equal(elfMachine(readFileSync(process.execPath).subarray(0, 20)), process.arch);
  });
});
