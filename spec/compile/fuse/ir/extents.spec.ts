import assert from 'node:assert/strict';
import { FieldBuilder } from '../../../../src/compile/fuse/ir/builder.js';
import { lowerGraph } from '../../../../src/compile/fuse/lower/index.js';
import { conv, fill, linearRecurrence, program, transpose } from '../../../../src/dsl/index.js';

const leaf = (b: FieldBuilder, planes: number, grid: boolean): number =>
  b.add({ op: 'leaf', source: { kind: 'input', name: `${planes} ${grid}` } }, [], { planes, grid });

describe('an operation of a field graph', () => {
  it('is refused where it would read beyond its planes, before anything is laid out', () => {
    const b = new FieldBuilder();
    const [field, other, list] = [leaf(b, 3, true), leaf(b, 5, true), leaf(b, 5, false)];
    const beyond = /would reach beyond its planes/;
    // planes of one field for those of another, and a list longer than the planes
    assert.throws(() => b.zip('add', field, other), beyond);
    assert.throws(() => b.zip('mul', list, field), beyond);
    assert.throws(
      () =>
        b.add({ op: 'slicePlanes', outer: 1, count: 3, inner: 1, begin: 2, size: 2 }, [field], {
          planes: 2,
          grid: true,
        }),
      beyond,
    );
    assert.throws(() => b.add({ op: 'rearrange', order: [0, 1, 3] }, [field], b.extent(field)), beyond);
    assert.throws(
      () => b.add({ op: 'repeatPlanes', outer: 1, count: 2, inner: 2 }, [field], { planes: 6, grid: true }),
      beyond,
    );
    const window = { height: 3, width: 3, from: 3, to: 2, depthwise: false, boundary: 'zero' } as const;
    assert.throws(() => b.add({ op: 'conv', ...window }, [field, list], { planes: 2, grid: true }), beyond);
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
                  extent: { planes: 3, grid: true },
                },
              ],
              next: { h: 0 },
              observe: {},
            },
          },
          // two steps of three planes are six
          [field, other],
          { planes: 0, grid: false },
        ),
      beyond,
    );
  });
});

describe('lowering', () => {
  it('says why a convolution or a recurrence whose axes lie elsewhere is not fused', () => {
    const why = (p: Parameters<typeof lowerGraph>[0]): string | undefined => {
      const found = [...lowerGraph(p, [4, 4]).values.values()].find((value) => 'why' in value);
      return found !== undefined && 'why' in found ? found.why : undefined;
    };
    const turned = transpose(2, 0, 1);
    assert.equal(
      why(program({ x: [4, 4, 4] }, ({ x }) => ({ y: conv(2)(turned(conv(4)(x))) })).graph),
      'a convolution along axes that are not the pixels',
    );
    assert.equal(
      why(
        program({ x: [4, 4, 3] }, ({ x }) => ({
          y: linearRecurrence(fill(0.5, 3, 4, 4), turned(conv(3)(x))),
        })).graph,
      ),
      'its factors have other pixels than what they multiply',
    );
  });
});
