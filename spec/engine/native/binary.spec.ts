/** Which binary of native code is taken, and what is said of one that is not. */

import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { binaryIn } from '../../../src/engine/native/binary.js';
import { damageOf, writeDigest } from '../../../src/engine/native/damage.js';
import { sourcesDigest } from '../../../src/engine/native/sources.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const platform = `${process.platform}-${process.arch}`;
const built = 'native/build/drumhead.node';
const prebuilt = `prebuilds/${platform}/drumhead.node`;

describe('the binary of native code', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-binary-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const put = (path: string, text: string | Uint8Array): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const refusal = (): string => {
    const found = binaryIn(folder);
    return E.isLeft(found) ? found.left : assert.fail('it was taken');
  };

  it('is absent in a clause that says what makes one, in a package and in a checkout', () => {
    assert.equal(
      refusal(),
      `there is no binary for ${platform}; a checkout of drumhead makes one, by npm run build:native`,
    );
    put('native/src/program.h', '');
    assert.equal(refusal(), `there is no binary for ${platform}; npm run build:native makes one`);
  });

  it('is refused where it does not load, with the reason', () => {
    put(prebuilt, 'not a binary');
    writeDigest(join(folder, prebuilt));
    assert.match(refusal(), /^prebuilds\/[\w-]+\/drumhead\.node does not load: /);
  });

  it('is not loaded where a byte is missing or another: the system would end the process, or run it', function () {
    const own = [built, prebuilt].map((place) => join(root, place)).find((place) => existsSync(place));
    if (own === undefined) return this.skip();
    const whole = readFileSync(own);
    put(prebuilt, whole);
    writeDigest(join(folder, prebuilt));
    const flipped = Uint8Array.from(whole);
    flipped[whole.length >> 1] ^= 1;
    for (const bytes of [whole.subarray(0, whole.length >> 1), whole.subarray(0, 4096), flipped, '']) {
      put(prebuilt, bytes);
      assert.match(refusal(), /drumhead\.node is damaged: .*install drumhead again/);
    }
    put(prebuilt, whole);
    rmSync(join(folder, `${prebuilt}.sha256`));
    assert.match(refusal(), /cannot be compared with its digest/);
    rmSync(join(folder, prebuilt));
    mkdirSync(join(folder, prebuilt));
    assert.match(refusal(), /drumhead\.node is no file$/);
  });

  it('is refused where it was made from other sources, and taken where there are none or the same', function () {
    const own = [built, prebuilt].find((place) => existsSync(join(root, place)));
    if (own === undefined) return this.skip();
    mkdirSync(dirname(join(folder, prebuilt)), { recursive: true });
    copyFileSync(join(root, own), join(folder, prebuilt));
    writeDigest(join(folder, prebuilt));
    const taken = binaryIn(folder);
    assert.ok(E.isRight(taken));
    assert.equal(taken.right.tried, platform === 'linux-x64');
    assert.match(taken.right.code.sources, /^[0-9a-f]{32}$/);
    put('native/src/program.h', '/* other */');
    assert.equal(
      refusal(),
      `${prebuilt} was made from other sources than native/src; npm run build:native makes it anew`,
    );
  });

  it('names sources by names and texts, whatever ends their lines', () => {
    const digests = [
      ['a.c', 'int a;\n'],
      ['a.c', 'int a;\r\n'],
      ['a.c', 'int b;\n'],
      ['b.c', 'int a;\n'],
    ].map(([name, text], i) => {
      put(`${i}/${name}`, text);
      put(`${i}/notes.md`, String(i));
      return sourcesDigest(join(folder, String(i)));
    });
    assert.equal(digests[0], digests[1]);
    assert.equal(new Set(digests).size, 3);
  });
});

describe('prebuilds', () => {
  const platforms = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-x64'];

  it('are there for every platform, below 10 MB together, and of the sources that are here', () => {
    const digest = sourcesDigest(join(root, 'native/src'));
    const binaries = platforms.map((name) => readFileSync(join(root, 'prebuilds', name, 'drumhead.node')));
    for (const name of platforms)
      assert.equal(damageOf(join(root, 'prebuilds', name, 'drumhead.node')), null, name);
    for (const [i, binary] of binaries.entries())
      assert.ok(
        binary.includes(digest),
        `prebuilds/${platforms[i]} is of other sources than native/src: npm run build:prebuilds makes it anew`,
      );
    assert.ok(binaries.reduce((sum, { length }) => sum + length, 0) < 10e6);
  });
});
