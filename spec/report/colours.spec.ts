import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import {
  type Color,
  converter,
  differenceCiede2000,
  filterDeficiencyDeuter,
  filterDeficiencyProt,
  filterDeficiencyTrit,
  parse,
} from 'culori';
import * as fc from 'fast-check';
import { lineColours } from '../../src/report/chart.js';
import {
  classColour,
  classColours,
  dark,
  diverging,
  divergingLevels,
  errorColours,
  hex,
  light,
  type Rgb,
  rgb,
} from '../../src/report/colours.js';
import { colour } from './arbitraries.js';

const distance = differenceCiede2000();
const sights: Readonly<Record<string, (c: Color) => Color>> = {
  normal: (c) => c,
  protanopia: filterDeficiencyProt(1),
  deuteranopia: filterDeficiencyDeuter(1),
  tritanopia: filterDeficiencyTrit(1),
};

const parsed = (c: Rgb): Color => {
  const found = parse(hex(c));
  if (found === undefined) throw new Error(`culori does not read ${hex(c)}`);
  return found;
};

/** The two colours that are nearest to each other for one kind of sight. */
const nearestPair = (colours: readonly Rgb[], sight: (c: Color) => Color): number => {
  const seen = colours.map((c) => sight(parsed(c)));
  return Math.min(...seen.flatMap((a, i) => seen.slice(0, i).map((b) => distance(a, b))));
};

const lightness = (c: Rgb): number => converter('oklab')(parsed(c)).l;

/** WCAG contrast of two colours. */
const contrast = (a: Rgb, b: Rgb): number => {
  const luminance = (c: Rgb): number => {
    const [r, g, bl] = c.map((v) => (v <= 10 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * bl;
  };
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

describe('report/colours', () => {
  it('reads back the hexadecimal that it writes', () => {
    fc.assert(fc.property(colour, (c) => deepStrictEqual(rgb(hex(c)), c)));
  });

  for (const [name, sight] of Object.entries(sights)) {
    it(`tells all eleven classes apart with ${name}, and the errors, and the lines of charts`, () => {
      strictEqual(classColours.length, 11);
      ok(nearestPair(classColours, sight) >= 15, `classes: ${nearestPair(classColours, sight)}`);
      const errors = nearestPair(Object.values(errorColours), sight);
      ok(errors >= 15, `errors: ${errors}`);
      for (const theme of [light, dark]) {
        const lines = nearestPair(Object.values(lineColours(theme)), sight);
        ok(lines >= 15, `lines, ${theme.name}: ${lines}`);
      }
    });
  }

  it('has a neutral background, and goes on beyond eleven classes without repeating a colour at once', () => {
    const [r, g, b] = classColour(0);
    ok(Math.max(r, g, b) - Math.min(r, g, b) < 12);
    // However many there are, none is lost in the background.
    for (let label = 1; label < 300; label++) {
      const away = classColour(label).map((v, i) => Math.abs(v - classColour(0)[i]));
      ok(Math.max(...away) >= 15, `class ${label} is ${away} from the background`);
    }
    const thirty = Array.from({ length: 31 }, (_, i) => hex(classColour(i)));
    strictEqual(new Set(thirty).size, 31);
  });

  it('writes legibly: ink and captions contrast at least 4.5 to 1 with the paper', () => {
    for (const theme of [light, dark]) {
      ok(contrast(theme.ink, theme.paper) >= 7);
      ok(contrast(theme.muted, theme.paper) >= 4.5);
    }
  });

  it('wave colours: blue below zero, red above, lightest at zero, darker towards both ends alike', () => {
    const [r0, , b0] = diverging(-1);
    const [r1, , b1] = diverging(1);
    ok(b0 > 2 * r0 && r1 > 2 * b1);
    const levels = Array.from({ length: divergingLevels }, (_, i) =>
      lightness(diverging((2 * i) / (divergingLevels - 1) - 1)),
    );
    const middle = (divergingLevels - 1) / 2;
    ok(levels[middle] > 0.93);
    for (let i = 1; i <= middle; i++) {
      ok(levels[middle + i] < levels[middle + i - 1] + 0.002, `not darker at +${i}`);
      ok(levels[middle - i] < levels[middle - i + 1] + 0.002, `not darker at -${i}`);
      ok(Math.abs(levels[middle + i] - levels[middle - i]) < 0.09, `not alike at ${i}`);
    }
  });

  it('wave colours stay at the end beyond it, and what is no number is black', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, noNaN: true }), (beyond) => {
        deepStrictEqual(diverging(beyond), diverging(1));
        deepStrictEqual(diverging(-beyond), diverging(-1));
      }),
    );
    deepStrictEqual(diverging(Number.NaN), [0, 0, 0]);
    deepStrictEqual(diverging(-0), diverging(0));
  });
});
