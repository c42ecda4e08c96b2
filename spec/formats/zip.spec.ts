import { strict as assert } from 'node:assert';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { stream } from '../../src/base/random.js';
import { rangesInMemory } from '../../src/files/ranges.js';
import { zipMembers } from '../../src/formats/zip.js';
import { zipOf } from '../support/zip-of.js';

const content = { 'a/é.npy': Uint8Array.from({ length: 90 }, (_, i) => i % 7), 'b.npy': new Uint8Array(40) };

/** All that an archive holds, by name; or what is said of it. */
const read = async (archive: Uint8Array): Promise<Readonly<Record<string, Uint8Array>> | string> => {
  const file = rangesInMemory(archive);
  const members = await zipMembers(file, 'set.npz');
  if (E.isLeft(members)) return errorMessage(members.left);
  const all: Record<string, Uint8Array> = {};
  try {
    for (const { name, stored, at, size, unpacked } of members.right) {
      const pieces: Uint8Array[] = [];
      if (stored) pieces.push(await file.read(at, size));
      else for await (const piece of unpacked()) pieces.push(piece);
      all[name] = new Uint8Array(Buffer.concat(pieces));
      assert.equal(all[name].length, size);
    }
  } catch (cause) {
    if (cause instanceof assert.AssertionError) throw cause;
    return cause instanceof Error ? cause.message : String(cause);
  }
  return all;
};

/** The same archive with a number of its directory changed: two bytes, so far behind the first entry's begin. */
const changed = (archive: Uint8Array, offset: number, value: number): Uint8Array => {
  const bytes = Buffer.from(archive);
  bytes.writeUInt16LE(value, bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + offset);
  return bytes;
};

describe('zip archives', () => {
  it('give their members, stored or deflated, by any name', async () => {
    for (const packed of [false, true]) assert.deepEqual(await read(zipOf(content, packed)), content);
    const outside = {
      '../x.npy': new Uint8Array(3),
      '/y.npy': new Uint8Array(2),
      'a\\b.npy': new Uint8Array(1),
    };
    assert.deepEqual(await read(zipOf(outside)), outside);
  });

  it('that are encrypted, packed in another way or damaged are refused with what is wrong', async () => {
    const [whole, packed] = [zipOf(content), zipOf(content, true)];
    assert.match(String(await read(changed(packed, 8, 1))), /set\.npz: .*é\.npy is encrypted/);
    assert.match(String(await read(changed(whole, 10, 12))), /packed by method 12; np\.savez/);
    assert.match(String(await read(new Uint8Array())), /not an archive of NumPy \(\.npz\), or is cut short/);
    assert.match(
      String(await read(changed(whole, 0, 0))),
      /directory is damaged or cut short .*; save it again/,
    );
    // Behind the name of 8 bytes and the head of zip64: what is said of the size, which is 90.
    const sizeAt = 46 + 8 + 4;
    for (const size of [89, 91, 60000])
      assert.match(
        String(await read(changed(packed, sizeAt, size))),
        /é\.npy does not unpack .*; save it again/,
      );
    assert.match(String(await read(changed(whole, sizeAt, 91))), /damaged/);
  });

  it('that are cut or scribbled on are read or refused, and never more than the file holds', async () => {
    const random = stream(0, 'zip');
    for (const packed of [false, true]) {
      const whole = zipOf(content, packed);
      for (let cut = 0; cut < whole.length; cut += 7)
        assert.equal(typeof (await read(whole.subarray(0, cut))), 'string');
      for (let i = 0; i < 150; i++) {
        const bytes = Uint8Array.from(whole);
        for (let k = 0; k < 3; k++) bytes[random.integer(bytes.length)] = random.integer(256);
        assert.ok(await read(bytes));
      }
    }
  });
});
