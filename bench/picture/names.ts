/** Names of cases in a chart: short, and placed without overlap. */

import { light } from '../../src/report/colours.js';
import { lineBetween, textAt } from '../../src/report/figures/parts.js';

/** Names of cases, without their tasks if they are still unique. */
const shortNames = (names: readonly string[]): ReadonlyMap<string, string> => {
  const model = (name: string): string => name.replace(/^.*\//, '');
  return new Map(
    names.map((name) => {
      const isAlone = names.filter((other) => model(other) === model(name)).length === 1;
      return [name, (isAlone ? model(name) : name.replace('/', ' ')).replace(' (quick)', ', quick')] as const;
    }),
  );
};

interface Cluster {
  readonly wanted: readonly number[];
  readonly middle: number;
}

/** Positions at least a gap apart, each group centred on its wanted positions; `wanted` is sorted. */
export const placesApart = (wanted: readonly number[], gap: number): readonly number[] => {
  const clusters: Cluster[] = [];
  for (const place of wanted) {
    let last: Cluster = { wanted: [place], middle: place };
    for (let before = clusters.at(-1); before !== undefined; before = clusters.at(-1)) {
      const room = (gap * (before.wanted.length + last.wanted.length)) / 2;
      if (last.middle - before.middle >= room) break;
      clusters.pop();
      const all = [...before.wanted, ...last.wanted];
      last = { wanted: all, middle: all.reduce((sum, x) => sum + x, 0) / all.length };
    }
    clusters.push(last);
  }
  return clusters.flatMap(({ wanted: all, middle }) =>
    all.map((_, i) => middle + gap * (i - (all.length - 1) / 2)),
  );
};

const size = 11;
/** Points of a letter, roughly. */
const letter = 5.6;
const leader = 14;

/**
 * Vertical names of cases below a height, each with a line to its column; `room` is the space that they need.
 */
export const hangingNames = (columns: readonly { readonly name: string; readonly x: number }[]) => {
  const sorted = [...columns].sort((a, b) => a.x - b.x);
  const names = shortNames(sorted.map(({ name }) => name));
  const longest = Math.max(0, ...[...names.values()].map(({ length }) => length));
  const places = placesApart(
    sorted.map(({ x }) => x),
    size + 3,
  );
  return {
    room: 2 * leader + letter * longest,
    marks: (top: number) =>
      sorted.flatMap(({ name, x }, i) => [
        lineBetween(x, top, places[i], top + leader, light.muted),
        textAt(places[i], top + leader + 4, names.get(name) ?? name, light.muted, {
          size,
          angle: -90,
          align: 'right',
        }),
      ]),
  };
};
