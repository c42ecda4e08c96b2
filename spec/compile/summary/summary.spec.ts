import assert from 'node:assert/strict';
import { pipe } from 'fp-ts/lib/function.js';
import { showSummary, summary } from '../../../src/compile/summary/index.js';
import {
  add,
  batchNorm,
  conv,
  dense,
  parameter,
  program,
  relu,
  scan,
  scope,
  tanh,
} from '../../../src/dsl/index.js';
import { publishedNwm } from '../../support/models.js';

const wave = publishedNwm;

describe('listing', () => {
  it('counts the parameters of the Neural Wave Machine as the reference does', () => {
    const listing = summary(wave);
    assert.equal(listing.count, 176_124);
    assert.equal(listing.trainable, 176_124);
    assert.equal(
      listing.parameters.reduce((sum, { count }) => sum + count, 0),
      176_124,
    );
  });

  it('counts what each output depends on', () => {
    // 3→16→16→2 with 3x3 kernels and biases: 448 + 2320 + 290; four layers with 16 channels in the middle for y0.
    const { byOutput } = summary(wave);
    assert.deepEqual(byOutput, {
      alpha: 3058,
      omega: 3058,
      y0: 448 + 2 * 2320 + 290,
      waves: 3058 + 3058 + 5378 + 36,
      logits: 176_124,
    });
  });

  it('counts a shared layer once and says what is not trained', () => {
    const layer = dense(4, { bias: false });
    const p = program({ x: [4] }, ({ x }) => ({
      y: add(pipe(x, layer, tanh, layer, batchNorm()), parameter('gain', [4], { init: { constant: 2 } })),
    }));
    const listing = summary(p);
    assert.equal(listing.count, 16 + 4 * 4 + 4);
    assert.equal(listing.trainable, 16 + 2 * 4 + 4);
    assert.deepEqual(
      listing.parameters.filter(({ trainable }) => !trainable).map(({ name }) => name),
      ['batchNorm1/mean', 'batchNorm1/variance'],
    );
    assert.equal(listing.parameters.find(({ name }) => name === 'gain')?.start, '2');
  });

  it('lists the nodes of a step under its scan, with their shapes', () => {
    const p = program({ x: [6, 5, 2] }, ({ x }) => ({
      y: scan({
        steps: 3,
        init: { h: x },
        step: ({ h }) => ({ h: tanh(scope('cell', conv(2, { boundary: 'circular' }))(h)) }),
        observe: ({ h }) => h,
      }),
    }));
    const { nodes } = summary(p);
    const conv1 = nodes.find(({ operation }) => operation.startsWith('conv'));
    assert.ok(conv1);
    assert.match(conv1.path, /^\d+\/\d+$/);
    assert.equal(conv1.operation, 'conv 3×3, 2, circular');
    assert.deepEqual(conv1.shape, [6, 5, 2]);
    assert.equal(conv1.perSample, true);
    const paths = new Set(nodes.map(({ path }) => path));
    assert.equal(paths.size, nodes.length);
    for (const { inputs } of nodes) for (const input of inputs) assert.ok(paths.has(input), input);
  });

  it('reads as a table: a line a parameter and a line a node, columns aligned', () => {
    const p = program({ x: [8, 8, 3] }, ({ x }) => ({ y: pipe(x, conv(16), relu) }));
    const text = showSummary(summary(p));
    const lines = text.split('\n');
    assert.equal(lines[0], 'x [8,8,3] → y [8,8,16]');
    assert.ok(lines.includes('2 parameters, 448 numbers, all trained'));
    assert.ok(lines.includes('behind each output: y 448'));
    const weight = lines.find((line) => line.startsWith('conv1/weight'));
    const head = lines.find((line) => line.startsWith('parameter '));
    assert.ok(weight !== undefined && head !== undefined);
    assert.equal(weight.indexOf('[3,3,3,16]'), head.indexOf('shape'));
    assert.match(weight, /432 {2}uniform ±0\.1925 {2}yes$/);
    assert.ok(!lines.some((line) => line.endsWith(' ')));
  });
});
