/** Out and in again, in each format; and a picture through each of them. */

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { complement, hashProgram, max, program, scale, scanWithFinal } from '../../../src/dsl/index.js';
import { decodeNpy, encodeNpy } from '../../../src/formats/npy/npy.js';
import { decodePng, encodePng } from '../../../src/formats/png/png.js';
import { decodeSafetensors } from '../../../src/formats/safetensors.js';
import { programArbitrary } from '../../../src/laws/arbitraries/program.js';
import { exportFormats, exportTrained, readTrained, untrained } from '../../../src/runner/export/index.js';
import { importInto, type Runnable, readRunnable } from '../../../src/runner/import/index.js';
import { runProgram, runRunnable } from '../../../src/runner/import/run.js';
import { refusal, rightOf } from '../../support/effects.js';
import { right } from '../../support/either.js';
import { lively, models, newFolder, trainedOf } from './exchange.js';

/** What run-program and import read: an export to ONNX is for other runtimes. */
const readFormats = exportFormats.filter((format) => format !== 'onnx');

describe('exports', () => {
  let folder = '';
  beforeEach(() => {
    folder = newFolder();
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const at = (...names: readonly string[]): string => join(folder, ...names);

  for (const model of models)
    it(`of a ${model.name} come back with the same program and the same weights`, async () => {
      const trained = trainedOf(model);
      for (const format of ['program', 'safetensors'] as const) {
        await rightOf(exportTrained(trained, format, at(format)));
        const found = await rightOf(readRunnable(at(format)));
        if (found.kind !== 'program') return assert.fail(found.kind);
        assert.equal(hashProgram(found.trained.program), hashProgram(trained.program));
        assert.deepEqual(found.trained.parameters, trained.parameters);
        assert.deepEqual(found.trained.model, model);
        assert.deepEqual(found.unused, []);
        // Taken in, it is a folder like a run's, which is read and exported again to the same bytes.
        const { folder: taken } = await rightOf(importInto(at(format), null, at(`${format}-run`)));
        const again = await rightOf(readTrained(taken));
        assert.deepEqual(again.parameters, trained.parameters);
        assert.equal(hashProgram(again.program), hashProgram(trained.program));
        assert.deepEqual(again.model, model);
        assert.deepEqual(readdirSync(taken).sort(), [
          'drumhead-files.json',
          'import.json',
          'program.json',
          'weights',
        ]);
      }
    });

  it('of any program of the language come back, with weights of any size', async () => {
    await fc.assert(
      fc.asyncProperty(programArbitrary(), async ({ program, seed }) => {
        const parameters = initialParameters(program.graph, seed);
        const trained = { program, parameters, experiment: null, model: null, description: 'random' };
        await rightOf(exportTrained(trained, 'program', at('random')));
        const found = await rightOf(readRunnable(at('random', 'program.json')));
        if (found.kind !== 'program') return assert.fail(found.kind);
        assert.deepEqual(found.trained, trained);
      }),
      { numRuns: 15 },
    );
  });

  it('tell which program they are, in every format', async () => {
    const trained = trainedOf(models[0]);
    for (const format of readFormats) await rightOf(exportTrained(trained, format, at(format)));
    const hash = hashProgram(trained.program);
    const model = JSON.parse(readFileSync(at('graph-model', 'model.json'), 'utf8'));
    assert.equal(model.userDefinedMetadata.program, hash);
    assert.match(model.userDefinedMetadata.description, /image \[16,16,3\].*untrained, seed 1/);
    assert.deepEqual(model.userDefinedMetadata.structuredOutputKeys, ['logits', 'classes', 'waves']);
    const { metadata } = right(
      decodeSafetensors(readFileSync(at('safetensors', 'weights.safetensors')), 'weights'),
    );
    assert.equal(JSON.parse(metadata.drumhead).program, hash);
    assert.equal(JSON.parse(readFileSync(at('program', 'program.json'), 'utf8')).hash, hash);
  });

  it("have PyTorch's count of batches of a batch norm", async () => {
    await rightOf(exportTrained(trainedOf(models[5]), 'safetensors', at('unet')));
    const { tensors } = right(decodeSafetensors(readFileSync(at('unet', 'weights.safetensors')), 'unet'));
    const of = (word: string): number => Object.keys(tensors).filter((name) => name.endsWith(word)).length;
    assert.equal(of('.num_batches_tracked'), of('.running_mean'));
    assert.ok(of('.running_mean') > 0);
  });

  it('answer the same in all formats, and draw it', async () => {
    const trained = lively(trainedOf(models[0]));
    const picture = at('picture.png');
    const pixels = Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => (i * i * 7) % 256);
    writeFileSync(picture, encodePng({ width: 16, height: 16, pixels }));
    const classes = [];
    for (const format of readFormats) {
      await rightOf(exportTrained(trained, format, at(format)));
      const out = at(`${format}-out`);
      const { files } = await rightOf(runProgram(at(format), [picture], out, 'wasm'));
      assert.deepEqual([...files].sort(), ['classes.npy', 'classes.png', 'waves.gif']);
      assert.deepEqual(readdirSync(out).sort(), [
        'classes.npy',
        'classes.png',
        'drumhead-files.json',
        'waves.gif',
      ]);
      const map = right(decodeNpy(readFileSync(join(out, 'classes.npy')), format));
      assert.deepEqual(map.shape, [1, 16, 16]);
      classes.push([...map.data]);
      assert.ok(right(decodePng(readFileSync(join(out, 'classes.png')), format)).width > 300);
      assert.equal(readFileSync(join(out, 'waves.gif')).subarray(0, 6).toString(), 'GIF89a');
    }
    assert.deepEqual(classes[1], classes[0]);
    assert.deepEqual(classes[2], classes[0]);
    assert.ok(new Set(classes[0]).size > 1, 'a map of one class proves little');
  });

  it('answer for all samples of an array', async () => {
    await rightOf(exportTrained(trainedOf(models[4]), 'graph-model', at('cnn')));
    const data = Float32Array.from({ length: 3 * 768 }, (_, i) => Math.abs(Math.sin(i * i)));
    writeFileSync(at('three.npy'), right(encodeNpy({ dtype: 'float32', shape: [3, 16, 16, 3], data })));
    const { count, files } = await rightOf(
      runProgram(at('cnn'), [`image=${at('three.npy')}`], at('out'), 'cpu'),
    );
    assert.equal(count, 3);
    assert.deepEqual([...files].sort(), ['classes-0.png', 'classes-1.png', 'classes-2.png', 'classes.npy']);
    assert.deepEqual(right(decodeNpy(readFileSync(at('out', 'classes.npy')), 'out')).shape, [3, 16, 16]);
  });

  it('say the single numbers of a segmenter too, such as the steps that its waves took', async () => {
    const side: number = 4;
    const p = program({ image: [side, side, 3] }, ({ image }) => {
      const { final, steps } = scanWithFinal({
        steps: 9,
        init: { y: image },
        step: (s) => ({ y: scale(0.5, s.y) }),
        observe: (s) => s.y,
        until: (s) => complement(0.3, max(0, 1, 2)(s.y)),
      });
      return { logits: final.y, taken: steps };
    });
    const data = Float32Array.from({ length: 2 * 48 }, (_, i) => (i < 48 ? 1 : 0.5));
    writeFileSync(at('two.npy'), right(encodeNpy({ dtype: 'float32', shape: [2, 4, 4, 3], data })));
    const read = TE.right<never, Runnable>({ kind: 'program', trained: untrained(p, null, 0), unused: [] });
    const { files, numbers } = await rightOf(runRunnable(read, [at('two.npy')], at('out'), 'cpu'));
    assert.deepEqual(numbers, { taken: [2, 1] });
    assert.ok(files.includes('taken.npy') && files.includes('classes.npy'), files.join());
    const taken = right(decodeNpy(readFileSync(at('out', 'taken.npy')), 'taken'));
    assert.deepEqual([taken.shape, [...taken.data]], [[2], [2, 1]]);
  });

  it('replace an earlier export, and nothing else', async () => {
    const trained = trainedOf(models[0]);
    await rightOf(exportTrained(trained, 'program', at('out')));
    await rightOf(exportTrained(trained, 'graph-model', at('out')));
    assert.deepEqual(readdirSync(at('out')).sort(), [
      'drumhead-files.json',
      'group1-shard1of1.bin',
      'model.json',
    ]);
    mkdirSync(at('mine'));
    writeFileSync(at('mine', 'thesis.tex'), 'years of work');
    assert.match(
      await refusal(exportTrained(trained, 'program', at('mine'))),
      /holds other things, such as thesis\.tex; name a new one/,
    );
    assert.deepEqual(readdirSync(at('mine')), ['thesis.tex']);
    // An empty name is the folder that one is in: moved away, it would take all that one has along.
    for (const here of ['', '.', '..'])
      assert.match(
        await refusal(exportTrained(trained, 'program', here)),
        /the folder you are in( lies in it)?; name a new/,
      );
    assert.deepEqual(readdirSync(folder).sort(), ['mine', 'out']);
  });

  it('are refused where the format cannot hold them', async () => {
    const own = { ...trainedOf(models[0]), model: null };
    assert.match(await refusal(exportTrained(own, 'safetensors', at('out'))), /none of the published models/);
    assert.match(
      await refusal(exportTrained(own, 'graph-model', at('out'), { outputs: ['wafes'] })),
      /unknown output 'wafes'; did you mean 'waves'/,
    );
    assert.deepEqual(readdirSync(folder), []);
  });
});
