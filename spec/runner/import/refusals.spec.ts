/** What cannot be read is refused with one clear sentence, and nothing is left behind. */

import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as t from 'io-ts';
import { encodeHeader } from '../../../src/formats/npy/header.js';
import { encodeNpy } from '../../../src/formats/npy/npy.js';
import { encodePng } from '../../../src/formats/png/png.js';
import { encodeSafetensors } from '../../../src/formats/safetensors.js';
import { exportTorch } from '../../../src/models/torch-names.js';
import { exportFormats, exportTrained } from '../../../src/runner/export/index.js';
import { importInto, readRunnable } from '../../../src/runner/import/index.js';
import { runProgram } from '../../../src/runner/import/run.js';
import { refusal, rightOf } from '../../support/effects.js';
import { right } from '../../support/either.js';
import { models, newFolder, sizes, trainedOf } from './exchange.js';

/** What run-program and import read: an export to ONNX is for other runtimes. */
const readFormats = exportFormats.filter((format) => format !== 'onnx');

type Json = Record<string, unknown>;

describe('a file from outside', () => {
  let whole = '';
  let folder = '';
  const trained = trainedOf(models[0]);
  const picture = Uint8Array.from({ length: 768 }, (_, i) => i % 256);

  before(async () => {
    whole = newFolder();
    for (const format of readFormats) await rightOf(exportTrained(trained, format, join(whole, format)));
    writeFileSync(join(whole, 'picture.png'), encodePng({ width: 16, height: 16, pixels: picture }));
  });
  after(() => rmSync(whole, { recursive: true }));
  beforeEach(() => {
    folder = newFolder();
    cpSync(whole, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const at = (...names: readonly string[]): string => join(folder, ...names);
  const edit = (path: string, change: (json: Json) => Json): void =>
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));
  const cut = (path: string, bytes: number): void =>
    writeFileSync(path, readFileSync(path).subarray(0, -bytes));

  const manifest = t.array(
    t.type({
      paths: t.array(t.string),
      weights: t.array(t.type({ name: t.string, shape: t.array(t.number), dtype: t.string })),
    }),
  );
  const weightsOf = ({ weightsManifest }: Json): t.TypeOf<typeof manifest> =>
    manifest.is(weightsManifest) ? weightsManifest : assert.fail('it has weights');

  /** What is said of it, when it is run; no answer is left. */
  const said = async (path: string, input = at('picture.png')): Promise<string> => {
    const before = readdirSync(folder).sort();
    const sentence = await refusal(runProgram(path, [input], at('out'), 'cpu'));
    assert.deepEqual(readdirSync(folder).sort(), before);
    return sentence;
  };

  it('whose weights are not numbers, in any format', async () => {
    const [name] = Object.keys(trained.parameters);
    const values = trained.parameters[name].slice();
    values[1] = Number.NaN;
    const broken = { ...trained, parameters: { ...trained.parameters, [name]: values } };
    for (const format of readFormats) {
      await rightOf(exportTrained(broken, format, at('broken', format)));
      assert.match(
        await said(at('broken', format)),
        /(element 1 of .* is NaN, not a finite number|some of its weights are not numbers)/,
        format,
      );
    }
    assert.match(
      await refusal(importInto(at('broken', 'safetensors'), null, at('in'))),
      /element 1 of .* is NaN, not a finite number/,
    );
  });

  it('that is an image of another scale', async () => {
    const put = (top: number, dtype: 'float32' | 'uint8'): string => {
      const data = Array.from({ length: 768 }, (_, i) => (top * i) / 767);
      const array =
        dtype === 'uint8'
          ? { dtype, shape: [16, 16, 3], data: Uint8Array.from(data) }
          : { dtype, shape: [16, 16, 3], data: Float32Array.from(data) };
      writeFileSync(at('image.npy'), right(encodeNpy(array)));
      return at('image.npy');
    };
    assert.match(
      await said(at('program'), put(255, 'float32')),
      /from 0 to 255, an image goes from 0 to 1; divide/,
    );
    assert.match(
      await said(at('program'), put(-3, 'float32')),
      /from -3 to 0, .*; scale them as the training/,
    );
    for (const [top, dtype] of [
      [1, 'float32'],
      [255, 'uint8'],
    ] as const)
      await rightOf(runProgram(at('program'), [put(top, dtype)], at(dtype), 'cpu'));
  });

  it('whose description is endless: its beginning is said', async () => {
    const endless = 'w'.repeat(20_000_000);
    edit(at('program', 'program.json'), (json) => ({ ...json, description: endless }));
    edit(at('graph-model', 'model.json'), (json) => ({
      ...json,
      userDefinedMetadata: { ...Object(json.userDefinedMetadata), description: endless },
    }));
    for (const format of ['program', 'graph-model']) {
      rmSync(at(format, 'drumhead-files.json'));
      assert.match(
        (await rightOf(runProgram(at(format), [at('picture.png')], at('out', format), 'cpu'))).description,
        /^w{80}…$/,
      );
    }
  });

  it('that is a GraphModel of someone else', async () => {
    edit(at('graph-model', 'model.json'), ({ userDefinedMetadata: _, ...rest }) => rest);
    assert.match(await said(at('graph-model')), /model\.json: this GraphModel was not written by drumhead/);
    edit(at('graph-model', 'model.json'), (json) => ({ ...json, format: 'layers-model' }));
    assert.match(await said(at('graph-model')), /neither a GraphModel, nor a program/);
  });

  it('that is a GraphModel without its shards, or with a short or damaged one', async () => {
    const shard = at('graph-model', 'group1-shard1of1.bin');
    cut(shard, 4);
    assert.match(
      await said(at('graph-model')),
      /hold \d+ bytes of weights, \d+ are needed; one of them is cut short/,
    );
    cpSync(join(whole, 'graph-model'), at('graph-model'), { recursive: true });
    const bytes = readFileSync(shard);
    bytes[100] ^= 1;
    writeFileSync(shard, bytes);
    assert.match(await said(at('graph-model')), /the checksum of its weights is wrong/);
    rmSync(shard);
    assert.match(
      await said(at('graph-model')),
      /a shard is missing: .*group1-shard1of1\.bin: there is no such file/,
    );
    edit(at('graph-model', 'model.json'), (json) => ({
      ...json,
      weightsManifest: weightsOf(json).map((group) => ({ ...group, paths: ['../../etc/passwd'] })),
    }));
    assert.match(await said(at('graph-model')), /'\.\.\/\.\.\/etc\/passwd' is not the name of a shard/);
  });

  it('that is a GraphModel that names a shard twice, too many of them, or shards of another size: before any is read', async () => {
    const model = at('graph-model', 'model.json');
    const whole = readFileSync(model, 'utf8');
    const naming = (paths: readonly string[]): void => {
      writeFileSync(model, whole);
      edit(model, (json) => ({
        ...json,
        weightsManifest: weightsOf(json).map((group) => ({ ...group, paths })),
      }));
    };
    const shard = 'group1-shard1of1.bin';
    naming(Array.from({ length: 1000 }, () => shard));
    assert.match(await said(at('graph-model')), /it names the shard 'group1-shard1of1\.bin' twice/);
    naming(Array.from({ length: 200_000 }, (_, i) => `s${i}.bin`));
    assert.match(await said(at('graph-model')), /it names 200,000 shards, and 4,096 is the limit/);
    // Sparse: only its size could say so in time.
    naming([shard, 'large.bin']);
    writeFileSync(at('graph-model', 'large.bin'), '');
    truncateSync(at('graph-model', 'large.bin'), 2 ** 40);
    assert.match(
      await said(at('graph-model')),
      /its shards hold 10995\d+ bytes of weights, \d+ are needed; .* too long/,
    );
  });

  it('as input: of more numbers than one command takes', async () => {
    const count = 349_526;
    const header = encodeHeader('uint8', [count, 16, 16, 3]);
    writeFileSync(at('many.npy'), header);
    truncateSync(at('many.npy'), header.length + count * 768);
    assert.match(
      await said(at('program'), at('many.npy')),
      /it holds 268,435,968 numbers, and 268,435,456 is the limit for one command; give fewer samples at once/,
    );
    // By the header: read and converted they would be three gigabytes before anything is counted.
    const floats = encodeHeader('float32', [300_000, 16, 16, 3]);
    writeFileSync(at('many.npy'), floats);
    truncateSync(at('many.npy'), floats.length + 300_000 * 3072);
    const before = process.memoryUsage().arrayBuffers;
    assert.match(
      await said(at('program'), at('many.npy')),
      /300,000 samples make [\d,]+ numbers with their answers, and 268,435,456 is the limit for one command/,
    );
    assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 28);
  });

  it('whose answers are not numbers, in any format: no class is given', async () => {
    const huge = {
      ...trained,
      parameters: Object.fromEntries(
        Object.entries(trained.parameters).map(([name, values]) => [name, values.map(() => 1e30)]),
      ),
    };
    for (const format of readFormats) {
      await rightOf(exportTrained(huge, format, at('huge', format)));
      assert.match(
        await said(at('huge', format)),
        /the (logits|waves) of image 0 are not finite.*; the weights or the time step dt are too large for it$/,
        format,
      );
    }
    // Also where the logits are no output.
    for (const unroll of [false, true]) {
      await rightOf(exportTrained(huge, 'graph-model', at('alone'), { outputs: ['classes'], unroll }));
      assert.match(await said(at('alone')), /the logits of image 0 are not finite, so it has no classes/);
      await rightOf(exportTrained(trained, 'graph-model', at('alone'), { outputs: ['classes'], unroll }));
      const { files } = await rightOf(runProgram(at('alone'), [at('picture.png')], at('answer'), 'cpu'));
      assert.ok(
        files.includes('classes.npy') && !files.some((name) => name.includes('logits')),
        files.join(),
      );
    }
  });

  it('that is a GraphModel whose weights are not those of its graph: all of them at once', async () => {
    edit(at('graph-model', 'model.json'), (json) => ({
      ...json,
      weightsManifest: weightsOf(json).map(({ paths, weights }) => ({
        paths,
        weights: [
          { name: 'stranger', shape: [2], dtype: 'float32' },
          ...weights
            .filter(({ name }) => name !== 'projection/weight')
            // As many numbers, turned around: TensorFlow.js itself would compute something else.
            .map((one) => (one.name === 'omega/conv1/weight' ? { ...one, shape: [27, 3] } : one)),
        ],
      })),
    }));
    assert.deepEqual((await said(at('graph-model'))).split('\n').slice(1), [
      "  - 'omega/conv1/weight' is [27,3], the program has [3,3,3,3]",
      "  - 'projection/weight' [4,3] is missing",
      "  - 'stranger' is no parameter of the program",
    ]);
  });

  it('that is a GraphModel whose graph was changed', async () => {
    edit(at('graph-model', 'model.json'), (json) => ({
      ...json,
      signature: { ...Object(json.signature), inputs: {} },
    }));
    assert.match(await said(at('graph-model')), /its graph is not the one that was exported/);
  });

  it('that is a program of a newer language, or a newer drumhead', async () => {
    edit(at('program', 'program.json'), (json) => ({
      ...json,
      program: { language: 99, nodes: [], outputs: {} },
    }));
    assert.match(
      await said(at('program')),
      /written in version 99 of the language, this drumhead reads \d+$/,
    );
    edit(at('program', 'program.json'), (json) => ({ ...json, version: 7 }));
    assert.match(await said(at('program')), /written by a newer drumhead \(version 7, this one reads 1\)/);
    edit(at('graph-model', 'model.json'), (json) => ({
      ...json,
      userDefinedMetadata: { ...Object(json.userDefinedMetadata), drumhead: 7 },
    }));
    assert.match(await said(at('graph-model')), /written by a newer drumhead/);
  });

  it('whose weights do not fit: all of them at once', async () => {
    edit(at('program', 'program.json'), (json) => ({
      ...json,
      weightsManifest: [
        {
          paths: ['program.bin'],
          weights: [
            { name: 'coupling/weight', shape: [3, 3], dtype: 'float32' },
            { name: 'stranger', shape: [2], dtype: 'float32' },
          ],
        },
      ],
    }));
    const sentence = await said(at('program'));
    assert.match(sentence, /'coupling\/weight' is \[3,3\], the program has \[3,3,2,2\]/);
    assert.match(sentence, /'stranger' is no parameter of the program/);
    assert.match(sentence, /'omega\/conv1\/weight' \[3,3,3,3\] is missing/);
    // One missing for each other parameter, one misfit, one stranger, and the line that counts them.
    assert.equal(sentence.split('\n').length, 1 + Object.keys(trained.parameters).length + 1);
  });

  it('whose values are cut short or changed', async () => {
    const values = at('program', 'program.bin');
    const bytes = readFileSync(values);
    bytes[9] ^= 4;
    writeFileSync(values, bytes);
    assert.match(await said(at('program')), /program\.bin: its checksum is not that of/);
    cut(values, 6);
    assert.match(await said(at('program')), /program\.bin: expected \d+ bytes of weights, got \d+/);
    cut(at('safetensors', 'weights.safetensors'), 10);
    assert.match(await said(at('safetensors')), /lies beyond the end of the file, which is cut short/);
  });

  it('that is safetensors for another model, or for nobody knows which', async () => {
    const { program, parameters, model } = trained;
    if (model === null) return assert.fail('it has a model');
    const { 'classifier.fc_time.weight': _, ...state } = exportTorch(model, program, parameters);
    const changed = {
      ...state,
      'classifier.cell.Wy.weight': { shape: [1], data: new Float32Array(1) },
      stranger: { shape: [1], data: new Float32Array(1) },
    };
    writeFileSync(at('foreign.safetensors'), encodeSafetensors(changed, { format: 'pt' }));
    assert.match(
      await said(at('foreign.safetensors')),
      /does not say which model.*drumhead import FILE --model/,
    );
    const sentence = await refusal(
      importInto(at('foreign.safetensors'), { model, sizes, experiment: null }, at('in')),
    );
    assert.match(sentence, /'classifier\.fc_time\.weight' \(our 'projection\/weight'\) is missing/);
    assert.match(sentence, /'classifier\.cell\.Wy\.weight' .* is \[1\], expected \[2,2,3,3\]/);
    assert.ok(!readdirSync(folder).includes('in'));
    writeFileSync(
      at('foreign.safetensors'),
      encodeSafetensors({ ...exportTorch(model, program, parameters), extra: changed.stranger }),
    );
    const { unused } = await rightOf(
      importInto(at('foreign.safetensors'), { model, sizes, experiment: null }, at('in')),
    );
    assert.deepEqual(unused, ['extra']);
  });

  it('that is nothing of the kind', async () => {
    assert.match(await said(at('none.json')), /none\.json: there is no such file/);
    assert.match(
      await said(at('picture.png')),
      /this is nothing that can be read here: give a \.safetensors file/,
    );
    writeFileSync(at('other.json'), '{"hello": "world"}');
    assert.match(await said(at('other.json')), /neither a GraphModel, nor a program of drumhead/);
    assert.match(await said(whole), /there is none of model\.json, weights\.safetensors, program\.json/);
    assert.match(
      await refusal(importInto(at('graph-model'), null, at('in'))),
      /a GraphModel is no program any more/,
    );
  });

  it('as input: of another size, in colours where grey is wanted, with holes', async () => {
    const write = (name: string, width: number, height: number): string => {
      const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => i % 251);
      writeFileSync(at(name), encodePng({ width, height, pixels }));
      return at(name);
    };
    assert.match(
      await said(at('program'), write('wide.png', 8, 16)),
      /it is 16x8, the program takes 16x16 of 3 channels; --resize 16x8 runs a program/,
    );
    writeFileSync(
      at('holes.npy'),
      right(
        encodeNpy({ dtype: 'float32', shape: [16, 16, 3], data: new Float32Array(768).fill(Number.NaN) }),
      ),
    );
    assert.match(await said(at('program'), at('holes.npy')), /element 0 is NaN, not a finite number/);
    writeFileSync(
      at('flat.npy'),
      right(encodeNpy({ dtype: 'uint8', shape: [16, 16], data: new Uint8Array(256) })),
    );
    assert.match(
      await said(at('program'), at('flat.npy')),
      /it is \[16,16\], the program takes \[16,16,3\] or \[n,16,16,3\]/,
    );
  });

  it('that was cut short while it was read is not half imported', async () => {
    cut(at('program', 'program.bin'), 1);
    await refusal(importInto(at('program'), null, at('in')));
    assert.ok(!readdirSync(folder).some((name) => name === 'in' || name.startsWith('.')));
    const found = await rightOf(readRunnable(at('safetensors')));
    assert.equal(found.kind, 'program');
  });
});
