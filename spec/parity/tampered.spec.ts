import assert from 'node:assert/strict';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { type CaseReport, renderParity, runParity } from '../../src/runner/parity/index.js';
import { right, sentence } from '../support/either.js';
import { type Copy, copyOfSmall } from './folder.js';

describe('parity with fixtures that were tampered with', () => {
  let copy: Copy;
  beforeEach(() => {
    copy = copyOfSmall();
  });
  afterEach(() => copy.remove());

  const run = async (name: string): Promise<CaseReport> => {
    const report = right(await runParity(copy.folder, { engine: 'wasm', case: name })());
    assert.equal(report.passed, report.cases[0].status === 'pass');
    return report.cases[0];
  };
  const failed = (report: CaseReport): readonly string[] => [
    ...new Set(report.failures.map(({ kind }) => kind)),
  ];
  const problem = async (name?: string): Promise<string> =>
    sentence(
      await runParity(copy.folder, { engine: 'wasm', ...(name === undefined ? {} : { case: name }) })(),
    );

  const nwm = 'nwm_linear_smaller4';
  const arrays: readonly (readonly [string, string, number, string])[] = [
    [`${nwm}/omega.npy`, nwm, 1e-3, 'encoder outputs'],
    [`${nwm}/hy0.npy`, nwm, 1e-3, 'encoder outputs'],
    [`${nwm}/y_seq.npy`, nwm, 1e-3, 'waves'],
    [`${nwm}/logits.npy`, nwm, 1e-3, 'logits'],
    [`${nwm}/grad/classifier.cell.Wy.weight.npy`, nwm, 1e-2, 'gradients'],
    [
      'nwm_linear_adam3/param_after/classifier.cell.Wy.weight.npy',
      'nwm_linear_adam3',
      1e-4,
      'trained parameters',
    ],
  ];
  for (const [file, name, by, kind] of arrays)
    it(`fails where one number of ${file} is another`, async () => {
      copy.nudge(file, 3, by);
      const report = await run(name);
      assert.equal(report.status, 'fail');
      assert.deepEqual(failed(report), [kind]);
    });

  it('fails in everything that follows where the input is another', async () => {
    copy.nudge(`${nwm}/input.npy`, 40, 1);
    const kinds = failed(await run(nwm));
    for (const kind of ['encoder outputs', 'waves', 'logits', 'loss', 'gradients'])
      assert.ok(kinds.includes(kind), kind);
  });

  it('fails where a number is not a number', async () => {
    copy.nudge(`${nwm}/y_seq.npy`, 5, Number.NaN);
    const report = await run(nwm);
    assert.deepEqual(failed(report), ['waves']);
    assert.equal(report.failures[0].error, Number.POSITIVE_INFINITY);
  });

  it('fails where a running statistic, a score, a loss or a count is another', async () => {
    copy.changeManifest(({ cases }) => {
      for (const one of cases) {
        if (one.name === nwm)
          Object.assign(one, {
            num_parameters: 6382,
            metrics: {
              loss: 2,
              foreground_loss: 'NaN',
              batch_sums: { iou: 0, acc: 0, foreground_iou: 0, foreground_acc: 0 },
              per_sample_mean: { iou: 0, acc: 0, foreground_iou: 0, foreground_acc: 0 },
            },
          });
      }
    });
    assert.deepEqual(failed(await run(nwm)), ['parameter count', 'loss', 'scores']);
  });

  it('fails where the reference says another class than its own logits', async () => {
    const file = copy.path(`${nwm}/predicted.npy`);
    const bytes = readFileSync(file);
    bytes[128] = bytes[128] === 0 ? 1 : 0;
    writeFileSync(file, bytes);
    const report = await run(nwm);
    assert.deepEqual(failed(report), ['predicted maps']);
    assert.equal(report.failures[0].error, 1);
  });

  it('fails where a parameter that takes part is said to take none', async () => {
    copy.changeManifest(({ cases }) => {
      const one = cases.find(({ name }) => name === nwm);
      Object.assign(one?.grads ?? {}, { 'classifier.cell.Wy.weight': null });
    });
    assert.deepEqual(failed(await run(nwm)), ['gradients']);
  });

  it('says which file is missing, cut short, or of another shape', async () => {
    truncateSync(copy.path(`${nwm}/logits.npy`), 500);
    assert.match(await problem(nwm), /nwm_linear_smaller4\/logits\.npy: /);
    rmSync(copy.path(`${nwm}/y_seq.npy`));
    copy.changeManifest(({ cases }) => {
      const one = cases.find(({ name }) => name === 'metrics_empty_foreground');
      const target = { file: 'metrics_empty_foreground/target.npy', shape: [3, 12, 13], dtype: 'int64' };
      Object.assign(one?.arrays ?? {}, { target });
    });
    assert.match(
      await problem('metrics_empty_foreground'),
      /target\.npy: its shape is \[3,12,12\], the manifest says \[3,12,13\]/,
    );
    rmSync(copy.path(`${nwm}/logits.npy`));
    assert.match(await problem(nwm), /logits\.npy: there is no such file or folder/);
  });

  it('says what is wrong with a case', async () => {
    copy.changeManifest(({ cases }) => {
      for (const one of cases) {
        if (one.name === nwm) Object.assign(one.hyper ?? {}, { T: 'ten' });
        if (one.name === 'gru_last') Object.assign(one.hyper ?? {}, { c_out: 4 });
        if (one.name === 'rnn_last') Object.assign(one.hyper ?? {}, { readout: 'lats' });
        if (one.name === 'cnn_4') Object.assign(one, { arrays: {} });
        if (one.name === 'lstm_fft') Object.assign(one.hyper ?? {}, { num_classes: 2 });
      }
    });
    assert.match(await problem(nwm), /case nwm_linear_smaller4: T: "ten" is not a number/);
    assert.match(
      await problem('gru_last'),
      /case gru_last: \d+ problems[\s\S]*is \[3,6,3,3\], expected \[4,8,3,3\]/,
    );
    assert.match(await problem('rnn_last'), /case rnn_last: readout: "lats" is not one of/);
    assert.match(await problem('cnn_4'), /case cnn_4: it has no array 'input'/);
    assert.match(await problem('lstm_fft'), /case lstm_fft: [\s\S]*expected \[2,256\]/);
  });

  it('says what is wrong with a class map', async () => {
    const file = copy.path('metrics_empty_foreground/target.npy');
    const bytes = readFileSync(file);
    bytes[128] = 6;
    writeFileSync(file, bytes);
    assert.match(await problem('metrics_empty_foreground'), /target: 6 is not a class; there are 6, from 0/);
  });

  it('says what is wrong with the manifest, and which cases there are', async () => {
    assert.match(await problem('nwm_liner_smaller4'), /unknown case .* did you mean 'nwm_linear_smaller4'\?/);
    copy.changeManifest(({ cases }) => {
      Object.assign(cases[0], { params: 7 });
    });
    assert.match(
      await problem(),
      /manifest\.json, case nwm_linear_smaller4: params: 7 is not a list of arrays by name/,
    );
    writeFileSync(copy.path('manifest.json'), '{ "format_version": 2, "cases": [] }');
    assert.match(await problem(), /manifest\.json: format_version: 2 is not 1/);
    writeFileSync(copy.path('manifest.json'), '{ "format_ver');
    assert.match(await problem(), /manifest\.json: it is not JSON/);
    rmSync(copy.path('manifest.json'));
    assert.match(await problem(), /manifest\.json: there is no such file or folder/);
  });

  it('lists cases that it does not know, and passes none for want of any', async () => {
    copy.changeManifest((manifest) => {
      manifest.cases = [
        ...manifest.cases.filter(({ name }) => name === 'metrics_empty_foreground'),
        { name: 'transformer', model: 'vit', hyper: {} },
        { name: 'film', kind: 'animation' },
      ];
    });
    const report = right(await runParity(copy.folder, { engine: 'wasm' })());
    assert.ok(report.passed);
    assert.deepEqual(
      report.cases.map(({ status }) => status),
      ['pass', 'unsupported', 'unsupported'],
    );
    const text = renderParity(report);
    assert.match(text, /^transformer: not supported: the model 'vit' is not known$/m);
    assert.match(text, /^film: not supported: cases of kind 'animation' are not known$/m);
    assert.equal((await run('film')).status, 'unsupported');
  });

  it('leaves out what is only allocated, and says so in the count', async () => {
    copy.nudge('lstm_fft/param/classifier.fc_time.weight.npy', 0, 1);
    assert.equal((await run('lstm_fft')).status, 'pass');
  });
});
