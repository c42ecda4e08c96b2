/** `drumhead engine add` with compilers and TensorFlows that only look like ones; system/tensorflow.system.ts has real ones. */

import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { engineError } from '../../../src/base/error.js';
import { engineCommand } from '../../../src/cli/commands/engine.js';
import { bindingName } from '../../../src/engine/added.js';
import { addedVariable } from '../../../src/engine/names.js';
import type { Tested } from '../../../src/runner/doctor/messages.js';
import { type Adding, addTensorFlow, removeTensorFlow } from '../../../src/runner/engine/index.js';
import { refusal, rightOf } from '../../support/effects.js';
import { zipOf } from '../../support/zip-of.js';
import { libraryFor, wheel, writeAll, writeCompiler, writePackage } from './fakes.js';

const trial: Tested = {
  state: 'works',
  version: 'tfjs 4.22.0, tensorflow 2.0.0',
  instructions: 'its own',
  kernels: null,
  threads: null,
  limitBytes: 1,
  parity: { against: 'the reference', at: 'waves', error: 1e-7, limit: 1e-5, holds: true },
  speed: { of: 'a wave', imagesPerSecond: 1, flopsPerSecond: 1 },
};

describe('drumhead engine add', () => {
  // libraries of other systems have other heads
  before(function () {
    if (process.platform !== 'linux') this.skip();
  });
  let folder = '';
  let outside: string | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-add-'));
    outside = process.env[addedVariable];
    process.env[addedVariable] = at('engine');
    mkdirSync(at('node'));
    writeFileSync(at('node/node_api.h'), '');
    writePackage(at('package'));
    writeCompiler(at('tools'));
  });
  afterEach(() => {
    if (outside === undefined) delete process.env[addedVariable];
    else process.env[addedVariable] = outside;
    rmSync(folder, { recursive: true });
  });

  const at = (name: string): string => join(folder, name);
  const adding = (other: Partial<Adding> = {}): Adding => ({
    places: {
      packageAt: (name) => (name === '@tensorflow/tfjs-node' ? at('package') : null),
      headers: [at('nowhere'), at('node')],
      compilers: [at('tools/compiler')],
    },
    tried: async () => E.right(trial),
    tell: () => {},
    ...other,
  });
  const wheelOf = (members: Readonly<Record<string, Uint8Array>>, packed = true): string => {
    writeFileSync(at('a.whl'), zipOf(members, packed));
    return at('a.whl');
  };
  const folderOf = (members: Readonly<Record<string, Uint8Array>>): string => {
    writeAll(at('site'), members);
    return at('site');
  };
  const refused = (from: string, other: Partial<Adding> = {}): Promise<string> =>
    refusal(addTensorFlow(from, adding(other)));
  const without = (...names: readonly string[]): Readonly<Record<string, Uint8Array>> =>
    Object.fromEntries(Object.entries(wheel).filter(([name]) => !names.some((one) => name.endsWith(one))));
  const nothingIsThere = (): void =>
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('.') || name === 'engine'),
      [],
    );

  it('unpacks the libraries of a wheel beside its binding, with the headers that it leads to', async () => {
    for (const packed of [true, false]) {
      const added = await rightOf(addTensorFlow(wheelOf(wheel, packed), adding()));
      assert.equal(added.package, '@tensorflow/tfjs-node');
      assert.deepEqual(readdirSync(at('engine')).sort(), [
        'drumhead-files.json',
        'libtensorflow_cc.so.2',
        'libtensorflow_framework.so.2',
        bindingName,
      ]);
      assert.deepEqual(
        new Uint8Array(readFileSync(at('engine/libtensorflow_cc.so.2'))),
        wheel['tensorflow/libtensorflow_cc.so.2'],
      );
      assert.equal(readFileSync(at('engine/tfjs_binding.node'), 'utf8'), 'built\n');
      assert.equal(
        readFileSync(at('tools/headers'), 'utf8'),
        './tensorflow/c/c_api.h\n./tensorflow/c/eager/c_api.h\n',
      );
      const words = readFileSync(at('tools/words'), 'utf8').split('\n');
      assert.ok(words.includes('$ORIGIN') && words.includes(at('package/binding/a.cc')));
    }
    await rightOf(removeTensorFlow());
    nothingIsThere();
    assert.match(await refusal(removeTensorFlow()), /engine: no engine was added there$/);
  });

  it('leaves the libraries of an installed one where they are', async () => {
    await rightOf(addTensorFlow(folderOf(wheel), adding()));
    assert.deepEqual(readdirSync(at('engine')).sort(), ['drumhead-files.json', bindingName]);
    const words = readFileSync(at('tools/words'), 'utf8').split('\n');
    assert.ok(words.includes(at('site/tensorflow')), words.join());
    assert.ok(words.includes(at('site/tensorflow/libtensorflow_cc.so.2')));
    // the folder of the package itself will do
    await rightOf(addTensorFlow(at('site/tensorflow'), adding()));
  });

  it('tries the new build before it replaces anything, and leaves the old one unchanged on failure', async () => {
    const from = wheelOf(wheel);
    assert.match(
      await refused(from, { tried: async () => E.left(engineError('tensorflow', 'it dies')) }),
      /it dies/,
    );
    nothingIsThere();
    await rightOf(addTensorFlow(from, adding()));
    writeFileSync(at('tools/fails'), '');
    assert.match(
      await refused(from),
      /does not build the binding: x\.cc:1: error: no such thing; nothing was added/,
    );
    assert.equal(readFileSync(at('engine/tfjs_binding.node'), 'utf8'), 'built\n');
    let tried = '';
    rmSync(at('tools/fails'));
    await rightOf(
      addTensorFlow(
        from,
        adding({
          tried: async (fresh) => {
            tried = readdirSync(fresh).sort().join();
            return E.right(trial);
          },
        }),
      ),
    );
    assert.match(tried, /^drumhead-files\.json,libtensorflow_cc\.so\.2,.*tfjs_binding\.node$/);
  });

  it('touches nothing of a person', async () => {
    const from = wheelOf(wheel);
    writeAll(at('engine'), { 'mine.txt': 'mine' });
    assert.match(await refused(from), /holds other things, such as mine\.txt/);
    assert.match(await refusal(removeTensorFlow()), /no engine was added there/);
    rmSync(at('engine'), { recursive: true });
    await rightOf(addTensorFlow(from, adding()));
    writeFileSync(at('engine/tfjs_binding.node'), 'changed');
    assert.match(await refused(from), /tfjs_binding\.node was changed/);
    assert.match(await refusal(removeTensorFlow()), /tfjs_binding\.node was changed since/);
    assert.equal(readFileSync(at('engine/tfjs_binding.node'), 'utf8'), 'changed');
  });

  it('reports all missing build tools at once', async () => {
    const none = { packageAt: () => null, headers: [], compilers: [at('nowhere/g++')] };
    assert.match(
      await refused(folderOf(wheel), { places: none }),
      /are not installed; `npm install .*--ignore-scripts @tensorflow\/tfjs-node-gpu@4\.22\.0`.*; there is no node_api\.h.*; there is no compiler of C\+\+/,
    );
    const cxx = 'ccache g++';
    assert.match(
      await refused(folderOf(wheel), { places: { ...none, compilers: [cxx], cxx } }),
      /CXX names 'ccache g\+\+', which does not run as a compiler of C\+\+; name a program alone/,
    );
    writePackage(at('package'), '4.10.0');
    assert.match(await refused(at('site')), /tfjs-node is version 4\.10\.0; .* brings 4\.22\.0/);
    writePackage(at('package'));
    rmSync(at('package/binding'), { recursive: true });
    assert.match(await refused(at('site')), /no sources of its binding/);
    nothingIsThere();
  });

  it('takes the package for GPUs first', async () => {
    writePackage(at('gpu'));
    const { places } = adding();
    const packageAt = (name: string): string | null =>
      name.endsWith('-gpu') ? at('gpu') : places.packageAt(name);
    const added = await rightOf(addTensorFlow(folderOf(wheel), adding({ places: { ...places, packageAt } })));
    assert.equal(added.package, '@tensorflow/tfjs-node-gpu');
  });

  it('refuses folders and wheels without libraries or headers, or for another processor', async () => {
    for (const from of [wheelOf, folderOf]) {
      rmSync(at('site'), { recursive: true, force: true });
      assert.match(
        await refused(from(without('_cc.so.2', '_framework.so.2'))),
        /has no libtensorflow_cc\.so and no libtensorflow_framework\.so; a wheel of tensorflow or/,
      );
      rmSync(at('site'), { recursive: true, force: true });
      assert.match(await refused(from(without('_framework.so.2'))), /has no libtensorflow_framework\.so;/);
      rmSync(at('site'), { recursive: true, force: true });
      assert.match(
        await refused(from(without('eager/c_api.h'))),
        /no header .*tensorflow\/c\/eager\/c_api\.h/,
      );
      rmSync(at('site'), { recursive: true, force: true });
      const cc = 'tensorflow/libtensorflow_cc.so.2';
      assert.match(
        await refused(from({ ...wheel, [cc]: libraryFor('another') })),
        /libtensorflow_cc\.so\.2 is for (x64|arm64), and this machine is/,
      );
      rmSync(at('site'), { recursive: true, force: true });
      assert.match(await refused(from({ ...wheel, [cc]: new Uint8Array(40) })), /is no library of Linux/);
      rmSync(at('site'), { recursive: true, force: true });
      assert.match(
        await refused(from({ ...wheel, 'tensorflow/libtensorflow_cc.so.1': libraryFor('this') })),
        /has libtensorflow_cc\.so\.[12] and libtensorflow_cc\.so\.[12], and one of them is meant/,
      );
    }
    assert.match(await refused(at('none.whl')), /none\.whl: there is no such file or folder/);
    nothingIsThere();
  });

  it('refuses a folder whose path would be read as several', async () => {
    writeAll(at('a:b'), wheel);
    assert.match(await refused(at('a:b')), /a colon or a \$/);
  });

  it('bears hostile wheels', async () => {
    writeFileSync(at('b.whl'), 'this is no archive');
    assert.match(await refused(at('b.whl')), /not a Python wheel, or is cut short/);
    // a header that asks for one outside of the folder
    const out = '../../../escaped.h';
    const chief = 'tensorflow/include/tensorflow/c/eager/c_api.h';
    const escaping = {
      ...wheel,
      [chief]: new TextEncoder().encode(`#include "${out}"\n`),
      [`tensorflow/include/${out}`]: new Uint8Array(3),
    };
    assert.match(
      await refused(wheelOf(escaping)),
      /escaped\.h", which is not written: it leads out of the folder/,
    );
    assert.ok(!existsSync(join(tmpdir(), 'escaped.h')) && !existsSync(at('escaped.h')));
    // an absolute one is the compiler's business, and is not taken from the wheel
    const absolute = { ...wheel, [chief]: new TextEncoder().encode('#include "/etc/passwd"\n') };
    await rightOf(addTensorFlow(wheelOf(absolute), adding()));
    await rightOf(removeTensorFlow());
    const huge = { ...wheel, [chief]: new Uint8Array(5 * 2 ** 20).fill(32) };
    assert.match(await refused(wheelOf(huge)), /c_api\.h has 5 MiB, and 4 MiB is the limit/);
    const many = Object.fromEntries(
      Array.from({ length: 2100 }, (_, i) => [
        `tensorflow/include/h${i}.h`,
        new TextEncoder().encode(`#include <h${i + 1}.h>\n`),
      ]),
    );
    const chain = { ...wheel, ...many, [chief]: new TextEncoder().encode('#include <h0.h>\n') };
    assert.match(await refused(wheelOf(chain, false)), /more than 2,000 others/);
    nothingIsThere();
  });

  it('survives wheels with wrong sizes, and two members of one name', async () => {
    const bytes = Buffer.from(zipOf(wheel, true));
    const entry = bytes.indexOf(
      'tensorflow/libtensorflow_cc.so.2',
      bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2])),
    );
    const sizeAt = entry + 'tensorflow/libtensorflow_cc.so.2'.length + 4;
    const claimed = (size: bigint): string => {
      bytes.writeBigUInt64LE(size, sizeAt);
      writeFileSync(at('c.whl'), bytes);
      return at('c.whl');
    };
    assert.match(
      await refused(claimed(2n ** 31n)),
      /has 2,048 MiB, and 1,024 MiB is the limit .* install the wheel by pip/,
    );
    assert.match(await refused(claimed(60n)), /does not unpack .*download it again/);
    const twice = Buffer.from(
      zipOf({ ...wheel, 'tensorflow/libtensorflow_xx.so.2': libraryFor('this') }, false),
    );
    for (let i = twice.indexOf('_xx.so.2'); i >= 0; i = twice.indexOf('_xx.so.2')) twice.write('_cc', i);
    writeFileSync(at('d.whl'), twice);
    assert.match(await refused(at('d.whl')), /two members of one name/);
    nothingIsThere();
  });
});

describe('drumhead engine', () => {
  it('knows its actions and engines, and asks for a source', async () => {
    assert.match(await refusal(engineCommand('add', 'tensorflw', {})), /did you mean 'tensorflow'/);
    assert.match(
      await refusal(engineCommand('ad', 'tensorflow', {})),
      /unknown action 'ad'; did you mean 'add'/,
    );
    assert.match(await refusal(engineCommand('add', 'tensorflow', {})), /^--from: name a folder or a wheel/);
    assert.match(
      await refusal(engineCommand('add', 'tensorflw', {})),
      /2 problems.*unknown engine 'tensorflw'.*--from: name a folder/s,
    );
  });

  it('does nothing if the variable turns added engines off', async () => {
    const before = process.env[addedVariable];
    process.env[addedVariable] = 'off';
    assert.match(await refusal(engineCommand('remove', 'tensorflow', {})), /^DRUMHEAD_TENSORFLOW: it is off/);
    if (before === undefined) delete process.env[addedVariable];
    else process.env[addedVariable] = before;
  });
});
