import assert from 'node:assert/strict';
import { alikeDrums, type Drawn, latticeOf, latticeOfMask, outlineOf } from '../../../src/drums/index.js';
import { dark, diverging, light } from '../../../src/report/colours.js';
import { dot, skinOf } from '../../../src/report/drums/skin.js';
import { traceRaster } from '../../../src/report/drums/trace.js';
import { blank, pixel } from '../../../src/report/raster.js';
import { right } from '../../support/either.js';

const drawnPolygon = (): Drawn => {
  const shape = { kind: 'polygon', corners: alikeDrums[0], cells: 4 } as const;
  return {
    name: 'first',
    lattice: right(latticeOf(shape)),
    outline: outlineOf(shape),
    strike: { row: 0, column: 0 },
    microphone: { row: 0, column: 0 },
  };
};

describe('the skin of a drum', () => {
  for (const theme of [light, dark])
    it(`is in wave colours inside, ink at the edge, paper outside: ${theme.name}`, () => {
      const drawn = drawnPolygon();
      const skin = skinOf(drawn, 8, theme);
      const { lattice } = drawn;
      const raster = skin.paint(Float32Array.from(lattice.inside), 0, 1);
      const at = (x: number, y: number) => {
        // x to the right and y upwards, in units of the polygon, to pixels.
        const [px, py] = skin.place(lattice.corner[1] - 4 * y, 4 * x - lattice.corner[0]);
        return pixel(raster, Math.floor(px), Math.floor(py));
      };
      assert.deepEqual(at(0.5, 0.5), diverging(1));
      assert.deepEqual(at(1.5, 1.5), diverging(1));
      assert.deepEqual(at(0.5, 2.5), theme.paper);
      assert.deepEqual(at(2.5, 0.5), theme.paper);
      assert.deepEqual(at(2, 2.5), theme.ink);
      assert.deepEqual(at(1, 0.5), theme.ink);
    });

  it('falls to rest towards the edge', () => {
    const drawn = drawnPolygon();
    const skin = skinOf(drawn, 10, light);
    const raster = skin.paint(Float32Array.from(drawn.lattice.inside), 0, 1);
    const [x, y] = skin.place(drawn.lattice.corner[1] - 0.5, 2 - drawn.lattice.corner[0]);
    // Half a cell from the edge at y = 0, to half a pixel, the skin is half up.
    const seen = pixel(raster, Math.floor(x), Math.floor(y));
    assert.ok([0.42, 0.46, 0.5, 0.54, 0.58].some((half) => diverging(half).join() === seen.join()));
  });

  it('paints the cells of a mask, which has no outline', () => {
    const lattice = right(latticeOfMask(2, 2, [1, 0, 1, 1]));
    const skin = skinOf(
      {
        name: 'mask',
        lattice,
        outline: [],
        strike: { row: 0, column: 0 },
        microphone: { row: 0, column: 0 },
      },
      9,
      light,
    );
    const raster = skin.paint([1, 0, 1, -1], 0, 1);
    const seen = (row: number, column: number) => {
      const [x, y] = skin.place(row, column);
      return pixel(raster, Math.floor(x), Math.floor(y));
    };
    assert.deepEqual(seen(0, 1), light.paper);
    assert.ok(seen(0, 0)[0] > seen(0, 0)[2], 'up is red');
    assert.ok(seen(1, 1)[2] > seen(1, 1)[0], 'down is blue');
  });

  it('marks a place with a dot or a ring', () => {
    const paper = blank(21, 21, light.paper);
    const filled = dot(10, 10, 4, light.ink)(paper);
    const ring = dot(10, 10, 4, light.ink, true)(paper);
    assert.deepEqual([pixel(filled, 10, 10), pixel(ring, 10, 10)], [light.ink, light.paper]);
    assert.deepEqual(pixel(ring, 13, 10), light.ink);
    assert.deepEqual(dot(-20, 3, 4, light.ink)(paper).rgb, paper.rgb);
  });

  it('draws a sound as far as it has been heard', () => {
    const values = Array.from({ length: 20 }, (_, i) => (i < 10 ? 1 : -1));
    const trace = (now: number) =>
      traceRaster({ values, scale: 1, width: 40, height: 21 }, now, light.ink, light);
    const inked = (now: number, x: number): number =>
      Array.from({ length: 21 }, (_, y) => y).filter((y) => pixel(trace(now), x, y)[0] === light.ink[0])
        .length;
    assert.ok(inked(19, 38) > 0 && inked(19, 5) > 0);
    assert.ok(inked(5, 5) > 0);
    assert.equal(inked(5, 38), 0);
    assert.deepEqual(pixel(trace(19), 5, 1), light.ink);
    assert.deepEqual(pixel(trace(19), 35, 19), light.ink);
  });
});
