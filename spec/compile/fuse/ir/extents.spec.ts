import assert from 'node:assert/strict';
import { FieldBuilder } from '../../../../src/compile/fuse/ir/builder.js';
import { type Extent, extentKey } from '../../../../src/compile/fuse/ir/field.js';

const grid = { height: 4, width: 4 };
const leaf = (b: FieldBuilder, extent: Extent): number =>
  b.add({ op: 'leaf', source: { kind: 'input', name: extentKey(extent) } }, [], extent);

describe('an operation of a field graph', () => {
  it('is refused where it would read beyond its planes, before anything is laid out', () => {
    const b = new FieldBuilder();
    const [field, other, list] = [
      leaf(b, { planes: 3, grid }),
      leaf(b, { planes: 5, grid }),
      leaf(b, { planes: 5, grid: undefined }),
    ];
    const elsewhere = leaf(b, { planes: 3, grid: { height: 2, width: 8 } });
    const beyond = /would reach beyond its planes/;
    // planes of one field for those of another, or of another grid, and a list longer than the planes
    assert.throws(() => b.zip('add', field, other), beyond);
    assert.throws(() => b.zip('add', field, elsewhere), beyond);
    assert.throws(() => b.zip('mul', list, field), beyond);
    assert.throws(
      () =>
        b.add({ op: 'slicePlanes', outer: 1, count: 3, inner: 1, begin: 2, size: 2 }, [field], {
          planes: 2,
          grid,
        }),
      beyond,
    );
    assert.throws(() => b.add({ op: 'rearrange', order: [0, 1, 3] }, [field], b.extent(field)), beyond);
    assert.throws(
      () => b.add({ op: 'repeatPlanes', outer: 1, count: 2, inner: 2 }, [field], { planes: 6, grid }),
      beyond,
    );
    const window = { height: 3, width: 3, from: 3, to: 2, depthwise: false, boundary: 'zero' } as const;
    assert.throws(() => b.add({ op: 'conv', ...window }, [field, list], { planes: 2, grid }), beyond);
    assert.throws(
      () =>
        b.add(
          {
            op: 'scan',
            steps: 2,
            fields: ['h'],
            sequences: 1,
            body: {
              nodes: [
                {
                  op: { op: 'leaf', source: { kind: 'element', sequence: 0 } },
                  inputs: [],
                  extent: { planes: 3, grid },
                },
              ],
              next: { h: 0 },
              observe: {},
            },
          },
          // two steps of three planes are six
          [field, other],
          { planes: 0, grid: undefined },
        ),
      beyond,
    );
  });
});
