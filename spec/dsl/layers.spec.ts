/** Layers that are made of other operations: norms of each sample, gelu, glu, one-hot vectors and embeddings. */

import assert from 'node:assert/strict';
import { pipe } from 'fp-ts/lib/function.js';
import { stream } from '../../src/base/random.js';
import {
  embedding,
  gelu,
  glu,
  groupNorm,
  instanceNorm,
  layerNorm,
  oneHot,
  parametersOf,
  program,
  type Tensor,
  zeros,
} from '../../src/dsl/index.js';
import { computed, hasValues, isNear } from '../compile/reference/compute.js';
import { refused } from './refusal.js';

const draw = (count: number): readonly number[] => {
  const random = stream(3, 'layers.spec');
  return Array.from({ length: count }, () => 3 + 2 * random.normal());
};

/** (x - mean) / sqrt(variance + epsilon) within each part, as its definition says. */
const standardised = (
  x: readonly number[],
  parts: readonly (readonly number[])[],
  epsilon = 1e-5,
): number[] => {
  const y = [...x];
  for (const part of parts) {
    const mean = part.reduce((sum, i) => sum + x[i], 0) / part.length;
    const variance = part.reduce((sum, i) => sum + (x[i] - mean) ** 2, 0) / part.length;
    for (const i of part) y[i] = (x[i] - mean) / Math.sqrt(variance + epsilon);
  }
  return y;
};

/** The places of [3, 2, 4] by what they have in common. */
const partsBy = (key: (site: number, channel: number) => number): readonly (readonly number[])[] => {
  const parts = new Map<number, number[]>();
  for (let i = 0; i < 24; i++) {
    const at = key(Math.floor(i / 4), i % 4);
    parts.set(at, [...(parts.get(at) ?? []), i]);
  }
  return [...parts.values()];
};

type Field = Tensor<readonly [number, number, number]>;

describe('norms of each sample', () => {
  const x = draw(24);
  const cases: readonly (readonly [string, string, (x: Field) => Tensor, readonly (readonly number[])[]])[] =
    [
      ['layerNorm', 'layerNorm1', layerNorm(), partsBy((site) => site)],
      ['groupNorm of one group', 'groupNorm1', groupNorm(1), partsBy(() => 0)],
      ['groupNorm', 'groupNorm1', groupNorm(2), partsBy((_, channel) => Math.floor(channel / 2))],
      ['groupNorm of single channels', 'groupNorm1', groupNorm(4), partsBy((_, channel) => channel)],
      ['instanceNorm', 'instanceNorm1', instanceNorm(), partsBy((_, channel) => channel)],
    ];
  for (const [title, name, f, parts] of cases)
    it(title, () => {
      const scale = [1, 2, 3, 4];
      const shift = [0, -1, 0.5, 10];
      const expected = standardised(x, parts).map((v, i) => v * scale[i % 4] + shift[i % 4]);
      const found = computed([3, 2, 4], x, f, { [`${name}/scale`]: scale, [`${name}/shift`]: shift });
      hasValues(found, [3, 2, 4], expected, 1e-12);
    });

  it('begin with scale 1 and shift 0', () => {
    const p = program({ x: [3, 2, 4] }, (given) => ({ y: layerNorm({ name: 'n' })(given.x) }));
    assert.deepEqual(
      parametersOf(p.graph).map(({ name, shape, init }) => [name, shape, init]),
      [
        ['n/scale', [4], { kind: 'constant', value: 1 }],
        ['n/shift', [4], { kind: 'constant', value: 0 }],
      ],
    );
  });

  it('take an epsilon', () => {
    const found = computed([1, 2], [0, 2], layerNorm({ epsilon: 3 }), {
      'layerNorm1/scale': [1, 1],
      'layerNorm1/shift': [0, 0],
    });
    isNear(found.data, [-0.5, 0.5]);
  });

  it('refuse values whose mean they cannot take', () => {
    const field: Tensor<readonly number[]> = zeros(3, 2, 4);
    assert.equal(
      refused(() => groupNorm(3)(field)),
      'groupNorm: 3 groups do not divide the channels of [3,2,4]',
    );
    assert.match(
      refused(() => groupNorm(0)(field)),
      /0 groups do not divide/,
    );
    assert.equal(
      refused(() => instanceNorm()(zeros(4))),
      'instanceNorm: [4] has fewer than two sites to take the mean of',
    );
    assert.equal(
      refused(() => layerNorm()(zeros())),
      'layerNorm: a scalar has no channels',
    );
  });
});

describe('activations', () => {
  it('gelu has the published values', () => {
    // x times the standard normal distribution function, of which Phi(1) is 0.8413447460685429
    const found = computed([5], [-100, -1, 0, 1, 100], gelu);
    isNear(found.data, [0, -0.15865525393145707, 0, 0.8413447460685429, 100]);
  });

  it('glu gates the first half by the second', () => {
    hasValues(computed([2, 4], [1, 2, 0, Math.log(3), 5, 6, 0, 0], glu), [2, 2], [0.5, 1.5, 2.5, 3]);
    const odd: Tensor<readonly [number]> = zeros(3);
    assert.equal(
      refused(() => glu(odd)),
      'glu: the channels of [3] are not two halves',
    );
  });
});

describe('numbers of things', () => {
  const strange = [0, 2, 3, -1, 0.5, Number.NaN];

  it('one-hot vectors have a 1 at a valid index, and zeros otherwise', () => {
    const none = [0, 0, 0];
    const rows = [[1, 0, 0], [0, 0, 1], none, none, none, none];
    hasValues(computed([6], strange, oneHot(3)), [6, 3], rows.flat());
    hasValues(computed([], [1], oneHot(2)), [2], [0, 1]);
  });

  it('an embedding reads the rows of its weight', () => {
    const weight = [1, 2, 3, 4, 5, 6];
    const found = computed([2, 3], strange, embedding(3, 2), { 'embedding1/weight': weight });
    hasValues(found, [2, 3, 2], [1, 2, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('refuse a count that is none', () => {
    assert.equal(
      refused(() => oneHot(0)),
      'oneHot: the count must be a whole number of at least 1, got 0',
    );
    assert.match(
      refused(() => pipe(zeros(2), embedding(2.5, 3))),
      /^embedding: the count must be/,
    );
  });
});
