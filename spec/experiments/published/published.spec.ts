import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../../src/base/error.js';
import { experimentNamed, experimentNames } from '../../../src/experiments/catalogue.js';
import {
  catalogueName,
  decodePublished,
  type PublishedRow,
  publishedBeside,
} from '../../../src/experiments/published/index.js';
import { readPublished } from '../../../src/runner/results/published.js';
import { right } from '../../support/either.js';

const here = new URL('../../../src/experiments/published/', import.meta.url);
const given = new URL('../../../../shared/reference/', import.meta.url);
const text = (folder: URL, name: string): string => readFileSync(new URL(name, folder), 'utf8');

const full = (name: string) => right(experimentNamed(name, 'full'));

describe('published scores', () => {
  let rows: readonly PublishedRow[] = [];
  before(async () => {
    rows = right(await readPublished());
  });

  it('are the files that were given', function () {
    for (const name of ['published_scores.csv', 'published_spread.csv']) {
      if (!existsSync(fileURLToPath(new URL(name, given)))) this.skip();
      assert.equal(text(here, name), text(given, name), name);
    }
  });

  it('are 35 lines, 30 of them with their spread, over 10 or 12 seeds', () => {
    assert.equal(rows.length, 35);
    assert.equal(rows.filter(({ scores }) => scores.iou.spread !== null).length, 30);
    for (const { dataset, runs } of rows) assert.equal(runs, dataset === 'Multi-MNIST' ? 12 : 10);
    const cnn = rows.find(
      ({ dataset, model, variant }) => `${dataset} ${model} ${variant}` === 'MNIST CNN 32',
    );
    assert.deepEqual(cnn?.scores.foregroundIou, {
      mean: 0.25,
      sd: 0.41,
      spread: { min: 0, median: 0, max: 0.86 },
    });
    assert.deepEqual(cnn?.scores.loss, {
      mean: 0.5,
      sd: 0.31,
      spread: { min: 0.05, median: 0.69, max: 0.7 },
    });
  });

  it('belong to one experiment of the catalogue each', () => {
    const names = rows.map(catalogueName);
    assert.equal(new Set(names).size, 35);
    for (const name of names) assert.ok(experimentNames.includes(name), name);
    for (const [i, name] of names.entries()) {
      const beside = publishedBeside(full(name), rows);
      assert.equal(beside?.row, rows[i], name);
      assert.deepEqual(beside?.departures, [], name);
    }
  });

  it('stand beside the same model at another size, and say what is different', () => {
    const small = right(experimentNamed('tetrominoes/nwm-linear', 'small'));
    const beside = publishedBeside(small, rows);
    assert.equal(beside?.row.variant, 'linear');
    for (const phrase of [
      'size 40 (published 64)',
      'steps 50 (published 100)',
      'epochs 20 (published 300)',
      'hidden [128,128,128] (published [256,256,256])',
    ])
      assert.ok(beside?.departures.includes(phrase), phrase);
  });

  it('do not stand beside another model, or another task', () => {
    const experiment = full('mnist/nwm-linear');
    assert.equal(publishedBeside(full('polygons/nwm-fft'), rows), null);
    const wider = { ...experiment, model: { ...full('multi-mnist/nwm-linear-smaller4').model } };
    assert.equal(publishedBeside(wider, rows), null);
    const shallower = { ...experiment, model: { ...experiment.model, hidden: [256, 256] } };
    assert.equal(publishedBeside(shallower, rows), null);
  });

  it('are refused with every cell that is wrong', () => {
    const scores = text(here, 'published_scores.csv').replace('MNIST,CNN,2,0.89', 'MNIST,CNN,2,high');
    const spread = `${text(here, 'published_spread.csv')}MNIST,MLP,3${',0'.repeat(18)}\n`;
    const refused = decodePublished(scores, spread);
    assert.ok(E.isLeft(refused));
    assert.match(errorMessage(refused.left), /MNIST · CNN · 2: column acc_mean is not a number/);
    assert.match(errorMessage(refused.left), /MNIST · MLP · 3: a spread without scores/);
    assert.ok(E.isLeft(decodePublished('', '')));
  });
});
